"""Enabling and starting a unit as a plan, or why that is left to a person."""
from nodeprep.linux import units
from nodeprep.model import CannotTell, Run
from nodeprep.typed import Any, List, Tuple


def starting(host: Any, unit: str, now: bool, for_boot: bool) -> Tuple[Tuple[Run, ...], str]:
    """(the command that enables a unit that is there, and with `now` starts it; what a person does instead).

    `for_boot`: it is planned because the boot does not start the unit.
    """
    state = units.enablement(host, unit).state
    if state.startswith('masked'):
        return (), f'someone masked it: systemctl unmask {unit}, when it should run'
    if not systemd(host):
        return (), f'start {unit.partition(".")[0]} as this system starts its services'
    if for_boot and state == 'enabled':
        return (), 'it is enabled, but for a target that the boot does not reach: see systemctl get-default'
    return (_pulled_in(host, unit) if now else ()) + (units.enable(unit, now=now),), ''


def _pulled_in(host: Any, unit: str) -> Tuple[Run, ...]:
    """The start of each service and socket that systemd would start along with it, so that an undo stops them too.

    Docker's socket and containerd would go on otherwise. One of which it cannot be told that it is off is left out:
    an undo must not stop what ran before.
    """
    from nodeprep.linux.unitfiles import tree
    from nodeprep.linux.unitneeds import Needs
    needs = Needs(host, tree(host))
    found: List[str] = []
    todo = [unit]
    while todo:
        new = [one.name for one in needs.of(todo.pop()) if one.name not in found and one.name != unit and
               one.name.endswith(('.service', '.socket')) and _off(host, one.name)]
        found += new
        todo += new
    return tuple(units.start(name) for name in reversed(found))


def _off(host: Any, name: str) -> bool:
    try:
        state = units.enablement(host, name).state
        return state != units.NOT_FOUND and not state.startswith('masked') and units.active(host, name)[0] != 'active'
    except CannotTell:
        return False


def systemd(host: Any) -> bool:
    """Whether systemctl has anyone to talk to; in an image it works on the files."""
    return not host.live or bool(host.exists('/run/systemd/system'))
