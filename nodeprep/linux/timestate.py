"""How well a clock is kept, in the same words whichever daemon keeps it."""
from nodeprep.linux.member import membership
from nodeprep.model import DISRUPTIVE, Observation, Run, Want
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, Optional

LOCAL = 'right only for the one machine that gives an offline site its time'
_MAKESTEP = Run(('chronyc', 'makestep'), (), DISRUPTIVE)


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


def in_step(host: Any, want: Want, said: State, daemon: str) -> Iterator[Observation]:
    """Whether it follows a source, how far it is off, and how old that is; `want` is that of the requirement."""
    wanted = 'follows a source'
    if not said.synchronised:
        yield Observation('clock', 'not synchronised', wanted, False, said.source, hint=_outside(said.look))
        return
    if said.local:
        yield Observation('clock', 'the daemon follows nothing but itself (local)', wanted, False, said.source,
                          advised=True, hint=LOCAL)
    else:
        yield Observation('clock', 'synchronised' + f' with {said.reference}' * bool(said.reference) +
                          f', stratum {said.stratum}' * bool(said.stratum), wanted, True, said.source)
    yield _offset(host, want, said, daemon)
    if said.updated and not said.local:
        limit, age = max(want['stale_after'], 4 * said.interval), max(0.0, host.time() - said.updated)
        yield Observation('last update', f'{span(age)} ago', f'less than {span(limit)} ago', age < limit, said.source,
                          hint='' if age < limit else _outside(said.look))


def _offset(host: Any, want: Want, said: State, daemon: str) -> Observation:
    advised, required = want['advised_offset'], want['required_offset']
    found = f'off by {span(said.offset)}'
    if said.distance:
        found += f', by at most {span(said.offset + said.distance)}'
    one = Observation('offset', found, f'below {span(advised)} ({span(required)} is required)',
                      said.offset < advised and said.distance < required, said.source)
    if one.met:
        return one
    if said.offset < required and said.distance >= required:
        return one._replace(hint='its source is far away or unsteady: choose nearer servers')
    if said.offset < required:
        return one._replace(advised=True, hint='the daemon slews it; look again later')
    joined = membership(host)
    if joined:
        return one._replace(hint=f'this node has joined a cluster ({joined}), whose clock is never stepped: drain it '
                                 'first; chronyd slews a second in 12 seconds at best')
    if daemon != 'chrony':
        return one._replace(hint='set the clock before this node joins a cluster')
    return one._replace(fix=(_MAKESTEP,), hint='the step cannot be taken back')


def _outside(look: str) -> str:
    return f'no source may be reachable: see `{look}`, DNS, and whether UDP port 123 is let out'


def span(seconds: float) -> str:
    """A span of time in the unit that suits it: '0.012 ms', '35 ms', '1.5 s', '35 s', '12 min', '3.1 h'."""
    for size, unit, below in ((0.001, 'ms', 1.0), (1.0, 's', 120.0), (60.0, 'min', 7200.0)):
        if seconds < below:
            return f'{seconds / size:.3g} {unit}'
    return f'{seconds / 3600:.3g} h'
