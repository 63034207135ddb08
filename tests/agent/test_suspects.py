"""Who takes it back: the surest sign is named, with what ends it."""
import pytest

from nodeprep.agent.suspects import _places, suspect
from nodeprep.model import BOOT, NOW, Finding, Observation, Run, Write
from nodeprep.plan import Part

ZZ = '/etc/sysctl.d/zz-nodeprep.conf'


def process(host, pid, name):
    host.files({'/proc/1/comm': 'systemd\n', f'/proc/{pid}/comm': name + '\n', f'/proc/{pid}/cmdline': name})


def drift(subject, source, *changes, when=BOOT):
    seen = Observation(subject, 'x', 'y', False, source, tuple(changes), when=when)
    met = Observation('other', 'y', 'y', True, '/etc/elsewhere:1', when=when)
    return Finding('one', 'drifted', 'drifted', (met, seen)), Part('one', 'One', tuple(changes), ((subject, when),))


def forwarding(source='/proc/sys/net/ipv4/ip_forward'):
    return drift('net.ipv4.ip_forward', source, Write(ZZ, 'a', None, 'b'))


def hostname():
    return drift('k8s-node1', '/etc/hostname:1', Run(('hostnamectl', 'set-hostname', '--static', 'x')))


@pytest.fixture
def tuned(host):
    process(host, 70, 'tuned')
    host.files({'/etc/tuned/active_profile': 'mine\n',
                '/etc/tuned/mine/tuned.conf': '[sysctl]\nnet.ipv4.ip_forward = 0\n'})
    return host


@pytest.fixture
def cloud(host):
    host.files({'/etc/cloud/cloud.cfg': 'preserve_hostname: false\nmanage_etc_hosts: localhost\n'})
    return host.install('/usr/bin/cloud-init')


def test_the_file_that_wins(host):
    host.files({'/etc/sysctl.d/zzz-site.conf': '# site\n\nnet.ipv4.ip_forward = 0\n'})
    assert suspect(host, *forwarding('/etc/sysctl.d/zzz-site.conf:3')) == (
        '/etc/sysctl.d/zzz-site.conf:3, which wins', 'change or remove /etc/sysctl.d/zzz-site.conf:3')


def test_a_folder_without_a_line_is_no_file_that_wins(host):
    """Somebody removed ours: then the source is where no line was found, and nobody shall remove that."""
    host.files({'/etc/sysctl.d': {}, '/usr/lib/sysctl.d': {}})         # /usr/local/lib/sysctl.d: most hosts have none
    who, setting = suspect(host, *forwarding('no line in /etc/sysctl.d, /usr/local/lib/sysctl.d, /usr/lib/sysctl.d'))
    assert who == '' and setting.startswith(f'auditctl -w {ZZ} ')


@pytest.mark.parametrize('line', ['* * * * * root sysctl -qw net.ipv4.ip_forward=0', f'@hourly cp /root/x {ZZ}',
                                  '*/5 * * * * sysctl -w net/ipv4/ip_forward=0'])
def test_a_line_of_cron_that_names_what_is_taken_back(host, line):
    host.files({'/etc/cron.d/site': f'# net.ipv4.ip_forward is ours\nMAILTO=root\n{line}\n'})
    assert suspect(host, *forwarding()) == (
        'cron: /etc/cron.d/site:3 names it', 'look at what /etc/cron.d/site:3 does, and change or remove it')


@pytest.mark.parametrize('line', ['* * * * * root sysctl -w net.ipv4.ip_forward_use_pmtu=0', '# net.ipv4.ip_forward',
                                  f'@hourly root cat {ZZ}.bak'])
def test_a_line_of_cron_about_something_else_is_not_suspected(host, line):
    host.files({'/var/spool/cron/root': line + '\n'})
    assert suspect(host, *forwarding()).who == ''


def test_the_link_of_a_unit_that_somebody_enabled_again_is_not_who_did_it(host):
    link = '/etc/systemd/system/multi-user.target.wants/firewalld.service'
    host.files({link: '[Unit]\n'})
    who = suspect(host, *drift('firewalld.service', link, Run(('systemctl', 'disable', 'firewalld.service'))))
    assert who == ('', '')


def test_the_unit_that_the_fix_started_is_not_who_stopped_it(host):
    stopped = drift('docker.service', '/sys/fs/cgroup/system.slice/docker.service',
                    Run(('systemctl', 'enable', '--now', 'docker.service')), when=NOW)
    assert suspect(host, *stopped, started='docker.service') == ('', '')
    assert suspect(host, *stopped, started='backup.service').who == 'backup.service, which started just before'


def test_a_file_that_is_signed(host):
    host.files({'/etc/fstab': '# This file is managed by Puppet\n/swap none swap sw 0 0\n'})
    assert suspect(host, *drift('/etc/fstab', '/etc/fstab:2', Write('/etc/fstab', 'a', None, 'b'))) == (
        'Puppet: /etc/fstab says of itself that it is its', 'take /etc/fstab out of what Puppet sets on this host')


def test_an_owner_that_started_just_before_comes_first(tuned):
    tuned.files({ZZ: '# managed by chef\n'})
    assert suspect(tuned, *forwarding(), started='puppet.service') == (
        'Puppet: puppet.service started just before', f'take {ZZ} out of what Puppet sets on this host')


def test_tuned_with_the_line_of_its_profile(tuned):
    found = suspect(tuned, *forwarding())
    assert found.who == 'tuned: /etc/tuned/mine/tuned.conf:2 sets net.ipv4.ip_forward to 0'
    assert found.setting.endswith('tuned-adm profile mine')


def test_tuned_that_does_not_reapply(tuned):
    tuned.files({'/etc/tuned/mine/tuned.conf': '[sysctl]\nvm.swappiness = 1\n',
                 '/etc/tuned/tuned-main.conf': 'reapply_sysctl = 0\n'})
    assert suspect(tuned, *forwarding()).setting == 'set reapply_sysctl = 1 in /etc/tuned/tuned-main.conf'
    tuned.files({'/etc/tuned/tuned-main.conf': 'reapply_sysctl = 1\n'})
    assert suspect(tuned, *forwarding()).who == ''


def test_tuned_that_does_not_run_or_has_nothing_to_do_with_it(host, tuned):
    assert 'tuned' not in suspect(host, *drift('/etc/fstab', '', Write('/etc/fstab', 'a', None, 'b'))).who
    tuned.files({'/proc/70/comm': 'sshd\n', '/proc/70/cmdline': 'sshd'})
    assert suspect(tuned, *forwarding()).who == ''


def test_cloud_init_and_the_name(cloud):
    assert suspect(cloud, *hostname()).setting == 'set preserve_hostname: true in a file of /etc/cloud/cloud.cfg.d'
    cloud.files({'/etc/cloud/cloud.cfg.d/99.cfg': 'preserve_hostname: true\n'})
    assert 'cloud-init' not in suspect(cloud, *hostname()).who


def test_cloud_init_and_the_hosts(cloud):
    wanted = drift('/etc/hosts', '/etc/hosts:1', Write('/etc/hosts', 'a', None, 'b'))
    assert suspect(cloud, *wanted) == ('cloud-init: /etc/cloud/cloud.cfg:2: manage_etc_hosts: localhost',
                                       'set manage_etc_hosts: false there')
    cloud.files({'/etc/cloud/cloud.cfg.d/99.cfg': 'manage_etc_hosts: false\n'})
    assert suspect(cloud, *wanted).who == ''


def test_network_manager_and_the_name(host):
    process(host, 70, 'NetworkManager')
    finding, part = drift('name', '', Run(('hostnamectl', 'set-hostname', 'x')), when=NOW)
    assert suspect(host, finding, part).setting == \
        'set hostname-mode=none below [main] in a file of /etc/NetworkManager/conf.d'


def test_waagent_and_swap(host):
    wanted = drift('/mnt/swapfile', '/proc/swaps:2', Run(('swapoff', '/mnt/swapfile')), when=NOW)
    assert suspect(host, *wanted, started='waagent.service').setting == \
        'set ResourceDisk.EnableSwap=n in /etc/waagent.conf'


def test_what_merely_runs_there_comes_late(host):
    process(host, 70, 'salt-minion')
    assert suspect(host, *forwarding()) == ('Salt, which runs on this host (process 70)',
                                            f'take {ZZ} out of what Salt sets on this host')
    host.files({'/etc/sysctl.d/zzz-site.conf': '\n\nnet.ipv4.ip_forward = 0\n'})
    assert 'zzz-site' in suspect(host, *forwarding('/etc/sysctl.d/zzz-site.conf:3')).who
    assert suspect(host, *forwarding(), started='odd.service') == (
        'odd.service, which started just before', 'look at what it does: systemctl cat odd.service')


def test_nobody(host):
    assert suspect(host, *forwarding()) == (
        '', f'auditctl -w {ZZ} -p wa -k nodeprep makes ausearch -k nodeprep say who writes it')
    assert suspect(host, *drift('/dev/dm-1', '/proc/swaps:2', Run(('swapoff', '/dev/dm-1')), when=NOW)) == ('', '')


@pytest.mark.parametrize('source, places', [
    ('', []), ('rpm -q chrony', []), ('/etc/fstab:3', ['/etc/fstab:3']), ('/proc/swaps:2', ['/proc/swaps:2']),
    ('/etc/a:1, /etc/b', ['/etc/a:1', '/etc/b']), ('x (/etc/grub:2)', []),
    ('/etc/a; nothing changes about it', ['/etc/a'])])
def test_the_files_that_a_source_names(source, places):
    assert _places(source) == places
