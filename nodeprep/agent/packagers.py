"""A package manager in the middle of its work: what it stopped it starts again, and what lacks may be on its way.

An upgrade of docker-ce stops dockerd and starts the new one; a fix in between would start the old one, or count as
taken back what nobody meant to take back. Sources: the scriptlets of docker-ce and containerd.io, dnf(8), rpm(8).
"""
from nodeprep.linux import processes
from nodeprep.model import CannotTell
from nodeprep.typed import Any

# Not packagekitd, which stays when it has nothing to do.
PROGRAMS = ('rpm', 'yum', 'dnf', 'dnf-3', 'dnf5', 'microdnf', 'dnf-automatic', 'apt-get', 'dpkg')


def at_work(host: Any) -> str:
    """Which package manager runs and why that is waited for; '' when none does, or it cannot be told."""
    try:
        running = [one for one in processes.named(host, *PROGRAMS) if not _asks(host, one.pid)]
    except CannotTell:
        return ''
    return (f'{running[0].name} is at work (process {running[0].pid}), which may start again what it has stopped; '
            'it is looked at again when that has ended') if running else ''


def _asks(host: Any, pid: int) -> bool:
    """Whether it is `rpm -qa` and the like, which monitoring runs all the time and which changes nothing."""
    return any(word.startswith(('-q', '-V', '--query', '--verify')) for word in processes.command_line(host, pid)[1:])
