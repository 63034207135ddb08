"""datagram: a message to a real socket, by path and by abstract name."""
import socket

import pytest

from nodeprep.host.datagram import send
from nodeprep.model import CannotChange


@pytest.mark.parametrize('abstract', [False, True])
def test_it_arrives(tmp_path, abstract):
    address = '\0nodeprep-test-' + tmp_path.name if abstract else str(tmp_path / 'n')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        send(address.replace('\0', '@'), b'READY=1')
        assert listener.recv(100) == b'READY=1'


def test_nobody_listens_and_nobody_reads(tmp_path):
    with pytest.raises(CannotChange, match='no such file'):
        send(str(tmp_path / 'n'), b'x')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / 'n'))
        with pytest.raises(CannotChange, match='unavailable'):       # and it does not wait
            for _ in range(10000):
                send(str(tmp_path / 'n'), b'x' * 1000)
