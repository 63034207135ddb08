"""What `report:` of master.yaml asks for: how often, how many are kept, where, and who is sent them."""
import re

from nodeprep.config import Node, part
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Tuple

FOLDER, KEEP, EVERY = '/var/log/nodeprep', 12, ('daily', 'weekly', 'monthly')
MOST = 3660               # reports that are kept
PREFIX = 'report.'
_PORT = 587               # of submission, RFC 6409
# Of RFC 5321 what is in use: no quoted names, no literals of addresses, nothing that could end a header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_SERVER = re.compile(r'(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]{1,253}))(?::([0-9]{1,5}))?')


class Mail(NamedTuple):
    """Who is sent reports by SMTP; no server sends none. `tls` is starttls, tls (from the first byte) or none; `ca` a
    file with the root of the server's certificate; '' for those that this machine trusts.
    """

    server: Tuple[str, int] = ('', 0)
    sender: str = ''
    to: Tuple[str, ...] = ()
    user: str = ''
    password_file: str = ''
    tls: str = 'starttls'
    ca: str = ''


class Hook(NamedTuple):
    """Who is told of reports by HTTP; no address tells nobody. `secret` signs the messages."""

    url: str = ''
    secret: str = ''

    def __repr__(self) -> str:
        """Without what is secret: the address may have a token in it too."""
        return f'Hook({bool(self.url)})'


class Wishes(NamedTuple):
    """All of it. `every` is one of EVERY, `keep` a number of reports."""

    every: str = 'daily'
    keep: int = KEEP
    folder: str = FOLDER
    mail: Mail = Mail()
    webhook: Hook = Hook()


def readers(text: Callable[[Node], str], path: Callable[[Node], str]) -> Dict[str, Any]:
    """How the group is read: for each key the field and what reads it, as settings._take wants it."""
    return {'every': ('report.every', _choice(text, *EVERY)), 'keep': ('report.keep', _number(text)),
            'folder': ('report.folder', path),
            'mail': {'server': ('report.mail.server', _server(text)), 'from': ('report.mail.sender', _address(text)),
                     'to': ('report.mail.to', _addresses(text)), 'user': ('report.mail.user', _plain(text)),
                     'password_file': ('report.mail.password_file', path),
                     'tls': ('report.mail.tls', _choice(text, 'starttls', 'tls', 'none')),
                     'ca': ('report.mail.ca', path)},
            'webhook': {'url': ('report.webhook.url', _url(text)), 'secret': ('report.webhook.secret', text)}}


def of(found: Dict[str, Any]) -> Wishes:
    """The wishes, of what was read."""
    def group(prefix: str) -> Dict[str, Any]:
        return {name[len(prefix):]: value for name, value in found.items()
                if name.startswith(prefix) and '.' not in name[len(prefix):]}
    return Wishes(mail=Mail(**group('report.mail.')), webhook=Hook(**group('report.webhook.')), **group(PREFIX))


def together(wishes: Wishes) -> List[Tuple[str, str]]:
    """What is wrong with values that are right by themselves: the group that they are in, and what there is to say."""
    mail, problems = wishes.mail, []
    if mail != Mail() and not (mail.server[0] and mail.sender and mail.to):
        problems.append(('mail', ' needs server, from and to'))
    if bool(mail.user) != bool(mail.password_file):
        problems.append(('mail', ': user and password_file are named together, or neither'))
    if mail.tls == 'none' and mail.user:
        problems.append(('mail', ': without TLS everybody could read the password: tls is starttls or tls, or there is '
                         'no user'))
    if wishes.webhook.secret and not wishes.webhook.url:
        problems.append(('webhook', ' needs url'))
    return problems


def _choice(text: Callable[[Node], str], *names: str) -> Callable[[Node], str]:
    def read(item: Node) -> str:
        if text(item) not in names:
            raise ValueError(f'{item.raw!r} is not one of {", ".join(names)}')
        return item.raw
    return read


def _number(text: Callable[[Node], str]) -> Callable[[Node], int]:
    def read(item: Node) -> int:
        if not re.fullmatch(r'[0-9]{1,5}', text(item)) or not 1 <= int(item.raw) <= MOST:
            raise ValueError(f'{item.raw!r} is not a number from 1 to {MOST}')
        return int(item.raw)
    return read


def _plain(text: Callable[[Node], str]) -> Callable[[Node], str]:
    def read(item: Node) -> str:
        if not re.fullmatch(r'[!-~][ -~]{0,254}', text(item)):
            raise ValueError(f'{item.raw!r} is not of letters, digits and signs of ASCII alone')
        return item.raw
    return read


def _server(text: Callable[[Node], str]) -> Callable[[Node], Tuple[str, int]]:
    def read(item: Node) -> Tuple[str, int]:
        found = _SERVER.fullmatch(text(item))
        port = int(found.group(3) or _PORT) if found else 0
        if not found or not 1 <= port <= 65535:
            raise ValueError(f'{item.raw!r} is not HOST:PORT, such as smtp.example.com:587')
        return found.group(1) or found.group(2), port
    return read


def _address(text: Callable[[Node], str]) -> Callable[[Node], str]:
    def read(item: Node) -> str:
        if not _ADDRESS.fullmatch(text(item)):
            raise ValueError(f'{item.raw!r} is not an address such as ops@example.com')
        return item.raw
    return read


def _addresses(text: Callable[[Node], str]) -> Callable[[Node], Tuple[str, ...]]:
    one = _address(text)

    def read(item: Node) -> Tuple[str, ...]:
        found = tuple(part(inner, one) for inner in item.value) if isinstance(item.value, list) else (one(item),)
        if not 1 <= len(found) <= 100:
            raise ValueError('is a list of 1 to 100 addresses')
        return found
    return read


def _url(text: Callable[[Node], str]) -> Callable[[Node], str]:
    def read(item: Node) -> str:
        if not re.fullmatch(r'https?://[^\s/@]+(/\S*)?', text(item)):
            raise ValueError('is no address such as https://log.example.com/reports')
        return item.raw
    return read
