"""The programs that Kubernetes runs, and the package of each on each release."""
import pytest

from nodeprep.engine import examine
from nodeprep.model import CannotTell, Run
from nodeprep.requirements.tools import Tools
from tests.conftest import wants
from tests.fakes import Link

REQUIRED = ('ip', 'iptables', 'mount', 'nsenter', 'conntrack')
ADVISED = ('ebtables', 'ethtool', 'socat', 'tc', 'touch')
DEAD = '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=7\n'


def system(host, major, identity='rhel'):
    return host.files({'/etc/os-release': f'ID={identity}\nVERSION_ID="{major}"\nPRETTY_NAME="EL {major}"\n'})


def look(host, **changed):
    return examine(Tools(), host, wants(Tools, **changed))


def missing(host, **changed):
    """subject -> observation of what is not met."""
    return {one.subject: one for one in look(host, **changed).observations if not one.met}


def test_all_installed_is_met_with_the_path_of_each(host):
    host.install(*(f'/usr/sbin/{name}' for name in REQUIRED + ADVISED))
    found = look(host)
    assert (found.now, found.boot) == ('met', 'not-applicable')
    assert [(one.subject, one.found, one.kubeadm, one.source) for one in found.observations] == [
        (name, f'/usr/sbin/{name}', f'FileExisting-{name}', f'access /usr/sbin/{name}') for name in REQUIRED + ADVISED]


def test_kubeadm_fails_without_some_and_warns_without_others(host):
    found = missing(system(host, 9))
    assert {name: one.advised for name, one in found.items()} == {
        **dict.fromkeys(REQUIRED, False), **dict.fromkeys(ADVISED, True)}
    assert set(Tools.kubeadm) == {one.kubeadm for one in found.values()}


@pytest.mark.parametrize('version, asked', [((1, 23), True), ((1, 31), True), ((1, 32), False), ((1, 35), False)])
def test_conntrack_is_asked_for_before_1_32(host, version, asked):
    assert ('conntrack' in missing(system(host, 9), kubernetes=version)) is asked


@pytest.mark.parametrize('major, name, package', [
    (7, 'tc', 'iproute'), (8, 'tc', 'iproute-tc'), (9, 'tc', 'iproute-tc'), (10, 'tc', 'iproute-tc'),
    (7, 'ebtables', 'ebtables'), (8, 'ebtables', 'iptables-ebtables'), (9, 'ebtables', 'iptables-nft'),
    (10, 'ebtables', 'iptables-nft'), (7, 'iptables', 'iptables'), (8, 'iptables', 'iptables'),
    (9, 'iptables', 'iptables-nft'), (10, 'iptables', 'iptables-nft'), (7, 'conntrack', 'conntrack-tools'),
    (10, 'conntrack', 'conntrack-tools'), (9, 'ip', 'iproute'), (8, 'mount', 'util-linux'),
    (7, 'nsenter', 'util-linux'),
    (9, 'socat', 'socat'), (8, 'ethtool', 'ethtool'), (7, 'touch', 'coreutils')])
def test_each_release_keeps_a_tool_in_its_own_package(host, major, name, package):
    manager = 'yum' if major == 7 else 'dnf'
    assert missing(system(host, major))[name].fix == (
        Run((manager, '-y', 'install', package), ('rpm', '-e', package)),)


def test_dead_repositories_are_told_instead_of_a_plan_that_would_fail(host):
    system(host, 7, 'centos').files({'/etc/yum.repos.d/CentOS-Base.repo': DEAD})
    found = missing(host)['socat']
    assert found.fix == () and 'vault.centos.org' in found.hint


def test_repositories_that_cannot_be_read_hide_nothing(host):
    system(host, 7, 'centos').files({'/etc/yum.repos.d/CentOS-Base.repo': DEAD})
    host.denied.add('/etc/yum.repos.d')
    found = missing(host)['socat']
    assert found.fix
    assert found.hint == '/etc/yum.repos.d: permission denied'


def test_other_systems_are_left_to_a_person(host):
    host.files({'/etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'})
    found = missing(host)['socat']
    assert (found.fix, found.hint) == ((), 'install the package of Debian 12 that has socat')


def test_a_system_that_cannot_be_told_is_left_to_a_person(host):
    host.denied.add('/etc/os-release')
    found = missing(host)['socat']
    assert (found.met, found.fix) == (False, ())
    assert '/etc/os-release: permission denied' in found.hint


def test_a_folder_that_cannot_be_looked_into_is_unknown(host, monkeypatch):
    def refuse(name):
        raise CannotTell('/usr/local/sbin/ip: permission denied', '/usr/local/sbin/ip')
    monkeypatch.setattr(host, 'program', refuse)
    found = look(host)
    assert found.now == 'unknown'
    assert found.observations[0].source == '/usr/local/sbin/ip'


def test_a_file_that_is_not_executable_or_a_folder_is_no_program(host):
    host.install('/usr/sbin/ip').files({'/usr/sbin/tc': 'text', '/usr/bin/socat': {}, '/usr/bin/touch': Link('/gone')})
    assert {'tc', 'socat', 'touch'} <= set(missing(system(host, 9)))


def test_links_as_alternatives_makes_them_are_followed(host):
    host.install('/usr/sbin/xtables-nft-multi')
    host.files({'/etc/alternatives/iptables': Link('/usr/sbin/xtables-nft-multi'),
                '/usr/sbin/iptables': Link('/etc/alternatives/iptables')})
    assert 'iptables' not in missing(system(host, 9))


def test_an_image_is_told_from_the_same_files_at_boot(image):
    system(image.install('/usr/sbin/ip'), 9)
    found = look(image)
    assert (found.now, found.boot) == ('not-applicable', 'drifted')
    by_name = {one.subject: one for one in found.observations}
    assert by_name['ip'].met
    assert by_name['socat'].fix == ()
    assert by_name['socat'].hint == 'install socat in the image'
