"""os: systems, architectures, kernels by Kubernetes version, and the kernel of the next boot."""
import pytest

from nodeprep.engine import examine
from nodeprep.requirements.os import Os
from tests.conftest import wants
from tests.linux.test_cgroups import RELEASES, V2
from tests.linux.test_kernels import CONFIG

EL9 = '5.14.0-427.13.1.el9_4.x86_64'


def machine(host, system, kernel, machine_name='x86_64', **installed):
    host.kernel = ('Linux', 'n', kernel, '#1', machine_name)
    return host.files({'/etc/os-release': RELEASES.get(system, system), '/proc/cmdline': 'quiet',
                       f'/lib/modules/{kernel}/modules.dep': ''})


def entry(host, kernel):
    return host.files({'/boot/grub2/grub.cfg': 'set default="${saved_entry}"\nblscfg\n',
                       f'/boot/loader/entries/x-{kernel}.conf': f'title x\nversion {kernel}\n'
                       f'linux /vmlinuz-{kernel}\noptions quiet\n'})


def look(host, minor=23):
    return examine(Os(), host, wants(Os(), kubernetes=(1, minor)))


def by_subject(finding, when='now'):
    return {seen.subject: seen for seen in finding.observations if seen.when == when}


@pytest.mark.parametrize('system, kernel, minor, met, advised', [
    ('el7', '3.10.0-1160.el7.x86_64', 23, True, False), ('el7', '3.10.0-1160.el7.x86_64', 32, False, False),
    ('el7', '3.10.0-1160.el7.x86_64', 34, False, True), ('el8', '4.18.0-553.el8.x86_64', 31, True, False),
    ('el8', '4.18.0-553.el8.x86_64', 33, False, False), ('el8', '4.18.0-553.el8.x86_64', 34, False, True),
    ('el9', EL9, 33, True, False), ('el9', EL9, 34, False, True), ('el10', '6.12.0-55.el10.x86_64', 35, True, False)])
def test_kernel_by_kubernetes_version(host, system, kernel, minor, met, advised):
    finding = look(machine(host, system, kernel), minor)
    seen = by_subject(finding)
    assert seen['system'].met
    assert (seen['kernel'].met, seen['kernel'].advised, seen['kernel'].kubeadm) == (met, advised, 'SystemVerification')
    assert 'kernel options' not in seen
    assert finding.boot == 'met'


def test_another_system_is_advised_against_and_its_kernel_looked_into(host):
    machine(host, 'debian12', '6.1.0-31-amd64').files({'/boot/config-6.1.0-31-amd64': CONFIG,
                                                       '/proc/self/mountinfo':  V2})
    seen = by_subject(look(host))
    assert (seen['system'].met, seen['system'].advised, seen['system'].source) == (False, True, '/etc/os-release')
    assert (seen['kernel options'].met, seen['kernel options'].source) == (True, '/boot/config-6.1.0-31-amd64')


def test_a_kernel_without_an_option(host):
    machine(host, 'el9', '6.9.7-1.el9.elrepo.x86_64').files({
        '/boot/config-6.9.7-1.el9.elrepo.x86_64': CONFIG.replace('CONFIG_INET=', 'CONFIG_INETX='),
        '/proc/self/mountinfo': V2})
    seen = by_subject(look(host))['kernel options']
    assert (seen.met, seen.found) == (False, 'lacks INET')


def test_a_kernel_nobody_tells_the_options_of_is_only_a_note(host):
    seen = by_subject(look(machine(host, 'el9', '6.9.7-1.el9.elrepo.x86_64')))['kernel options']
    assert (seen.met, seen.advised) == (None, True)


@pytest.mark.parametrize('system, met, advised', [
    ('ID="centos"\nVERSION_ID="6"\nID_LIKE="rhel fedora"\n', False, False),
    ('ID=amzn\nVERSION_ID="2023"\nID_LIKE="fedora"\n', False, True),
    ('ID="almalinux"\nVERSION_ID="9.3"\nID_LIKE="rhel centos fedora"\n', True, False)])
def test_systems(host, system, met, advised):
    seen = by_subject(look(machine(host, system, EL9)))['system']
    assert (seen.met, seen.advised) == (met, advised)


def test_no_release_file_is_unknown_and_the_rest_goes_on(host):
    host.files({'/proc/cmdline': ''}).kernel = ('Linux', 'n', EL9, '#1', 'x86_64')
    seen = by_subject(look(host))
    assert seen['system'].met is None
    assert seen['architecture'].met


@pytest.mark.parametrize('name, met, advised', [('x86_64', True, False), ('aarch64', True, False),
                                                ('i686', False, False), ('s390x', False, True)])
def test_architectures(host, name, met, advised):
    seen = by_subject(look(machine(host, 'el9', EL9, name)))['architecture']
    assert (seen.met, seen.advised) == (met, advised)


def test_the_default_entry_is_the_running_kernel(host):
    seen = by_subject(look(entry(machine(host, 'el9', EL9), EL9)), 'boot')
    assert (seen['kernel'].met, seen['kernel'].found) == (True, f'{EL9} again')
    assert seen['kernel'].source == f'/boot/loader/entries/x-{EL9}.conf:4'


def test_a_kernel_was_updated_and_not_booted(host):
    new = '5.14.0-503.el9_5.x86_64'
    machine(host, 'el9', EL9).files({f'/lib/modules/{new}/modules.dep': ''})
    seen = by_subject(look(entry(entry(host, EL9), new)), 'boot')
    assert seen['next kernel'].met
    another = seen['kernel']
    assert (another.met, another.advised, another.source) == (False, True, f'/boot/loader/entries/x-{new}.conf:4')
    assert another.found == f'boots another kernel: the default boot entry starts {new}, {EL9} runs'


def test_without_a_boot_loader_the_newest_counts(host):
    machine(host, 'el9', EL9).files({'/lib/modules/5.14.0-503.el9_5.x86_64/modules.dep': ''})
    seen = [one for one in look(host).observations if one.when == 'boot'][0]
    assert (seen.met, seen.advised, seen.source) == (False, True, '/lib/modules')


def test_an_older_default_than_the_newest_is_as_now(host):
    entry(machine(host, 'el9', EL9), EL9).files({'/lib/modules/5.14.0-503.el9_5.x86_64/modules.dep': ''})
    seen = by_subject(look(host), 'boot')['kernel']
    assert seen.met
    assert 'a newer one is installed (5.14.0-503.el9_5.x86_64) but not the default' in seen.found


def test_a_default_whose_modules_are_gone(host):
    seen = by_subject(look(entry(machine(host, 'el9', EL9), '5.14.0-9.el9.x86_64')), 'boot')
    assert (seen['kernel modules'].met, seen['kernel modules'].advised) == (False, True)


def test_no_kernel_installed_at_all(host):
    host.files({'/etc/os-release': RELEASES['el9'], '/proc/cmdline': 'quiet'})
    seen = by_subject(look(host), 'boot')['kernel']
    assert (seen.met, seen.source) == (True, '/lib/modules')


def test_entries_that_only_root_may_read(host):
    entry(machine(host, 'el9', EL9), EL9).denied.add('/boot/loader/entries')
    finding = look(host)
    seen = by_subject(finding, 'boot')
    assert (seen['default boot entry'].met, seen['default boot entry'].advised) == (None, True)
    assert (seen['kernel'].met, seen['kernel'].source) == (True, '/lib/modules')


def test_an_image_is_judged_by_its_default_entry(image):
    image.files({'/etc/os-release': RELEASES['el8']})
    finding = look(entry(image, '4.18.0-553.el8.x86_64'), 32)
    assert (finding.now, finding.boot) == ('not-applicable', 'drifted')
    assert by_subject(finding, 'boot')['system'].met


def test_an_image_without_a_kernel(image):
    finding = look(image.files({'/etc/os-release': RELEASES['el8']}))
    assert (finding.boot, finding.note) == ('met', 'no kernel is installed in this image')


def test_another_system_says_what_would_allow_changes(host):
    host.files({'/etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'})
    system = next(iter(Os().now(host, wants(Os))))
    assert system.met is False and system.advised and 'os: {fix: true}' in system.hint
    assert wants(Os)['fix'] is False and wants(Os, fix=True)['fix'] is True
