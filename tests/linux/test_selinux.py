"""selinux: the config file as libselinux reads it, the running mode, the mode of the next boot."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import selinux
from nodeprep.model import CannotTell
from tests.fakes import Link

EL7 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="7"\nID_LIKE="rhel fedora"\n'}
EL8 = {'/etc/os-release': 'ID="rocky"\nVERSION_ID="8.10"\nPLATFORM_ID="platform:el8"\n'}
EL9 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="9"\nPLATFORM_ID="platform:el9"\n'}
EL10 = {'/etc/os-release': 'ID="almalinux"\nVERSION_ID="10.0"\nPLATFORM_ID="platform:el10"\n'}
LOADER = '/boot/loader/entries/a-5.14.conf'


@pytest.mark.parametrize('text, strips, mode, line', [
    ('SELINUX=enforcing\n', False, 'enforcing', 1),
    ('# SELINUX=disabled\nSELINUX=permissive', False, 'permissive', 2),
    ('SELINUX=permissive\nSELINUX=enforcing\n', False, 'permissive', 1),       # the first one, not the last
    ('SELINUX=no\nSELINUX=enforcing\n', False, 'enforcing', 2),                # a word that is unknown is passed over
    ('SELINUX=no\n', False, '', 1),
    ('SELINUX=0\n', True, '', 1),
    ('SELINUX=Disabled # for k8s\r\n', False, 'disabled', 1),
    ('SELINUX=permissively\n', False, 'permissive', 1),
    (' SELINUX=disabled\n', True, '', 0),                                      # only at the very start of a line
    ('SELINUX =disabled\n', True, '', 0),
    ('selinux=disabled\n', True, '', 0),
    ('SELINUX= disabled\n', True, 'disabled', 1),
    ('SELINUX= disabled\n', False, '', 1),                                     # EL7 and EL8
    ('SELINUX="disabled"\n', True, '', 1),
    ('', True, '', 0),
])
def test_the_config_as_libselinux_reads_it(text, strips, mode, line):
    said = selinux.config(text, strips)
    assert (said.mode, said.line) == (mode, line)


@pytest.mark.parametrize('text, policy', [
    ('', 'targeted'), ('SELINUXTYPE=mls\n', 'mls'), (' selinuxtype = x\nSELINUXTYPE= minimum \n', 'minimum'),
    ('#SELINUXTYPE=mls\n', 'targeted')])
def test_the_policy(text, policy):
    assert selinux.config(text, True).type == policy


@given(st.binary().map(lambda data: data.decode('utf-8', 'surrogateescape')), st.booleans())
def test_any_bytes_are_a_config(text, strips):
    said = selinux.config(text, strips)
    assert said.mode in ('', 'enforcing', 'permissive', 'disabled') and said.line <= text.count('\n') + 1


@pytest.mark.parametrize('files, mode, source', [
    ({'/sys/fs/selinux/enforce': '1'}, 'enforcing', '/sys/fs/selinux/enforce'),
    ({'/sys/fs/selinux/enforce': '0'}, 'permissive', '/sys/fs/selinux/enforce'),
    ({'/proc/filesystems': 'nodev\tproc\n\text4\n'}, 'disabled', '/proc/filesystems'),
    ({'/proc/filesystems': 'nodev\tselinuxfs\n', '/proc/self/mountinfo': '1 0 8:1 / / rw - ext4 /dev/a rw\n'},
     'disabled', '/proc/self/mountinfo'),
])
def test_the_running_mode(host, files, mode, source):
    assert selinux.running(host.files(files)) == (mode, source)


@pytest.mark.parametrize('files', [
    {'/sys/fs/selinux/enforce': 'x'}, {},
    {'/proc/filesystems': 'nodev\tselinuxfs\n',
     '/proc/self/mountinfo': '1 0 0:9 / /selinux rw - selinuxfs selinuxfs rw\n'}])
def test_a_running_mode_that_cannot_be_told(host, files):
    with pytest.raises(CannotTell):
        selinux.running(host.files(files))


def entry(options):
    """A boot loader entry, as EL9 keeps it."""
    return {LOADER: f'title x\nversion 5.14\nlinux /vmlinuz-5.14\noptions root=/dev/sda1 ro {options}\n',
            '/boot/grub2/grubenv': '# GRUB Environment Block\nsaved_entry=a-5.14\n',
            '/boot/grub2/grub.cfg': 'insmod blscfg\nblscfg\n'}


@pytest.mark.parametrize('options, config, mode, by, half', [
    ('', 'SELINUX=enforcing\n', 'enforcing', '', False),
    ('', 'SELINUX=permissive\n', 'permissive', '', False),
    ('', 'SELINUX=disabled\n', 'disabled', '', True),
    ('', 'SELINUX=no\n', 'permissive', '', False),
    ('enforcing=1', 'SELINUX=permissive\n', 'enforcing', 'enforcing', False),
    ('enforcing=0', 'SELINUX=enforcing\n', 'permissive', 'enforcing', False),
    ('enforcing=1', 'SELINUX=disabled\n', 'disabled', '', True),
    ('selinux=0', 'SELINUX=enforcing\n', 'disabled', 'selinux', False),
    ('selinux=0 selinux=1', 'SELINUX=enforcing\n', 'enforcing', '', False),
    ('selinux=0 enforcing=1', 'SELINUX=enforcing\n', 'disabled', 'selinux', False),
    ('lsm=lockdown,yama', 'SELINUX=enforcing\n', 'disabled', 'lsm', False),
    ('lsm=lockdown,selinux', 'SELINUX=enforcing\n', 'enforcing', '', False),
    ('security=apparmor', 'SELINUX=enforcing\n', 'disabled', 'security', False),
    ('security=selinux', 'SELINUX=enforcing\n', 'enforcing', '', False),
])
def test_the_next_boot_of_el9(image, options, config, mode, by, half):
    boot = selinux.at_boot(image.files(EL9).files(entry(options)).files({'/etc/selinux/config': config}))
    assert (boot.mode, boot.by_kernel, boot.half) == (mode, by, half)
    assert boot.source.startswith(LOADER if by else '/etc/selinux/config:1')


@pytest.mark.parametrize('release, half', [(EL7, False), (EL8, False), (EL9, True), (EL10, True)])
def test_disabled_switches_selinux_off_up_to_el8(image, release, half):
    boot = selinux.at_boot(image.files(release).files({'/etc/selinux/config': 'SELINUX=disabled\n'}))
    assert (boot.mode, boot.half) == ('disabled', half)


@pytest.mark.parametrize('release, mode', [(EL7, 'permissive'), (EL8, 'permissive'), (EL9, 'enforcing')])
def test_blanks_before_the_word(image, release, mode):
    assert selinux.at_boot(image.files(release).files({'/etc/selinux/config': 'SELINUX= enforcing\n'})).mode == mode


def test_enforcing_given_in_two_ways_cannot_be_told(image):
    image.files(EL9).files(entry('enforcing=1 enforcing=0')).files({'/etc/selinux/config': 'SELINUX=permissive\n'})
    with pytest.raises(CannotTell, match='more than once'):
        selinux.at_boot(image)


def test_no_policy_at_all_is_disabled(image):
    assert selinux.at_boot(image.files({'/etc/os-release': 'ID=debian\nVERSION_ID="12"\n'})).mode == 'disabled'


def test_a_policy_without_a_config_is_permissive(image):
    boot = selinux.at_boot(image.files(EL9).files({'/etc/selinux/targeted/policy/policy.33': 'x'}))
    assert (boot.mode, boot.source) == ('permissive', '/etc/selinux/config')


def test_the_real_file_behind_a_link_is_named(image):
    image.files(EL9).files({'/etc/selinux/config': Link('../sysconfig/se'),
                            '/etc/sysconfig/se': 'SELINUX=permissive\n'})
    assert selinux.at_boot(image).source == '/etc/sysconfig/se:1'
