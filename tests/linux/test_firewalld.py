"""firewalld: what its zones let in, by their files and by what the running daemon says."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.host import Answer
from nodeprep.linux import firewalld, firewallfiles, firewallzone
from nodeprep.model import CannotTell

PUBLIC = '/usr/lib/firewalld/zones/public.xml'
ZONE = '<?xml version="1.0" encoding="utf-8"?>\n<zone>\n  <short>Public</short>\n  %s\n</zone>\n'
SERVICES = {
    '/usr/lib/firewalld/services/kubelet.xml': '<service><port protocol="tcp" port="10250"/></service>',
    '/usr/lib/firewalld/services/kube-worker.xml':
        '<service><include service="kubelet"/><include service="nodes"/></service>',
    '/usr/lib/firewalld/services/nodes.xml':
        '<service><include service="kube-worker"/><port protocol="tcp" port="30000-32767"/></service>'}
# As firewall-cmd 0.6.3 (EL7) and 1.3 (EL9) print it.
LISTED = '''docker (active)
  target: ACCEPT
  interfaces: docker0
  services:
  ports:

public (default, active)
  target: default
  icmp-block-inversion: no
  interfaces: eth0 eth1
  sources:
  services: dhcpv6-client kube-worker ssh
  ports: 6443/tcp 2379-2380/tcp
  protocols:
  forward-ports: \n  rich rules: \n\trule family="ipv4" port port="99" protocol="tcp" accept
'''


@pytest.mark.parametrize('text, name, source', [
    ('', 'public', ''), ('# x\nDefaultZone=home\nDefaultZone=drop\n', 'home', ':2'),
    ('DefaultZone = internal \n', 'internal', ':1'), ('DefaultZone=\n', 'public', '')])
def test_the_default_zone(host, text, name, source):
    assert firewallfiles.default_zone(host.files({firewallfiles.CONF: text})) == (name, firewallfiles.CONF + source)


@pytest.mark.parametrize('body, protocol, first, last, opened', [
    ('<port protocol="tcp" port="10250"/>', 'tcp', 10250, 10250, True),
    ('<port protocol="udp" port="10250"/>', 'tcp', 10250, 10250, False),
    ('<port protocol="tcp" port="30000-32767"/>', 'tcp', 30000, 32767, True),
    ('<port protocol="tcp" port="30000-32766"/>', 'tcp', 30000, 32767, False),
    ('<port protocol="tcp" port="31000-32767"/><port protocol="tcp" port="30000-30999"/>', 'tcp', 30000, 32767, True),
    ('<port protocol="tcp" port="30000-30500"/><port protocol="tcp" port="30502-32767"/>', 'tcp', 30000, 32767, False),
    ('<port protocol="tcp" port="1-65535"/><port protocol="tcp" port="5-7"/>', 'tcp', 30000, 32767, True),
    ('<port protocol="tcp" port="99999999"/><port/><port protocol="tcp" port="9-1"/>', 'tcp', 9, 9, False),
    ('<service name="kubelet"/>', 'tcp', 10250, 10250, True),
    ('<service name="kube-worker"/>', 'tcp', 10250, 10250, True),       # by include, with a circle in it
    ('<service name="kube-worker"/>', 'tcp', 30000, 32767, True),
    ('<service name="gone"/><service/><service name="../../x"/>', 'tcp', 10250, 10250, False),
    ('', 'tcp', 10250, 10250, False)])
def test_what_a_zone_lets_in_for_good(host, body, protocol, first, last, opened):
    zone = firewallfiles.permanent(host.files(SERVICES).files({PUBLIC: ZONE % body}), 'public')
    why = firewallzone.opened(zone, protocol, first, last)
    assert bool(why) is opened and (not why or why.startswith(PUBLIC))


def test_an_accepting_zone_lets_all_in(host):
    host.files({'/etc/firewalld/zones/trusted.xml': '<zone target="ACCEPT"/>'})
    assert firewallzone.opened(firewallfiles.permanent(host, 'trusted'), 'udp', 1, 65535).endswith('(target ACCEPT)')


def test_a_file_in_etc_hides_the_vendors(host):
    host.files({PUBLIC: ZONE % '<port protocol="tcp" port="10250"/>', '/etc/firewalld/zones/public.xml': ZONE % ''})
    assert firewallfiles.permanent(host, 'public').ports == ()


@pytest.mark.parametrize('text', [
    '<zone>', 'x', '<service/>', '<!DOCTYPE a [<!ENTITY b "c">]><zone>&b;</zone>', '<zone>\udcff</zone>',
    '<zone><port/></zone>' + ' ' * 2**20, '<?xml version="1.0"?>\n<!DOCTYPE zone>\n<zone/>'])
def test_a_file_that_is_no_zone_cannot_be_told(host, text):
    with pytest.raises(CannotTell) as error:
        firewallfiles.permanent(host.files({PUBLIC: text}), 'public')
    assert error.value.source == PUBLIC


@pytest.mark.parametrize('name', ['public', '../x', ''])
def test_a_zone_without_a_file_cannot_be_told(host, name):
    with pytest.raises(CannotTell, match='has no file'):
        firewallfiles.permanent(host, name)


@given(st.binary().map(lambda data: data.decode('utf-8', 'surrogateescape')))
def test_any_bytes_are_a_root_or_cannot_be_told(text):
    try:
        assert firewallfiles._xml(text, 'x').tag
    except CannotTell as error:
        assert error.source == 'x'


def test_the_running_zones(host):
    host.files(SERVICES).answers[firewalld.LIST] = Answer(0, LISTED, '')
    zones = firewalld.running(host)
    assert set(zones) == {'docker', 'public'} and zones['docker'].accepts
    assert zones['public'].interfaces == ('eth0', 'eth1')
    assert firewallzone.opened(zones['public'], 'tcp', 2379, 2380) == 'firewall-cmd --list-all-zones (public)'
    assert firewallzone.opened(zones['public'], 'tcp', 10250, 10250).endswith('(public), service kube-worker')
    assert firewallzone.opened(zones['public'], 'tcp', 99, 99).endswith('(public), rich rule')
    assert firewallzone.opened(zones['public'], 'tcp', 98, 98) == ''


@pytest.mark.parametrize('rule, sender', [
    ('rule family="ipv4" source address="10.0.0.0/24" port port="6443" protocol="tcp" accept', '10.0.0.0/24'),
    ('rule source ipset="nodes" port port="6443" protocol="tcp" log prefix="x" accept', 'an address set'),
    ('rule family="ipv4" source address="10.0.0.0/24" port port="6443" protocol="tcp" reject', None),
    ('rule family="ipv4" source NOT address="10.0.0.0/24" port port="6443" protocol="tcp" accept', None),
    ('rule family="ipv4" destination address="10.0.0.9" port port="6443" protocol="tcp" accept', None)])
def test_a_running_rich_rule(host, rule, sender):
    host.answers[firewalld.LIST] = Answer(0, f'public\n  rich rules: \n\t{rule}\n', '')
    zone = firewalld.running(host)['public']
    assert [port.sender for port in zone.ports] == ([] if sender is None else [sender])
    assert bool(firewallzone.opened_to_some(zone, [], 'tcp', 6443, 6443)[0]) is (sender is not None)


@pytest.mark.parametrize('body, senders', [
    ('<rule><port protocol="tcp" port="6443"/><accept/></rule>', ''),
    ('<rule><source address="10.0.0.0/24"/><port protocol="tcp" port="6443"/><accept/></rule>', '10.0.0.0/24'),
    ('<rule><source ipset="nodes"/><service name="api"/><accept/></rule>', 'an address set'),
    ('<rule><source address="10.0.0.0/24"/><port protocol="tcp" port="6443"/><drop/></rule>', None),
    ('<rule><source address="10.0.0.0/24" invert="True"/><port protocol="tcp" port="6443"/><accept/></rule>', None)])
def test_a_rich_rule_in_a_file(host, body, senders):
    host.files({PUBLIC: ZONE % body,
                '/usr/lib/firewalld/services/api.xml': '<service><port protocol="tcp" port="6443"/></service>'})
    why, found = firewallzone.opened_to_some(firewallfiles.permanent(host, 'public'), [], 'tcp', 6443, 6443)
    assert (bool(why), found) == (senders is not None, senders or '')


def test_a_zone_of_addresses_opens_to_them(host):
    host.files({'/etc/firewalld/zones/trusted.xml': '<zone target="ACCEPT"><source address="10.1.0.0/16"/></zone>',
                '/etc/firewalld/zones/nodes.xml':
                    '<zone><source address="10.2.0.0/16"/><port protocol="tcp" port="6443"/></zone>',
                PUBLIC: ZONE % ''})
    zones = firewallfiles.all_permanent(host)
    trusted = firewallzone.opened_to_some(zones['public'], [zones['trusted']], 'udp', 8472, 8472)
    assert trusted == ('/etc/firewalld/zones/trusted.xml (target ACCEPT)', '10.1.0.0/16')
    assert firewallzone.opened_to_some(zones['public'], [zones['nodes']], 'tcp', 6443, 6443)[1] == '10.2.0.0/16'
    assert firewallzone.opened_to_some(zones['public'], [zones['nodes']], 'tcp', 6444, 6444) == ('', '')


@pytest.mark.parametrize('answer', [Answer(252, '', 'FirewallD is not running'), Answer(0, '', ''),
                                    Answer(253, '', 'Authorization failed.\n    Make sure polkit agent is running')])
def test_no_answer_cannot_be_told(host, answer):
    host.answers[firewalld.LIST] = answer
    with pytest.raises(CannotTell) as error:
        firewalld.running(host)
    assert error.value.source == 'firewall-cmd --list-all-zones'


@given(st.text())
def test_any_answer_is_zones(text):
    assert all(zone.name == name for name, (zone, _) in firewalld.parse(text).items())


def test_interfaces_are_bound_by_zone_files_and_ifcfg(host):
    host.files({'/etc/firewalld/zones/internal.xml': '<zone><interface name="eth1"/></zone>', PUBLIC: ZONE % '',
                '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nZONE="work"\n',
                '/etc/sysconfig/network-scripts/ifcfg-lo': 'DEVICE=lo\n',
                '/etc/NetworkManager/system-connections/a.nmconnection':
                    '[connection]\nid=a\ninterface-name=ens3\nzone=home\n',
                '/etc/NetworkManager/system-connections/b.nmconnection': '[connection]\ninterface-name=ens4\n'})
    assert firewallfiles.of_interfaces(host) == {'eth0': 'work', 'eth1': 'internal', 'ens3': 'home'}


@pytest.mark.parametrize('word', ['8472', 'tcp/1', '0/tcp', '70000/tcp', '5-1/udp', '', '1/icmp'])
def test_what_is_no_port(word):
    with pytest.raises(ValueError, match='write it as'):
        firewallzone.read_port(word)
