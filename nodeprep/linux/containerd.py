"""containerd by itself as the kubelet's runtime: does it run, start at boot, is its plugin for Kubernetes on."""
from nodeprep.linux import containerdconf, cri, cridockerd, dockerpackages, units
from nodeprep.linux.containerdconf import CONFIG
from nodeprep.linux.cri import Line
from nodeprep.linux.lines import replaced
from nodeprep.linux.member import membership
from nodeprep.linux.unitstart import starting
from nodeprep.model import DISRUPTIVE, Change, Observation, Run, Want, Write
from nodeprep.typed import Any, Iterator, Optional, Tuple

UNIT = 'containerd.service'
SOCKET = dict(cri.SOCKETS)['containerd']
_RESTART = Run(('systemctl', 'restart', UNIT), ('systemctl', 'restart', UNIT), DISRUPTIVE)
_ANEW = (f'containerd config default > {CONFIG}, then SystemdCgroup = true below plugins ... runtimes.runc.options, '
         'then restart containerd')


def now(host: Any, want: Want) -> Iterator[Observation]:
    """The unit and its socket. containerd speaks gRPC: that the socket is there is what can be told of it."""
    state, source = cridockerd.running(host, UNIT, 'containerd')
    met = state == 'active'
    changes, hint = ((), '') if met else _bring_up(host, want, for_boot=False)
    yield Observation(UNIT, state, 'active', met, source, changes, hint, kubeadm='CRI')
    if met:
        there = ('containerd', SOCKET) in cri.sockets(host)
        yield Observation(SOCKET, 'listens' if there else 'no socket', 'listens', there, SOCKET, kubeadm='CRI',
                          hint='' if there else f'look at [grpc] address in {CONFIG} and the log of {UNIT}')
    yield from cridockerd.runtimes(host, want, SOCKET)


def boot(host: Any, want: Want) -> Iterator[Observation]:
    """Whether it starts, with the plugin for Kubernetes on and the wanted cgroup driver."""
    state = units.enablement(host, UNIT, at_boot=True).state
    starts, source = units.starts_at_boot(host, UNIT)
    source = source or '/etc/systemd/system'        # a host without any unit file
    changes, hint = ((), '') if starts else _bring_up(host, want, for_boot=True)
    found = 'not installed' if state == units.NOT_FOUND else f'{state}, starts at boot' if starts else state
    yield Observation(UNIT, found, 'starts at boot', starts, source, changes, hint, kubeadm='CRI')
    if state != units.NOT_FOUND or host.exists(CONFIG):
        yield from _settings(host, want)


def _settings(host: Any, want: Want) -> Iterator[Observation]:
    said = containerdconf.containerd(host)
    if said.refused:
        yield Observation(said.refused.path, f'{said.refused.value} is no name of a plugin in a file of this version',
                          'settings that containerd starts with', False, said.refused.source, kubeadm='CRI',
                          hint=f'containerd refuses to start with it: write {containerdconf.V2} (version 2) instead')
    changes, hint = _edit(host, said.disabled, 'disabled_plugins = []') if said.disabled else ((), '')
    yield Observation('plugin cri', 'disabled' if said.disabled else 'on', 'on', not said.disabled,
                      said.disabled.source if said.disabled else CONFIG, changes, hint, kubeadm='CRI')
    option = said.systemd_cgroup
    driver = 'systemd' if option and option.value else 'cgroupfs'
    met = want['cgroup_driver'] in ('any', driver)
    instead = f'SystemdCgroup = {"false" if driver == "systemd" else "true"}'
    changes, hint = ((), '') if met else _driver_edit(host, want, option, instead)
    yield Observation('cgroup driver', driver if option else f'{driver}, the default of containerd',
                      want['cgroup_driver'], met, option.source if option else CONFIG, changes, hint)


def _driver_edit(host: Any, want: Want, option: Optional[Line], instead: str) -> Tuple[Tuple[Change, ...], str]:
    kubelet = cri.kubelet_driver(host)
    if membership(host) and kubelet and kubelet.value != want['cgroup_driver']:
        return (), f"{kubelet.source} gives this node's kubelet {kubelet.value}: drain it, and change both together"
    return _edit(host, option, instead)


def _edit(host: Any, line: Optional[Line], instead: str) -> Tuple[Tuple[Change, ...], str]:
    """The change of one setting that has a line to itself; anything else is left to a person."""
    joined = membership(host)
    if joined and not host.live:
        return (), f'this is the image of a node ({joined}): its next boot would change below its pods'
    if line is None:
        return (), _ANEW
    text = host.read(line.path)
    old = text.split('\n')[line.number - 1].rstrip('\r')
    key, _, value = old.partition('=')
    others = isinstance(line.value, list) and any(name not in containerdconf.CRI for name in line.value)
    if key.strip() != instead.partition(' ')[0] or value.count('[') != value.count(']') or '#' in value or others:
        return (), f'change {line.source}: {instead}, and restart containerd'
    indent = old[:len(old) - len(old.lstrip())]
    restart = (_RESTART,) if host.live else ()
    return (Write(line.path, replaced(text, line.number, indent + instead), was=text),) + restart, (
        f'this node has joined a cluster ({joined}): drain it first, or let it be done with an approval or --force-live'
        if joined else '')


def _bring_up(host: Any, want: Want, for_boot: bool) -> Tuple[Tuple[Change, ...], str]:
    start, hint = starting(host, UNIT, not for_boot, for_boot)
    if not start or units.enablement(host, UNIT).state != units.NOT_FOUND:
        return start, hint
    changes, hint = dockerpackages.install_docker(host, 'containerd.io', repository=want['repository'])
    return (changes + start if changes else ()), hint
