"""Installing packages as this release does it."""
from nodeprep.linux.release import release
from nodeprep.model import Run
from nodeprep.typed import Any, List, Sequence, Tuple

_FOLDER = '/etc/yum.repos.d'
_GONE = ('mirrorlist.centos.org', 'mirror.centos.org')


def install(host: Any, *names: str, absent: Sequence[str] = (), dependents: bool = False,
            options: Sequence[str] = ()) -> Tuple[Run, ...]:
    """The command that installs packages; none when this release's package manager is not one that is known.

    The inverse removes just these packages, and of them the `absent` ones alone when those are given; what they brought
    along stays. rpm refuses while something needs them, where yum and dnf would remove that too: a kubelet that was
    installed later needs conntrack. `dependents`: what needs them came with them, so it goes with them. `options`: of
    the installing command.
    """
    here = release(host)
    if here.family != 'el' or not here.major:
        return ()
    manager = 'yum' if here.major <= 7 else 'dnf'
    remove = (manager, '-y', 'remove') if dependents else ('rpm', '-e')
    return (Run((manager, '-y') + tuple(options) + ('install',) + names, remove + tuple(absent or names)),)


def dead_repositories(host: Any) -> str:
    """Why this release's stock repositories do not answer any more; '' when nothing is known against them.

    CentOS Linux 8 ended 2021-12-31, CentOS Stream 8 2024-05-31, CentOS 7 2024-06-30: mirrorlist.centos.org is gone
    and their content lies on vault.centos.org. Rebuilds (Rocky, Alma) of 8 go on.
    """
    here = release(host)
    if here.id != 'centos' or here.major not in (7, 8):
        return ''
    dead: List[str] = []
    alive: List[str] = []
    for name in host.names(_FOLDER):
        # Only the system's own: that docker-ce.repo answers brings no package of CentOS.
        if name.startswith('CentOS-') and name.endswith('.repo'):
            for line in host.read(f'{_FOLDER}/{name}', missing='').split('\n'):
                key, _, value = line.partition('=')
                if key.strip() in ('baseurl', 'mirrorlist'):
                    (dead if any(gone in value for gone in _GONE) else alive).append(name)
    return '' if alive or not dead else (
        f'the stock repositories of {here.name} are switched off since it reached its end of life; '
        f'point {_FOLDER} at vault.centos.org or at a mirror of your own')


def why_failed(host: Any, answer: Any) -> str:
    """Why yum, dnf or rpm failed, in its own words made plain, with a remedy; '' when they are not known."""
    from nodeprep.linux.packagewords import reason
    return reason(host, f'{answer.out}\n{answer.err}')
