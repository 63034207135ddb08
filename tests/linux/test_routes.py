"""The networks that a host stands in."""
import pytest

from nodeprep.linux import routes

HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
DEFAULT = 'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n'


def network(name):
    return f'{name}\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n'


@pytest.mark.parametrize('text, names', [
    (HEAD + DEFAULT + network('eth0'), ['eth0']),
    (HEAD + network('eth1') + network('bond0') + network('eth1'), ['bond0', 'eth1']),
    (HEAD + ''.join(map(network, ('eth0', 'docker0', 'cni0', 'flannel.1', 'cali12', 'veth7'))), ['eth0']),
    ('', []), ('what\never\n', []),
])
def test_interfaces_with_a_network_that_is_not_the_containers_own(host, text, names):
    host.files({'/proc/net/route': text})
    assert routes.routed(host) == names


def test_no_routing_table_is_no_network(host):
    assert routes.routed(host) == []
