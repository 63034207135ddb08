"""Enabling and starting a unit as a plan, or why that is left to a person."""
from nodeprep.linux import units
from nodeprep.model import Run
from nodeprep.typed import Any, Tuple


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
    return (units.enable(unit, now=now),), ''


def systemd(host: Any) -> bool:
    """Whether systemctl has anyone to talk to; in an image it works on the files."""
    return not host.live or bool(host.exists('/run/systemd/system'))
