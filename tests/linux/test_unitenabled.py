"""unitenabled: what `systemctl is-enabled` says, where the releases differ, and what the next boot keeps of it.

tests/compare holds the same against the real systemctl on many generated trees; it is of one release.
"""
import pytest

from nodeprep.linux.units import enablement
from nodeprep.model import CannotTell
from tests.fakes import Link

RELEASES = {
    'el7': 'ID="centos"\nVERSION_ID="7"\n', 'el8': 'ID="rocky"\nVERSION_ID="8.10"\nPLATFORM_ID="platform:el8"\n',
    'el9': 'ID="centos"\nVERSION_ID="9"\nPLATFORM_ID="platform:el9"\n',
    'el10': 'ID="centos"\nVERSION_ID="10"\nPLATFORM_ID="platform:el10"\n'}
ETC, RUN, USR = '/etc/systemd/system/', '/run/systemd/system/', '/usr/lib/systemd/system/'
PLAIN, INSTALL = '[Service]\nExecStart=/x\n', '[Install]\nWantedBy=multi-user.target\n'
A = {USR + 'a.service': PLAIN + INSTALL}
FIREWALL = {USR + 'firewalld.service': PLAIN + INSTALL + 'Alias=dbus-org.fedoraproject.FirewallD1.service\n'}
BUS = ETC + 'dbus-org.fedoraproject.FirewallD1.service'
WANTS, RUN_WANTS = ETC + 'multi-user.target.wants/', RUN + 'multi-user.target.wants/'


def state(host, release, files, name='a.service', at_boot=False):
    return enablement(host.files({'/etc/os-release': RELEASES[release]}).files(files), name, at_boot)


@pytest.mark.parametrize('release', sorted(RELEASES))
@pytest.mark.parametrize('files, said, source', [
    (A, 'disabled', USR + 'a.service'),
    ({USR + 'a.service': PLAIN}, 'static', USR + 'a.service'),
    ({USR + 'a.service': PLAIN + '[Install]\nAlso=b.socket\n'}, 'indirect', USR + 'a.service'),
    (dict(A, **{WANTS + 'a.service': Link(USR + 'a.service')}), 'enabled', WANTS + 'a.service'),
    (dict(A, **{WANTS + 'a.service': Link('/gone/a.service')}), 'enabled', WANTS + 'a.service'),
    (dict(A, **{RUN_WANTS + 'a.service': Link(USR + 'a.service')}), 'enabled-runtime', RUN_WANTS + 'a.service'),
    (dict(A, **{ETC + 'a.service': Link('/dev/null')}), 'masked', ETC + 'a.service'),
    (dict(A, **{ETC + 'a.service': ''}), 'masked', ETC + 'a.service'),
    (dict(A, **{ETC + 'a.service': Link('/dev/null'), WANTS + 'a.service': Link(USR + 'a.service')}), 'masked',
     ETC + 'a.service'),
    (dict(A, **{RUN + 'a.service': Link('/dev/null')}), 'masked-runtime', RUN + 'a.service'),
    ({ETC + 'a.service': Link('/opt/a.service'), '/opt/a.service': PLAIN + INSTALL}, 'linked', ETC + 'a.service'),
    ({RUN + 'a.service': Link('/opt/a.service'), '/opt/a.service': PLAIN + INSTALL}, 'linked-runtime',
     RUN + 'a.service'),
    ({ETC + 'a.service': Link('/opt/a.service')}, 'not-found', ETC + 'a.service'),
    ({USR + 'b.service': PLAIN}, 'not-found', USR[:-1]),
])
def test_the_same_on_every_release(host, release, files, said, source):
    found = state(host, release, files)
    assert (found.state, found.source) == (said, source)


@pytest.mark.parametrize('release, said', [('el7', 'enabled'), ('el8', 'enabled'), ('el9', 'alias'), ('el10', 'alias')])
def test_a_name_that_leads_to_another_unit(host, release, said):
    found = state(host, release, dict(FIREWALL, **{BUS: Link(USR + 'firewalld.service')}), BUS[len(ETC):])
    assert (found.state, found.source) == (said, BUS)


@pytest.mark.parametrize('release', sorted(RELEASES))
def test_the_link_of_an_alias_in_install_enables(host, release):
    found = state(host, release, dict(FIREWALL, **{BUS: Link(USR + 'firewalld.service')}), 'firewalld.service')
    assert (found.state, found.source) == ('enabled', BUS)


@pytest.mark.parametrize('release, said',
                         [('el7', 'enabled'), ('el8', 'indirect'), ('el9', 'indirect'), ('el10', 'indirect')])
def test_another_name_that_install_does_not_give(host, release, said):
    assert state(host, release, dict(A, **{ETC + 'other.service': Link(USR + 'a.service')})).state == said


@pytest.mark.parametrize('release, said',
                         [('el7', 'static'), ('el8', 'disabled'), ('el9', 'disabled'), ('el10', 'disabled')])
def test_install_in_a_drop_in(host, release, said):
    assert state(host, release, {USR + 'a.service': PLAIN, ETC + 'a.service.d/x.conf': INSTALL}).state == said


@pytest.mark.parametrize('release, said',
                         [('el7', 'enabled'), ('el8', 'indirect'), ('el9', 'disabled'), ('el10', 'disabled')])
def test_a_wants_link_of_another_name_that_leads_to_it(host, release, said):
    assert state(host, release, dict(A, **{WANTS + 'other.service': Link(USR + 'a.service')})).state == said


@pytest.mark.parametrize('release, said',
                         [('el7', 'disabled'), ('el8', 'generated'), ('el9', 'generated'), ('el10', 'generated')])
def test_what_a_generator_made(host, release, said):
    assert state(host, release, {'/run/systemd/generator/a.service': PLAIN + INSTALL}).state == said


@pytest.mark.parametrize('release, told', [('el7', True), ('el8', True), ('el9', False), ('el10', False)])
def test_a_link_to_its_own_name_in_another_folder(host, release, told):
    files = dict(A, **{ETC + 'a.service': Link(USR + 'a.service')})
    if told:
        assert state(host, release, files).state == 'linked'
    else:
        with pytest.raises(CannotTell, match='its own name'):
            state(host, release, files)


@pytest.mark.parametrize('release', sorted(RELEASES))
@pytest.mark.parametrize('name, said', [('t@tty1.service', 'enabled'), ('t@tty2.service', 'disabled')])
def test_instances(host, release, name, said):
    files = {USR + 't@.service': PLAIN + '[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n',
             ETC + 'getty.target.wants/t@tty1.service': Link(USR + 't@.service')}
    assert state(host, release, files, name).state == said


@pytest.mark.parametrize('release, said',
                         [('el7', 'disabled'), ('el8', 'disabled'), ('el9', 'enabled'), ('el10', 'enabled')])
def test_a_template_whose_default_instance_is_linked(host, release, said):
    files = {USR + 't@.service': PLAIN + '[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n',
             ETC + 'getty.target.wants/t@tty1.service': Link('/gone')}
    assert state(host, release, files, 't@.service').state == said


@pytest.mark.parametrize('files, now, boot', [
    (dict(A, **{RUN + 'a.service': Link('/dev/null'), WANTS + 'a.service': Link('/x')}), 'masked-runtime', 'enabled'),
    (dict(A, **{RUN_WANTS + 'a.service': Link('/x')}), 'enabled-runtime', 'disabled'),
    ({RUN + 'a.service': PLAIN}, 'static', 'not-found')])
def test_a_boot_starts_without_run(host, files, now, boot):
    assert state(host, 'el9', files).state == now
    assert state(host, 'el9', files, at_boot=True).state == boot


def test_a_vendors_wants_link_is_no_enablement(host):
    assert state(host, 'el9',
                 dict(A, **{USR + 'multi-user.target.wants/a.service': Link('../a.service')})).state == 'disabled'


def test_a_unit_file_that_cannot_be_parsed_cannot_be_told(host):
    with pytest.raises(CannotTell, match='broken section header'):
        state(host, 'el9', {USR + 'a.service': '[Install\nWantedBy=x.target\n'})


def test_a_host_whose_release_is_not_known_is_judged_as_the_newest(host):
    host.files({'/etc/os-release': 'ID=other\n'}).files(dict(FIREWALL, **{BUS: Link(USR + 'firewalld.service')}))
    assert enablement(host, BUS[len(ETC):]).state == 'alias'
