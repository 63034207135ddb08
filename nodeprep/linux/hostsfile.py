"""/etc/hosts as the C library reads it, and the one block in it that is ours.

Source: hosts(5); nss/nss_files/files-hosts.c of glibc, against which tests/compare/test_hostsfile_real.py holds this:
`#` ends a line's content anywhere, words are parted by white space, a line whose first word is not an address
(inet_pton(3), so no 127.1) is passed over, names are compared without case. getaddrinfo(3) gathers the addresses of
every line that has the name; gethostbyname(3) takes the first alone. So a name on two lines means two things.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, Iterator, List, Optional, Tuple

PATH = '/etc/hosts'
BEGIN, END = '# BEGIN nodeprep managed', '# END nodeprep managed'


class Line(NamedTuple):
    """An entry: `address` is written as inet_ntop(3) does, `names` have the canonical one first."""

    number: int
    address: str
    names: Tuple[str, ...]

    @property
    def source(self) -> str:
        """Where it stands."""
        return f'{PATH}:{self.number}'


class Broken(ValueError):
    """The markers of the block are not one pair in order; the message says where they are."""


def address(word: str) -> str:
    """An address as inet_ntop(3) writes it, '' for what is none.

    >>> address('2001:DB8:0::1'), address('127.1'), address('10.0.0.010')
    ('2001:db8::1', '', '')
    """
    import _socket as socket  # the C half: the other makes enums of its constants first, which takes 2 ms
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_ntop(family, socket.inet_pton(family, word))
        except (OSError, ValueError):       # ValueError: a NUL or what is not ASCII in it
            continue
    return ''


def lookup(text: str, name: str) -> List[Line]:
    r"""Every entry with this name, top down: the first is the one that gethostbyname(3) takes.

    >>> lookup('127.0.0.1 localhost\n10.0.0.1\tMaster m # x\n10.0.0.2 master\n', 'master')
    [Line(number=2, address='10.0.0.1', names=('Master', 'm')), Line(number=3, address='10.0.0.2', names=('master',))]
    """
    wanted = fold(name)
    found = (_entry(number, raw) for number, raw in _lines_with(text, wanted))
    return [line for line in found if line and wanted in map(fold, line.names)]


def fold(name: str) -> str:
    r"""A name as it is compared: strcasecmp(3) of the C locale knows no letters but those of ASCII.

    >>> fold('Master'), fold('\u212a') == '\u212a', '\u212a'.lower()
    ('master', True, 'k')
    """
    return name.encode('utf-8', 'surrogateescape').lower().decode('utf-8', 'surrogateescape')


def index(text: str) -> Dict[str, List[Line]]:
    """Every name of a hosts file, folded, with its entries top down."""
    found: Dict[str, List[Line]] = {}
    for line in entries(text):
        for name in dict.fromkeys(fold(one) for one in line.names):
            found.setdefault(name, []).append(line)
    return found


def entries(text: str) -> List[Line]:
    """Every entry of a hosts file."""
    return [line for line in (_entry(number, raw) for number, raw in enumerate(text.split('\n'), 1)) if line]


def _entry(number: int, raw: str) -> Optional[Line]:
    # White space of the C locale alone: str.split() would part words at more than that.
    words = raw.partition('\0')[0].partition('#')[0].encode('utf-8', 'surrogateescape').split()
    first = address(words[0].decode('utf-8', 'surrogateescape')) if len(words) > 1 else ''
    return Line(number, first, tuple(word.decode('utf-8', 'surrogateescape') for word in words[1:])) if first else None


def _lines_with(text: str, part: str) -> Iterator[Tuple[int, str]]:
    """The lines that hold a folded text: files that block advertisements have hundreds of thousands that do not."""
    folded, number, counted = fold(text), 1, 0             # as long as the text, so that places are the same
    at = folded.find(part)
    while at >= 0:
        begin, end = folded.rfind('\n', 0, at) + 1, folded.find('\n', at)
        end = end if end >= 0 else len(text)
        number, counted = number + folded.count('\n', counted, begin), begin
        yield number, text[begin:end]
        at = folded.find(part, end + 1)


def block(text: str) -> Optional[Tuple[int, int]]:
    r"""The line numbers of the two markers, None when there is no block. Broken unless they are one pair in order.

    >>> block(f'a\n{BEGIN}\nb\n{END}\n'), block('a\n')
    ((2, 4), None)
    """
    lines = [line.strip() for line in text.split('\n')]
    begins = [number for number, line in enumerate(lines, 1) if line == BEGIN]
    ends = [number for number, line in enumerate(lines, 1) if line == END]
    if not begins and not ends:
        return None
    if len(begins) == len(ends) == 1 and begins[0] < ends[0]:
        return begins[0], ends[0]
    where = ', '.join(f'{PATH}:{number}' for number in sorted(begins + ends))
    raise Broken(f'the markers of the nodeprep block are not one pair in order: {where}')


def outside(text: str) -> str:
    """The file with the lines of the block made empty, so that line numbers stay."""
    place = block(text)
    if place is None:
        return text
    lines = text.split('\n')
    lines[place[0] - 1:place[1]] = [''] * (place[1] - place[0] + 1)
    return '\n'.join(lines)


def with_block(text: str, wanted: Iterable[Tuple[str, Iterable[str]]]) -> str:
    r"""The file with these (address, names) in the block, all other bytes as they were. No entries: no block.

    >>> with_block('127.0.0.1 localhost', [('10.0.0.1', ['a', 'b'])]).split('\n')[1:]
    ['# BEGIN nodeprep managed', '10.0.0.1 a b', '# END nodeprep managed', '']
    """
    ours = [f'{one} {" ".join(names)}\n' for one, names in wanted]
    whole = ''.join([BEGIN + '\n'] + ours + [END + '\n']) if ours else ''
    place = block(text)
    if place is None:
        return text + ('\n' if whole and text and not text.endswith('\n') else '') + whole
    lines = _split(text)
    return ''.join(lines[:place[0] - 1]) + whole + ''.join(lines[place[1]:])


def _split(text: str) -> List[str]:
    # Only \n ends a line; str.splitlines() knows a dozen more.
    parts = text.split('\n')
    return [part + '\n' for part in parts[:-1]] + parts[-1:]


def by_name(wanted: Dict[str, Any]) -> Dict[str, List[str]]:
    """name, folded -> the addresses it should have, of a mapping from an address to its name or names."""
    found: Dict[str, List[str]] = {}
    for one, names in wanted.items():
        for name in words(names):
            found.setdefault(fold(name), []).append(address(one))
    return found


def words(names: Any) -> List[str]:
    """The names of an entry, be they one text or a list of them."""
    return names.split() if isinstance(names, str) else [word for name in names for word in name.split()]
