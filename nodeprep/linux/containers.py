"""Is this "host" a container? Then nothing is fixed in it: its kernel, clock and boot belong to another machine."""
from typing import Any, Iterator

from nodeprep.model import CannotTell, Observation

# What a manager of containers leaves in the files of each of them: systemd's PID 1 writes the first from its
# $container (Container Interface of systemd), Docker makes the second, Podman the third.
_MARKS = ('/run/systemd/container', '/.dockerenv', '/run/.containerenv')
_ENVIRONMENT = '/proc/1/environ'


def in_container(host: Any) -> str:
    """What shows that this host is a container, '' when nothing does; an image is none, nothing runs in it.

    Only what can be told is said: /proc/1/environ is root's alone, and without the right to read it a container
    that leaves none of the other marks is not seen.
    """
    found: str = host.once('in_container', lambda: _evidence(host) if host.live else '')
    return found


def _evidence(host: Any) -> str:
    for path in _MARKS:
        if host.exists(path):
            kind = _first_word(host, path) if path == _MARKS[0] else ''
            return f'{path} ({kind})' if kind else path
    try:
        return manager(host.read(_ENVIRONMENT, missing=''))
    except CannotTell:
        return ''


def manager(environ: str) -> str:
    r"""Who runs PID 1, as its environment (NUL between its parts) tells.

    >>> manager('PATH=/bin\0container=lxc\0'), manager('container=\0'), manager('KUBERNETES_SERVICE_HOST=10.96.0.1')
    ('/proc/1/environ (container=lxc)', '', '/proc/1/environ (KUBERNETES_SERVICE_HOST)')
    """
    for part in environ.split('\0'):
        name, _, value = part.partition('=')
        if name == 'container' and value:
            return f'{_ENVIRONMENT} (container={value[:40]})'
        if name == 'KUBERNETES_SERVICE_HOST':       # a pod: containerd leaves no mark of its own
            return f'{_ENVIRONMENT} ({name})'
    return ''


def _first_word(host: Any, path: str) -> str:
    try:
        return (host.read(path, missing='').split() or [''])[0][:40]
    except CannotTell:
        return ''


def only_told(host: Any, observations: Iterator[Observation]) -> Iterator[Observation]:
    """The same observations, in a container without their changes: what is wanted there is its host's to give."""
    inside = in_container(host)
    for one in observations:
        yield one if not inside or one.met or not one.fix else one._replace(
            fix=(), hint=f'{one.hint + "; " if one.hint else ""}this is a container ({inside}): nothing is fixed in it')
