"""As much of GRUB's script language as its configuration files use: words, variables, menus. Nothing is executed."""
import re
from collections import ChainMap

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, List, Mapping, Optional, Set, Tuple

_MOST = 2**20             # characters; an honest grub.cfg of many kernels has some ten thousand
_DEEPEST = 16             # levels of submenus
_MENUS = ('menuentry', 'submenu', 'function')
_KERNELS = ('linux', 'linux16', 'linuxefi')
_WORD = (r"""'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.?)|([ \t\r;]+)"""     # 'a', "a", \\a, what parts words,
         r"""|((?:^|(?<=[ \t\r;]))\#.*)|([^'"\\ \t\r;]+)""")               # a comment, all else
_KNOWN = _MENUS + _KERNELS + ('set', 'default', 'if', 'fi', '}', 'blscfg', 'configfile')


class Entry(NamedTuple):
    """One entry of a menu. `path` is its place as GRUB counts, from 0, one number a level of submenus."""

    path: Tuple[int, ...]
    title: str
    id: str
    submenu: bool
    kernel: str = ''               # '/vmlinuz-3.10.0-1160.el7.x86_64', as the boot loader sees it
    options: str = ''
    line: int = 0                  # of the linux command; 0: it has none


class Config(NamedTuple):
    """What a grub.cfg holds."""

    entries: Tuple[Entry, ...]
    defaults: Tuple[Tuple[bool, str], ...]     # what is set as `default`: (within an if, value as written)
    variables: Dict[str, str]                  # set whatever happens
    fallbacks: Dict[str, str]                  # set within an if
    bls: bool                                  # the blscfg command adds the entries of /boot/loader/entries
    elsewhere: bool                            # it hands over to another configuration file


def environment(text: str) -> Dict[str, str]:
    r"""The variables of an environment block (grub-editenv): a comment line, name=value lines, `#` up to its size.

    >>> environment('# GRUB Environment Block\nsaved_entry=a b\nx=1\\\\2\n####')['saved_entry']
    'a b'
    """
    found = {}
    for line in text.split('\n'):
        name, equals, value = line.partition('=')
        if equals and not name.startswith('#'):
            found[name] = value.replace('\\\\', '\\')
    return found


def words(line: str, variables: Mapping[str, str]) -> List[str]:
    """The words of one command, variables replaced; an unknown one is empty, a word in quotes keeps its blanks.

    >>> words('linux /vmlinuz $a "x y"\\' z\\' # no', {'a': 'b'})
    ['linux', '/vmlinuz', 'b', 'x y z']
    """
    found: List[str] = []
    here, begun = '', False
    for match in re.finditer(_WORD, line):
        single, double, escaped, blank, comment, plain = match.groups()
        if blank is not None or comment is not None:
            if begun:
                found.append(here)
            here, begun = '', False
            if comment is not None:
                break
            continue
        begun = True
        if single is not None:
            here += single
        elif double is not None:
            here += re.sub(r'\\(["\\$])', r'\1', expand(double, variables))
        elif escaped is not None:
            here += escaped
        else:
            here += expand(plain, variables)
    return found + [here] if begun else found


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Puts the values of variables in the place of $name and ${name}; an unknown one is empty."""
    if '$' not in text:
        return text
    return re.sub(r'\$(?:\{(\w+)\}|(\w+))', lambda match: variables.get(match.group(1) or match.group(2), ''), text)


def parse(text: str, block: Mapping[str, str]) -> Config:
    """Reads a grub.cfg, given the variables of its environment block.

    What an `if` decides is not decided here: what is set within one counts below the environment block.
    """
    if len(text) > _MOST:
        raise CannotTell('is too long to be a configuration of GRUB')
    reader = _Reader(block)
    for number, line in enumerate(text.split('\n'), 1):
        line = line.strip()
        name = re.match(r'[a-z0-9_]*|\}', line).group() or line[:1]    # type: ignore[union-attr]  # may be empty
        if name in _KNOWN:
            reader.command(name, line, number)
    return Config(tuple(reader.entries), tuple(reader.defaults), reader.always, reader.perhaps, 'blscfg' in reader.seen,
                  'configfile' in reader.seen)


class _Reader:
    """What was read so far of a grub.cfg."""

    def __init__(self, block: Mapping[str, str]) -> None:
        self.always: Dict[str, str] = {}
        self.perhaps: Dict[str, str] = {}
        self.variables = ChainMap(self.always, dict(block), self.perhaps)
        self.defaults: List[Tuple[bool, str]] = []
        self.entries: List[Entry] = []
        self.blocks: List[Optional[int]] = []      # which entry each open brace belongs to; None: a function
        self.counts = [0]                          # entries seen so far, one number a level of submenus
        self.ifs = 0
        self.seen: Set[str] = set()

    def command(self, name: str, line: str, number: int) -> None:
        self.seen.add(name)
        if name == 'if':
            self.ifs += not re.search(r'\bfi\s*$', line)
        elif name == 'fi':
            self.ifs = max(0, self.ifs - 1)
        elif name in ('set', 'default'):
            self._assign((line[4:].strip() if name == 'set' else line).partition('='))
        elif name == '}' and self.blocks:
            closed = self.blocks.pop()
            if closed is not None and self.entries[closed].submenu:
                self.counts.pop()
        elif name in _MENUS:
            self._open(name, line)
        elif name in _KERNELS and self.blocks and self.blocks[-1] is not None:
            self._kernel(self.blocks[-1], words(line, self.variables), number)

    def _assign(self, parts: Tuple[str, str, str]) -> None:
        key, equals, value = parts
        if equals and key == 'default':
            self.defaults.append((self.ifs > 0, value.strip().strip('"\'')))
        elif equals:
            (self.perhaps if self.ifs else self.always)[key] = ' '.join(words(value, self.variables))

    def _open(self, name: str, line: str) -> None:
        self.blocks.append(None if name == 'function' else len(self.entries))
        if name == 'function':
            return
        self.entries.append(_entry(line, (*(count - 1 for count in self.counts[:-1]), self.counts[-1])))
        self.counts[-1] += 1
        if name == 'submenu':
            self.counts.append(0)
        if len(self.counts) > _DEEPEST:
            raise CannotTell('has too many submenus within each other')

    def _kernel(self, index: int, command: List[str], number: int) -> None:
        if len(command) > 1 and not self.entries[index].line:
            self.entries[index] = self.entries[index]._replace(kernel=command[1], options=_joined(command[2:]),
                                                               line=number)


def _entry(line: str, path: Tuple[int, ...]) -> Entry:
    command = words(line, {'menuentry_id_option': '--id'})
    identity = ''
    for word, following in zip(command, command[1:] + ['']):
        if word == '--id':
            identity = following
        elif word.startswith('--id='):
            identity = word[5:]
    return Entry(path, command[1] if len(command) > 1 else '', identity, command[0] == 'submenu')


def _joined(options: List[str]) -> str:
    # GRUB puts a word that has blanks back into quotes before it hands the line to the kernel.
    return ' '.join(f'"{word}"' if ' ' in word or '\t' in word else word for word in options)
