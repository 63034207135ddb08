"""Lines for the system's journal, with fields that can be searched for: journalctl NODEPREP_REQUIREMENT=swap.

The native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): NAME=value lines, or for a value with line ends the name, a
line end, its length as 64 bits little-endian and the value. Where there is no journal, or it does not take the line,
standard output gets it: below systemd with the <N> of sd-daemon(3), which it takes off again; a person or a file, as in
`nodeprep agent | tee log`, gets the line alone.
"""
import errno

from nodeprep.host import datagram
from nodeprep.model import CannotChange
from nodeprep.text import clean
from nodeprep.typed import Any, Dict

SOCKET = '/run/systemd/journal/socket'
ERROR, WARNING, NOTICE, INFO = 3, 4, 5, 6
# journalctl MESSAGE_ID=...: one for each kind of event, for ever.
IDS = {
    'start': '36c1a1534f3545f6ba17aae5cd290054', 'stop': 'd4c70918fdbb4f67ad184b13cb9fa0c0',
    'state': 'dee4726bb2c9439fb4f3f26edc3a0980', 'fix': '4ed1e1af56ee45bba9610bb2268031a5',
    'fight': '2483f5e904674553853368d4415e00cd', 'config': '19d9b3e332744e1c8fb96c0869a13f7c',
    'master': '3a8f3f8ed95246458cf9beee53d54d0f', 'trouble': 'e89321b18d624d4fbe2815871ac106b2',
}
_MOST = 32 * 1024         # bytes of one value; the socket's own limit is some 200 KiB for all of them


class Log:
    """Where the agent's messages go."""

    def __init__(self, out: Any, journal: bool, send: Any = datagram.send, marks: bool = False) -> None:
        """`out` is standard output; `journal` whether systemd's journal is to be spoken to.

        `marks`: whether the priority is to stand before a line of standard output, for systemd.
        """
        self._out, self._journal, self._send, self._marks = out, journal, send, marks

    def tell(self, kind: str, message: str, priority: int = INFO, **fields: str) -> None:
        """One message. `fields` are told as NODEPREP_NAME; those that are '' are not.

        It is lost where nothing takes it: a file on a full disk, a journal that has crashed. BrokenPipeError when
        standard output is a pipe of a person's, and nobody reads it any more.
        """
        if self._journal and self._told(kind, message, priority, fields):
            return
        line = clean(message)
        encoding = getattr(self._out, 'encoding', None) or 'utf-8'
        line = line.encode(encoding, 'backslashreplace').decode(encoding)
        try:
            self._out.write(f'<{priority}>{line}\n' if self._marks else f'{line}\n')
            self._out.flush()
        except OSError as error:
            # Status and master are told all the same. Whoever listened at the end of a pipe and left wants no more.
            if not self._marks and error.errno == errno.EPIPE:
                raise

    def _told(self, kind: str, message: str, priority: int, fields: Dict[str, str]) -> bool:
        values = {'MESSAGE': message, 'PRIORITY': str(priority), 'MESSAGE_ID': IDS[kind],
                  'SYSLOG_IDENTIFIER': 'nodeprep'}
        values.update(('NODEPREP_' + name.upper(), value) for name, value in fields.items() if value)
        try:
            self._send(SOCKET, b''.join(field(name, value) for name, value in values.items()))
        except CannotChange:
            return False
        return True


def field(name: str, value: str) -> bytes:
    r"""One field as the journal takes it.

    >>> field('MESSAGE', 'swap is on'), field('A', 'x\ny')
    (b'MESSAGE=swap is on\n', b'A\n\x03\x00\x00\x00\x00\x00\x00\x00x\ny\n')
    """
    raw = clean(value, keep='\n').encode('utf-8', 'backslashreplace')[:_MOST]
    if b'\n' in raw:
        return name.encode() + b'\n' + len(raw).to_bytes(8, 'little') + raw + b'\n'
    return name.encode() + b'=' + raw + b'\n'
