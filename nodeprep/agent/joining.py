"""How this host joins a master and leaves it, as `kubeadm join` does: the hash of the CA makes the first contact safe.

First the master's CA is asked for without any secret, from whoever answers. It is believed when its public key has the
hash that the person was given together with the token; only then, over TLS that this CA signed, the token is sent.
"""
import json
import re
import uuid

from nodeprep import __version__, cahash
from nodeprep.agent import replies
from nodeprep.agent.credential import Credential, is_secret
from nodeprep.host.https import Https, Unproved, address
from nodeprep.host.network import Reply
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional, Sequence

_TOKEN = re.compile(r'[a-z0-9]{6}\.[a-z0-9]{16}')
_LONG = 100               # letters that a master takes; the kernel holds 64 of them (uname(2))
_NAME = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?')


class Joined(NamedTuple):
    """What joining gave. `quarantine`: as replies.quarantine has it, when the node is set apart at once."""

    credential: Credential
    quarantine: Optional[Dict[str, Any]]


class NotJoined(Exception):
    """Why this host did not join or leave, and what to do. Never with what is secret."""


class Way:
    """How to reach a master: `https` and `unproved` make connections, and tests put in others."""

    def __init__(self, url: str, proxy: str = '', https: Any = Https, unproved: Any = Unproved) -> None:
        """ValueError for what is no https address."""
        self.url, self._address, self._proxy = url.rstrip('/'), address(url), proxy
        self._https, self._unproved = https, unproved

    def ca(self, hashes: Sequence[str]) -> str:
        """The certificate (PEM) of the master's CA whose public key has one of the hashes. NotJoined."""
        pem = _told(self._unproved(self._address, '', self._proxy), 'GET', '/v1/ca', 200).get('ca')
        try:
            shown = dict(cahash.certificates(pem if isinstance(pem, str) else ''))
        except ValueError as error:
            raise NotJoined(f'{self.url}: {error}') from None
        for one in hashes:
            if one in shown:
                return shown[one]
        raise NotJoined(f'{self.url} shows ' + (' and '.join(f'the CA {one}' for one in shown) or 'no CA') + ', not '
                        + ' or '.join(hashes) + ': the hash is of another master, or somebody else answers there; '
                        'nothing secret was sent')

    def joined(self, ca: str, token: str, node: Dict[str, Any], name: str) -> Joined:
        """What the master gives for a token. NotJoined.

        `node` is who this host is, as in a report; `name` is how it is to be called there.
        """
        asked = {'token': token, 'name': name, 'request': str(uuid.uuid4()), 'version': __version__,
                 'hostname': node['name'][:_LONG], 'machine_id': node['machine_id'],
                 'product_uuid': node['product_uuid'], 'macs': node['macs']}
        tree = _told(self._https(self._address, ca, self._proxy), 'POST', '/v1/join', 201, asked)
        called, secret = tree.get('node'), tree.get('credential')
        if not isinstance(called, str) or not isinstance(secret, str) or not is_secret(secret):
            raise NotJoined(f'{self.url} answers without a credential: is it a master of this version?')
        told = tree.get('quarantine')
        return Joined(Credential(self.url, called, secret, ca), replies.quarantine(
            {} if told is None and tree.get('quarantined') is True else told))

    def left(self, credential: Credential) -> bool:
        """Tells the master that this host leaves; False when the master did not know it any more. NotJoined."""
        connection = self._https(self._address, credential.ca, self._proxy)
        try:
            reply = _ask(connection, 'DELETE', '/v1/join', credential.secret)
        finally:
            connection.close()
        if reply.status not in (200, 204, 401, 403, 404):
            raise _refused(reply, 'DELETE', '/v1/join')
        return reply.status in (200, 204)


def _ask(connection: Any, method: str, path: str, secret: str = '', asked: Optional[Dict[str, Any]] = None) -> Reply:
    headers = {'Accept': 'application/json', 'User-Agent': f'nodeprep/{__version__}'}
    if secret:
        headers['Authorization'] = f'Bearer {secret}'
    body = b''
    if asked is not None:
        body, headers['Content-Type'] = json.dumps(asked).encode('ascii'), 'application/json'
    try:
        reply: Reply = connection.ask(method, path, headers, body)
        return reply
    except CannotTell as error:
        raise NotJoined(f'no master answers: {error}') from None


def _told(connection: Any, method: str, path: str, good: int, asked: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
    """The JSON object of a good answer. NotJoined."""
    try:
        reply = _ask(connection, method, path, asked=asked)
    finally:
        connection.close()
    tree = _object(reply.body)
    if reply.status != good:
        raise _refused(reply, method, path)
    if tree is None:
        raise NotJoined(f'what answers {method} {path} speaks no JSON: is it the address of a master?')
    return tree


def _refused(reply: Reply, method: str, path: str) -> NotJoined:
    tree = _object(reply.body) or {}
    said = tree.get('detail') or tree.get('title')
    if not isinstance(said, str):
        return NotJoined(f'it answers {reply.status} to {method} {path}: is it the address of a master?')
    return NotJoined('the master refuses: ' + ''.join(one if one.isprintable() else ' ' for one in said[:300]))


def _object(body: bytes) -> Optional[Dict[str, Any]]:
    try:
        tree = json.loads(body.decode('utf-8'))
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def is_token(text: str) -> bool:
    """Whether a text has the shape of a join token: abcdef.0123456789abcdef."""
    return _TOKEN.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a node may be called so: letters, digits, dots, hyphens and underscores, at most 253."""
    return _NAME.fullmatch(text) is not None
