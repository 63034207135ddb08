"""/etc/fstab as the C library reads it, and editing it without touching a line that is not meant.

Sources: fstab(5); getmntent(3) and glibc's misc/mntent_r.c, which is what systemd-fstab-generator reads it with on
every release; fstab_node_to_udev_node() and fstab_test_yes_no_option() of systemd's src/shared/fstab-util.c;
encode_devnode_name() of src/shared/device-nodes.c.

Two readers of a real system differ in one thing: swapon -a and mount -a (libmount) drop a carriage return at the end of
a line, the C library keeps it as part of the last field. `kind` is what the C library sees; see `Entry.plain_kind`.
"""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, Iterable, List, Tuple

PATH = '/etc/fstab'
MARK = '#nodeprep# '
_LONGEST = 4095                    # bytes of a line that getmntent(3) keeps: BUFFER_SIZE of glibc's misc/mntent.c
_ESCAPES = {'\\040': ' ', '\\011': '\t', '\\012': '\n', '\\134': '\\', '\\\\': '\\'}
_TAGS = {'LABEL': 'label', 'UUID': 'uuid', 'PARTUUID': 'partuuid', 'PARTLABEL': 'partlabel'}
_NODE_LETTERS = frozenset('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#+-.:=@_')


class Entry(NamedTuple):
    """One line of the table. A field that the line does not have is ''; `options` is () then."""

    line_number: int               # from 1
    spec: str                      # '/dev/sda2', 'UUID=…', a file, 'none'
    point: str                     # where it is mounted; anything for swap
    kind: str                      # the file system type, 'swap' for swap
    options: Tuple[str, ...] = ()
    dump: int = 0
    check: int = 0                 # fsck's pass

    @property
    def plain_kind(self) -> str:
        """The type as libmount reads it: without the carriage return of a line that ends in CR LF."""
        return self.kind[:-1] if self.kind.endswith('\r') else self.kind

    @property
    def device(self) -> str:
        """The path that systemd takes for the first field."""
        return device(self.spec)

    def has(self, name: str) -> bool:
        """Whether an option is there, with or without a value: fstab_test_option()."""
        return any(word == name or word.startswith(name + '=') for word in self.options)

    def last_of(self, *names: str) -> str:
        """The one of these options that comes last and so counts; '' when none is there. For noauto and auto."""
        return next((name for word in reversed(self.options) for name in names
                     if word == name or word.startswith(name + '=')), '')


def parse(text: str, path: str = PATH) -> List[Entry]:
    r"""The entries of a table, in its order. CannotTell for a NUL byte, behind which readers differ.

    >>> parse('# no\n LABEL=my\\040swap\tnone swap  sw,pri=5 0 0 # text\n\n/dev/sda1 / xfs defaults 0 1\r\n')[0].spec
    'LABEL=my swap'
    >>> parse('a b swap\r\n')[0].kind, parse('a\n')[0]
    ('swap\r', Entry(line_number=1, spec='a', point='', kind='', options=(), dump=0, check=0))
    """
    found = []
    for number, line in enumerate(text.split('\n'), 1):
        if '\0' in line:
            raise CannotTell(f'{path}:{number}: has a NUL byte in it', f'{path}:{number}')
        if len(line) * 4 > _LONGEST:
            line = line.encode('utf-8', 'surrogateescape')[:_LONGEST].decode('utf-8', 'surrogateescape')
        # Only blanks and tabs part fields; str.split() would also take a form feed or a no-break space.
        fields = [field for field in line.replace('\t', ' ').split(' ') if field]
        if not fields or fields[0].startswith('#'):
            continue
        spec, point, kind, options = (_unescaped(field) for field in (fields + ['', '', ''])[:4])
        found.append(Entry(number, spec, point, kind, tuple(split_options(options)), *_numbers(fields[4:6])))
    return found


def commented(text: str, line_numbers: Iterable[int]) -> str:
    r"""The text with these lines behind the marker; every other byte as it was.

    >>> commented('a\r\nb\nc', [2, 1])
    '#nodeprep# a\r\n#nodeprep# b\nc'
    """
    chosen = frozenset(line_numbers)
    return '\n'.join(MARK + line if number in chosen else line for number, line in enumerate(text.split('\n'), 1))


def device(spec: str) -> str:
    r"""The device path of a first field: fstab_node_to_udev_node(); a path is left as it is.

    >>> device('LABEL=my swap'), device('UUID="ab-c"'), device('/dev/sda2')
    ('/dev/disk/by-label/my\\x20swap', '/dev/disk/by-uuid/ab-c', '/dev/sda2')
    """
    tag, equals, value = spec.partition('=')
    if not equals or tag not in _TAGS:
        return spec
    if len(value) > 1 and value[0] == value[-1] and value[0] in '"\'':
        value = value[1:-1]
    return f'/dev/disk/by-{_TAGS[tag]}/' + ''.join(_node_letter(letter) for letter in value)


def split_options(text: str) -> List[str]:
    r"""The words of an option field, parted by commas; a backslash keeps the comma behind it (systemd since 248).

    >>> split_options('noauto,x-a=b\\,c,,pri=1')
    ['noauto', 'x-a=b\\,c', 'pri=1']
    """
    if '\\' not in text:
        return [word for word in text.split(',') if word]
    return [word for word in re.findall(r'(?:[^,\\]|\\(?:.|\Z))+', text, re.DOTALL) if word]


def _unescaped(field: str) -> str:
    if '\\' not in field:
        return field
    return re.sub(r'\\(?:040|011|012|134|\\)', lambda match: _ESCAPES[match.group()], field)


def _node_letter(letter: str) -> str:
    if letter in _NODE_LETTERS or letter > '\x7f' and not '\udc80' <= letter <= '\udcff':
        return letter
    return ''.join(f'\\x{byte:02x}' for byte in letter.encode('utf-8', 'surrogateescape'))


def _numbers(fields: List[str]) -> Tuple[int, int]:
    """The last two fields as sscanf(3) "%d %d" reads them: what is no number, and what follows it, is 0."""
    read: Dict[int, int] = {0: 0, 1: 0}
    for place, field in enumerate(fields):
        match = re.match(r'[+-]?[0-9]{1,9}', field)
        if not match:
            break
        read[place] = int(match.group())
        if match.group() != field.rstrip('\r'):
            break
    return read[0], read[1]
