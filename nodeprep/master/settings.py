"""/etc/nodeprep/master.yaml as values. Whatever is not understood is told with file and line, and stops the start."""
import os
import re
import shlex

from nodeprep.config import ConfigError, Node, parse
from nodeprep.language import read_tag
from nodeprep.master.delivery import wishes
from nodeprep.record import NamedTuple
from nodeprep.text import clean, nearest
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple
from nodeprep.wanted import read_duration

FILE, DATA, PORT = '/etc/nodeprep/master.yaml', '/var/lib/nodeprep-master', 9443
MOST = 2**20              # bytes of the file
KINDS = ('generic', 'alertmanager')
_DAY = 86400.0
_PASSWORD = re.compile(r'[^:]+://[^/?]*:[^/?]*@|.*[?&]password=')
_LABEL = re.compile(r'[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?')


class Webhook(NamedTuple):
    """Who is told of what happens. `secret`: what the messages are signed with; '' signs none."""

    name: str
    url: str
    kind: str = 'generic'
    secret: str = ''

    def __repr__(self) -> str:
        """Without what is secret: the address may have a token in it too."""
        return f'Webhook({self.name!r}, {self.kind!r})'


class Settings(NamedTuple):
    """What the file says. Times are seconds; `database` is '' for the SQLite file in the data folder."""

    listen: Tuple[str, int] = ('0.0.0.0', PORT)    # noqa: S104  # nodes reach it from elsewhere
    names: Tuple[str, ...] = ()
    database: str = ''
    certificate: str = ''
    key: str = ''
    ca: str = ''
    heartbeat: float = 60.0
    silent_after: float = 180.0
    reports: float = 30 * _DAY
    transitions: float = 400 * _DAY
    audit: float = 400 * _DAY
    approvals: float = _DAY
    webhooks: Tuple[Webhook, ...] = ()
    language: str = ''        # of the page; '' leaves it to each browser
    report: wishes.Wishes = wishes.Wishes()


def options(data: str, path: Optional[str] = None) -> str:
    """What a command about this same master needs besides, wherever it is typed: ' --data /srv/master' for a shell, ''
    for the folder and the file that are the usual ones.
    """
    given = [('--data', data if data != DATA else None), ('--config', path)]
    return ''.join(f' {name} {shlex.quote(str(clean(os.path.abspath(value))))}' for name, value in given if value)


def load(path: Optional[str] = None) -> Settings:
    """The settings of a file; those of FILE, which need not be there, when none is named. ConfigError."""
    name = FILE if path is None else path
    try:
        with open(name, 'rb') as file:
            raw = file.read(MOST + 1)
        text = raw.decode('utf-8')
    except FileNotFoundError:
        if path is None:
            return Settings()
        raise ConfigError(f'{name}: there is no such file; name one that is there, or leave --config out') from None
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else 'is not UTF-8'
        raise ConfigError(f'{name}: {said}') from None
    if len(raw) > MOST:
        raise ConfigError(f'{name}: larger than {MOST >> 10} KiB')
    return read(parse(text, name), lambda: os.stat(name).st_mode & 0o007 != 0)


def read(node: Node, exposed: Callable[[], bool] = lambda: False) -> Settings:
    """The settings of a parsed file. `exposed`: whether everybody may read it. ConfigError."""
    found: Dict[str, Any] = {}
    problems: List[str] = []
    for name, item in node.value.items():
        _take(_READERS, name, name, item, found, problems)
    settings = Settings(report=wishes.of(found), **{field: value for field, value in found.items()
                                                    if not field.startswith(wishes.PREFIX)})
    problems += _together(settings, node)
    if not any(wishes.PREFIX in one for one in problems):
        # Of what was not read nobody can say what goes with it.
        problems += [f'{node.value["report"].place}: {said}' for said in wishes.together(settings.report)]
    secret = 'webhooks' if any(hook.secret for hook in settings.webhooks) else \
        'report' if settings.report.webhook.secret else \
        'database' if _PASSWORD.match(settings.database) else ''
    if secret and exposed():
        problems.append(f'{node.value[secret].place}: there is a secret in this file, which everybody may read: '
                        f'chmod 0640 it')
    if problems:
        raise ConfigError(*problems)
    return settings


def _together(settings: Settings, node: Node) -> List[str]:
    """What is wrong with values that are right by themselves."""
    places = {name: item.place for name, item in node.value.items()}
    problems = []
    if bool(settings.certificate) != bool(settings.key):
        place = places.get('certificate') or places.get('key')
        problems.append(f'{place}: certificate and key are named together, or neither')
    if settings.ca and not settings.certificate:
        problems.append(f'{places["ca"]}: ca is for a certificate of your own; name certificate and key too')
    if settings.silent_after < 3 * settings.heartbeat:
        place = places.get('silent_after') or places['heartbeat']
        problems.append(f'{place}: silent_after is at least three heartbeats, {3 * settings.heartbeat:g}s; a node is '
                        f'not silent because one was lost')
    names = [hook.name for hook in settings.webhooks]
    problems += [f'{places["webhooks"]}: two webhooks are called {name}' for name in sorted(set(names))
                 if names.count(name) > 1]
    return problems


def _take(readers: Dict[str, Any], name: str, shown: str, item: Node, found: Dict[str, Any],
          problems: List[str]) -> None:
    """Reads one value into `found`; a dict in place of a reader is a group of them."""
    reader = readers.get(name)
    if reader is None:
        problems.append(f'{item.place}: unknown key {shown!r}' + nearest(name, readers))
    elif isinstance(reader, dict):
        if not isinstance(item.value, dict):
            problems.append(f'{item.place}: {shown}: is not a mapping')
            return
        for key, inner in item.value.items():
            _take(reader, key, f'{shown}.{key}', inner, found, problems)
    else:
        field, read_it = reader
        try:
            found[field] = read_it(item)
        except ValueError as error:
            problems.append(f'{item.place}: {shown}: {error}')


def _text(item: Node) -> str:
    if isinstance(item.value, (dict, list)) or item.value is None:
        raise ValueError('must be a single value')
    return item.raw


def _pause(least: float) -> Callable[[Node], float]:
    def read_it(item: Node) -> float:
        try:
            seconds = read_duration(_text(item))
        except ValueError as error:
            raise ValueError(f'{item.raw!r} {error}') from None
        if seconds < least:
            raise ValueError(f'{item.raw!r} is too short; at least {least:g}s')
        return seconds
    return read_it


def _listen(item: Node) -> Tuple[str, int]:
    host, port = endpoint(_text(item))
    if not re.match(r'[0-9.]+$|[0-9A-Fa-f:.]+$|[A-Za-z0-9.-]+$', host):
        raise ValueError(f'{item.raw!r} is not ADDRESS:PORT, such as 0.0.0.0:9443 or [::]:9443')
    return host, port


def endpoint(text: str) -> Tuple[str, int]:
    """Host and port. ValueError.

    >>> endpoint('0.0.0.0:9443'), endpoint('[::]:443'), endpoint('k8s-master')
    (('0.0.0.0', 9443), ('::', 443), ('k8s-master', 9443))
    """
    found = re.match(r'(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:\s]+))(?::([0-9]{1,5}))?$', text)
    if not found or int(found.group(3) or PORT) > 65535:
        raise ValueError(f'{text!r} is not ADDRESS:PORT, such as 0.0.0.0:9443 or [::]:9443')
    return found.group(1) or found.group(2), int(found.group(3) or PORT)


def is_name(text: str) -> bool:
    """Whether a certificate can have this name: a DNS name or an IP address.

    >>> is_name('k8s-master.example.com'), is_name('192.0.2.1'), is_name('fd00::1'), is_name('a b'), is_name('*.x')
    (True, True, True, False, False)
    """
    import ipaddress
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) < 254 and all(_LABEL.fullmatch(part) for part in text.split('.'))
    return True


def _names(item: Node) -> Tuple[str, ...]:
    if not isinstance(item.value, list):
        raise ValueError('is not a list; write it as [k8s-master, 192.0.2.1]')
    for one in item.value:
        if not is_name(_text(one)):
            raise ValueError(f'{one.raw!r} is neither a host name nor an address')
    return tuple(one.raw for one in item.value)


def _database(item: Node) -> str:
    if not re.match(r'sqlite:///[^\0]+$|postgres(ql)?://[^\s\0]+$', _text(item)):
        raise ValueError('is neither sqlite:///PATH nor postgresql://USER@HOST/NAME')
    return item.raw


def _path(item: Node) -> str:
    if not re.match(r'/[^\0\n]*$', _text(item)):
        raise ValueError(f'{item.raw!r} is not an absolute path')
    return item.raw


def _language(item: Node) -> str:
    try:
        return read_tag(_text(item))
    except ValueError as error:
        raise ValueError(f'{item.raw!r} {error}') from None


def _webhooks(item: Node) -> Tuple[Webhook, ...]:
    if not isinstance(item.value, list):
        raise ValueError('is not a list of {name, url, kind}')
    return tuple(_webhook(one) for one in item.value)


def _webhook(item: Node) -> Webhook:
    fields = item.value if isinstance(item.value, dict) else {}
    wrong = [name for name in fields if name not in Webhook._fields]
    if wrong:
        raise ValueError(f'a webhook has no {wrong[0]!r}' + nearest(wrong[0], Webhook._fields))
    values = {name: _text(one) for name, one in fields.items()}
    if not re.match(r'[A-Za-z0-9][A-Za-z0-9._-]{0,62}$', values.get('name', '')):
        raise ValueError('a webhook has a name of letters, digits and ._-')
    if not re.match(r'https?://[^\s/@]+(/\S*)?$', values.get('url', '')):
        raise ValueError(f'webhook {values["name"]} has no url such as https://alerts.example.com/nodeprep')
    if values.get('kind', KINDS[0]) not in KINDS:
        raise ValueError(f'webhook {values["name"]}: kind is one of {", ".join(KINDS)}')
    return Webhook(**values)


_READERS: Dict[str, Any] = {
    'listen': ('listen', _listen), 'names': ('names', _names), 'database': ('database', _database),
    'certificate': ('certificate', _path), 'key': ('key', _path), 'ca': ('ca', _path),
    'heartbeat': ('heartbeat', _pause(1.0)), 'silent_after': ('silent_after', _pause(3.0)),
    'retention': {'reports': ('reports', _pause(_DAY)), 'transitions': ('transitions', _pause(_DAY)),
                  'audit': ('audit', _pause(_DAY))},
    'approvals': {'valid': ('approvals', _pause(60.0))}, 'webhooks': ('webhooks', _webhooks),
    'language': ('language', _language), 'report': wishes.readers(_text, _path),
}
