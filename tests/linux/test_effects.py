"""What is known of a command beforehand: whether it is done already, what it may hurt, how long it may take."""
import pytest

from nodeprep.host import Answer
from nodeprep.linux import effects
from nodeprep.model import CannotTell
from tests.fakes import Link

EL9 = {'/etc/os-release': 'ID="rocky"\nVERSION_ID="9.4"\nPLATFORM_ID="platform:el9"\n', '/run/systemd/system': {},
       '/sys/fs/cgroup/cgroup.controllers': 'cpu\n'}
FILE = '/usr/lib/systemd/system/a.service'
UNIT = {FILE: '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n'}
WANTS = {'/etc/systemd/system/multi-user.target.wants/a.service': Link(FILE)}
RUNS = {'/sys/fs/cgroup/system.slice/a.service/cgroup.events': 'populated 1\n'}
MASK = {'/etc/systemd/system/a.service': Link('/dev/null')}
SWAPS = 'Filename Type Size Used Priority\n/dev/dm-1 partition 2097148 1024 -2\n/dev/zram0 partition 1024 0 100\n'


@pytest.mark.parametrize('words, files, there', [
    ('enable a.service', {}, False), ('enable a.service', WANTS, True), ('enable a.service', MASK, False),
    ('enable --now a.service', WANTS, False), ('enable --now a.service', dict(WANTS, **RUNS), True),
    ('enable --now a.service', RUNS, False),
    ('disable a.service', {}, True), ('disable a.service', WANTS, False),
    ('disable --now a.service', RUNS, False), ('disable --now a.service', {}, True),
    ('mask a.service', {}, False), ('mask a.service', MASK, True), ('mask --now a.service', dict(MASK, **RUNS), False),
    ('unmask a.service', {}, True), ('unmask a.service', MASK, False),
    ('start a.service', RUNS, True), ('start a.service', {}, False),
    ('stop a.service', RUNS, False), ('stop a.service', {}, True),
    ('enable gone.service', {}, False), ('disable gone.service', {}, True),
    ('enable a.service b.service', WANTS, False), ('enable static.service', {}, None),
    ('restart a.service', RUNS, None), ('reload a.service', RUNS, None), ('daemon-reload', {}, None),
    ('stop --force a.service', {}, None), ('--root=/elsewhere enable a.service', WANTS, None),
    ('stop dev-zram0.swap', {}, False), ('stop dev-sdb.swap', {}, True), ('start dev-zram0.swap', {}, True)])
def test_units(host, words, files, there):
    host.files(EL9).files(UNIT).files({'/proc/swaps': SWAPS, '/usr/lib/systemd/system/static.service': '[Service]\n'})
    assert effects.there(host.files(files), ['systemctl'] + words.split()) is there


def test_units_of_an_image(image):
    image.files(EL9).files(UNIT)
    command = ('systemctl', f'--root={image.root}', 'enable', 'a.service')
    assert effects.there(image, command) is False
    assert effects.there(image.files(WANTS), command) is True
    assert effects.there(image, ('systemctl', 'enable', 'a.service')) is None, 'that would be of the host that looks'


def test_without_systemd_nothing_is_said_of_what_runs(host):
    host.files({path: text for path, text in EL9.items() if path != '/run/systemd/system'}).files(UNIT)
    assert effects.there(host, ('systemctl', 'start', 'a.service')) is None


@pytest.mark.parametrize('argv, there', [
    ('swapoff -- /dev/dm-1', False), ('swapoff -- /dev/sdb', True), ('swapoff -- /dev/mapper/centos-swap', False),
    ('swapon -- /dev/dm-1', True), ('swapon -p 5 -- /dev/sdb', False), ('/usr/sbin/swapoff -- /dev/dm-1', False),
    ('modprobe overlay', True), ('modprobe ip_vs', False), ('modprobe -r overlay', False), ('modprobe -r ip_vs', True),
    ('hostnamectl set-hostname k8s-node1', True), ('hostnamectl set-hostname other', False),
    ('grubby --update-kernel ALL --args selinux=0', False),
    ('grubby --update-kernel ALL --remove-args selinux=0', True),
    ('grubby --update-kernel ALL --remove-args enforcing', False),
    ('grubby --update-kernel ALL --args enforcing=1', True),
    ('grubby --update-kernel ALL --args enforcing=0', False), ('grubby --info=ALL', None),
    ('chronyc makestep', None), ('firewall-cmd --zone=public --add-port=6443/tcp', None), ('dnf -y install a', None)])
def test_other_commands(host, argv, there):
    host.files(EL9).files({
        '/proc/swaps': SWAPS, '/dev/dm-1': '', '/dev/mapper/centos-swap': Link('../dm-1'),
        '/proc/modules': 'overlay 1 0 - Live 0x0\n', '/etc/hostname': 'k8s-node1\n',
        '/lib/modules/3.10.0-1160.el7.x86_64/modules.dep': 'kernel/ip_vs.ko:\n',
        '/proc/cmdline': 'root=/dev/sda enforcing=1\n'})
    assert effects.there(host, argv.split()) is there


def test_a_name_that_only_the_disk_or_only_the_kernel_has_is_not_there(host):
    rename = ('hostnamectl', 'set-hostname', 'k8s-node1')
    assert effects.there(host.files({'/etc/hostname': 'other\n'}), rename) is False
    host.files({'/etc/hostname': 'k8s-node1\n'}).kernel = ('Linux', 'other', '5', '#1', 'x86_64')
    assert effects.there(host, rename) is False


@pytest.mark.parametrize('argv, code, out, there', [
    ('dnf -y install a b', 0, 'a\nb\n', True), ('dnf -y install a b', 1, 'a\npackage b is not installed\n', False),
    ('yum -y remove a b', 1, 'a\npackage b is not installed\n', False),
    ('yum -y remove a b', 2, 'package a is not installed\npackage b is not installed\n', True),
    ('rpm -e a b', 2, 'package a is not installed\npackage b is not installed\n', True),
    ('dnf -y --disableexcludes=k8s install a b', 0, 'a\nb\n', True),
    ('dnf -y install a b', 1, 'error: cannot open Packages database\n', None)])
def test_packages_are_looked_up_in_the_database(host, argv, code, out, there):
    host.install('/usr/bin/rpm')
    host.answers['rpm', '-q', '--queryformat', '%{NAME}\\n', 'a', 'b'] = Answer(code, out, '')
    assert effects.there(host, argv.split()) is there
    host.answers['rpm', '-q', '--queryformat', '%{NAME}\\n', 'a', 'b'] = CannotTell('did not answer', 'rpm')
    assert effects.there(host, argv.split()) is None
    assert effects.there(host, ('dnf', 'clean', 'all')) is None


@pytest.mark.parametrize('argv, seconds', [
    ('yum -y install a', 1800), ('rpm -e a', 1800), ('swapoff -- /dev/x', 3600),
    ('systemctl stop dev-zram0.swap', 3600),
    ('systemctl enable --now docker.service', 180), ('grubby --update-kernel ALL --args x', 120), ('modprobe x', 60)])
def test_patience(argv, seconds):
    assert effects.patience(argv.split()) == seconds


@pytest.mark.parametrize('risk, commands', [
    ('disruptive', ['systemctl stop a.service', 'systemctl restart a.service', 'systemctl disable --now a.service',
                    'systemctl mask --now a.service', 'systemctl start firewalld.service', 'chronyc makestep',
                    'swapoff -- /dev/x', 'modprobe -r br_netfilter', 'dnf -y remove docker-ce', 'rpm -e socat',
                    'hostnamectl set-hostname x', 'firewall-cmd --zone=public --remove-port=6443/tcp']),
    ('harmless', ['systemctl enable --now docker.service', 'systemctl disable a.service', 'systemctl mask swap.target',
                  'systemctl reload docker.service', 'systemctl start chronyd.service', 'swapon -- /dev/x',
                  'modprobe overlay', 'dnf -y install socat', 'firewall-cmd --zone=public --add-port=6443/tcp']),
    ('reboot', ['grubby --update-kernel ALL --args selinux=0'])])
def test_what_a_command_may_hurt(risk, commands):
    assert {command: effects.risk(command.split()) for command in commands} == dict.fromkeys(commands, risk)


@pytest.mark.parametrize('argv, path', [
    ('systemctl enable a.service', '/etc/systemd/system'), ('systemctl --root=/img mask a', '/etc/systemd/system'),
    ('hostnamectl set-hostname x', '/etc/machine-info'), ('grubby --update-kernel ALL --args x', '/etc/default/grub'),
    ('grubby --update-kernel ALL --args x', '/boot/efi/EFI/centos/grub.cfg'),
    ('firewall-cmd --permanent --zone=public --add-port=1/tcp', '/etc/firewalld'),
    ('firewall-offline-cmd --zone=public --add-port=1/tcp', '/etc/firewalld')])
def test_files_that_a_command_changes(argv, path):
    assert path in effects.touches(argv.split())


@pytest.mark.parametrize('argv', ['systemctl start a', 'modprobe x', 'swapoff -- /dev/x', 'dnf -y install a',
                                  'firewall-cmd --zone=public --add-port=1/tcp', ''])
def test_commands_that_leave_no_file(argv):
    assert effects.touches(argv.split()) == ()
