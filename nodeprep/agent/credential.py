"""Who this node is to its master: the file that joining leaves, which nobody but its owner may read."""
import json
import os
import re

from nodeprep.agent import owned
from nodeprep.host.files import reason
from nodeprep.host.https import address
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional

PATH = '/var/lib/nodeprep/credential'
MOST = 256 * 2**10


class BadCredential(ValueError):
    """The file is there and cannot be used; says why, and never what is secret in it."""


class Credential(NamedTuple):
    """The master's address, this node's name there, its secret, and the CA (PEM) of the master's certificate."""

    url: str
    node: str
    secret: str
    ca: str

    def __repr__(self) -> str:
        """Without the secret: this is what logs and tracebacks show."""
        return f'Credential(url={self.url!r}, node={self.node!r})'


def read(path: str = PATH) -> Optional[Credential]:
    """The credential; None when this node never joined. BadCredential."""
    try:
        raw = owned.read(path, MOST)
        if os.stat(path).st_mode & 0o077:
            raise BadCredential(f'{path}: others may read it; chmod 0600 it, and join again if they did')
        tree = json.loads(raw.decode('utf-8'))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadCredential(f'{path}: {reason(error)}') from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadCredential):
            raise
        raise BadCredential(f'{path}: it is not JSON; join again') from None
    return _checked(path, tree)


def _checked(path: str, tree: Any) -> Credential:
    if not isinstance(tree, dict) or not all(isinstance(tree.get(key), str) for key in Credential._fields):
        raise BadCredential(f'{path}: it has not the texts {", ".join(Credential._fields)}; join again')
    found = Credential(*(tree[key] for key in Credential._fields))
    try:
        address(found.url)
    except ValueError as error:
        raise BadCredential(f'{path}: {error}; join again') from None
    if not is_secret(found.secret):
        raise BadCredential(f'{path}: its secret is none; join again')
    if '-----BEGIN CERTIFICATE-----' not in found.ca:
        raise BadCredential(f'{path}: it has no certificate of a CA; join again')
    return found


def is_secret(text: str) -> bool:
    """Whether a text can be a secret in a header."""
    return re.fullmatch(r'[!-~]{8,4096}', text) is not None


def tree_of(credential: Credential) -> Dict[str, str]:
    """The tree that read() takes, for whoever writes the file."""
    return dict(zip(Credential._fields, credential))
