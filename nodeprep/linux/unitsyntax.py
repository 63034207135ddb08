"""The syntax of systemd's unit files, and of the names of units.

Sources: systemd.syntax(7), systemd.unit(5), src/shared/conf-parser.c and src/basic/unit-name.c.
"""
import functools
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Iterable, Iterator, List, Optional, Tuple

TYPES = ('service', 'socket', 'target', 'device', 'mount', 'automount', 'swap', 'timer', 'path', 'slice', 'scope')
MAY_ALIAS = ('service', 'socket', 'target', 'device', 'timer', 'path')       # unit_type_may_alias()
MAY_TEMPLATE = ('service', 'socket', 'target', 'timer', 'path')              # unit_type_may_template()
PLAIN, TEMPLATE, INSTANCE = 'plain', 'template', 'instance'
_BLANK = ' \t\n\r'
_KEPT = 2**15             # characters of a text whose settings are kept; unit files are far below
Setting = Tuple[str, str, str, int]
_LETTERS = frozenset('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@')


class Name(NamedTuple):
    """The parts of a unit's name: 'getty@tty1.service' is getty, tty1, service."""

    prefix: str
    instance: str
    type: str
    kind: str

    @property
    def template(self) -> str:
        """'getty@.service' of an instance or a template; the name itself of a plain one."""
        return f'{self.prefix}.{self.type}' if self.kind == PLAIN else f'{self.prefix}@.{self.type}'


@functools.lru_cache(4096)
def split(name: str) -> Name:
    """The parts of a unit's name; ValueError when it is none. unit_name_classify() of src/basic/unit-name.c.

    >>> split('getty@tty1.service')
    Name(prefix='getty', instance='tty1', type='service', kind='instance')
    >>> split('a.service').kind, split('a@.service').kind
    ('plain', 'template')
    """
    stem, dot, kind = name.rpartition('.')
    prefix, at, instance = stem.partition('@')
    if not dot or kind not in TYPES or not prefix or len(name) > 255 or not _LETTERS.issuperset(name):
        raise ValueError(f'{name!r} is not the name of a unit')
    return Name(prefix, instance, kind, PLAIN if not at else INSTANCE if instance else TEMPLATE)


def is_name(name: str) -> bool:
    """Whether this may be the name of a unit."""
    try:
        return bool(split(name))
    except ValueError:
        return False


def of_instance(template: str, instance: str) -> str:
    """The name of an instance.

    >>> of_instance('getty@.service', 'tty1')
    'getty@tty1.service'
    """
    prefix, _, rest = template.partition('@.')
    return f'{prefix}@{instance}.{rest}'


def settings(text: str, path: str) -> Iterator[Setting]:
    r"""Each assignment as (section, key, value, line number of its first line). CannotTell for a broken section header.

    A line that ends in an odd backslash goes on in the next one, comments in between left out.

    >>> list(settings('[Unit]\n# no\nAfter=a.service \\\n b.service\n', 'x'))
    [('Unit', 'After', 'a.service   b.service', 3)]
    """
    if len(text) > _KEPT:
        return _settings(text, path)
    found, trouble = _known(text, path)
    return iter(found) if trouble is None else _then(found, trouble)


# The same text says the same in each round of an agent, and to each who asks within one.
@functools.lru_cache(128)
def _known(text: str, path: str) -> Tuple[Tuple[Setting, ...], Optional[CannotTell]]:
    found = []
    try:
        for one in _settings(text, path):
            found.append(one)
    except CannotTell as error:
        return tuple(found), error
    return tuple(found), None


def _then(found: Iterable[Setting], trouble: CannotTell) -> Iterator[Setting]:
    yield from found
    raise CannotTell(trouble.reason, trouble.source)


def _settings(text: str, path: str) -> Iterator[Setting]:
    section, first, odd = '', 0, _undecodable(text)
    begun: List[str] = []         # joined once, at the end: half a million pieces would take minutes one by one
    for number, line in enumerate(text.split('\n'), 1):
        bare = line.strip(_BLANK)
        if bare[:1] in ('#', ';') if bare else not begun:
            continue
        if number == 1 and line[:1] == '\ufeff':
            line = line[1:]
        if not begun:
            first = number
        if line.endswith('\\') and (len(line) - len(line.rstrip('\\'))) % 2:
            begun.append(line[:-1] + ' ')
            continue
        line, begun = (''.join(begun) + line).strip(_BLANK), []
        if line.startswith('['):
            if not line.endswith(']'):
                raise CannotTell(f'{path}:{first}: broken section header', f'{path}:{first}')
            section = line[1:-1]
        elif '=' in line and section and not (odd and _undecodable(line)):
            key, _, value = line.partition('=')
            yield section, key.rstrip(_BLANK), value.lstrip(_BLANK), first
    last = ''.join(begun).strip(_BLANK)
    if '=' in last and section and not last.startswith('['):
        key, _, value = last.partition('=')
        yield section, key.rstrip(_BLANK), value.strip(_BLANK), first


def _undecodable(text: str) -> bool:
    # "String is not UTF-8 clean, ignoring assignment": conf-parser.c. Such bytes came in as lone surrogates.
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def words(value: str) -> List[str]:
    """The words of a list value, quotes taken off; extract_first_word() with EXTRACT_UNQUOTE.

    >>> words('a.service "b c" d')
    ['a.service', 'b c', 'd']
    """
    if '"' not in value and "'" not in value:
        return value.split()
    found = re.findall(r'(?:"[^"]*"|\'[^\']*\'|[^\s"\'])+', value)
    return [''.join(part[1:-1] if part[0] in '"\'' else part for part in re.findall(_PARTS, word)) for word in found]


_PARTS = r'"[^"]*"|\'[^\']*\'|[^\s"\']+'
