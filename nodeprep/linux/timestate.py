"""How well a clock is kept, in the same words whichever daemon keeps it."""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Optional


class State(NamedTuple):
    """Times in seconds; `updated` since 1970, 0 when it is not told; `distance` bounds the error besides the offset."""

    reference: str             # address or name of the source; '' when it is not told
    local: bool                # follows nothing but itself
    synchronised: bool
    stratum: int               # 0: not told
    updated: float
    offset: float              # how far the clock is off, without its sign
    distance: float            # root delay / 2 + root dispersion
    interval: float            # between the last two updates, 0: not told
    source: str                # the command or file that told it
    look: str                  # the command with which a person looks at the daemon's sources


def state(host: Any, daemon: str) -> Optional[State]:
    """What the daemon of this name tells; None from one that tells nothing. CannotTell when it does not answer."""
    if daemon == 'chrony':
        from nodeprep.linux import chrony
        return chrony.tracking(host)
    if daemon in ('ntpd', 'systemd-timesyncd'):
        from nodeprep.linux import ntp
        return ntp.variables(host) if daemon == 'ntpd' else ntp.timesyncd(host)
    return None
