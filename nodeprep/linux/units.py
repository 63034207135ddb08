"""systemd's units: are they enabled, would the next boot start them, do they run, and what changes that.

Nothing here runs systemctl. How each answer is told stands in unitenabled, unitboot and unitactive.
"""
from nodeprep.linux.unitactive import active
from nodeprep.linux.unitboot import starts_at_boot
from nodeprep.linux.unitenabled import NOT_FOUND, Enablement, enablement
from nodeprep.model import DISRUPTIVE, HARMLESS, Run

__all__ = ['NOT_FOUND', 'Enablement', 'active', 'disable', 'enable', 'enablement', 'mask', 'start', 'starts_at_boot',
           'stop']


def enable(name: str, now: bool = True, risk: str = HARMLESS) -> Run:
    """Enables a unit, and starts it when `now`. `--now` is known to systemctl since 220 and EL7's backport of it."""
    start = ('--now',) if now else ()
    return Run(('systemctl', 'enable') + start + (name,), ('systemctl', 'disable') + start + (name,), risk)


def disable(name: str, now: bool = True, risk: str = DISRUPTIVE) -> Run:
    """Disables a unit, and stops it when `now`."""
    stop = ('--now',) if now else ()
    return Run(('systemctl', 'disable') + stop + (name,), ('systemctl', 'enable') + stop + (name,),
               risk if now else HARMLESS)


def start(name: str, disruptive: bool = False) -> Run:
    """Starts a unit, for now alone."""
    return Run(('systemctl', 'start', name), ('systemctl', 'stop', name), DISRUPTIVE if disruptive else HARMLESS)


def stop(name: str) -> Run:
    """Stops a unit, for now alone."""
    return Run(('systemctl', 'stop', name), ('systemctl', 'start', name), DISRUPTIVE)


def mask(name: str, now: bool = False) -> Run:
    """Masks a unit: a link to /dev/null in /etc/systemd/system, so that nothing starts it any more."""
    stop = ('--now',) if now else ()
    return Run(('systemctl', 'mask') + stop + (name,), ('systemctl', 'unmask', name), DISRUPTIVE if now else HARMLESS)
