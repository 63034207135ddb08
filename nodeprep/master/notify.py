"""What a master tells systemd of itself: that it is up, and that its loop still turns. sd_notify(3)."""
import socket

from nodeprep.typed import Any, Dict


class Notify:
    """The service manager, when it started this process; else all of this says nothing to anybody."""

    def __init__(self, environment: Dict[str, str], pid: int) -> None:
        """Takes its variables out of the environment."""
        self._address = environment.pop('NOTIFY_SOCKET', '')
        period, whose = environment.pop('WATCHDOG_USEC', ''), environment.pop('WATCHDOG_PID', '')
        mine = period.isdigit() and whose in ('', str(pid))
        self.watchdog = int(period) / 1e6 if mine and self._address else 0.0      # seconds; 0: nobody watches

    def say(self, *lines: str) -> None:
        """Sends lines of NAME=value. What systemd does not hear it acts upon by itself."""
        if not self._address:
            return
        name: Any = self._address
        if name.startswith('@'):
            name = '\0' + name[1:]
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as made:
                made.sendto('\n'.join(lines).encode('utf-8', 'backslashreplace'), name)
        except OSError:
            pass
