"""firewall: firewalld off, or on with the role's ports open; now and at the next boot."""
import pytest

from nodeprep.engine import examine
from nodeprep.host import Answer
from nodeprep.linux.firewalld import LIST
from nodeprep.model import BOOT, DRIFTED, MET, NOT_APPLICABLE, NOW, UNKNOWN
from nodeprep.requirements.firewall import Firewall
from tests.conftest import wants
from tests.fakes import Link

NAME = 'firewalld.service'
EL7 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="7"\n', '/sys/fs/cgroup/systemd': {}}
EL9 = {'/etc/os-release': 'ID="rocky"\nVERSION_ID="9.4"\nPLATFORM_ID="platform:el9"\n',
       '/sys/fs/cgroup/cgroup.controllers': 'cpu\n'}
FILE = '/usr/lib/systemd/system/firewalld.service'
UNITS = {FILE: '[Service]\nExecStart=/usr/sbin/firewalld --nofork\nBusName=org.fedoraproject.FirewallD1\n[Install]\n'
               'WantedBy=multi-user.target\nAlias=dbus-org.fedoraproject.FirewallD1.service\n',
         '/usr/lib/systemd/system/multi-user.target': '[Unit]\nDescription=x\n', '/run/systemd/system': {},
         '/usr/lib/systemd/system/default.target': Link('multi-user.target'), '/proc/1/comm': 'systemd\n'}
WANTED = '/etc/systemd/system/multi-user.target.wants/firewalld.service'
ALIAS = '/etc/systemd/system/dbus-org.fedoraproject.FirewallD1.service'
ENABLED = {WANTED: Link(FILE), ALIAS: Link(FILE)}
RUNS7 = {'/sys/fs/cgroup/systemd/system.slice/firewalld.service/cgroup.procs': '690\n'}
RUNS9 = {'/sys/fs/cgroup/system.slice/firewalld.service/cgroup.events': 'populated 1\n'}
PUBLIC = '/usr/lib/firewalld/zones/public.xml'
ROUTE = ('Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n'
         'eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n')
WORKER = ['10250/tcp', '30000-32767/tcp', '30000-32767/udp']


def look(host, **changed):
    finding = examine(Firewall(), host, wants(Firewall, **changed))
    return finding, {(seen.subject, seen.when): seen for seen in finding.observations}


@pytest.mark.parametrize('release, runs', [(EL7, RUNS7), (EL9, RUNS9)])
def test_a_stock_host_is_told_to_stop_and_disable(host, release, runs):
    finding, seen = look(host.files(release).files(UNITS).files(ENABLED).files(runs))
    assert (finding.now, finding.boot) == (DRIFTED, DRIFTED)
    now, boot = seen[NAME, NOW], seen[NAME, BOOT]
    assert (now.found, now.fix[0].argv, now.fix[0].undo, now.fix[0].risk) == (
        'active', ('systemctl', 'stop', NAME), ('systemctl', 'start', NAME), 'disruptive')
    assert (boot.source, boot.fix[0].argv, boot.kubeadm) == (WANTED, ('systemctl', 'disable', NAME), 'Firewalld')


def test_stopped_but_not_disabled_comes_back(host):
    finding, _ = look(host.files(EL9).files(UNITS).files(ENABLED))
    assert (finding.now, finding.boot) == (MET, DRIFTED)


def test_disabled_but_running(host):
    finding, _ = look(host.files(EL9).files(UNITS).files(RUNS9))
    assert (finding.now, finding.boot) == (DRIFTED, MET)


@pytest.mark.parametrize('files', [{}, {'/etc/systemd/system/firewalld.service': Link('/dev/null')},
                                   {FILE: None}])
def test_disabled_masked_or_absent_is_off(host, files):
    finding, seen = look(host.files(EL9).files(UNITS).files(files))
    assert (finding.now, finding.boot) == (MET, MET)
    assert seen[NAME, BOOT].source and seen[NAME, NOW].source


def test_a_mask_wins_over_links_that_were_left(image):
    image.files(EL9).files(UNITS).files(ENABLED).files({'/etc/systemd/system/firewalld.service': Link('/dev/null')})
    assert look(image)[0].boot == MET


def test_a_mask_below_run_does_not_outlive_the_boot(host):
    host.files(EL9).files(UNITS).files(ENABLED).files({'/run/systemd/system/firewalld.service': Link('/dev/null')})
    assert look(host)[0].boot == DRIFTED


def test_its_bus_name_alone_still_starts_it(image):
    _, seen = look(image.files(EL9).files(UNITS).files({ALIAS: Link(FILE)}))
    boot = seen[NAME, BOOT]
    assert (boot.met, boot.source, boot.fix[0].argv) == (
        False, ALIAS, ('systemctl', f'--root={image.root}', 'disable', NAME))


def test_pulled_in_by_another_unit_it_is_masked(image):
    drop_in = '/etc/systemd/system/multi-user.target.d/fw.conf'
    image.files(EL9).files(UNITS).files({drop_in: '[Unit]\nWants=firewalld.service\n'})
    boot = look(image)[1][NAME, BOOT]
    assert (boot.met, boot.fix[0].argv) == (False, ('systemctl', f'--root={image.root}', 'mask', NAME))
    assert boot.source == drop_in + ':2'


@pytest.mark.parametrize('files', [
    {'/etc/kubernetes/kubelet.conf': 'x'},
    {'/proc/700/comm': 'containerd-shim\n'}, {'/proc/700/comm': 'conmon\n'}])
def test_under_containers_to_stop_it_is_told_apart_and_to_disable_it_hurts_nobody(host, files):
    _, seen = look(host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files(files))
    assert [one.risk for one in seen[NAME, NOW].fix] == ['disruptive'] and '--force-live' in seen[NAME, NOW].hint
    assert [(one.argv, one.risk) for one in seen[NAME, BOOT].fix] == [(('systemctl', 'disable', NAME), 'harmless')]


def test_where_nothing_runs_no_hint_warns_of_it(host):
    _, seen = look(host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9))
    assert seen[NAME, NOW].hint == ''


@pytest.mark.parametrize('comm, argv, state', [
    ('firewalld', '/usr/bin/python3\0/usr/sbin/firewalld\0', DRIFTED),
    ('python3', '/usr/bin/python3\0-s\0/usr/sbin/firewalld\0--nofork\0', DRIFTED), ('sshd', '/usr/sbin/sshd\0', MET)])
def test_without_systemd_its_process_is_looked_for(host, comm, argv, state):
    host.files(EL9).files({'/proc/1/comm': 'init\n', '/proc/44/comm': comm + '\n', '/proc/44/cmdline': argv})
    assert look(host)[0].now == state


def test_other_firewalls_are_advice(host):
    service = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n'
    nft = '/usr/lib/systemd/system/nftables.service'
    host.files(EL9).files(UNITS).files({
        nft: service, '/usr/lib/systemd/system/iptables.service': service,
        '/etc/systemd/system/multi-user.target.wants/nftables.service': Link(nft),
        '/run/systemd/units/invocation:nftables.service': Link('8f')})
    _, seen = look(host)
    told = {key: (one.met, one.advised) for key, one in seen.items() if key[0] != NAME}
    assert told == {('nftables.service', NOW): (False, True), ('nftables.service', BOOT): (False, True),
                    ('iptables.service', NOW): (True, True), ('iptables.service', BOOT): (True, True)}


@pytest.mark.parametrize('files, met, source', [
    ({}, None, '/sys/fs/cgroup/systemd/system.slice/iptables.service'),
    ({'/var/lock/subsys': {}}, True, '/var/lock/subsys/iptables'),
    ({'/var/lock/subsys/iptables': ''}, False, '/var/lock/subsys/iptables')])
def test_el7_shows_loaded_rules_by_a_lock(host, files, met, source):
    host.files(EL7).files(UNITS).files(files).files({
        '/usr/lib/systemd/system/iptables.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/x\n'})
    seen = look(host)[1]['iptables.service', NOW]
    assert (seen.met, seen.source, seen.advised) == (met, source, True)


def test_ufw_that_is_not_switched_on_is_off(host):
    host.files(UNITS).files({'/etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
                             '/sys/fs/cgroup/cgroup.controllers': 'cpu\n'})
    ufw = '/usr/lib/systemd/system/ufw.service'
    host.files({ufw: '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n',
                '/etc/ufw/ufw.conf': 'ENABLED=no\n',
                '/etc/systemd/system/multi-user.target.wants/ufw.service': Link(ufw)})
    assert look(host)[1]['ufw.service', BOOT].met is True
    assert look(host.files({'/etc/ufw/ufw.conf': 'ENABLED=yes\n'}))[1]['ufw.service', BOOT].met is False


def test_a_container_has_no_firewall_of_its_own(host):
    finding, _ = look(host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files({'/.dockerenv': ''}))
    assert (finding.now, finding.boot) == (NOT_APPLICABLE, NOT_APPLICABLE)


# ---- policy: open

def zones(*ports):
    return Answer(0, 'public (active)\n  target: default\n  interfaces: eth0\n  services: ssh\n'
                     f'  ports: {" ".join(ports)}\n', '')


def zone_file(*ports):
    marks = ''.join('<port protocol="{1}" port="{0}"/>'.format(*port.split('/')) for port in ports)
    return {PUBLIC: f'<zone>{marks}</zone>', '/proc/net/route': ROUTE}


def test_open_and_running_is_met(host):
    host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files(zone_file(*WORKER)).answers[LIST] = zones(*WORKER)
    finding, seen = look(host, policy='open')
    assert (finding.now, finding.boot) == (MET, MET)
    assert seen['10250/tcp', NOW].source == 'firewall-cmd --list-all-zones (public)'
    assert seen['10250/tcp', BOOT].source == f'{PUBLIC} (port 1: 10250/tcp)'


def test_closed_ports_are_opened_without_a_reload(host):
    host.files(EL7).files(UNITS).files(ENABLED).files(RUNS7).files(zone_file()).answers[LIST] = zones()
    host.files({'/etc/kubernetes/kubelet.conf': 'x'})                   # harmless on a node too
    _, seen = look(host, policy='open', ports=['8472/udp'])
    assert [one.subject for one in seen.values() if one.when == NOW][1:] == WORKER + ['8472/udp']
    assert seen['8472/udp', NOW].fix[0].argv == ('firewall-cmd', '--zone=public', '--add-port=8472/udp')
    assert seen['8472/udp', NOW].fix[0].undo == ('firewall-cmd', '--zone=public', '--remove-port=8472/udp')
    assert seen['8472/udp', BOOT].fix[0].argv == ('firewall-cmd', '--permanent', '--zone=public', '--add-port=8472/udp')
    assert seen['30000-32767/udp', NOW].advised and not seen['30000-32767/tcp', NOW].advised
    assert not any('--reload' in change.argv for one in seen.values() for change in one.fix)


def test_only_opened_at_run_time_drifts_at_boot(host):
    host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files(zone_file()).answers[LIST] = zones(*WORKER)
    finding, _ = look(host, policy='open')
    assert (finding.now, finding.boot) == (MET, DRIFTED)


def test_the_control_plane_has_ports_of_its_own(image):
    _, seen = look(image.files(EL9).files(UNITS).files(ENABLED).files(zone_file()), policy='open', role='control-plane')
    assert ' '.join(one.subject for one in seen.values()) == (
        'firewalld.service 6443/tcp 2379-2380/tcp 10250/tcp 10257/tcp 10259/tcp')


def test_the_zone_of_the_nodes_own_interface_counts(host):
    host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files(zone_file(*WORKER))
    host.files({'/etc/firewalld/zones/work.xml': '<zone><interface name="eth0"/></zone>'})
    host.answers[LIST] = Answer(0, 'public\n  ports: ' + ' '.join(WORKER) + '\nwork (active)\n  interfaces: eth0\n', '')
    finding, seen = look(host, policy='open')
    assert (finding.now, finding.boot) == (DRIFTED, DRIFTED)
    assert seen['10250/tcp', NOW].wanted == 'open in zone work (eth0)'
    assert seen['10250/tcp', BOOT].source == '/etc/firewalld/zones/work.xml'


def test_ports_that_are_open_to_the_nodes_alone_are_open(host):
    host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files(zone_file())
    host.files({'/etc/firewalld/zones/trusted.xml': '<zone target="ACCEPT"><source address="10.0.0.0/24"/></zone>'})
    host.answers[LIST] = Answer(0, 'public (active)\n  interfaces: eth0\ntrusted (active)\n  target: ACCEPT\n'
                                   '  sources: 10.0.0.0/24\n', '')
    finding, seen = look(host, policy='open')
    assert (finding.now, finding.boot) == (MET, MET)
    assert seen['10250/tcp', NOW].found == seen['10250/tcp', BOOT].found == 'open to 10.0.0.0/24'


def test_not_running_it_is_started_and_the_bus_is_not_asked(host):
    _, seen = look(host.files(EL9).files(UNITS).files(zone_file()), policy='open')
    assert host.asked == [] and ('10250/tcp', NOW) not in seen
    first, *_, last = seen[NAME, NOW].fix
    assert first.argv == ('firewall-offline-cmd', '--zone=public', '--add-port=10250/tcp'), 'open before it starts'
    assert last.argv == ('systemctl', 'start', NAME) and last.risk == 'disruptive'
    assert seen[NAME, BOOT].fix[0].argv == ('systemctl', 'enable', NAME) and seen[NAME, BOOT].fix[0].risk == 'harmless'
    assert seen['10250/tcp', BOOT].fix == (first,)


@pytest.mark.parametrize('config, body, shuts', [
    (None, '', ''), ('', '', '22/tcp'), ('', '<port protocol="tcp" port="22"/>', ''),
    ('#Port 22\nPort 2222\n', '<port protocol="tcp" port="22"/>', '2222/tcp'),
    ('Port 2222\n', '<port protocol="tcp" port="2000-3000"/>', ''), ('', '<service name="ssh"/>', '')])
def test_it_is_not_started_where_that_shuts_out_who_starts_it(host, config, body, shuts):
    host.files(EL9).files(UNITS).files({PUBLIC: f'<zone>{body}</zone>', '/proc/net/route': ROUTE, **(
        {} if config is None else {'/etc/ssh/sshd_config': config})})
    host.files({'/usr/lib/firewalld/services/ssh.xml': '<service><port protocol="tcp" port="22"/></service>'})
    now = look(host, policy='open')[1][NAME, NOW]
    assert bool(now.fix) is not bool(shuts) and shuts in now.hint


@pytest.mark.parametrize('files', [{FILE: None}, {'/etc/systemd/system/firewalld.service': Link('/dev/null')}])
def test_started_only_where_it_can(host, files):
    _, seen = look(host.files(EL9).files(UNITS).files(zone_file()).files(files), policy='open')
    assert seen[NAME, NOW].fix == seen[NAME, BOOT].fix == () and seen[NAME, NOW].hint and seen[NAME, BOOT].hint


def test_on_a_node_to_start_and_to_enable_it_are_disruptive_and_say_why(host):
    host.files(EL9).files(UNITS).files(zone_file()).files({'/etc/kubernetes/kubelet.conf': 'x'})
    _, seen = look(host, policy='open')
    for when in (NOW, BOOT):
        assert seen[NAME, when].fix[-1].risk == 'disruptive' and 'kubelet.conf' in seen[NAME, when].hint


def test_a_daemon_that_does_not_answer_is_unknown(host):
    host.files(EL9).files(UNITS).files(ENABLED).files(RUNS9).files(zone_file(*WORKER))
    host.answers[LIST] = Answer(253, '', 'Authorization failed.')
    finding, _ = look(host, policy='open')
    assert (finding.now, finding.boot) == (UNKNOWN, MET)


@pytest.mark.parametrize('ports', ['8472/udp', [8472], ['x'], ['0/tcp']])
def test_ports_that_are_none_are_refused(ports):
    with pytest.raises(ValueError, match='write it as'):
        Firewall.defaults['ports'].read(ports)


def test_a_docker_that_runs_writes_its_rules_again(host):
    """firewalld takes all of iptables along when it stops, and dockerd writes its chains when it starts."""
    host.files(EL7).files(UNITS).files(ENABLED).files(RUNS7)
    assert [change.argv[1] for change in look(host)[1][NAME, NOW].fix] == ['stop']
    host.files({'/usr/lib/systemd/system/docker.service': '[Service]\nExecStart=/usr/bin/dockerd\n',
                '/sys/fs/cgroup/systemd/system.slice/docker.service/cgroup.procs': '812\n'})
    stop, restart = look(host)[1][NAME, NOW].fix
    assert (restart.argv, restart.undo, restart.risk) == (
        ('systemctl', 'restart', 'docker.service'), restart.argv, 'disruptive')
