"""selinux: permissive or disabled, now and at the next boot, and never more than is safe to change."""
import pytest

from nodeprep.engine import examine
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN, Run, Write
from nodeprep.requirements.selinux import Selinux
from tests.conftest import wants
from tests.fakes import Link
from tests.linux.test_selinux import EL7, EL8, EL9, EL10, LOADER, entry

ENFORCE, CONFIG = '/sys/fs/selinux/enforce', '/etc/selinux/config'


def look(host, **changed):
    return examine(Selinux(), host, wants(Selinux, **changed))


def one(finding, when):
    found = [seen for seen in finding.observations if seen.when == when]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize('release', [EL7, EL8, EL9, EL10])
def test_enforcing_is_made_permissive_now_and_for_the_boot(host, release):
    text = '# SELINUX= takes a word\nSELINUX=enforcing\r\nSELINUXTYPE=targeted'
    host.files(release).files({ENFORCE: '1', CONFIG: text, '/proc/cmdline': 'ro\n'})
    finding = look(host)
    assert (finding.now, finding.boot) == (DRIFTED, DRIFTED)
    assert one(finding, 'now').fix == (Write(ENFORCE, '0', was='1'),)
    assert one(finding, 'boot').fix == (
        Write(CONFIG, '# SELINUX= takes a word\nSELINUX=permissive\r\nSELINUXTYPE=targeted', was=text),)
    assert one(finding, 'boot').source == CONFIG + ':2'


def test_only_changed_at_run_time_drifts_at_boot(host):
    host.files(EL9).files({ENFORCE: '0', CONFIG: 'SELINUX=enforcing\n', '/proc/cmdline': 'ro\n'})
    finding = look(host)
    assert (finding.now, finding.boot) == (MET, DRIFTED)


def test_the_fix_goes_to_the_real_file(image):
    image.files(EL9).files({CONFIG: Link('/etc/sysconfig/real'), '/etc/sysconfig/real': 'SELINUX=enforcing\n'})
    assert [change.path for change in one(look(image), 'boot').fix] == ['/etc/sysconfig/real']


@pytest.mark.parametrize('release, found', [
    (EL8, 'disabled (SELINUX=disabled)'),
    (EL9, 'disabled (SELINUX=disabled); the kernel keeps SELinux without a policy')])
def test_disabled_is_accepted_and_left_alone(host, release, found):
    host.files(release).files({CONFIG: 'SELINUX=disabled\n', '/proc/filesystems': 'nodev\tproc\n',
                               '/proc/cmdline': '\n'})
    finding = look(host)
    assert (finding.now, finding.boot) == (MET, MET)
    assert one(finding, 'boot').found == found and not any(seen.fix for seen in finding.observations)


def test_half_disabled_shows_now_too(host):
    host.files(EL9).files({'/proc/filesystems': 'nodev\tselinuxfs\n', CONFIG: 'SELINUX=disabled\n',
                           '/proc/cmdline': '\n',
                           '/proc/self/mountinfo': '1 0 8:1 / / rw - ext4 /dev/a rw\n'})
    assert one(look(host), 'now').found == 'disabled, with SELinux in the kernel but no policy loaded'


def test_a_word_that_selinux_does_not_know_boots_permissive(image):
    finding = look(image.files(EL7).files({CONFIG: 'SELINUX=no\n'}))
    assert finding.boot == MET
    assert one(finding, 'boot').found == ('permissive (SELINUX=no is no word that SELinux knows, which makes it '
                                          'permissive)')


@pytest.mark.parametrize('release, fix', [(EL7, True), (EL8, True), (EL9, False), (EL10, False)])
def test_disabled_is_written_only_where_it_disables(image, release, fix):
    seen = one(look(image.files(release).files({CONFIG: 'SELINUX=permissive\n'}), level='disabled'), 'boot')
    assert seen.met is False
    assert seen.fix == ((Write(CONFIG, 'SELINUX=disabled\n', was='SELINUX=permissive\n'),) if fix else ())
    assert fix or 'selinux=0' in seen.hint


def test_disabled_by_a_kernel_argument_when_that_is_allowed(image):
    image.files(EL9).files({CONFIG: 'SELINUX=enforcing\n'})
    (seen,) = Selinux().boot(image, wants(Selinux, level='disabled', kernel_arguments=True))
    assert seen.fix == (Run(('grubby', '--update-kernel', 'ALL', '--args', 'selinux=0'),
                            ('grubby', '--update-kernel', 'ALL', '--remove-args', 'selinux=0'), 'reboot'),)


def test_permissive_where_disabled_is_wanted_is_advice_until_the_boot(host):
    host.files(EL9).files({ENFORCE: '0', CONFIG: 'SELINUX=permissive\n', '/proc/cmdline': 'selinux=0\n'})
    finding = look(host, level='disabled')
    assert one(finding, 'now').advised and not one(finding, 'now').met and finding.boot == MET


def test_half_disabled_is_advice_where_disabled_is_wanted(image):
    seen = one(look(image.files(EL9).files({CONFIG: 'SELINUX=disabled\n'}), level='disabled'), 'boot')
    assert (seen.met, seen.advised, seen.fix) == (False, True, ()) and 'grubby' in seen.hint


@pytest.mark.parametrize('now, config', [('1', 'SELINUX=enforcing\n')])
def test_enforcing_is_met_only_by_enforcing(host, now, config):
    host.files(EL9).files({ENFORCE: now, CONFIG: config, '/proc/cmdline': '\n'})
    finding = look(host, level='enforcing')
    assert (finding.now, finding.boot) == (MET, MET)


@pytest.mark.parametrize('files, word', [
    ({ENFORCE: '0', CONFIG: 'SELINUX=permissive\n'}, 'ausearch'),
    ({'/proc/filesystems': 'nodev\tproc\n', CONFIG: 'SELINUX=disabled\n'}, 'relabel')])
def test_enforcing_is_never_switched_on(host, files, word):
    host.files(EL8).files(files).files({'/proc/cmdline': '\n'})
    finding = look(host, level='enforcing')
    assert (finding.now, finding.boot) == (DRIFTED, DRIFTED)
    assert all(not seen.fix and word in seen.hint for seen in finding.observations)


def test_the_mls_policy_is_left_alone(host):
    host.files(EL8).files({ENFORCE: '1', CONFIG: 'SELINUX=enforcing\nSELINUXTYPE=mls\n', '/proc/cmdline': '\n'})
    finding = look(host)
    assert [(seen.met, seen.fix, 'mls' in seen.hint) for seen in finding.observations] == [(False, (), True)] * 2


def test_a_locked_mode_needs_a_boot(host):
    host.files(EL8).files({ENFORCE: '1', CONFIG: 'SELINUX=permissive\n', '/proc/cmdline': '\n',
                           '/sys/fs/selinux/booleans/secure_mode_policyload': '1 1'})
    seen = one(look(host), 'now')
    assert seen.fix == () and 'secure_mode_policyload' in seen.hint


@pytest.mark.parametrize('config, changes', [('SELINUX=permissive\n', 1), ('SELINUX=enforcing\n', 2)])
def test_enforcing_by_a_kernel_argument(host, config, changes):
    host.files(EL9).files(entry('enforcing=1')).files({CONFIG: config})
    told = one(look(host), 'boot')
    assert (told.met, told.fix) == (False, ()) and 'grubby' in told.hint and told.source.startswith(LOADER)
    planned = one(look(host, kernel_arguments=True), 'boot')
    assert len(planned.fix) == changes
    assert planned.fix[0].argv == ('grubby', '--update-kernel', 'ALL', '--remove-args', 'enforcing')


def test_in_a_container_it_is_the_hosts(host):
    host.files(EL9).files({'/.dockerenv': '', ENFORCE: '1', CONFIG: 'SELINUX=enforcing\n'})
    finding = look(host)
    assert (finding.now, finding.boot) == (NOT_APPLICABLE, NOT_APPLICABLE) and 'container' in finding.note


def test_what_cannot_be_read_is_unknown(host):
    host.files(EL9).files({ENFORCE: '1', CONFIG: 'SELINUX=permissive\n', '/proc/cmdline': '\n'})
    host.denied = {CONFIG}
    finding = look(host)
    assert finding.boot == UNKNOWN and one(finding, 'boot').source == CONFIG
