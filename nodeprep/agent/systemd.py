"""What the agent tells systemd of itself: that it is up, what it finds, and that its loop still turns.

sd_notify(3), sd_watchdog_enabled(3): lines of NAME=value in a datagram to $NOTIFY_SOCKET, known to systemd 219 as to
257. The watchdog is fed by the loop and by nothing else, so that a loop that hangs is seen.
"""
from nodeprep.host import datagram
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Callable, Dict


class Systemd:
    """The service manager, when it started this process; else all of this says nothing to anybody."""

    def __init__(self, environment: Dict[str, str], pid: int, monotonic: Callable[[], float],
                 send: Any = datagram.send) -> None:
        """Takes its variables out of the environment: no child shall speak in the agent's name."""
        self._address = environment.pop('NOTIFY_SOCKET', '')
        period, whose = environment.pop('WATCHDOG_USEC', ''), environment.pop('WATCHDOG_PID', '')
        mine = period.isdigit() and whose in ('', str(pid))
        self.watchdog = int(period) / 1e6 if mine and self._address else 0.0      # seconds; 0: nobody watches
        self._monotonic, self._send, self._status = monotonic, send, ''

    @property
    def there(self) -> bool:
        """Whether systemd wants to hear of this process."""
        return bool(self._address)

    def ready(self, status: str) -> None:
        """It is up, or done with reloading."""
        self._tell('READY=1')
        self.status(status)

    def alive(self) -> None:
        """The loop turned once more."""
        if self.watchdog:
            self._tell('WATCHDOG=1')

    def status(self, text: str) -> None:
        """The line that `systemctl status` shows; the same one is not told twice."""
        if text != self._status:
            self._status = text
            self._tell('STATUS=' + text.replace('\n', ' '))

    def reloading(self) -> None:
        """It reads its configuration again; ready() says when that is over."""
        self._tell('RELOADING=1', f'MONOTONIC_USEC={int(self._monotonic() * 1e6)}')

    def stopping(self) -> None:
        """It ends, on purpose."""
        self._tell('STOPPING=1')

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            self._send(self._address, '\n'.join(lines).encode('utf-8', 'backslashreplace'))
        except CannotChange:
            # What systemd does not hear it acts upon by itself: it waits for READY and it counts the watchdog's time.
            self._status = ''
