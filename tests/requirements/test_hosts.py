"""Names that resolve as given, and the block in /etc/hosts that makes them."""
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.engine import examine
from nodeprep.linux.hostsfile import BEGIN, END
from nodeprep.model import UNKNOWN, CannotTell, Write
from nodeprep.requirements.hosts import Hosts
from tests.conftest import wants

ENTRIES = {'10.0.0.1': ['k8s-master', 'master'], '10.0.0.2': 'k8s-node1'}
PLAIN = '127.0.0.1   localhost localhost.localdomain\n::1         localhost\n'
BLOCK = f'{BEGIN}\n10.0.0.1 k8s-master master\n10.0.0.2 k8s-node1\n{END}\n'
RIGHT = {'k8s-master': ['10.0.0.1'], 'master': ['10.0.0.1'], 'k8s-node1': ['10.0.0.2']}


def look(host, text=PLAIN, resolved=None, entries=ENTRIES, files=None):
    host.files({'/etc/hosts': text, '/etc/nsswitch.conf': 'hosts: files dns\n', **(files or {})})
    host.resolved.update(resolved or {})
    return examine(Hosts(), host, wants(Hosts, entries=entries))


def at(found, when, subject):
    return next(one for one in found.observations if (one.when, one.subject) == (when, subject))


def test_without_entries_there_is_nothing_to_look_at(host):
    found = look(host, entries={})
    assert (found.state, found.note, found.observations) == ('not-applicable', 'no entries are given', ())


def test_names_in_the_block_are_met_now_and_at_boot(host):
    found = look(host, PLAIN + BLOCK, RIGHT)
    assert (found.now, found.boot) == ('met', 'met')
    assert [(one.when, one.subject, one.found, one.source) for one in found.observations[2:4]] == [
        ('now', 'k8s-node1', '10.0.0.2', '/etc/hosts:5, getaddrinfo(3)'),
        ('boot', 'k8s-master', '10.0.0.1', '/etc/hosts:4')]


def test_names_that_are_missing_are_planned_as_one_block(host):
    found = look(host)
    assert (found.now, found.boot) == ('drifted', 'drifted')
    assert {one.fix for one in found.observations} == {(Write('/etc/hosts', PLAIN + BLOCK, was=PLAIN),)}
    assert found.observations[0].found == 'nothing'


def test_an_absent_file_is_made(host):
    assert look(host, None).observations[0].fix == (Write('/etc/hosts', BLOCK, was=None),)


def test_what_dns_answers_is_right_now_but_not_kept(host):
    found = look(host, PLAIN, RIGHT)
    assert (found.now, found.boot) == ('met', 'drifted')


def test_names_that_stand_elsewhere_in_the_file_are_left_out_of_the_block(host):
    found = look(host, PLAIN + '10.0.0.1 K8S-Master master\n')
    assert at(found, 'boot', 'k8s-master').met
    fix = at(found, 'boot', 'k8s-node1').fix[0]
    assert fix.text == PLAIN + f'10.0.0.1 K8S-Master master\n{BEGIN}\n10.0.0.2 k8s-node1\n{END}\n'


def test_a_line_that_says_otherwise_is_named_and_never_touched(host):
    text = PLAIN + '10.9.9.9 master # old\n'
    found = look(host, text, {**RIGHT, 'master': ['10.9.9.9']})
    for when in ('now', 'boot'):
        one = at(found, when, 'master')
        assert (one.met, one.fix) == (False, ())
        assert '/etc/hosts:3 (10.9.9.9)' in one.hint
    assert at(found, 'boot', 'k8s-node1').fix[0].text == \
        text + f'{BEGIN}\n10.0.0.1 k8s-master\n10.0.0.2 k8s-node1\n{END}\n'


def test_a_second_address_elsewhere_is_a_conflict_too(host):
    found = look(host, PLAIN + BLOCK + '10.9.9.9 master\n', {**RIGHT, 'master': ['10.0.0.1', '10.9.9.9']})
    assert at(found, 'now', 'master').found == '10.0.0.1, 10.9.9.9'
    assert '/etc/hosts:7' in at(found, 'boot', 'master').hint


def test_the_own_name_on_the_loopback_line_is_a_conflict(host):
    found = look(host, '127.0.0.1 localhost k8s-node1\n')
    assert '/etc/hosts:1 (127.0.0.1)' in at(found, 'boot', 'k8s-node1').hint


def test_a_block_is_brought_up_to_date(host):
    old = f'{BEGIN}\n10.0.0.7 k8s-node1\n10.0.0.8 gone\n{END}\n'
    found = look(host, PLAIN + old + '# tail')
    assert at(found, 'boot', 'k8s-node1').found == '10.0.0.7'
    assert at(found, 'boot', 'k8s-node1').fix[0].text == PLAIN + BLOCK + '# tail'


def test_names_too_many_in_the_block_are_advised_against(host):
    text = PLAIN + BLOCK.replace(END, f'10.0.0.8 gone\n{END}')
    found = look(host, text, RIGHT)
    bad = [one for one in found.observations if not one.met]
    assert [(one.when, one.advised, one.source) for one in bad] == [('boot', True, '/etc/hosts:3')]
    assert bad[0].fix == (Write('/etc/hosts', PLAIN + BLOCK, was=text),)


@pytest.mark.parametrize('text', [f'{BEGIN}\n', f'{END}\n', BLOCK + BLOCK])
def test_broken_markers_are_left_to_a_person(host, text):
    one = at(look(host, PLAIN + text, entries={'10.0.0.3': 'new'}), 'boot', 'new')
    assert (one.met, one.fix) == (False, ())
    assert 'not one pair in order: /etc/hosts:3' in one.hint


def test_a_right_file_that_is_not_what_resolves(host):
    found = look(host, PLAIN + BLOCK, {**RIGHT, 'master': ['10.9.9.9']})
    one = at(found, 'now', 'master')
    assert (one.met, one.fix) == (False, ())
    assert 'nsswitch.conf' in one.hint
    assert at(found, 'boot', 'master').met


def test_the_plan_converges(host):
    fix = look(host, 'no end').observations[0].fix[0]
    found = look(host, fix.text, RIGHT)
    assert (found.state, [one.fix for one in found.observations if one.fix]) == ('met', [])


def test_both_families_of_a_name(host):
    entries = {'10.0.0.1': 'm', 'FD00::1': 'm'}
    found = look(host, PLAIN + '10.0.0.1 m\n', {'m': ['10.0.0.1']}, entries)
    assert at(found, 'now', 'm').wanted == '10.0.0.1, fd00::1'
    assert at(found, 'boot', 'm').fix[0].text.endswith(f'{BEGIN}\nfd00::1 m\n{END}\n')


def test_a_resolver_that_does_not_answer_leaves_the_others(host):
    found = look(host, PLAIN + BLOCK, {**RIGHT, 'master': CannotTell('master: temporary failure in name resolution')},
                 files={'/etc/resolv.conf': 'nameserver 10.0.0.53\n'})
    assert (at(found, 'now', 'master').state, at(found, 'now', 'master').source) == (UNKNOWN, 'getaddrinfo(3)')
    assert at(found, 'now', 'k8s-node1').met


def test_a_switch_that_does_not_ask_the_file(host):
    found = look(host, PLAIN + BLOCK, RIGHT, files={'/etc/nsswitch.conf': 'hosts: dns\n'})
    assert at(found, 'boot', '/etc/nsswitch.conf').met is False


@pytest.mark.parametrize('value, told', [('true', True), ('template', True), ('localhost', False), ('false', False)])
def test_cloud_init_writes_the_file_anew(host, value, told):
    found = look(host, PLAIN + BLOCK, RIGHT, files={'/usr/bin/cloud-init': '', '/etc/cloud/cloud.cfg':
                                                     f'users: []\nmanage_etc_hosts: {value}\n'})
    bad = [one for one in found.observations if not one.met]
    assert [(one.subject, one.source) for one in bad] == ([('cloud-init', '/etc/cloud/cloud.cfg:2')] if told else [])


def test_an_image_is_told_and_planned_from_its_file(image):
    found = look(image)
    assert (found.now, found.boot) == ('not-applicable', 'drifted')
    assert found.observations[0].fix == (Write('/etc/hosts', PLAIN + BLOCK, was=PLAIN),)


@pytest.mark.parametrize('bad', [
    {'master': '10.0.0.1'}, {'10.0.0.1': ''}, {'10.0.0.1': []}, {'10.0.0.1': 'a#b'}, {'10.0.0.1': f'x\n{END}'},
    {'10.0.0.1': 'x' * 300}, {'127.1': 'a'}, {'10.0.0.1': ['a', 'b\u200b']}, ['10.0.0.1'], {'10.0.0.1': 5}])
def test_entries_that_the_file_could_not_say_are_refused(bad):
    with pytest.raises(ValueError):
        Hosts.defaults['entries'].read(bad)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100)
@given(noise=st.binary(max_size=120), cut=st.integers(0, len(PLAIN + BLOCK)))
def test_any_bytes_give_a_verdict_and_stay(host, noise, cut):
    text = ((PLAIN + BLOCK)[:cut].encode() + noise + (PLAIN + BLOCK)[cut:].encode()).decode('utf-8', 'surrogateescape')
    found = look(host, text, RIGHT)
    assert not any('fault in nodeprep' in one.hint for one in found.observations)
    for one in found.observations:
        for change in one.fix:
            assert change.text.split(BEGIN)[0].rstrip('\n') == text.split(BEGIN)[0].rstrip('\n')
            assert change.was == text
