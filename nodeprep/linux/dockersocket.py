"""Who is behind Docker's socket: a dockerd that answers, or systemd, which starts docker.service for whoever connects.

Both hold the same socket. The control group of a service holds processes while it ends, too; but dockerd stops to take
connections as the first thing, and then ends its containers for many seconds. A connection from that time is waiting
for systemd when the service is gone, and has it started again: against the will of who stopped it. Of one whose start
fails it is the same, and uses up the attempts that it has. Only systemd tells which it is, and tells it anybody.

Sources: systemd.socket(5); socket_enter_listening() and socket_trigger_notify() of src/core/socket.c; start() of
cmd/dockerd/daemon.go, which closes the API before it shuts the daemon down.
"""
import time

from nodeprep.linux import units
from nodeprep.linux.dockerd import UNIT
from nodeprep.linux.unitactive import RUNNING
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Callable

PATHS, SOCKET = ('/run/docker.sock', '/var/run/docker.sock'), 'docker.socket'
ASK = ('systemctl', 'show', '-p', 'ActiveState', UNIT)
_UP, _OFF = ('active', 'reloading'), ('inactive', 'failed')
_OLD = 0.05               # seconds after which systemd is asked again: dockerd takes longer to answer on a slow host


class Off(CannotTell):
    """systemd says that docker.service does not run, whatever its control group holds."""


def wakes(host: Any, path: str) -> bool:
    """Whether a connection may start docker.service: systemd itself may listen, whatever dockerd runs besides."""
    return path in PATHS and bool(units.enablement(host, SOCKET).state != units.NOT_FOUND)


def guard(host: Any, path: str) -> Callable[[], None]:
    """To be called before each connection: CannotTell when it would, or might, start docker.service."""
    if not wakes(host, path) or not host.exists(RUNNING):
        return _nothing
    asked = float('-inf')

    def look() -> None:
        nonlocal asked
        if time.monotonic() - asked > _OLD:
            _up(host)
            asked = time.monotonic()
    return look


def _nothing() -> None:
    """Nobody else listens there."""


def _up(host: Any) -> None:
    source = ' '.join(ASK)
    answer = host.ask(ASK)
    state = answer.out.strip()[len('ActiveState='):][:40]
    if answer.code or not state:
        why = ' '.join(answer.err.split()) or f'code {answer.code}'
        raise CannotTell(f'whether {UNIT} is up: {source}: {why[:200]}', source)
    if state not in _UP:
        said = f'{UNIT} is {state}, and a connection would have systemd start it'
        raise Off(said, source) if state in _OFF else CannotTell(said, source)
