"""cri-dockerd, without which Kubernetes 1.24 and later cannot use Docker, and runtimes beside it.

Sources: packaging/systemd of Mirantis/cri-dockerd; DetectCRISocket() of kubeadm.
"""
from nodeprep.linux import cri, processes, units
from nodeprep.linux.member import membership
from nodeprep.linux.unitstart import starting
from nodeprep.model import CannotTell, Observation, Want
from nodeprep.typed import Any, Iterator

UNIT, SOCKET = 'cri-docker.service', 'cri-docker.socket'
_GET = ('Kubernetes 1.24 and later use Docker through cri-dockerd only: install its RPM from the releases of '
        'github.com/Mirantis/cri-dockerd, or choose the profile containerd')


def now(host: Any) -> Observation:
    """Whether it runs, or its socket would start it."""
    state, source = running(host, UNIT, 'cri-dockerd')
    listens = dict(cri.sockets(host)).get('cri-dockerd', '')
    if state != 'active' and listens and units.starts_at_boot(host, SOCKET)[0]:
        state, source = 'active on demand: its socket listens', listens
    met = state.startswith('active')
    there = _there(host)
    changes, hint = ((), '') if met else starting(host, UNIT, True, False) if there else ((), _GET)
    found = state if there or met else 'not installed'
    return Observation(UNIT, found, 'active, or started by its socket', met, source,
                       changes, hint, kubeadm='CRI')


def boot(host: Any) -> Observation:
    """Whether it, or its socket, starts at boot."""
    starts, source = units.starts_at_boot(host, UNIT)
    by, demand = (starts, source) if starts else units.starts_at_boot(host, SOCKET)
    found = (f'{UNIT if starts else SOCKET} starts at boot' if by else
             units.enablement(host, UNIT).state if _there(host) else 'not installed')
    changes, hint = ((), '') if by else starting(host, UNIT, False, True) if _there(host) else ((), _GET)
    return Observation(UNIT, found, 'starts at boot', by, demand if by else source or '/etc/systemd/system',
                       changes, hint, kubeadm='CRI')


def runtimes(host: Any, want: Want, chosen: str) -> Iterator[Observation]:
    """Several sockets, among which kubeadm refuses to choose; nothing when there is one, or the choice was made.

    Before 1.24 kubeadm took containerd's socket as Docker's own.
    """
    if membership(host):
        return
    found = [(name, path) for name, path in cri.sockets(host) if want['kubernetes'] >= (1, 24) or name != 'containerd']
    if want['kubernetes'] < (1, 24) and host.exists(want['socket']):
        found.insert(0, ('Docker', want['socket']))
    if len(found) > 1:
        yield Observation('CRI sockets', ', '.join(f'{name} at {path}' for name, path in found),
                          'one, or a choice given to kubeadm', False, found[0][1], advised=True,
                          hint=f'give kubeadm init and join --cri-socket unix://{chosen}')


def running(host: Any, unit: str, process: str) -> Any:
    """(state, source) of a unit; without systemd 'active' when its process is there."""
    try:
        return units.active(host, unit)
    except CannotTell as error:
        one = next(iter(processes.named(host, process)), None)
        return ('active', f'/proc/{one.pid}/comm') if one else (f'no process {process}', error.source)


def _there(host: Any) -> bool:
    return bool(units.enablement(host, UNIT).state != units.NOT_FOUND)
