"""What `nodeprep join` and `nodeprep leave` do, in order."""
import os
import sys

from nodeprep import cahash
from nodeprep.agent import credential, keep, roster
from nodeprep.agent.credential import BadCredential, Credential
from nodeprep.agent.joining import NotJoined, Way, is_name, is_token
from nodeprep.agent.places import HOME, apart
from nodeprep.agent.proxy import chosen
from nodeprep.cli.usage import complain, stopping_on_bad_input, tell
from nodeprep.config import ConfigError
from nodeprep.host import Host
from nodeprep.host.files import reason
from nodeprep.linux import node
from nodeprep.model import CannotChange, CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional, Sequence

_UNIT = 'nodeprep.service'
_MOST = 256 * 2**10       # bytes of a CA's file
_SUPPLIES = ('It takes no peers and no names of hosts from that master unless its configuration says so: '
             'master: {supplies: [network, hosts]}')
_ASK = '-'                # the token comes from standard input: all users may see a command line


class Join(NamedTuple):
    """The command line of join."""

    url: str
    token: str
    hashes: Sequence[str]
    ca_file: str
    node_name: str
    state_dir: str
    proxy: str


class Leave(NamedTuple):
    """The command line of leave."""

    force: bool
    state_dir: str
    proxy: str


@stopping_on_bad_input
def join(call: Join) -> int:
    """Asks for the CA, shows the token, keeps what it gets. Everything that can be wrong here is found out before."""
    _may_write('join', call.state_dir)
    path = f'{call.state_dir}/credential'
    held = _held(path)
    if held:
        leave = f'nodeprep leave{apart("--state-dir", call.state_dir, HOME)}'
        raise ConfigError(f'this host has joined {held.url} as {held.node}: `{leave}` first')
    shown = sys.stdin.readline().strip() if call.token == _ASK else call.token
    if not is_token(shown):
        raise ConfigError('the token is none: it looks like abcdef.0123456789abcdef')
    way = _way(call.url if '://' in call.url else f'https://{call.url}', call.proxy)
    about = node.describe(Host('/'), '', {})
    name = call.node_name or about['name']
    if not is_name(name):
        raise ConfigError(f'{name!r} cannot be the name of a node (letters, digits, dots and hyphens): --node-name')
    if bool(call.hashes) == bool(call.ca_file):
        raise ConfigError('either --ca-cert-hash or --ca-file says which master is meant; '
                          '`nodeprep master token create --print-join-command` prints the whole command')
    ca = _file(call.ca_file) if call.ca_file else ''
    hashes = [_hash(one) for one in call.hashes]
    _rehearse(path)
    try:
        found, told = way.joined(ca or way.ca(hashes), shown, about, name)
    except NotJoined as error:
        complain(str(error))
        return 1
    _keep(path, found, way)
    _forget_cluster(call.state_dir)
    tell(f'This host has joined {found.url} as {found.node}.\n{_agent(call.state_dir)}\n{_SUPPLIES}'
         + _set_apart(told, found.url))
    return 0


@stopping_on_bad_input
def leave(call: Leave) -> int:
    """Tells the master and removes the credential."""
    _may_write('leave', call.state_dir)
    path = f'{call.state_dir}/credential'
    held = _held(path)
    if held is None:
        tell('This host has joined no master.')
        return 0
    try:
        known = _way(held.url, call.proxy).left(held)
    except NotJoined as error:
        if not call.force:
            complain(f'{error}\n--force leaves without telling it; there `nodeprep master forget {held.node}` takes it '
                     'away')
            return 1
        known = True
    try:
        os.unlink(path)
    except OSError as error:
        raise CannotChange(f'{path}: {reason(error)}') from None
    _forget_cluster(call.state_dir)
    tell(f'This host has left {held.url}' + ('' if known else ', which did not know it any more')
         + f'.\n{_agent(call.state_dir)}')
    return 0


def _set_apart(told: Optional[Dict[str, Any]], url: str) -> str:
    if told is None:
        return ''
    from nodeprep.output import quarantine
    return f'\nThis node is {quarantine.said(told)}.\nWhat{quarantine.remedy(told, url)[4:]}'


def _may_write(verb: str, folder: str) -> None:
    if folder == HOME and os.geteuid() != 0:         # the command line itself is not repeated: it may hold a token
        raise ConfigError(f'{verb} changes this host, which root alone may: call it with sudo, or name a folder of '
                          'your own with --state-dir, as for the agent')


def _held(path: str) -> Optional[Credential]:
    try:
        return credential.read(path)
    except BadCredential as error:
        raise ConfigError(f'{error}; remove it first') from None


def _way(url: str, proxy: str) -> Way:
    try:
        return Way(url, chosen(url, os.environ, proxy))
    except (ValueError, CannotTell) as error:
        raise ConfigError(str(error)) from None


def _hash(text: str) -> str:
    try:
        return cahash.wanted(text)
    except ValueError as error:
        raise ConfigError(f'--ca-cert-hash: {error}') from None


def _file(path: str) -> str:
    try:
        with open(path, 'rb') as file:
            pem = file.read(_MOST).decode('ascii', 'replace')
        if not list(cahash.certificates(pem)):
            raise ValueError('there is no certificate in it')
    except OSError as error:
        raise ConfigError(f'{path}: {reason(error)}') from None
    except ValueError as error:
        raise ConfigError(f'{path}: {error}') from None
    return pem


def _rehearse(path: str) -> None:
    """Whether the credential will find its place: once it is given, it must not be lost. CannotChange."""
    wrong = keep.folder(os.path.dirname(path), 0o700)
    if wrong:
        raise CannotChange(wrong)
    keep.write(f'{path}.trial', ' ' * 8192, 0o600, lasting=True)
    os.unlink(f'{path}.trial')


def _keep(path: str, found: Credential, way: Way) -> None:
    import json
    try:
        keep.write(path, json.dumps(credential.tree_of(found)) + '\n', 0o600, lasting=True)
    except CannotChange:
        try:
            way.left(found)
        except NotJoined:
            complain(f'the master knows this host now: there `nodeprep master forget {found.node}` takes it away')
        raise


def _forget_cluster(folder: str) -> None:
    """What a master told of the cluster goes with it."""
    try:
        os.unlink(f'{folder}/{roster.NAME}')
    except FileNotFoundError:
        pass
    except OSError as error:
        complain(f'{folder}/{roster.NAME}: {reason(error)}: it holds what the master told of the cluster; remove it')


def _agent(folder: str) -> str:
    """Lets an agent that runs as a service notice; what there is to say about it."""
    if folder != HOME or not os.path.isdir('/run/systemd/system'):
        return 'An agent that runs notices when it is started again.'
    from nodeprep.host.changing import Changing
    host: Any = Changing('/')
    try:
        if 'ActiveState=active' not in host.ask(('systemctl', 'show', '-p', 'ActiveState', _UNIT)).out:
            return f'No agent runs here: systemctl enable --now {_UNIT} starts it.'
        answer = host.do(('systemctl', 'try-restart', _UNIT))
    except (CannotTell, CannotChange) as error:
        return f'The agent could not be restarted ({error}): systemctl restart {_UNIT}'
    return 'Its agent was started again.' if answer.code == 0 else f'The agent did not restart: journalctl -u {_UNIT}'
