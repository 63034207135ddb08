"""The settings of Docker Engine that Kubernetes needs, beside what is wanted: drivers and mirrors, now and at boot."""
from nodeprep.linux import cri, dockerd
from nodeprep.linux.dockerd import DRIVER, MIRRORS, STORAGE, NextStart
from nodeprep.model import CannotTell, Observation, Want, unknown
from nodeprep.typed import Any, Iterator


def now(host: Any, want: Want, info: Any) -> Iterator[Observation]:
    """Those that the running engine has; `info` is a dockerapi.Info."""
    # containerd's own store of images, the default since Docker Engine 29, calls its overlay `overlayfs`.
    from nodeprep.linux.dockerapi import same_address
    overlay = info.driver == 'overlay2' or info.driver == 'overlayfs' and 'snapshotter' in info.driver_type
    storage = Observation('storage driver', info.driver, want['storage_driver'],
                          overlay or want['storage_driver'] == 'any', info.source)
    for one, key in ((_driver(host, want, info.cgroup_driver, info.source), DRIVER), (storage, STORAGE)):
        yield one if one.met else one._replace(**_restarted(host, want, info, key)._asdict())
    for mirror in want['mirrors']:
        there = any(same_address(mirror, other) for other in info.mirrors)
        one = _mirror(mirror, there, info.source)
        yield one if there else one._replace(**_plan().settings(host, want, MIRRORS, (_plan().RELOAD,))._asdict())
    for warning in info.warnings or ('',):
        yield Observation('docker info', warning or 'no warnings', 'no warnings', not warning, info.source,
                          advised=True)


def boot(host: Any, want: Want, start: NextStart) -> Iterator[Observation]:
    """Those that dockerd will start with."""
    try:
        asked = start.cgroup_driver() or dockerd.chosen_driver(host)
        driver = _driver(host, want, asked.value, asked.source)
        yield driver if driver.met else driver._replace(**_plan().settings(host, want, DRIVER)._asdict())
    except CannotTell as error:
        yield unknown('cgroup driver', want['cgroup_driver'], error, kubeadm='IsDockerSystemdCheck')
    for value, source in start.values(STORAGE)[-1:]:
        met = want['storage_driver'] in ('any', value)
        one = Observation('storage driver', str(value), want['storage_driver'], met, source)
        yield one if met else one._replace(**_plan().settings(host, want, STORAGE)._asdict())
    for mirror in want['mirrors']:
        where = start.mirror(mirror)
        one = _mirror(mirror, bool(where), where or start.path)
        yield one if where else one._replace(**_plan().settings(host, want, MIRRORS)._asdict())


def _plan() -> Any:
    """Imported where it is needed, so that a host as it should be does not pay for plans."""
    from nodeprep.linux import dockerplan
    return dockerplan


def _restarted(host: Any, want: Want, info: Any, key: str) -> Any:
    """What only a restart of dockerd changes, which ends the containers that run."""
    plan = _plan().settings(host, want, key, (_plan().RESTART,))
    if plan.fix and info.running:
        said = f'{info.running} containers run, which the restart ends: it needs an approval or --force-live'
        return plan._replace(hint=f'{said}; {plan.hint}' if plan.hint else said)
    return plan


def _driver(host: Any, want: Want, driver: str, source: str) -> Observation:
    """The cgroup driver beside what is wanted and beside the kubelet's: two drivers are two managers of one tree."""
    kubelet = cri.kubelet_driver(host)
    kubelets = kubelet.value if kubelet else driver
    wanted = want['cgroup_driver'] if want['cgroup_driver'] != 'any' else kubelets
    found = driver if driver == kubelets else f'{driver}, while the kubelet has {kubelets}'
    return Observation('cgroup driver', found, wanted, driver == wanted == kubelets, source,
                       kubeadm='IsDockerSystemdCheck')


def _mirror(mirror: str, there: bool, source: str) -> Observation:
    return Observation(mirror, 'a mirror of the engine' if there else 'not among its mirrors', 'a mirror of the engine',
                       there, source)
