"""The ports of a role: free, held by their component, or by someone who is named."""
import pytest

from nodeprep.engine import examine
from nodeprep.requirements.ports import Ports
from tests.conftest import wants
from tests.fakes import Link

HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
CONTROL_PLANE = {6443: 'kube-apiserver', 10259: 'kube-scheduler', 10257: 'kube-controller', 2379: 'etcd', 2380: 'etcd',
                 10250: 'kubelet'}


def table(*held):
    """A /proc/net/tcp with sockets (port, inode, uid) that listen on every address."""
    return HEAD + ''.join(f'   0: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 {uid:5d}'
                          f'        0 {inode} 1 00000000 100 0 0 10 0\n' for port, inode, uid in held)


def node(host, *held, **more):
    """A host with sockets (port, process name or '', uid), each held by a process with 100 + its place as id."""
    files = {'/proc/net/tcp': table(*((port, 7000 + at, uid) for at, (port, _, uid) in enumerate(held))),
             '/proc/1/comm': 'systemd\n', '/proc/sys/net/ipv4/ip_local_port_range': '32768\t60999\n',
             '/proc/sys/net/ipv4/ip_local_reserved_ports': '\n'}
    for at, (_, name, _) in enumerate(held):
        if name:
            files[f'/proc/{100 + at}/comm'] = name + '\n'
            files[f'/proc/{100 + at}/fd/5'] = Link(f'socket:[{7000 + at}]')
    return host.files({**files, **more})


def look(host, **changed):
    return examine(Ports(), host, wants(Ports, **changed))


def test_a_fresh_worker_has_its_one_port_free(host):
    found = look(node(host))
    assert (found.now, found.boot) == ('met', 'not-applicable')
    assert [(one.subject, one.found, one.kubeadm) for one in found.observations] == [
        ('port 10250', 'free', 'Port-10250'), ('node ports 30000-32767', 'none in use', ''),
        ('outgoing connections', 'take ports 32768-60999', '')]
    assert all(one.source for one in found.observations)


def test_a_control_plane_looks_at_six_ports_each_with_kubeadms_name(host):
    found = look(node(host), role='control-plane')
    assert [one.kubeadm for one in found.observations if one.kubeadm] == [
        'Port-6443', 'Port-10259', 'Port-10257', 'Port-2379', 'Port-2380', 'Port-10250']
    assert set(Ports.kubeadm) == {one.kubeadm for one in found.observations if one.kubeadm}


def test_an_external_etcd_needs_no_ports_here(host):
    found = look(node(host, (2379, 'dnsmasq', 0)), role='control-plane', etcd=False)
    assert found.now == 'met'
    assert not [one for one in found.observations if '23' in one.subject]


def test_a_running_control_plane_is_met(host):
    found = look(node(host, *((port, name, 0) for port, name in CONTROL_PLANE.items())), role='control-plane')
    assert found.now == 'met'
    assert found.observations[0].found == '0.0.0.0:6443 held by kube-apiserver (pid 100)'
    assert found.observations[0].source == '/proc/net/tcp, /proc/100/fd'
    assert found.observations[2].wanted == 'free, or held by kube-controller-manager'


@pytest.mark.parametrize('port', sorted(CONTROL_PLANE))
def test_another_process_on_a_port_is_named(host, port):
    found = look(node(host, (port, 'nginx', 0)), role='control-plane')
    bad = [one for one in found.observations if not one.met]
    assert [(one.subject, one.found, one.kubeadm) for one in bad] == [
        (f'port {port}', f'0.0.0.0:{port} held by nginx (pid 100)', f'Port-{port}')]
    assert not bad[0].fix
    assert 'stop nginx' in bad[0].hint
    assert not bad[0].advised


def test_a_component_on_the_port_of_another_is_no_excuse(host):
    assert look(node(host, (10250, 'etcd', 0))).now == 'drifted'


def test_a_plain_user_cannot_see_the_owner_so_it_is_unknown(host):
    node(host, (10250, '', 998)).uid = 1000
    found = look(host)
    assert found.now == 'unknown'
    assert '0.0.0.0:10250 is in use by user id 998; only root can see' in found.observations[0].found
    assert 'ss -ltnp' in found.observations[0].hint


def test_root_is_told_when_nobody_seen_holds_it(host):
    assert 'no process that can be seen' in look(node(host, (10250, '', 0))).observations[0].found


def test_ipv6_counts_too(host):
    node(host, **{'/proc/net/tcp6': table((10250, 6001, 0)).replace(' 00000000:', ' ' + 32 * '0' + ':')})
    assert look(host).observations[0].found.startswith('[::]:10250 is in use')


def test_no_table_is_unknown_not_free(host):
    found = look(host)
    assert found.now == 'unknown'
    assert found.observations[0].source == '/proc/net/tcp'


def test_a_service_on_a_node_port_is_advised_against(host):
    found = look(node(host, (30080, 'java', 0), (31000, 'kube-proxy', 0)))
    bad = [one for one in found.observations if not one.met]
    assert [(one.subject, one.found, one.advised) for one in bad] == [
        ('node port 30080', '0.0.0.0:30080 held by java (pid 100)', True)]


def test_node_ports_held_by_kube_proxy_are_right(host):
    found = look(node(host, (31000, 'kube-proxy', 0)))
    assert (found.now, found.observations[1].found) == ('met', 'held by kube-proxy')


def test_many_node_ports_are_summed_up(host):
    found = look(node(host, *((port, 'java', 0) for port in range(30000, 30050))))
    assert len([one for one in found.observations if not one.met]) == 11
    assert any(one.found == '40 more in use' for one in found.observations)


def test_another_node_port_range_is_configured(host):
    node(host, (30080, 'java', 0))
    assert look(host, node_ports='20000-22767').now == 'met'


@pytest.mark.parametrize('bad', ['', '1', '9-1', '0-5', '1-99999', 'a-b', '30000-32767-1', 5, None, '-5'])
def test_a_range_that_is_none_is_refused(bad):
    with pytest.raises(ValueError):
        Ports.defaults['node_ports'].read(bad)


@pytest.mark.parametrize('port_range, reserved, at_risk', [
    ('32768 60999', '', None), ('1024 65535', '', '10250, 30000-32767'), ('10000 29999', '', '10250'),
    ('1024 65535', '10250,30000-32767', None), ('1024 65535', '10250,30000-31000,31001-32767', None),
    ('1024 65535', '30000-32000', '10250, 30000-32767'), ('32000 60999', '', '32000-32767'),
    ('32000 60999', 'junk,32000-32767', None)])
def test_outgoing_connections_may_take_a_port(host, port_range, reserved, at_risk):
    node(host, **{'/proc/sys/net/ipv4/ip_local_port_range': port_range + '\n',
                  '/proc/sys/net/ipv4/ip_local_reserved_ports': reserved + '\n'})
    last = look(host).observations[-1]
    assert last.subject == 'outgoing connections'
    assert last.met is (at_risk is None)
    if at_risk:
        assert last.found.startswith(f'may take {at_risk} (')
        assert last.hint.endswith(at_risk.replace(', ', ','))


def test_the_ports_of_another_namespace_are_not_the_hosts(host):
    node(host, **{'/proc/self/ns/net': Link('net:[4026532300]'), '/proc/1/ns/net': Link('net:[4026531840]')})
    found = look(host)
    assert (found.now, found.observations[0].source) == ('unknown', '/proc/self/ns/net')


def test_an_image_has_no_ports(image):
    assert look(image).state == 'not-applicable'
