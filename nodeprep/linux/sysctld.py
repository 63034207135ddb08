"""sysctl.d and sysctl.conf as the systemd-sysctl of each release reads them.

Sources: parse_file() and apply_all() of src/sysctl/sysctl.c, sysctl_normalize() of src/shared/sysctl-util.c, each in
the systemd sources of EL7 (219), EL8 (239), EL9 (252) and EL10 (257).
"""
import functools
import posixpath

from nodeprep.linux import systemdlines
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, Iterable, Iterator, Optional, Tuple

# The first systemd that has it. EL8's 239 carries DASH as a backport.
DASH, GLOBS, SKIPS_SAME = 239, 245, 246
_SPACE = systemdlines.SPACE
_KEPT = 2**15             # characters of a text whose assignments are kept


class Option(NamedTuple):
    """One assignment. `key` as /proc/sys has it: net/ipv4/ip_forward. `value` None: the key is taken out of globs."""

    key: str
    value: Optional[str]
    path: str
    line: int

    @property
    def source(self) -> str:
        """path:line."""
        return f'{self.path}:{self.line}'

    @property
    def glob(self) -> bool:
        """Whether the key has wildcards; only systemd from GLOBS on looks at them."""
        return any(letter in self.key for letter in '*?[')


def assignments(text: str, path: str, systemd: int) -> Iterator[Option]:
    r"""What the lines of one file say; comments, blank lines and lines that are no assignment are passed over.

    >>> [(one.key, one.value) for one in assignments('# no\n net.ipv4.ip_forward = 1 \n-kernel.x\n?\n', 'f', 252)]
    [('net/ipv4/ip_forward', '1'), ('kernel/x', None)]
    >>> [(one.key, one.value) for one in assignments('-net.ipv4.ip_forward=1\n-kernel.x\n', 'f', 219)]
    [('-net/ipv4/ip_forward', '1')]
    """
    return iter(_known(text, path, systemd)) if len(text) <= _KEPT else _assignments(text, path, systemd)


@functools.lru_cache(64)          # the same texts come each round of an agent, and twice within one
def _known(text: str, path: str, systemd: int) -> Tuple[Option, ...]:
    return tuple(_assignments(text, path, systemd))


def _assignments(text: str, path: str, systemd: int) -> Iterator[Option]:
    lines = systemdlines.by_read_line(text, systemd >= 240) if systemd >= 239 else systemdlines.by_fgets(text)
    for number, line in lines:
        if not line or line[0] in '#;':
            continue
        key, equals, value = line.partition('=')
        if not equals and (systemd < GLOBS or not key.startswith('-')):
            continue
        key = key.rstrip(_SPACE)
        if key.startswith('-') and systemd >= DASH:
            key = key[1:]
            if systemd >= GLOBS:
                key = key.lstrip(_SPACE)
        yield Option(normalized(key, systemd), value.strip(_SPACE) if equals else None, path, number)


def normalized(key: str, systemd: int) -> str:
    """A key as a path below /proc/sys. When its first separator is a dot, dots and slashes change places.

    >>> normalized('net.ipv4.conf.eth0/100.rp_filter', 219), normalized('net/ipv4/conf/eth0.100/rp_filter', 219)
    ('net/ipv4/conf/eth0.100/rp_filter', 'net/ipv4/conf/eth0.100/rp_filter')
    >>> normalized('/net//ipv4/./ip_forward', 219), normalized('/net//ipv4/./ip_forward', 252)
    ('/net//ipv4/./ip_forward', 'net/ipv4/ip_forward')
    """
    dot, slash = key.find('.'), key.find('/')
    if dot >= 0 and (slash < 0 or dot < slash):
        key = key.translate({46: '/', 47: '.'})
    if systemd < GLOBS:
        return key
    whole = ('/' if key.startswith('/') else '') + '/'.join(part for part in key.split('/') if part not in ('', '.'))
    return whole[1:] if len(whole) > 1 and whole[0] == '/' else whole or ('.' if key else '')


def options(texts: Iterable[Tuple[str, str]], systemd: int) -> Dict[str, Option]:
    """What a list of (path, text), in the order of reading, adds up to, in the order in which it is written.

    A key that gets another value moves to the end; one that gets the same value again stays where it was, which
    decides between keys that are one variable to the kernel.
    """
    found: Dict[str, Option] = {}
    for path, text in texts:
        for one in assignments(text, path, systemd):
            before = found.get(one.key)
            if before is not None and before.value != one.value:
                del found[one.key]
            found[one.key] = one
    return found


def writes(found: Dict[str, Option], paths: Iterable[str], systemd: int) -> Iterator[Tuple[str, Option]]:
    """(path below /proc/sys, assignment) in order, of those writes that go to one of `paths`.

    `paths` are all there that are of interest; a wildcard goes to each that has no assignment of its own.
    """
    wanted = list(paths)
    for one in found.values():
        if one.value is None:
            continue
        if systemd >= GLOBS and one.glob:
            from nodeprep.linux import wildcard  # few hosts have a glob
            yield from ((path, one) for path in wanted if path not in found and wildcard.matches(path, one.key))
            continue
        if systemd >= GLOBS and '..' in one.key.split('/'):
            continue                                     # path_is_normalized() refuses it
        path = posixpath.normpath('/' + one.key)[1:].lstrip('/')
        if path in wanted:
            yield path, one
