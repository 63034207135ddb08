"""A container engine that Kubernetes can work with: Docker, or containerd by itself."""
from nodeprep.linux import cri, cridockerd, dockerd, dockersettings, processes, units
from nodeprep.linux.containers import only_told
from nodeprep.linux.dockerd import UNIT
from nodeprep.model import CannotTell, Folder, Observation, Requirement, Unit, Want, unknown
from nodeprep.typed import Any, Iterator, List, Tuple
from nodeprep.wanted import Option, choice, text, texts

_CRI_SOCKET = dict(cri.SOCKETS)['cri-dockerd']


def _read_repository(value: Any) -> str:
    if not isinstance(value, str) or not all(letter.isalnum() or letter in '-_.:' for letter in value):
        raise ValueError('is not the id of a repository, as it stands in brackets in /etc/yum.repos.d')
    return value


class Docker(Requirement):
    """A real Docker Engine runs, starts at boot and is set up for Kubernetes (or containerd, where that is wanted).

    Why: the kubelet starts every container through it. A driver for control groups other than the kubelet's makes
    pods fail under load; an engine that is started by hand is gone after a reboot; Podman's look-alike is no engine.
    Read: now: docker.service in the control groups (without systemd: the process dockerd; what a dockerd that is gone
    has left there is none), and only when it runs, and systemctl show says that it neither begins nor ends, /_ping,
    /version and /info over its socket, which would start it otherwise; the sockets of other runtimes.
    Boot: the links that start docker.service, /etc/docker/daemon.json beside the flags in the unit, its drop-ins and
    the files of variables it names: dockerd refuses to start with a key that is also a flag. For containerd:
    /etc/containerd/config.toml.
    Fix: install docker-ce from a repository that carries it (`repository` names one), enable and start it; daemon.json
    gets what it lacks, key by key, every other byte kept; a mirror needs a reload, a driver a restart.
    Left to a person: on a node that has joined, or while containers run, a restart or a change of driver without an
    approval or --force-live, and one that the kubelet does not share in any case; a repository; packages that stand in
    the way (podman-docker; podman on EL8); what the unit's flags say; an unreadable daemon.json; on EL7 the start of a
    dockerd whose processes go on without it; cri-dockerd, which no repository of these systems carries.
    """

    id = 'docker'
    title = 'A container engine runs, starts at boot and is set up for Kubernetes'
    kubeadm = ('CRI', 'Service-Docker', 'IsDockerSystemdCheck')
    # firewalld takes Docker's rules along when it stops; EL10 has the modules of netfilter in the package that bridge
    # brings; and where packets are forwarded already, dockerd does not make DROP the policy of FORWARD.
    after = ('firewall', 'kernel-modules', 'bridge', 'forwarding')
    defaults = {
        'runtime': choice('docker', 'containerd', help='what the kubelet talks to; the profile says which'),
        'socket': text('/run/docker.sock', 'where Docker Engine listens'),
        'cgroup_driver': choice('systemd', 'cgroupfs', 'any', help="any: whichever, as long as it is the kubelet's"),
        'storage_driver': choice('overlay2', 'any', help='how images are kept'),
        'repository': Option('', _read_repository, 'text', 'id of the yum or dnf repository to install it from; empty: '
                             'one with docker in its name or address'),
        'mirrors': texts((), 'registry mirrors that the engine must have, such as https://mirror.example'),
    }
    watches = (Unit(UNIT), Unit('containerd.service'), Unit(cridockerd.UNIT), Folder('/etc/docker'),
               Folder('/etc/containerd'), Folder('/etc/systemd/system'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The unit, then what the engine says of itself."""
        return only_told(host, (_containerd().now if _with_containerd(want) else _now)(host, want))

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Whether the engine starts, and with which settings."""
        return only_told(host, (_containerd().boot if _with_containerd(want) else _boot)(host, want))


def _with_containerd(want: Want) -> bool:
    return bool(want['runtime'] == 'containerd')


# These are imported where they are needed, so that a host as it should be does not pay for plans and other runtimes.

def _containerd() -> Any:
    from nodeprep.linux import containerd
    return containerd


def _plan() -> Any:
    from nodeprep.linux import dockerplan
    return dockerplan


def _socket() -> Any:
    from nodeprep.linux import dockersocket
    return dockersocket


def _now(host: Any, want: Want) -> Iterator[Observation]:
    runs, right, found, source = _running(host)
    service = Observation(UNIT, found, 'active', right, source, kubeadm='Service-Docker')
    if runs and not right:
        service = service._replace(hint=f'stop that dockerd and start {UNIT}')
    elif not runs:
        service = service._replace(**_plan().bring_up(host, want, runs=False, for_boot=False)._asdict())
    told: List[Observation] = []
    if runs and (right or not _socket().wakes(host, want['socket'])):
        try:
            for one in _answers(host, want):
                told.append(one)
        except CannotTell as error:
            from nodeprep.linux import dockerleft
            gone = dockerleft.instead(host, source, want['socket'], error) if right else None
            if gone:
                service, told = gone, []
            else:
                told.append(unknown(want['socket'], 'a Docker Engine that answers', error, dockerleft.look_up(error),
                                    kubeadm='CRI' if want['kubernetes'] < (1, 24) else ''))
    yield service
    yield from told
    if want['kubernetes'] >= (1, 24):
        yield cridockerd.now(host)
    yield from cridockerd.runtimes(host, want, _CRI_SOCKET if want['kubernetes'] >= (1, 24) else want['socket'])


def _running(host: Any) -> Tuple[bool, bool, str, str]:
    """(does a dockerd run, as docker.service, how to say it, where it shows); CannotTell when nothing shows."""
    try:
        state, source = units.active(host, UNIT)
    except CannotTell as error:
        state, source = '', error.source
    if state == 'active':
        return True, True, 'active', source
    try:
        one = next(iter(processes.named(host, 'dockerd', 'dockerd-current')), None)
    except CannotTell:
        if not state:
            raise
        one = None            # processes are hidden from who asks; the unit tells enough
    if one:
        found = (f'{state}, yet a dockerd runs outside of it (process {one.pid})' if state
                 else f'dockerd runs (process {one.pid}); systemd does not run here')
        return True, not state, found, f'/proc/{one.pid}/comm'
    if state and units.enablement(host, UNIT).state != units.NOT_FOUND:
        return False, False, state, source
    from nodeprep.linux.dockerpackages import look_alike
    podman = look_alike(host)
    absent = 'not installed' if state else 'no process dockerd, and systemd does not run here'
    return False, False, absent + (f'; what is called docker is Podman ({podman})' if podman else ''), source


def _answers(host: Any, want: Want) -> Iterator[Observation]:
    from nodeprep.linux import dockerapi
    guard = _socket().guard(host, want['socket'])
    engine = dockerapi.engine(host, want['socket'], guard)
    real = engine.product == dockerapi.DOCKER
    yield Observation(want['socket'], f'{engine.product} {engine.version} answers', 'a Docker Engine that answers',
                      real, engine.source, hint='' if real else 'remove podman-docker and install Docker Engine',
                      kubeadm='CRI' if want['kubernetes'] < (1, 24) else '')
    if not real:
        return
    if want['kubernetes'] >= (1, 24):
        met = engine.api >= (1, 42)
        yield Observation('Docker Engine API', '%d.%d' % engine.api, '1.42 or later, which cri-dockerd needs', met,
                          engine.source, advised=True, hint='' if met else 'update to Docker Engine 23 or later')
    try:
        info = dockerapi.info(host, want['socket'], guard)
    except CannotTell as error:
        yield unknown('docker info', "the engine's settings", error)
        return
    yield from dockersettings.now(host, want, info)


def _boot(host: Any, want: Want) -> Iterator[Observation]:
    state = units.enablement(host, UNIT, at_boot=True).state
    starts, source = units.starts_at_boot(host, UNIT)
    source = source or '/etc/systemd/system'        # a host without any unit file
    found = 'not installed' if state == units.NOT_FOUND else state
    if starts:
        found += ', starts at boot'
    elif source.endswith('docker.socket'):
        found += ', only docker.socket starts it, on demand'
    service = Observation(UNIT, found, 'starts at boot', starts, source, kubeadm='Service-Docker')
    if not starts:
        service = service._replace(**_plan().bring_up(host, want, _plan().active(host), for_boot=True)._asdict())
    yield service
    start = dockerd.next_start(host)
    for problem in start.problems:
        yield Observation(start.path, problem.found, 'settings that dockerd starts with', False, problem.source,
                          hint=problem.hint, advised=not problem.fatal)
    if not start.problems:
        yield Observation(start.path, 'absent' if start.text is None else 'no key is also a flag',
                          'settings that dockerd starts with', True, start.path)
    if start.file is not None:
        yield from dockersettings.boot(host, want, start)
    if want['kubernetes'] >= (1, 24):
        yield cridockerd.boot(host)
