"""What a value of /etc/nodeprep/master.yaml may be, each by itself. The ValueError of a reader says what is wrong."""
import re

from nodeprep.config import Misplaced, Node, part
from nodeprep.language import read_tag
from nodeprep.record import NamedTuple
from nodeprep.text import nearest
from nodeprep.typed import Callable, Tuple
from nodeprep.wanted import read_duration

KINDS = ('generic', 'alertmanager')
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


def text(item: Node) -> str:
    """A single value, as it is written."""
    if isinstance(item.value, (dict, list)) or item.value is None:
        raise ValueError('must be a single value')
    return item.raw


def pause(least: float) -> Callable[[Node], float]:
    """What reads a span of time, in seconds, of at least so many."""
    def read_it(item: Node) -> float:
        try:
            seconds = read_duration(text(item))
        except ValueError as error:
            raise ValueError(f'{item.raw!r} {error}') from None
        if seconds < least:
            lacks = f'; without a unit it is seconds: write it with one, such as {item.raw}d' if seconds and \
                item.raw.isdigit() and least >= 86400 else ''
            raise ValueError(f'{item.raw!r} is too short; at least {least:g}s{lacks}')
        return seconds
    return read_it


def is_name(name: str) -> bool:
    """Whether a certificate can have this name: a DNS name or an IP address.

    >>> is_name('k8s-master.example.com'), is_name('192.0.2.1'), is_name('fd00::1'), is_name('a b'), is_name('*.x')
    (True, True, True, False, False)
    """
    import ipaddress
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return len(name) < 254 and all(_LABEL.fullmatch(part) for part in name.split('.'))
    return True


def names(item: Node) -> Tuple[str, ...]:
    """A list of host names and addresses."""
    if not isinstance(item.value, list):
        raise ValueError('is not a list; write it as [k8s-master, 192.0.2.1]')
    return tuple(part(one, _name) for one in item.value)


def _name(item: Node) -> str:
    if not is_name(text(item)):
        raise ValueError(f'{item.raw!r} is neither a host name nor an address')
    return item.raw


def database(item: Node) -> str:
    """The URL of a database."""
    if not re.match(r'sqlite:///[^\0]+$|postgres(ql)?://[^\s\0]+$', text(item)):
        raise ValueError('is neither sqlite:///PATH nor postgresql://USER@HOST/NAME')
    return item.raw


def path(item: Node) -> str:
    """An absolute path."""
    if not re.match(r'/[^\0\n]*$', text(item)):
        raise ValueError(f'{item.raw!r} is not an absolute path')
    return item.raw


def language(item: Node) -> str:
    """The tag of a language that there is, such as zh_CN."""
    try:
        return read_tag(text(item))
    except ValueError as error:
        raise ValueError(f'{item.raw!r} {error}') from None


def webhooks(item: Node) -> Tuple[Webhook, ...]:
    """A list of webhooks."""
    if not isinstance(item.value, list):
        raise ValueError('is not a list of {name, url, kind}')
    return tuple(part(one, _webhook) for one in item.value)


def _webhook(item: Node) -> Webhook:
    fields = item.value if isinstance(item.value, dict) else {}
    wrong = [name for name in fields if name not in Webhook._fields]
    if wrong:
        said = f'a webhook has no {wrong[0]!r}' + nearest(wrong[0], Webhook._fields)
        raise Misplaced(said, fields[wrong[0]].place)
    values = {name: part(one, text) for name, one in fields.items()}
    if not re.match(r'[A-Za-z0-9][A-Za-z0-9._-]{0,62}$', values.get('name', '')):
        raise Misplaced('a webhook has a name of letters, digits and ._-', fields.get('name', item).place)
    if not re.match(r'https?://[^\s/@]+(/\S*)?$', values.get('url', '')):
        raise Misplaced(f'webhook {values["name"]} has no url such as https://alerts.example.com/nodeprep',
                        fields.get('url', item).place)
    if values.get('kind', KINDS[0]) not in KINDS:
        raise Misplaced(f'webhook {values["name"]}: kind is one of {", ".join(KINDS)}', fields['kind'].place)
    return Webhook(**values)
