"""What would make Docker as it should be: the changes, or why they are left to a person."""
from nodeprep.linux import cri, dockerd, dockerpackages, units
from nodeprep.linux.dockerd import DRIVER, MIRRORS, STORAGE, UNIT, NextStart
from nodeprep.linux.member import membership
from nodeprep.linux.unitstart import starting
from nodeprep.model import DISRUPTIVE, CannotTell, Change, Run, Want, Write
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Tuple

RESTART = Run(('systemctl', 'restart', UNIT), ('systemctl', 'restart', UNIT), DISRUPTIVE)
RELOAD = Run(('systemctl', 'reload', UNIT), ('systemctl', 'reload', UNIT))    # SIGHUP: containers go on


class Plan(NamedTuple):
    """The changes, and what a person must know or do; no changes: it is left to them."""

    fix: Tuple[Change, ...] = ()
    hint: str = ''


def bring_up(host: Any, want: Want, runs: bool, for_boot: bool) -> Plan:
    """What makes docker.service run and start at boot: install, set up before the first start, enable."""
    start, hint = starting(host, UNIT, host.live and not runs, for_boot)
    if not start:
        return Plan(hint=hint)
    # What daemon.json lacks is written before the start, which spares a restart.
    changes = (() if runs else _settings(host, want, drivers=not membership(host))[0]) + start
    if units.enablement(host, UNIT).state != units.NOT_FOUND:
        return Plan(changes)
    install, hint = dockerpackages.install_docker(host, repository=want['repository'])
    return Plan(install + changes, hint) if install else Plan(hint=hint)


def settings(host: Any, want: Want, key: str, apply: Tuple[Run, ...] = ()) -> Plan:
    """The edit of daemon.json for one key, together with whatever else it lacks, and what makes dockerd heed it.

    On a node of a cluster a driver is never written without the restart that it takes, nor along with a mirror: it
    would change below the pods at some later restart from which nobody expects it.
    """
    joined = membership(host)
    changes, hints = _settings(host, want, drivers=key != MIRRORS or not joined)
    if key in hints:
        return Plan(hint=hints[key])
    if units.enablement(host, UNIT).state == units.NOT_FOUND and not (
            host.live and (active(host) or dockerpackages.install_docker(host, repository=want['repository'])[0])):
        return Plan(hint='this is set once Docker Engine is installed')
    if not joined or key == MIRRORS:
        return Plan(changes + apply)
    kubelet = cri.kubelet_driver(host)
    if key == DRIVER and kubelet and want['cgroup_driver'] not in ('any', kubelet.value):
        return Plan(hint=f'{kubelet.source} gives the kubelet {kubelet.value}, and this node has joined a cluster '
                         f'({joined}): drain it, and change both together')
    careful = (f'this node has joined a cluster ({joined}): another driver ends every container; draining it, or '
               'setting it up anew, is the safe way, else it needs an approval or --force-live')
    return Plan(changes + (RESTART,), careful) if active(host) else Plan(hint=careful)


def active(host: Any) -> bool:
    """Whether docker.service runs; what cannot be told does not."""
    try:
        return bool(units.active(host, UNIT)[0] == 'active')
    except CannotTell:
        return False


def _settings(host: Any, want: Want, drivers: bool) -> Tuple[Tuple[Change, ...], Dict[str, str]]:
    """(the one edit that the next start needs, or none; by key why it is left to a person)."""
    try:
        start = dockerd.next_start(host)
    except CannotTell as error:
        return (), dict.fromkeys((MIRRORS, DRIVER, STORAGE), f'{error.reason}, so no change is planned')
    changes: Dict[str, Any] = {}
    hints = {} if start.values(STORAGE) else {
        STORAGE: 'nothing asks for it, and dockerd takes overlay2 where it can: the file system below its data may not '
                 'serve (xfs without ftype=1), or data of the other driver is there'}
    for key, value in _lacking(host, want, start, drivers).items():
        hint = dockerd.edited(start, {key: value})[1]
        if hint:
            hints[key] = hint
        else:
            changes[key] = value
    if not changes:
        return (), hints
    return (Write(start.path, dockerd.edited(start, changes)[0], was=start.text),), hints


def _lacking(host: Any, want: Want, start: NextStart, drivers: bool) -> Dict[str, Any]:
    """The keys of daemon.json that would have to change, with what they should say."""
    found: Dict[str, Any] = {}
    if drivers and want['cgroup_driver'] not in ('any', _driver(host, start)):
        found[DRIVER] = ['native.cgroupdriver=' + want['cgroup_driver']]
    storage = start.values(STORAGE)
    if drivers and storage and storage[-1].value != want['storage_driver'] != 'any':
        found[STORAGE] = want['storage_driver']
    mirrors = [mirror for mirror in want['mirrors'] if not start.mirror(mirror)]
    if mirrors:
        found[MIRRORS] = mirrors
    return found


def _driver(host: Any, start: NextStart) -> str:
    try:
        return str((start.cgroup_driver() or dockerd.chosen_driver(host)).value)
    except CannotTell:
        return ''         # saying it outright is right whatever dockerd would have chosen
