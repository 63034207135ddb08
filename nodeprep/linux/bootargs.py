"""The kernel that the next boot would start, and its arguments, as far as they can be told."""
from nodeprep.linux import bootloader, kernelargs, versions
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Tuple


class Arguments(NamedTuple):
    """`words` are (word, place) pairs; `kernel` the two numbers its release begins with, (0, 0) when none is known.

    `trouble`: why the arguments cannot be told, '' when they can; `words` is empty then.
    """

    words: Tuple[Tuple[str, str], ...]
    kernel: Tuple[int, int]
    trouble: str

    def values(self, *names: str) -> List[Tuple[str, str]]:
        """(value, place) of every argument with one of these names, in order."""
        found = []
        for word, place in self.words:
            name, equals, value = word.partition('=')
            if equals and name in names:
                found.append((value, place))
        return found


def arguments(host: Any) -> Arguments:
    """What is known of the next boot's arguments.

    An image without a boot loader, and a user who may not read its files, get none, with the trouble: what they could
    change is rare, and whoever uses them tells it.
    """
    found: Arguments = host.once('bootargs', lambda: _arguments(host))
    return found


def _arguments(host: Any) -> Arguments:
    kernel = numbers(boot_kernel(host))
    try:
        args = kernelargs.at_boot(host)
    except CannotTell as error:
        return Arguments((), kernel, f'the kernel arguments of the next boot are not known ({error.reason})')
    return Arguments(tuple(zip(args.words, args.places)), kernel, '')


def numbers(release: str) -> Tuple[int, int]:
    """The first two numbers of a kernel release.

    >>> numbers('5.14.0-427.el9.x86_64'), numbers('')
    ((5, 14), (0, 0))
    """
    return versions.first_two(release)


def boot_kernel(host: Any) -> str:
    """The release of the kernel that the next boot would start; '' when there is none to be seen.

    The one of the default boot entry when that is told and installed, or else the newest of /lib/modules. A live host
    without any (its kernel comes from outside, or needs no modules) starts the running one again.
    """
    found: str = host.once('boot kernel', lambda: _boot_kernel(host))
    return found


def _boot_kernel(host: Any) -> str:
    installed = [name for name in host.names('/lib/modules') if host.exists(f'/lib/modules/{name}/modules.dep')]
    if not installed:
        return str(host.uname().release) if host.live else ''
    try:
        entry = bootloader.default_entry(host) if len(installed) > 1 else None
    except CannotTell:
        entry = None
    # grubby and kernel-install keep the newest as the default, and +debug kernels out of it.
    plain = [name for name in installed if '+' not in name] or installed
    return entry.version if entry is not None and entry.version in installed else max(plain, key=versions.key)
