"""The name of the host, what it resolves to, and what a reboot leaves of it."""
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.engine import examine
from nodeprep.model import DISRUPTIVE, DRIFTED, MET, UNKNOWN, CannotTell, Run, Write
from nodeprep.requirements.hostname import Hostname
from tests.conftest import wants
from tests.linux.test_interfaces import INET6, TRIE

WHOLE = {'/proc/net/fib_trie': TRIE, '/proc/net/if_inet6': INET6, '/etc/hostname': 'k8s-node1\n',
         '/etc/hosts': '127.0.0.1 localhost\n10.0.0.5 k8s-node1\n',
         '/etc/nsswitch.conf': 'hosts: files dns myhostname\n'}
CLOUD = {'/usr/bin/cloud-init': '', '/etc/cloud/cloud.cfg': 'preserve_hostname: false\n'}


def node(host, name='k8s-node1', resolved=('10.0.0.5',), **files):
    host.kernel = ('Linux', name, '5.14', '#1', 'x86_64')
    host.resolved[name] = list(resolved)
    return host.files({**WHOLE, **files})


def look(host, **changed):
    return examine(Hostname(), host, wants(Hostname, **changed))


def at(found, when, subject=None):
    """The observations of one half, or the one about a subject."""
    half = [one for one in found.observations if one.when == when]
    return half if subject is None else next(one for one in half if one.subject == subject)


def test_a_named_host_that_resolves_to_itself_is_met(host):
    found = look(node(host))
    assert (found.now, found.boot) == ('met', 'met')
    assert [(one.subject, one.found, one.source) for one in found.observations] == [
        ('host name', 'k8s-node1', 'uname(2)'), ('k8s-node1', '10.0.0.5', '/etc/hosts:2, getaddrinfo(3)'),
        ('/etc/hostname', 'k8s-node1', '/etc/hostname:1'), ('/etc/hosts', '10.0.0.5', '/etc/hosts:2')]
    assert host.asked == []


@pytest.mark.parametrize('name', ['localhost', 'localhost.localdomain', 'my_node', '12345'])
def test_a_name_that_is_none_is_not_even_resolved(host, name):
    found = at(look(node(host, name)), 'now')
    assert [(one.subject, one.met, one.advised) for one in found] == [('host name', False, False)]
    assert 'hostnamectl' in found[0].hint
    assert found[0].fix == ()


def test_upper_case_is_advised_against(host):
    found = look(node(host, 'Node1', **{'/etc/hostname': 'Node1\n', '/etc/hosts': ''}))
    bad = [one for one in found.observations if not one.met]
    assert [(one.when, one.advised) for one in bad] == [('now', True), ('boot', True)]


@pytest.mark.parametrize('resolved, met, said', [
    (['10.0.0.5'], True, ''), (['2001:db8::5', '10.0.0.5'], True, ''),
    (['fe80::250:56ff:feb1:69bd%eth0', '10.0.0.5'], True, ''),
    (['127.0.0.1'], False, 'loopback'), (['127.0.1.1'], False, 'loopback'), (['::1'], False, 'loopback'),
    (['10.0.0.5', '127.0.1.1'], False, '10.0.0.5, 127.0.1.1 (loopback)'),
    (['10.0.0.9'], False, '10.0.0.9 (no address of this host)'),
    (['10.0.0.5', '10.0.0.9'], False, '10.0.0.5, 10.0.0.9 (no address of this host)'),
    (['fe80::250:56ff:feb1:69bd%eth0'], False, 'one wire alone')])
def test_what_the_name_may_resolve_to(host, resolved, met, said):
    found = at(look(node(host, resolved=resolved)), 'now', 'k8s-node1')
    assert found.met is met
    assert said in found.found
    assert bool(found.hint) is not met


def test_debian_maps_the_name_to_127_0_1_1_now_and_at_boot(host):
    found = look(node(host, resolved=['127.0.1.1'], **{'/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 k8s-node1\n'}))
    assert (found.now, found.boot) == ('drifted', 'drifted')
    for when, subject in (('now', 'k8s-node1'), ('boot', '/etc/hosts')):
        one = at(found, when, subject)
        assert one.source.startswith('/etc/hosts:2')
        assert one.hint == ('take the name off /etc/hosts:2; add to /etc/hosts or to DNS: 10.0.0.5 k8s-node1')


def test_nss_myhostname_is_seen_through(host):
    found = at(look(node(host, resolved=['127.0.0.2'], **{'/etc/hosts': ''})), 'now', 'k8s-node1')
    assert 'nothing but nss-myhostname knows the name' in found.found
    assert found.hint == 'add to /etc/hosts or to DNS: 10.0.0.5 k8s-node1'


def test_a_name_that_does_not_resolve_has_drifted(host):
    node(host, **{'/etc/hosts': ''}).resolved.clear()
    found = look(host)
    assert (found.now, found.boot) == ('drifted', 'met')
    assert at(found, 'now', 'k8s-node1').found == 'does not resolve'


def test_a_resolver_that_does_not_answer_is_unknown(host):
    node(host, **{'/etc/resolv.conf': 'nameserver 10.0.0.53\n'})
    host.resolved['k8s-node1'] = CannotTell('k8s-node1: temporary failure in name resolution', 'getaddrinfo(3)')
    found = at(look(host), 'now', 'k8s-node1')
    assert (found.state, found.source) == (UNKNOWN, 'getaddrinfo(3)')


def test_own_addresses_that_cannot_be_read_are_unknown(host):
    found = look(node(host, **{'/proc/net/fib_trie': None}))
    assert (found.now, found.boot) == ('unknown', 'unknown')
    assert at(found, 'now', 'k8s-node1').source == '/proc/net/fib_trie'


def test_localhost_on_the_loopback_lines_is_no_fault_of_its_own(host):
    found = look(node(host, 'localhost.localdomain', **{
        '/etc/hostname': 'localhost.localdomain\n', '/etc/hosts': '127.0.0.1 localhost localhost.localdomain\n'}))
    assert [(one.subject, one.advised) for one in found.observations] == [('host name', False), ('/etc/hostname', True)]


@pytest.mark.parametrize('text', [None, '', '# none\n', 'localhost.localdomain\n'])
def test_a_name_that_nothing_keeps_is_told(host, text):
    found = at(look(node(host, **{'/etc/hostname': text})), 'boot', '/etc/hostname')
    assert (found.met, found.advised) == (False, True)
    assert 'DHCP or cloud-init names the host at each boot' in found.found


def test_the_next_boot_would_rename_the_host(host):
    found = look(node(host, **{'/etc/hostname': 'other\n'}))
    assert (found.now, found.boot) == ('met', 'drifted')
    one = at(found, 'boot', '/etc/hostname')
    assert (one.found, one.wanted, one.source, one.advised) == ('other: the next boot renames the host', 'k8s-node1',
                                                                 '/etc/hostname:1', False)


def test_a_kept_name_that_is_not_fit(host):
    one = at(look(node(host, **{'/etc/hostname': 'my_node\n'})), 'boot', '/etc/hostname')
    assert (one.met, one.advised) == (False, False)


def test_a_wanted_name_is_planned_once_for_both_halves(host):
    found = look(node(host, 'old', **{'/etc/hostname': 'old\n'}), name='k8s-node1')
    fix = (Run(('hostnamectl', 'set-hostname', 'k8s-node1'), ('hostnamectl', 'set-hostname', 'old'), DISRUPTIVE),)
    assert at(found, 'now', 'host name').fix == at(found, 'boot', '/etc/hostname').fix == fix


def test_a_wanted_name_that_is_there_needs_nothing(host):
    assert look(node(host), name='k8s-node1').state == 'met'


def test_only_what_drifted_is_planned(host):
    found = look(node(host, **{'/etc/hostname': 'localhost.localdomain\n'}), name='k8s-node1')
    assert (found.now, found.boot) == ('met', 'drifted')
    assert at(found, 'boot', '/etc/hostname').fix[0].undo == ('hostnamectl', 'set-hostname', 'localhost.localdomain')


def test_a_node_is_never_renamed(host):
    found = look(node(host, 'old', **{'/etc/kubernetes/kubelet.conf': 'x'}), name='k8s-node1')
    one = at(found, 'now', 'host name')
    assert one.fix == ()
    assert '/etc/kubernetes/kubelet.conf' in one.hint


@pytest.mark.parametrize('bad', ['localhost', 'a_b', 'A', '12', 'a\n', 5, None, ['a']])
def test_a_wanted_name_must_be_fit(bad):
    with pytest.raises(ValueError):
        Hostname.defaults['name'].read(bad)


def test_an_image_is_told_from_its_files(image):
    image.files({'/etc/hostname': 'k8s-node1\n', '/etc/hosts': '127.0.1.1 k8s-node1\n',
                 '/etc/nsswitch.conf': 'hosts: files dns\n'})
    found = look(image)
    assert found.now == 'not-applicable'
    assert [(one.subject, one.state) for one in found.observations] == [('/etc/hostname', MET), ('/etc/hosts', DRIFTED)]
    assert found.observations[1].hint.endswith('to DNS: ADDRESS k8s-node1')


def test_an_image_is_named_in_its_file(image):
    found = look(image.files({'/etc/hostname': '# x\nold\n'}), name='k8s-node1')
    assert found.observations[0].fix == (Write('/etc/hostname', 'k8s-node1\n', was='# x\nold\n'),)
    found = look(image.files({'/etc/hostname': None}), name='k8s-node1')
    assert found.observations[0].fix == (Write('/etc/hostname', 'k8s-node1\n', was=None),)


def test_hosts_that_nobody_asks_says_nothing(host):
    found = look(node(host, **{'/etc/hosts': '127.0.1.1 k8s-node1\n', '/etc/nsswitch.conf': 'hosts: dns\n'}))
    assert found.boot == 'met'


@pytest.mark.parametrize('config, name, met, said, source', [
    ('preserve_hostname: true\n', '', True, 'leaves the name alone', 'cloud.cfg:1'),
    ('preserve_hostname: false\n', '', True, 'names the host as the cloud says', 'cloud.cfg:1'),
    ('users: []\n', '', True, 'names the host as the cloud says', 'cloud.cfg'),
    ('users: []\nhostname: other\n', '', False, 'names the host other on a new instance', 'cloud.cfg:2'),
    ('hostname: k8s-node1\n', '', True, 'names the host so too', 'cloud.cfg:1'),
    ('fqdn: k8s-node1.example.com\n', '', True, 'names the host so too', 'cloud.cfg:1'),
    ('preserve_hostname: false\n', 'k8s-node1', False, 'names the host as the cloud says on a new', 'cloud.cfg:1'),
    ('preserve_hostname: true\n', 'k8s-node1', True, 'leaves the name alone', 'cloud.cfg:1')])
def test_what_cloud_init_would_do_to_the_name(host, config, name, met, said, source):
    node(host, **{**CLOUD, '/etc/cloud/cloud.cfg': config})
    found = at(look(host, name=name), 'boot', 'cloud-init')
    assert found.met is met
    assert said in found.found
    assert found.source.endswith(source)
    assert met or found.advised


def test_cloud_init_is_told_to_keep_a_wanted_name(host):
    path, text = '/etc/cloud/cloud.cfg.d/zz-nodeprep.cfg', 'preserve_hostname: false\n'
    found = at(look(node(host, **CLOUD), name='k8s-node1'), 'boot', 'cloud-init')
    assert [(one.path, one.was) for one in found.fix] == [(path, None)]
    host.files({path: found.fix[0].text})
    assert at(look(host, name='k8s-node1'), 'boot', 'cloud-init').met
    found = at(look(host.files({path: text}), name='k8s-node1'), 'boot', 'cloud-init')
    assert found.fix[0].was == text


@pytest.mark.parametrize('value, advised', [('localhost', False), ('true', True), ('template', True), ('false', None)])
def test_cloud_init_maps_the_name_to_loopback(host, value, advised):
    found = look(node(host, **{**CLOUD, '/etc/cloud/cloud.cfg': f'manage_etc_hosts: {value}\n'}))
    bad = [one for one in found.observations if not one.met]
    assert [(one.subject, one.source, one.advised) for one in bad] == (
        [] if advised is None else [('cloud-init', '/etc/cloud/cloud.cfg:1', advised)])


def test_a_cloud_file_that_only_root_may_read_is_one_unknown_part(host):
    node(host, **CLOUD).denied.add('/etc/cloud/cloud.cfg')
    found = look(host)
    assert at(found, 'boot', '/etc/hostname').met
    assert (at(found, 'boot', 'cloud-init').state, at(found, 'boot', 'cloud-init').advised) == (UNKNOWN, True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100)
@given(noise=st.binary(max_size=120), path=st.sampled_from(sorted({**WHOLE, **CLOUD})))
def test_any_bytes_give_a_verdict(host, noise, path):
    found = look(node(host, **{**CLOUD, path: noise}))
    assert found.observations
    assert not any('fault in nodeprep' in one.hint for one in found.observations)
