"""Modes, windows, limits and fights through the loop, with the real hand."""
import os
import shutil

import pytest

from nodeprep.agent.client import Answer
from nodeprep.agent.reporting import Sent
from tests.agent.whole import SELINUX


class Client:
    """A master that answers as a test likes."""

    def __init__(self):
        self.approvals, self.reports, self.beats = (), [], []

    def wait(self):
        return 0.0

    def send(self, batch):
        self.reports += batch
        return Sent(batch[-1]['sequence'])

    def beat(self, tree):
        self.beats.append(tree)
        return Answer('', approvals=self.approvals)

    def close(self):
        pass


def test_mode_report_starts_nobody(make):
    whole = make(SELINUX % 'report')
    whole.rounds(3)
    assert whole.hands == [] and all('proposal' not in one for one in whole.reports()[-1]['findings'])


def test_mode_fix_is_mended_and_told_with_its_transaction(make):
    whole = make(SELINUX % 'fix')
    assert whole.hands == ['selinux'] and whole.status()['hand']['fixing']['requirement'] == 'selinux'
    whole.turn()
    assert whole.state('selinux')['now'] == 'met' and whole.status()['hand']['fixing'] is None
    (done,) = whole.status()['hand']['done']
    assert (done['requirement'], done['result'], done['transaction']) == ('selinux', 'done', '000001')
    assert done['by']['how'] == 'policy' and whole.hands == ['selinux']
    fields = [fields for kind, _, fields in whole.lines if kind == 'fix']
    assert fields[-1] == {'requirement': 'selinux', 'transaction': '000001'}


@pytest.mark.parametrize('mode', ['approve', 'fix'])
def test_an_agent_that_lets_nothing_be_fixed_says_so_once_of_what_it_was_to_mend(make, mode):
    why = 'this agent does not run as root, and lets nothing be fixed'
    whole = make('requirements: {selinux: {mode: %s}, swap: {mode: report}, forwarding: {mode: %s}}\n'
                 'waivers: [{requirement: forwarding, reason: x, owner: y, until: 2099-12-31}]\n' % (mode, mode),
                 problem=why)
    whole.rounds(2)
    assert whole.hands == [] and whole.status()['hand']['waiting'] == [{'requirement': 'selinux', 'why': why}]
    assert whole.said('fix') == [f'selinux: waits: {why}'], whole.said('fix')
    assert all('proposal' not in one for one in whole.reports()[-1]['findings'])
    whole.owned.config(SELINUX % 'report')
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert whole.status()['hand']['waiting'] == []


def test_one_after_the_other(make):
    whole = make('requirements: {selinux: {mode: fix}, swap: {mode: fix}, forwarding: {mode: fix}}\n')
    whole.rounds(4)
    assert sorted(whole.hands) == ['forwarding', 'selinux', 'swap'] and len(whole.owned.past()) == 3


def test_mode_approve_proposes_and_waits_for_that_very_plan(make):
    client = Client()
    whole = make(SELINUX % 'approve', client)
    assert whole.hands == []
    whole.voice.step()
    finding = next(one for one in client.reports[-1]['findings'] if one['requirement'] == 'selinux')
    digest = finding['proposal']['digest']
    assert digest == whole.owned.digest('selinux') and finding['proposal']['changes']
    assert any('waits until the plan' in one['why'] for one in whole.status()['hand']['waiting'])
    client.approvals = ({'id': 'a1', 'requirement': 'selinux', 'digest': 'f' * 64, 'by': 'bob',
                         'until': '2030-01-01T00:00:00Z'},)
    whole.pass_time(60)
    whole.voice.step()
    whole.turn()
    assert whole.hands == []                                                        # another plan was approved
    client.approvals = (dict(client.approvals[0], id='a2', digest=digest),)
    whole.pass_time(60)
    whole.voice.step()
    whole.turn()
    assert whole.hands == ['selinux']
    (past,) = whole.owned.past()
    assert (past.by['how'], past.by['who'], past.by['approval']) == ('approval', 'bob', 'a2')


def test_a_window_is_waited_for(make):
    whole = make('requirements: {selinux: {mode: fix}}\nwindows: ["Mon 02:00-04:00"]\n')
    assert whole.hands == []
    opens = whole.status()['hand']['window']
    assert opens > whole.clock and 'window' in whole.status()['hand']['waiting'][0]['why']
    whole.rounds(3)
    (said,) = whole.said('fix')                                                    # the journal alone says it too
    assert said.startswith('selinux: waits: no window is open (Mon 02:00-04:00); the next one opens at Mon ')
    while whole.clock < opens - 120:
        whole.pass_time(min(3600, opens - 60 - whole.clock))
        whole.rounds()
        assert whole.hands == [] or whole.clock >= opens
    whole.rounds(3)
    assert whole.hands == ['selinux'] and whole.clock >= opens


def test_the_limit_of_a_day(make):
    whole = make('requirements: {selinux: {mode: fix}, swap: {mode: fix}}\nlimits: {fixes_per_day: 1}\n')
    whole.rounds(4)
    assert len(whole.hands) == 1
    assert 'fixes_per_day' in whole.status()['hand']['waiting'][0]['why']


def test_a_fight_is_ended_named_and_outlives_a_restart(make):
    whole = make('requirements: {forwarding: {mode: fix}}\n')
    for _ in range(6):
        whole.rounds(2)
        whole.owned.host.files({'/proc/sys/net/ipv4/ip_forward': '0\n'})
        whole.pass_time(60)
    whole.rounds(2)
    (fight,) = whole.status()['hand']['fights']
    assert fight['requirement'] == 'forwarding' and fight['stopped'] and len(whole.hands) == 3
    assert not [one for one in whole.said('fix') if 'waits' in one]                # the line about the fight says it
    assert whole.reports()[-1]['fights'] == [fight] and len(whole.said('fight')) == 1
    whole.end()
    whole.begin()
    whole.rounds(2)
    assert len(whole.hands) == 3 and whole.status()['hand']['fights'] == [fight]


@pytest.mark.parametrize('program', ['dnf', 'rpm'])
def test_a_package_manager_at_work_is_waited_for(make, program):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    process = '/proc/4711/{}'
    whole.owned.host.files({'/proc/1/comm': 'systemd\n', process.format('comm'): program + '\n',
                            process.format('cmdline'): f'/usr/bin/{program}\0-U\0docker-ce\0'})
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    whole.rounds(2)
    assert whole.hands == []
    assert f'selinux: waits: {program} is at work (process 4711)' in '\n'.join(whole.said('fix'))
    if program == 'rpm':                                              # one that only asks
        whole.owned.host.files({process.format('cmdline'): 'rpm\0-qa\0'})
    else:
        shutil.rmtree(whole.owned.host.root + '/proc/4711')
    whole.rounds(2)
    assert whole.hands == ['selinux']


def test_what_a_package_manager_stops_meanwhile_is_not_taken_back(make):
    whole = make('requirements: {forwarding: {mode: fix}}\n')
    whole.rounds(2)
    assert whole.hands == ['forwarding']
    whole.owned.host.files({'/proc/1/comm': 'systemd\n', '/proc/4711/comm': 'dnf\n',
                            '/proc/4711/cmdline': 'dnf\0upgrade', '/proc/sys/net/ipv4/ip_forward': '0\n'})
    whole.rounds(2)
    whole.owned.host.files({'/proc/sys/net/ipv4/ip_forward': '1\n'})
    shutil.rmtree(whole.owned.host.root + '/proc/4711')
    whole.rounds(2)
    assert whole.hands == ['forwarding'] and whole.status()['hand']['fights'] == []


def test_one_revert_is_spoken_of_for_a_day(make):
    whole = make('requirements: {forwarding: {mode: fix}}\n')
    whole.rounds(2)
    whole.owned.host.files({'/proc/sys/net/ipv4/ip_forward': '0\n'})
    whole.rounds(2)
    (fight,) = whole.status()['hand']['fights']
    assert fight['reverts'] == 1 and not fight['stopped']
    whole.pass_time(86400)
    whole.rounds(2)
    assert whole.status()['hand']['fights'] == []


def test_systemd_that_does_not_start_it_is_told(make):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    whole.refuses = 'Unit nodeprep-fix@selinux.service not found.'
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert whole.status()['hand']['waiting'] == [{'requirement': 'selinux', 'why': whole.refuses}]


def test_the_digest_in_the_report_is_of_what_is_on_the_disk_now(make):
    whole = make(SELINUX % 'approve')
    before = next(one for one in whole.reports()[-1]['findings'] if one['requirement'] == 'selinux')['proposal']
    host = whole.owned.host
    host.files({'/etc/selinux/config': host.read('/etc/selinux/config') + '# a comment at the other end\n'})
    whole.rounds()
    after = next(one for one in whole.reports()[-1]['findings'] if one['requirement'] == 'selinux')['proposal']
    assert after['digest'] == whole.owned.digest('selinux') != before['digest']


def test_fights_that_cannot_be_read_are_told_until_they_can(make):
    whole = make(SELINUX % 'fix')
    whole.rounds(2)
    path = whole.owned.host.root + '/var/lib/nodeprep/fights.json'
    with open(path, 'w') as file:
        file.write('{')
    whole.rounds(2)
    assert 'fights.json is damaged' in whole.status()['hand']['trouble']
    assert any('fights.json is damaged' in one for one in whole.status()['troubles'])
    os.remove(path)
    whole.rounds(2)
    assert whole.status()['hand']['trouble'] == '' and whole.status()['troubles'] == []
