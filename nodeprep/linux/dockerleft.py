"""What a dockerd that is gone has left in the control group of its unit: that runs, and is no engine.

With live-restore containers go on without dockerd, and a stop of docker.service ends dockerd alone (KillMode=process).
Until Docker 18.09 their shims were in its group; proxies of published ports may be. Since systemd 235 unitactive tells
them apart by itself, where the unit says KillMode=process; here systemd is taken at its word, or the processes.
"""
from nodeprep.linux import dockersocket, processes
from nodeprep.linux.dockerd import UNIT
from nodeprep.linux.unitcommand import command
from nodeprep.model import CannotTell, Observation
from nodeprep.typed import Any, List, Optional

_ENGINES = ('dockerd', 'dockerd-current')
_FEW = 3                  # processes that are named
_HINT = (f'systemctl start {UNIT}: with live-restore it takes up again the containers that go on, without it they end; '
         f'journalctl -u {UNIT} says why it went')


def instead(host: Any, holder: str, socket: str, error: CannotTell) -> Optional[Observation]:
    """What to say of docker.service, whose group is held by something (`holder`: the file that shows it), when its
    engine does not answer since there is none; None when one runs, begins or ends, or that cannot be told.
    """
    if not isinstance(error, dockersocket.Off) and dockersocket.wakes(host, socket):
        return None
    try:
        if processes.named(host, *_ENGINES, *[word.text.rpartition('/')[2] for word in command(host, UNIT)[:1]]):
            return None
    except CannotTell:
        return None
    said = f'no dockerd runs; its control group still holds what it left behind ({_named(host, holder)})'
    return Observation(UNIT, said, 'active', False, holder, hint=_HINT, kubeadm='Service-Docker')


def look_up(error: CannotTell) -> str:
    """What a person does where neither dockerd nor systemd could tell; nothing where root is told more."""
    return '' if 'permission denied' in error.reason.lower() else f'journalctl -u {UNIT} says more'


def _named(host: Any, holder: str) -> str:
    try:
        numbers: List[str] = host.read(holder.rpartition('/')[0] + '/cgroup.procs', missing='').split()
    except CannotTell:
        numbers = []
    names = {str(one.pid): one.name for one in processes.processes(host)}
    told = [f'{names.get(number, "?")}, process {number}' for number in numbers[:_FEW]]
    more = [f'and {len(numbers) - _FEW} more'] if len(numbers) > _FEW else []
    return '; '.join(told + more) or 'processes'
