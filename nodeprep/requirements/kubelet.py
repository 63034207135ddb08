"""kubeadm and the kubelet are there, fit together, and start."""
from nodeprep.linux import kubelet, units
from nodeprep.linux.containers import in_container
from nodeprep.linux.member import membership
from nodeprep.model import CannotTell, Change, Folder, Observation, Requirement, Unit, Want, unknown
from nodeprep.typed import Any, Iterator, Tuple

_UNIT = 'kubelet.service'
_PATH = 'PATH with sbin'
_OLDEST = (1, 24)                  # of the repositories of pkgs.k8s.io


class Kubelet(Requirement):
    """kubeadm and the kubelet are installed, of versions that fit the cluster, and the kubelet starts at boot.

    Why: the kubelet is what makes a machine a node, and kubeadm what joins it. A kubelet that is newer than its control
    plane, or more than three minors older (two before 1.28), is not supported; one that is not enabled is gone after
    the next reboot.

    Read: now, `kubelet --version`, whether kubeadm is there, and on a node of a cluster the control group of
    kubelet.service. At boot, the links of kubelet.service. A kubelet that restarts for ever before `kubeadm join` is as
    it should be and is not looked at.

    Fix: both are installed from a repository of yum or dnf that is configured for the wanted Kubernetes version; the
    kubelet is enabled, and on a node of a cluster started.

    Left to a person: the repository (pkgs.k8s.io has one for each minor; packages.cloud.google.com is gone), and any
    upgrade. Before the host joins a cluster all of this is advice.
    """

    id = 'kubelet'
    title = 'kubeadm and the kubelet are ready'
    kubeadm = ('KubeletVersion', 'Service-Kubelet')
    after = ('swap', 'docker')
    watches = (Unit(_UNIT), Folder('/etc/systemd/system'), Folder('/etc/systemd/system/multi-user.target.wants'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Both programs, and on a node of a cluster whether the kubelet runs."""
        joined = membership(host)
        yield _kubelet(host, want, advised=not joined)
        path = host.program('kubeadm')
        seen = Observation('kubeadm', 'installed' if path else 'not installed', 'installed', bool(path),
                           path or _PATH, advised=True)
        yield seen if path else _installed(host, want, seen, 'kubeadm')
        if joined:
            yield _running(host)

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Whether the next boot starts the kubelet."""
        joined = membership(host)
        starts, source = units.starts_at_boot(host, _UNIT)
        state = units.enablement(host, _UNIT, at_boot=True).state
        found = f'{state}, {"started" if starts else "not started"} at boot'
        seen = Observation(_UNIT, found, 'started at boot', starts, source, advised=not joined,
                           kubeadm='Service-Kubelet')
        if starts or in_container(host):
            yield seen
        elif state == units.NOT_FOUND:
            later = _installed(host, want, seen._replace(found='not installed'), 'kubelet')
            # The half of now installs it; this is what comes after.
            yield later._replace(fix=later.fix and (units.enable(_UNIT, now=False),),
                                 hint='' if later.fix else f'Once it is installed: systemctl enable {_UNIT}')
        elif state == 'masked':
            yield seen._replace(hint=f'Somebody masked it: systemctl unmask {_UNIT}, then systemctl enable {_UNIT}.')
        else:
            yield seen._replace(fix=(units.enable(_UNIT, now=False),))


def _kubelet(host: Any, want: Want, advised: bool) -> Observation:
    """The kubelet's version beside the minors that fit the wanted Kubernetes."""
    oldest, newest = kubelet.oldest_kubelet(want['kubernetes']), want['kubernetes']
    seen = Observation('kubelet', 'not installed', f'v{_dots(oldest)} to v{_dots(newest)}', False, _PATH,
                       advised=advised, kubeadm='KubeletVersion')
    try:
        version = kubelet.version(host)
    except CannotTell as error:
        return unknown(seen.subject, seen.wanted, error, advised=advised, kubeadm='KubeletVersion')
    if version is None:
        return _installed(host, want, seen, 'kubelet')
    seen = seen._replace(found=f'v{_dots(version)}', met=oldest <= version[:2] <= newest,
                         source=f'{host.program("kubelet")} --version')
    return seen if seen.met else seen._replace(
        hint=f'It is {"newer" if version[:2] > newest else "older"} than Kubernetes {_dots(newest)} allows: change its '
             'version, or say which Kubernetes is meant (`kubernetes:` in the configuration).')


def _installed(host: Any, want: Want, seen: Observation, name: str) -> Observation:
    """With the command that installs the program, when a repository that has the wanted version is configured."""
    if in_container(host):
        return seen
    source = kubelet.repository(host)
    wanted = _dots(want['kubernetes'])
    if source is None or source.dead:
        why = 'No repository for Kubernetes is configured' if source is None else (
            f'{source.source} names packages.cloud.google.com, which is gone')
        where = f'https://pkgs.k8s.io/core:/stable:/v{wanted}/rpm/ or' if want['kubernetes'] >= _OLDEST else (
            'pkgs.k8s.io begins with v1.24, so this needs')
        return seen._replace(hint=f'{why}: add one for v{wanted} ({where} a mirror of your own), then install {name}.')
    if source.minor is not None and source.minor != want['kubernetes']:
        return seen._replace(hint=f'{source.source} has v{_dots(source.minor)}, and v{wanted} is wanted: change one.')
    changes: Tuple[Change, ...] = kubelet.install(host, source, name)
    return seen._replace(fix=changes, hint='' if changes else f'Install {name} as this system does it.')


def _running(host: Any) -> Observation:
    state, source = units.active(host, _UNIT)
    seen = Observation(_UNIT, state, 'active', state == 'active', source, kubeadm='Service-Kubelet')
    if seen.met or in_container(host):
        return seen
    return seen._replace(fix=(units.start(_UNIT),), hint='If it does not stay up: journalctl -u kubelet')


def _dots(numbers: Tuple[int, ...]) -> str:
    return '.'.join(str(number) for number in numbers)
