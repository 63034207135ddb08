"""The kernel's command line: what the running kernel was given, and what the next boot would give it."""
import functools

from nodeprep.linux.bootloader import default_entry
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Optional, Tuple

SOURCE = '/proc/cmdline'
_BLANKS = ' \t\n\v\f\r'


class KernelArgs(NamedTuple):
    """Words of a kernel command line, quotes taken off, each with the place it was read from.

    Names are compared literally. What stands after `--` is init's: the kernel itself never sees it, systemd does.
    """

    words: Tuple[str, ...]
    places: Tuple[str, ...]        # as long as words
    source: str                    # the file that decides
    after: int                     # how many of the words the kernel itself reads

    def values(self, name: str) -> List[str]:
        """The values given for a name, in order; '' for a bare word.

        >>> parse('quiet a=1 "a=2 3"', 'x').values('a')
        ['1', '2 3']
        """
        return [_value(word) for word in self._seen_as(name) if word.startswith(name) and _name(word) == name]

    def value(self, name: str) -> Optional[str]:
        """The last value given, which is the one that counts; '' for a bare word, None when it is not there."""
        found = self.values(name)
        return found[-1] if found else None

    def where(self, name: str) -> str:
        """The place of the word that counts; the source of the whole line when the name is not there."""
        for index in range(len(self._seen_as(name)) - 1, -1, -1):
            if self.words[index].startswith(name) and _name(self.words[index]) == name:
                return self.places[index]
        return self.source

    def _seen_as(self, name: str) -> Tuple[str, ...]:
        # systemd reads all of /proc/cmdline (src/basic/proc-cmdline.c), the kernel stops at `--` (kernel/params.c).
        return self.words if name.startswith(('systemd.', 'rd.', 'luks.', 'fstab')) else self.words[:self.after]


def running(host: Any) -> KernelArgs:
    """What the running kernel was given."""
    found: KernelArgs = host.once('kernelargs', lambda: parse(host.read(SOURCE), SOURCE))
    return found


def at_boot(host: Any) -> KernelArgs:
    """What the default entry of the boot loader would give the kernel.

    A live host without any boot loader configuration (the hypervisor boots the kernel) gets its running arguments
    again, and `source` says so. CannotTell on an image without one, and when a file may not be read.
    """
    found: KernelArgs = host.once('kernelargs at boot', lambda: _at_boot(host))
    return found


def _at_boot(host: Any) -> KernelArgs:
    entry = default_entry(host)
    if entry is not None:
        return parse(entry.options, entry.source, entry.pieces)
    if not host.live:
        raise CannotTell('the image has no boot loader configuration that is known', '/boot')
    source = f'{SOURCE} (there is no boot loader configuration below /boot)'
    return running(host)._replace(source=source, places=(source,) * len(running(host).words))


@functools.lru_cache(8)       # in an agent the same line comes each round
def parse(text: str, source: str, pieces: Tuple[Tuple[int, str], ...] = ()) -> KernelArgs:
    r"""The words of a command line as next_arg() of the kernel's lib/cmdline.c takes them apart.

    `pieces` are (offset, place) pairs in rising order for a text that was put together from several places.

    >>> parse('a "b=c d" e="f g" -- h', 'x')
    KernelArgs(words=('a', 'b=c d', 'e=f g', 'h'), places=('x', 'x', 'x', 'x'), source='x', after=3)
    """
    words: List[str] = []
    places: List[str] = []
    kernels = -1
    for offset, word in _split(text):
        if word == '--' and kernels < 0:
            kernels = len(words)
            continue
        words.append(word)
        places.append(next((place for begin, place in reversed(pieces) if begin <= offset), source))
    return KernelArgs(tuple(words), tuple(places), source, len(words) if kernels < 0 else kernels)


def _split(text: str) -> List[Tuple[int, str]]:
    found, begin, quoted, size = [], -1, False, len(text)
    for index in range(size + 1):
        letter = text[index] if index < size else ''
        if begin < 0 and letter and letter not in _BLANKS:
            begin, quoted = index, False
        if letter == '"':
            quoted = not quoted
        if begin >= 0 and (not letter or letter in _BLANKS and not quoted):
            found.append((begin, _unquoted(text[begin:index])))
            begin = -1
    return found


def _unquoted(word: str) -> str:
    """Quotes go where they open the word or its value, with the one that closes it; others stay, as in the kernel."""
    whole = word.startswith('"')
    if whole:
        word = word[1:]
    name, equals, value = word.partition('=')
    if equals and name and value.startswith('"'):
        value = value[1:]
        whole = True
    word = name + equals + value
    return word[:-1] if whole and word.endswith('"') else word


def _name(word: str) -> str:
    return word.partition('=')[0]


def _value(word: str) -> str:
    return word.partition('=')[2]
