"""/etc/nodeprep/master.yaml as values. Whatever is not understood is told with file and line, and stops the start."""
import os
import re
import shlex

from nodeprep.config import ConfigError, Misplaced, Node, parse
from nodeprep.master import settingvalues as values
from nodeprep.master.delivery import wishes
from nodeprep.record import NamedTuple
from nodeprep.text import clean, nearest
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

FILE, DATA, PORT = '/etc/nodeprep/master.yaml', '/var/lib/nodeprep-master', 9443
MOST = 2**20              # bytes of the file
_DAY = 86400.0
_PASSWORD = re.compile(r'[^:]+://[^/?]*:[^/?]*@|.*[?&]password=')


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
    webhooks: Tuple[values.Webhook, ...] = ()
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
    return read(parse(text, name, f'listen: 0.0.0.0:{PORT}'), lambda: os.stat(name).st_mode & 0o007 != 0)


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
        problems += [f'{node.value["report"].value[group].place}: report.{group}{said}'
                     for group, said in wishes.together(settings.report)]
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
    problems += [f'{node.value["webhooks"].value[at].place}: two webhooks are called {name}'
                 for at, name in enumerate(names) if names.index(name) < at]
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
            place = error.place if isinstance(error, Misplaced) else item.place
            problems.append(f'{place}: {shown}: {error}')


def _listen(item: Node) -> Tuple[str, int]:
    host, port = endpoint(values.text(item))
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


_READERS: Dict[str, Any] = {
    'listen': ('listen', _listen), 'names': ('names', values.names), 'database': ('database', values.database),
    'certificate': ('certificate', values.path), 'key': ('key', values.path), 'ca': ('ca', values.path),
    'heartbeat': ('heartbeat', values.pause(1.0)), 'silent_after': ('silent_after', values.pause(3.0)),
    'retention': {'reports': ('reports', values.pause(_DAY)), 'transitions': ('transitions', values.pause(_DAY)),
                  'audit': ('audit', values.pause(_DAY))},
    'approvals': {'valid': ('approvals', values.pause(60.0))}, 'webhooks': ('webhooks', values.webhooks),
    'language': ('language', values.language), 'report': wishes.readers(values.text, values.path),
}
