"""Boot loader entries, one file each: the Boot Loader Specification, type 1, as GRUB on EL8 and later reads them."""
import re

from nodeprep.linux.versions import key
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Mapping, Tuple

FOLDER = '/boot/loader/entries'
_MOST = 200               # entries: a host keeps three kernels or so, and each file is read
Pieces = Tuple[Tuple[int, str], ...]           # (offset in a text, where it was read) in rising order


class BootEntry(NamedTuple):
    """An entry of a boot loader, whichever that is: what it is called, what it loads and with which arguments."""

    id: str
    title: str
    kernel: str                    # path of the kernel as the boot loader sees it
    version: str                   # of the kernel; '' when nothing tells it
    options: str
    source: str                    # path:line of what gives the options
    pieces: Pieces = ()            # where parts of the options were read, when in several places


def entries(host: Any, folder: str, variables: Mapping[str, Tuple[str, str]]) -> List[BootEntry]:
    """The entries of a folder, newest first as GRUB's blscfg sorts them.

    `variables` are those of GRUB: name -> (value, where it was read); entries may use them as $name.
    """
    names = [name for name in host.names(folder) if name.endswith('.conf') and not name.startswith('.')]
    if len(names) > _MOST:
        raise CannotTell(f'has more than {_MOST} entries', folder)
    found = [parse(host.read(f'{folder}/{name}'), f'{folder}/{name}', variables) for name in names]
    return sorted(found, key=lambda entry: _order(entry.id), reverse=True)


def parse(text: str, path: str, variables: Mapping[str, Tuple[str, str]]) -> BootEntry:
    """The entry that a file describes: `key value` lines, `options` may come more than once.

    >>> parse('title x\\nlinux /vmlinuz-5.14.0-1.el9\\noptions a $k\\n', '/e.conf', {'k': ('b c', '/env')})[2:5]
    ('/vmlinuz-5.14.0-1.el9', '5.14.0-1.el9', 'a b c')
    """
    fields = {'title': '', 'linux': '', 'version': ''}
    options: List[Tuple[str, str]] = []
    source = path
    for number, line in enumerate(text.split('\n'), 1):
        name, _, value = line.strip().replace('\t', ' ').partition(' ')
        value = value.strip()
        if name == 'options' and value:
            source = source if options else f'{path}:{number}'
            options += [(' ', '')] if options else []
            options += _expanded(value, f'{path}:{number}', variables)
        elif name in fields and value:
            fields[name] = value
    if not options and 'default_kernelopts' in variables:      # GRUB's blscfg.c: what an entry without options gets
        options = [variables['default_kernelopts']]
    # kernel-install writes the title and the version; images made by hand often have the path alone.
    version = fields['version'] if re.match(r'\d', fields['version']) else kernel_version(fields['linux'])
    text, pieces = '', []
    for part, place in options:
        pieces += [(len(text), place)] if place else []
        text += part
        if len(text) > 2**16:
            raise CannotTell('the options are too long to be a kernel command line', path)
    return BootEntry(path.rpartition('/')[2][:-len('.conf')], fields['title'], fields['linux'], version, text,
                     source, tuple(pieces))


def kernel_version(path: str) -> str:
    """The version of a kernel from its file name, as every distribution names it; '' when it does not tell.

    >>> kernel_version('/boot/vmlinuz-3.10.0-1160.el7.x86_64'), kernel_version('/vmlinuz')
    ('3.10.0-1160.el7.x86_64', '')
    """
    match = re.search(r'/?(?:vmlinu[xz]|linux|kernel|Image)-([0-9][^/]*)$', path)
    folder = re.search(r'/([0-9]+\.[^/]*)/linux$', path)           # systemd-boot: /<machine-id>/<version>/linux
    found = match or folder
    return found.group(1) if found else ''


def _order(identity: str) -> Tuple[Any, ...]:
    """blscfg.c takes the file name for name-version-release and compares each part as rpm does."""
    name, _, release = identity.rpartition('-')
    name, _, version = name.rpartition('-')
    return key(name), key(version), key(release)


def _expanded(value: str, place: str, variables: Mapping[str, Tuple[str, str]]) -> List[Tuple[str, str]]:
    """The value in pieces: what stands in the entry itself, and what a variable brings along from elsewhere."""
    parts: List[Tuple[str, str]] = []
    for index, part in enumerate(re.split(r'\$\{?(\w+)\}?', value)):
        if index % 2:
            parts.append(variables.get(part, ('', place)))
        elif part:
            parts.append((part, place))
    return parts
