"""What is looked at while a long command runs: how far it is, and whether it must be stopped.

swapoff(2) can be interrupted between two pages (try_to_unuse() of mm/swapfile.c): what is still swapped stays so, and
the device goes on swapping. While it runs the device stays in /proc/swaps, with what is left of it as `used`.
"""
from nodeprep.linux import swaps, systemctl
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Callable, Optional, Sequence, Tuple

Watch = Callable[[], Tuple[str, str]]


def watch(host: Any, argv: Sequence[str]) -> Optional[Watch]:
    """What gives (how far the command is, '' or why it must be stopped) each time it is called; None: nothing to see.

    Both texts are for people. It never raises.
    """
    told = systemctl.parse(argv)
    if argv and argv[0].rpartition('/')[2] == 'swapoff':
        return _of_swap(host, lambda one: one.path in (argv[-1], host.resolve(argv[-1])), stops=True)
    if told and told.verb == 'stop' and told.names and told.names[0].endswith('.swap'):
        from nodeprep.linux import swapunits
        # To end systemctl would not end the swapoff that systemd runs, so this one is never stopped.
        return _of_swap(host, lambda one: swapunits.unit_name(one.path) in told.names, stops=False)
    return None


def _of_swap(host: Any, is_it: Callable[[swaps.Swap], bool], stops: bool) -> Watch:
    most = _used(host, is_it) or 0

    def look() -> Tuple[str, str]:
        nonlocal most
        left = _used(host, is_it)
        most = max(most, left or 0)                 # the kernel swaps on until swapoff(2) has begun
        told = f'{swaps.amount(left)} of {swaps.amount(most)} left' if left is not None else ''
        return told, _too_little(host) if stops else ''
    return look


def _used(host: Any, is_it: Callable[[swaps.Swap], bool]) -> Optional[int]:
    try:
        return next((one.used for one in swaps.parse(_fresh(host, swaps.SOURCE)) if is_it(one)), None)
    except CannotTell:
        return None


def _too_little(host: Any) -> str:
    try:
        memory = swaps.memory_of(_fresh(host, swaps.MEMORY))
    except CannotTell as error:
        return f'how much memory is free can no longer be told ({error.reason})'
    if memory.spare >= 0:
        return ''
    return (f'memory runs low: {swaps.amount(memory.available)} are left, and '
            f'{swaps.amount(memory.available - memory.spare)} must stay free; what is still swapped stays swapped')


def _fresh(host: Any, path: str) -> str:
    """A file as it is at this moment; host.read would give what it gave before in this round."""
    text: str = host.begin(path, lambda taken: False)
    return text
