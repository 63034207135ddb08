"""Names that have addresses, surely have none, or cannot be told."""
import pytest

from nodeprep.linux import names
from nodeprep.model import CannotTell

AGAIN = CannotTell('x: temporary failure in name resolution', 'getaddrinfo(3)')
NODATA = CannotTell('x: no address associated with hostname', 'getaddrinfo(3)')


def test_a_known_name_has_its_addresses(host):
    host.resolved['x'] = ['10.0.0.1', '10.0.0.2']
    assert names.resolve(host, 'x') == ['10.0.0.1', '10.0.0.2']


def test_a_no_is_an_answer(host):
    host.resolved['x'] = NODATA
    assert names.resolve(host, 'x') == names.resolve(host, 'unknown') == []


def test_a_server_that_does_not_answer_is_no_answer(host):
    host.files({'/etc/resolv.conf': 'search example.com\nnameserver 10.0.0.53\n'}).resolved['x'] = AGAIN
    with pytest.raises(CannotTell):
        names.resolve(host, 'x')


@pytest.mark.parametrize('files', [{}, {'/etc/resolv.conf': '# nameserver 1.1.1.1\nnameserver\n'}])
def test_without_a_server_nobody_will_ever_answer(host, files):
    host.files(files).resolved['x'] = AGAIN
    assert names.resolve(host, 'x') == []


def test_systemd_resolved_has_servers_of_its_own(host):
    host.files({'/etc/nsswitch.conf': 'hosts: files resolve [!UNAVAIL=return] dns\n'}).resolved['x'] = AGAIN
    with pytest.raises(CannotTell):
        names.resolve(host, 'x')


@pytest.mark.parametrize('text, found', [
    ('passwd: files\nhosts:      files dns myhostname\n', ['files', 'dns', 'myhostname']),
    ('hosts: files myhostname resolve [!UNAVAIL=return] dns\n', ['files', 'myhostname', 'resolve', 'dns']),
    ('hosts: files[NOTFOUND=return]dns # x\n', ['files', 'dns']), ('#hosts: files\n', ['dns', 'files']),
    ('hosts:\n', []), ('', ['dns', 'files'])])
def test_who_is_asked(host, text, found):
    assert names.sources(host.files({'/etc/nsswitch.conf': text})) == found
