"""Installing Docker Engine on a release: what carries it, what stands in its way. centos.md chapter 7."""
from nodeprep.linux.packages import dead_repositories, install
from nodeprep.linux.release import Release, release
from nodeprep.model import CannotTell, Run
from nodeprep.typed import Any, Iterator, Tuple

PACKAGES = ('docker-ce', 'docker-ce-cli', 'containerd.io')
_PROGRAMS = {'docker-ce': 'dockerd', 'docker-ce-cli': 'docker', 'containerd.io': 'containerd'}
_REPOSITORIES = '/etc/yum.repos.d'
_PODMAN_DOCKER = '/usr/lib/tmpfiles.d/podman-docker.conf'


def install_docker(host: Any, *packages: str, repository: str = '') -> Tuple[Tuple[Run, ...], str]:
    """(the command that installs Docker, or other packages of its repository; what a person must know or do).

    `repository`: the id of the one that is meant, which may be switched off; '' takes one whose name or address says
    so.
    """
    try:
        return _install(host, packages or PACKAGES, repository)
    except CannotTell as error:        # no plan, which must not hide that the engine is not there
        return (), f'no installation is planned: {error.reason}'


def _install(host: Any, packages: Tuple[str, ...], repository: str) -> Tuple[Tuple[Run, ...], str]:
    here = release(host)
    if here.family != 'el' or here.major < 7:
        return (), 'install Docker Engine as docs.docker.com/engine/install says for this system'
    dead = dead_repositories(host)
    blocked = _podman_docker(host) or _runc_of_podman(host, here) or (dead if not repository else '')
    if blocked:
        return (), blocked
    if repository and not any(one.partition(' ')[0] == repository for one in repositories(host, switched_off=True)):
        return (), f'{_REPOSITORIES} has no repository {repository}, which the configuration names for Docker'
    # Where those of the system answer no more, one command would fail over them: what is needed lies in the named one.
    options = (('--disablerepo=*',) if dead else ()) + (f'--enablerepo={repository}',) if repository else ()
    if not repository and not any('docker' in text for text in repositories(host)):
        return (), f'no repository in {_REPOSITORIES} seems to carry docker-ce; {_how(here)}'
    # A containerd.io that was there before must be there after an undo. docker-ce-rootless-extras needs docker-ce.
    absent = [name for name in packages if not host.program(_PROGRAMS.get(name, ''))]
    return install(host, *packages, absent=absent, dependents=True, options=options), ''


def look_alike(host: Any) -> str:
    """What shows that `docker` is Podman here; '' when nothing does. podman-docker even provides the name `docker`."""
    for path in ('/run/docker.sock', '/usr/bin/docker'):
        target = host.link(path)
        if target is not None and 'podman' in target:
            return f'{path} leads to {target}'
    return _PODMAN_DOCKER if host.exists(_PODMAN_DOCKER) else ''


def repositories(host: Any, switched_off: bool = False) -> Iterator[str]:
    """Names and addresses of the enabled repositories, or of all, each repository as one text; yum.conf(5)."""
    for name in host.names(_REPOSITORIES):
        if name.endswith('.repo'):
            yield from _enabled(host.read(f'{_REPOSITORIES}/{name}', missing=''), switched_off)


def _enabled(text: str, all_of_them: bool = False) -> Iterator[str]:
    r"""The sections of a .repo file that are enabled.

    >>> list(_enabled('[a]\nbaseurl=http://a\n[b]\nenabled = 0\n[c]\n'))
    ['a http://a', 'c']
    """
    said, on = '', False
    for line in text.splitlines() + ['[']:
        line = line.strip()
        key, _, value = (part.strip() for part in line.partition('='))
        if line.startswith('['):
            if said and (on or all_of_them):
                yield said
            said, on = line.strip('[]'), True
        elif key in ('baseurl', 'mirrorlist', 'metalink', 'name'):
            said += f' {value}'
        elif key == 'enabled':
            on = value.lower() not in ('0', 'false', 'no')


def _podman_docker(host: Any) -> str:
    return ('podman-docker is installed, which docker-ce conflicts with; remove it first'
            if host.exists(_PODMAN_DOCKER) else '')


def _runc_of_podman(host: Any, here: Release) -> str:
    # containerd.io obsoletes runc, which podman and buildah of EL8 require; from EL9 on crun serves them.
    tool = next((name for name in ('podman', 'buildah') if host.program(name)), '') if here.major == 8 else ''
    return (f'{tool} of this release requires runc, which containerd.io takes away, so dnf refuses; remove {tool} '
            'first, or read what `dnf install docker-ce --allowerasing` would remove' if tool else '')


def _how(here: Release) -> str:
    if here.major == 7:
        return ('yum-config-manager --add-repo https://download.docker.com/linux/centos/docker-ce.repo '
                '(EL7 gets no new builds: 26.1.4 is the last)')
    system = 'rhel' if here.major == 8 or here.id == 'rhel' else 'centos'
    return f'dnf config-manager --add-repo https://download.docker.com/linux/{system}/docker-ce.repo'
