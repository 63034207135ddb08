"""A connection to the D-Bus message bus of the system (the D-Bus specification), for a loop that sleeps in poll(2).

Nothing here blocks: whatever is to be said at first is sent in one piece, the greeting too, as sd-bus does it, and
answers are read as they come. Nothing is woken: a bus is not connected to unless others are, and each call carries
NO_AUTO_START.

What goes over the wire jeepney writes and reads: 0.7 on Python 3.6, 0.9 later; pure Python, without dependencies. It
is loaded at the first connection and adds 0.3 MiB to the resident memory on 3.11 and 1.0 on 3.6 and 3.12, where it
brings typing along. Its own connections are not used: they block, and keep no time.
"""
import _socket
import binascii
import os

from nodeprep.host.files import raw_of, text_of
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

SOCKET = '/run/dbus/system_bus_socket'
SIGNAL, RETURN, ERROR = 'signal', 'return', 'error'
_MOST = 2**22             # bytes that are kept of a message that is not whole; those of systemd have some thousand
_AT_ONCE = 2**16


class Gone(Exception):
    """The bus is not there, or no longer; the message says why."""


class Said(NamedTuple):
    """A message that came. `member` is the name of the error for ERROR, `to` the serial of the call for an answer."""

    kind: str
    sender: str
    path: str
    interface: str
    member: str
    to: int
    body: Tuple[Any, ...]


def connected(root: str, path: str = SOCKET) -> _socket.socket:
    """A socket that is connected to the bus. Gone when it is not there, or when nobody else is connected to it.

    systemd itself is, as long as a bus runs. The socket of a bus that does not run is held by systemd, which would
    start the bus for whoever connects.
    """
    below = path if root == '/' else root + path
    if not os.path.exists(raw_of(below)):
        raise Gone(f'{path} is not there')
    if not _in_use(below):
        raise Gone(f'{path}: nobody is connected')
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    try:
        connection.connect(raw_of(below))
    except OSError as error:
        connection.close()
        raise Gone(f'{path}: {(error.strerror or str(error)).lower()}') from None
    return connection


def _in_use(path: str) -> bool:
    with open('/proc/net/unix', 'rb') as table:           # unix_seq_show() of net/unix/af_unix.c
        return in_use(text_of(table.read()), path)


def in_use(table: str, path: str) -> bool:
    """Whether /proc/net/unix shows a connection to the socket at this path; releases before 8 say /var/run.

    >>> line = '0000000000000000: 00000003 00000000 00000000 0001 %s 21042 /run/bus'
    >>> in_use(line % '03', '/run/bus'), in_use(line % '01', '/run/bus'), in_use(line % '03', '/run/other')
    (True, False, False)
    """
    for line in table.splitlines():
        words = line.split(None, 7)
        if len(words) == 8 and words[5] == '03' and words[7] in (path, '/var' + path):
            return True
    return False


class Bus:
    """A connection that greets the bus as this user; Gone from any method when it ends."""

    def __init__(self, connection: _socket.socket) -> None:
        import jeepney
        self._jeepney, self._parser, self._socket = jeepney, jeepney.Parser(), connection
        self._kept, self._greeted, self._serial = b'', False, 0
        user = binascii.hexlify(str(os.geteuid()).encode('ascii'))
        self._unsent = b'\0AUTH EXTERNAL ' + user + b'\r\nBEGIN\r\n'
        self.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'Hello')

    def fileno(self) -> int:
        """For poll(2)."""
        return self._socket.fileno()

    def call(self, to: str, path: str, interface: str, method: str, *text: str) -> int:
        """Prepares a call with some texts as arguments; the serial that its answer will name. flush() sends it."""
        address = self._jeepney.DBusAddress(path, bus_name=to, interface=interface)
        message = self._jeepney.new_method_call(address, method, 's' * len(text) or None, text)
        message.header.flags |= self._jeepney.MessageFlag.no_auto_start
        self._serial += 1
        self._unsent += message.serialise(serial=self._serial)
        return self._serial

    def flush(self) -> None:
        """Sends what was prepared. It is a few kilobytes: a bus that has no room for them does not read at all."""
        try:
            sent = self._socket.send(self._unsent) if self._unsent else 0
        except OSError as error:
            raise Gone((error.strerror or str(error)).lower()) from None
        if sent < len(self._unsent):
            raise Gone('it does not read')
        self._unsent = b''

    def read(self) -> List[Said]:
        """The messages that came."""
        try:
            part = self._socket.recv(_AT_ONCE)
        except BlockingIOError:
            return []
        except OSError as error:
            raise Gone((error.strerror or str(error)).lower()) from None
        if not part:
            raise Gone('it closed the connection')
        if not self._greeted:
            part = self._greeting(part)
        try:
            self._parser.add_data(part)
            said = list(self._whole())
        except (ValueError, LookupError, TypeError, AssertionError, ArithmeticError, self._broken()) as error:
            raise Gone(f'what it says is not D-Bus ({type(error).__name__}: {error})') from None
        if self._parser.buf.bytes_buffered > _MOST:
            raise Gone('a message is too long')
        return said

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()

    def _greeting(self, part: bytes) -> bytes:
        """What follows the line that answers AUTH."""
        line, end, rest = (self._kept + part).partition(b'\r\n')
        if not end:
            self._kept = line
            if len(line) > 1000:
                raise Gone('its greeting does not end')
            return b''
        if not line.startswith(b'OK '):
            raise Gone(f'it does not let us in ({text_of(line)})')
        self._kept, self._greeted = b'', True
        return rest

    def _whole(self) -> Iterator[Said]:
        for message in iter(self._parser.get_next_message, None):
            fields: Dict[int, Any] = {int(key): value for key, value in message.header.fields.items()}
            kind = {2: RETURN, 3: ERROR, 4: SIGNAL}.get(message.header.message_type.value)
            if kind:                                       # nobody has anything to call here
                yield Said(kind, fields.get(7, ''), fields.get(1, ''), fields.get(2, ''),
                           fields.get(4 if kind == ERROR else 3, ''), fields.get(5, 0), message.body)

    @staticmethod
    def _broken() -> Any:
        import struct
        return struct.error
