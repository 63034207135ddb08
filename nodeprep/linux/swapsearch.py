"""The whole search for what would turn swap on at the next boot: each place is looked at, whatever the others gave."""
from nodeprep.linux import fstab, swapboot
from nodeprep.linux.swapargs import systemd_of
from nodeprep.linux.swapboot import Way
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, List, Optional, Tuple


class Untold(NamedTuple):
    """A place that could not be looked at, and what would settle it without looking. `beyond`: an image does not hold
    it.
    """

    subject: str
    error: CannotTell
    hint: str = ''
    beyond: bool = False


class Search(NamedTuple):
    """Everything that was found, what could not be told, and what was looked for in vain."""

    ways: List[Way]
    untold: List[Untold]
    notes: List[str]


def search(host: Any, masked: bool) -> Search:
    """Looks everywhere. With swap.target masked, a place that hangs on it alone need not be readable."""
    found = Search([], [], [])
    systemd = systemd_of(host)
    said, unread = swapboot.arguments(host, systemd)
    entries: Optional[List[fstab.Entry]] = None
    try:
        entries = swapboot.table(host)
        found.ways.extend(swapboot.from_fstab(host, entries, said, systemd))
    except CannotTell as error:
        if not masked or systemd.swap_extra:           # there a line with _netdev escapes the mask
            found.untold.append(Untold(fstab.PATH, error))
    # The boot loader's files are looked for with the help of fstab, so one fault may stand against both.
    told = [one.error.reason for one in found.untold]
    if unread and unread.reason not in told and systemd.swap_extra and not masked:
        found.untold.append(Untold('kernel arguments', unread, beyond=True))
    made = swapboot.generated(entries or [], said, systemd)
    found.ways.extend(swapboot.from_arguments(host, made, said, systemd))
    looks: Tuple[Tuple[str, Callable[[], Any]], ...] = (
        ('.swap units', lambda: swapboot.from_units(host, made)),
        ('zram', lambda: swapboot.from_zram(host, said)),
        ('tools', lambda: swapboot.from_tools(host)))
    for name, look in looks:
        try:
            found.ways.extend(look())
        except CannotTell as error:
            if name != 'zram' or not masked:
                found.untold.append(Untold(error.source or name, error))
    if not masked and entries is not None:
        _gpt(host, entries, said, systemd, found)
    return found


def _gpt(host: Any, entries: List[fstab.Entry], said: Any, systemd: Any, found: Search) -> None:
    try:
        ways, why = swapboot.from_gpt(host, entries, said, systemd)
        found.ways.extend(ways)
        found.notes.extend([why] if why else [])
    except CannotTell as error:
        hint = 'Masking swap.target settles it: systemctl mask swap.target'
        found.untold.append(Untold('GPT swap partitions', error, hint, beyond=True))
