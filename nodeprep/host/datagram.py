"""One datagram to a socket of this machine: how systemd and its journal are told something. unix(7)."""
from nodeprep.host.files import reason
from nodeprep.model import CannotChange


def send(address: str, data: bytes) -> None:
    """Sends to a path, or to an abstract name that is written with a leading @. Never waits.

    CannotChange when nobody listens, the listener is not keeping up, or the datagram is too large.
    """
    import _socket as socket  # the C half is enough, and loads in no time
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        one.sendto(data, '\0' + address[1:] if address.startswith('@') else address)
    except OSError as error:
        raise CannotChange(f'{address}: {reason(error)}') from None
    finally:
        one.close()
