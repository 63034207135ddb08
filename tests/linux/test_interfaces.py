"""This host's own addresses and cards."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import interfaces
from nodeprep.model import CannotTell
from tests.fakes import Link

TRIE = '''Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
        |-- 10.0.0.0
           /24 link UNICAST
        |-- 10.0.0.5
           /32 host LOCAL
        |-- 10.0.0.255
           /32 link BROADCAST
Local:
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /32 link BROADCAST
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
     |-- 10.0.0.5
        /32 host LOCAL
     |-- 192.168.122.1
        /32 host LOCAL
'''
INET6 = '''00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000005 02 40 00 80     eth0
fe80000000000000025056fffeb169bd 02 40 20 80     eth0
'''


def card(name, bus='pci0000:00/0000:00:03.0', mac='52:54:00:12:34:56', kind='1', assigned='0'):
    """The files of a network card below /sys."""
    device = f'/sys/devices/{bus}/net/{name}'
    return {f'/sys/class/net/{name}': Link(f'../..{device[4:]}'), f'{device}/type': kind + '\n',
            f'{device}/address': mac + '\n', f'{device}/addr_assign_type': assigned + '\n'}


def test_addresses_are_ours_alone_without_loopback(host):
    host.files({'/proc/net/fib_trie': TRIE, '/proc/net/if_inet6': INET6})
    assert interfaces.addresses(host) == ['10.0.0.5', '192.168.122.1', '2001:db8::5', 'fe80::250:56ff:feb1:69bd']


def test_without_ipv6_there_are_the_others(host):
    assert interfaces.addresses(host.files({'/proc/net/fib_trie': TRIE})) == ['10.0.0.5', '192.168.122.1']


def test_without_a_trie_nothing_is_told(host):
    with pytest.raises(CannotTell):
        interfaces.addresses(host)


def test_a_network_on_lo_is_local_but_no_address():
    assert interfaces.ipv4('|-- 10.0.0.0\n   /8 host LOCAL\n|-- 10.0.0.1\n   /32 host LOCAL\n') == ['10.0.0.1']


@given(st.binary(max_size=300), st.integers(0, len(TRIE)), st.integers(0, len(INET6)))
def test_any_bytes_give_addresses_or_none(noise, here, there):
    noise = noise.decode('utf-8', 'surrogateescape')
    for one in interfaces.ipv4(TRIE[:here] + noise + TRIE[here:]):
        assert [0 <= int(part) <= 255 for part in one.split('.')] == [True] * 4
    assert all(':' in one for one in interfaces.ipv6(INET6[:there] + noise + INET6[there:]))


def test_only_real_ethernet_cards_count(host):
    host.files({**card('eth0', mac='52:54:00:AA:BB:CC'), **card('eth1', bus='vif-0', mac='00:16:3e:00:00:01'),
                **card('lo', bus='virtual', kind='772', mac='00:00:00:00:00:00'), **card('docker0', bus='virtual'),
                **card('ib0', kind='32', mac='80:00:00:48'), '/sys/class/net/bonding_masters': 'bond0\n'})
    assert interfaces.macs(host) == ['52:54:00:aa:bb:cc', '00:16:3e:00:00:01']
    assert interfaces.cards(host)[0] == interfaces.Card('eth0', '52:54:00:aa:bb:cc', '0', '/sys/class/net/eth0/address')


def test_cards_of_a_bond_count_once(host):
    host.files({**card('eth0'), **card('eth1', assigned='3')})
    assert interfaces.macs(host) == ['52:54:00:12:34:56']


def test_no_sys_is_told(host):
    with pytest.raises(CannotTell) as error:
        interfaces.cards(host)
    assert error.value.source == '/sys/class/net'
