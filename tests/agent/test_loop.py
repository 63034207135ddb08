"""The loop: what is seen is told once, first to the disk; signals; what is wrong with the configuration."""
import gc
import os

import pytest

from nodeprep.agent import log
from nodeprep.agent.again import REST
from nodeprep.agent.client import Answer, Members
from nodeprep.agent.reporting import Sent
from nodeprep.linux.chrony import CSV
from nodeprep.model import Folder, Pollable, Unit
from tests.agent.owned import Owned
from tests.agent.whole import Whole


@pytest.fixture
def whole(tmp_path, utc):
    one = Whole(Owned(tmp_path / 'machine'), tmp_path)
    yield one
    one.end()


def by_id(report):
    return {one['requirement']: one for one in report['findings']}


def no_swap(whole):
    host = whole.owned.host
    host.files({'/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n', '/etc/fstab': ''})


def test_the_first_round_tells_everything_and_then_it_is_ready(whole):
    whole.begin()
    (report,) = whole.reports()
    assert (report['why'], report['sequence'], report['config']) == ('start', 1, {'problem': ''})
    assert len(report['findings']) == 21 and by_id(report)['swap']['state'] == 'drifted'
    assert whole.notified[0].startswith('STATUS=') and 'READY=1' in whole.notified
    assert any(message.startswith('swap: drifted: now drifted') for message in whole.said('state'))
    assert not any(message.startswith('cpu:') for message in whole.said('state'))         # it is met
    status = whole.status()
    assert status['verdict'] == 'drifted' and status['spool']['waiting'] == 1 and status['master']['url'] == ''


def test_nothing_new_costs_no_report(whole):
    whole.begin()
    whole.rounds(5)
    assert len(whole.reports()) == 1 and len(whole.said('state')) == len(set(whole.said('state')))
    assert all(0 <= one <= 60 for one in whole.eyes.slept) and 'WATCHDOG=1' in whole.notified


def test_an_event_is_looked_at_at_once_and_only_what_it_is_about(whole):
    whole.begin()
    no_swap(whole)
    before, at = whole.owned.host.asked[:], whole.clock
    whole.turn(whole.watch('swap', Pollable))
    assert whole.clock == at and whole.owned.host.asked == before
    report = whole.reports()[-1]
    assert report['why'] == 'changed' and by_id(report)['swap']['state'] == 'met'
    assert by_id(report)['selinux'] == by_id(whole.reports()[0])['selinux']
    kind, message, fields = whole.lines[-1]
    assert (kind, message) == ('state', 'swap: met (was drifted): now met, at boot met')
    assert fields == {'requirement': 'swap', 'state': 'met', 'now': 'met', 'boot': 'met'}


def test_what_has_just_started_is_looked_at_once_more_when_it_has_come_to_rest(whole):
    whole.owned.config('interval: 1h\n')
    whole.begin()
    answers, said = whole.owned.host.answers, whole.owned.host.answers[CSV]
    answers[CSV] = said._replace(out=said.out.replace('Normal', 'Not synchronised'))
    whole.turn(Unit('chronyd.service'), what='chronyd.service active')
    assert whole.state('time-sync')['now'] == 'drifted', 'its first measurements are still to come'
    answers[CSV], at = said, whole.clock
    whole.turn()
    assert whole.state('time-sync')['now'] == 'met' and whole.clock - at == REST
    looked = whole.eyes.rescans
    whole.turn()
    whole.turn(Unit('chronyd.service'), what='chronyd.service inactive')
    whole.turn()
    assert whole.eyes.rescans - looked == 1, 'once, and not for what ends'


def test_another_reason_for_the_same_state_is_said_once(whole):
    whole.begin()
    table = whole.owned.host.read('/proc/swaps')
    whole.owned.host.files({'/proc/swaps': table + '/dev/sdx9 partition 2097148 0 -3\n'})
    whole.rounds(3)
    said = [message for message in whole.said('state') if message.startswith('swap: drifted for another reason: now')]
    assert len(said) == 1 and '; /dev/sdx9: ' in said[0] and len(whole.reports()) == 2
    whole.owned.host.files({'/proc/swaps': table})
    whole.rounds(3)                                       # one reason less is no line, and a report
    assert whole.said('state')[-1] == said[0] and len(whole.reports()) == 3


def test_what_has_no_event_is_seen_by_the_timer(whole):
    whole.begin()
    no_swap(whole)
    whole.rounds()
    assert by_id(whole.reports()[-1])['swap']['state'] == 'met'
    transition = whole.status()['transitions'][-1]
    assert (transition['requirement'], transition['was'], transition['state']) == ('swap', 'drifted', 'met')
    assert transition['lasted'] > 0


def test_a_restart_is_no_news_of_states(whole):
    whole.begin()
    said = len(whole.said('state'))
    since = {one['requirement']: one['since'] for one in whole.status()['requirements']}
    whole.end()
    whole.pass_time(3600)
    whole.begin()
    assert len(whole.said('state')) == said
    assert [report['why'] for report in whole.reports()] == ['start', 'start']
    assert {one['requirement']: one['since'] for one in whole.status()['requirements']} == since


def test_once_a_day_a_report_goes_out_all_the_same(whole):
    whole.begin()
    whole.pass_time(86400)
    whole.rounds()
    first, *later = [report['why'] for report in whole.reports()]
    assert first == 'start' and later and later[0] in ('daily', 'changed')     # a day later more may have drifted
    whole.pass_time(86400)
    whole.rounds()
    assert len(whole.reports()) == len(later) + 2


def test_a_reload_is_in_force_at_once(whole):
    whole.begin()
    whole.owned.config('role: control-plane\ninterval: 5s\n')
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert whole.reports()[-1]['node']['role'] == 'control-plane'
    assert any(one.startswith('RELOADING=1\nMONOTONIC_USEC=') for one in whole.notified)
    assert whole.notified.count('READY=1') == 2 and whole.status()['interval'] == 5.0


def test_a_reload_changes_the_time_between_heartbeats_too(whole, mocker):
    whole.begin()
    every = mocker.patch.object(whole.voice, 'every')
    whole.owned.config('master: {heartbeat: 10s}\n')
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    every.assert_called_once_with(10.0)


def test_what_does_not_decide_is_said_to_and_is_no_warning(whole):
    whole.owned.config('requirements: {swap: {mode: ignore}, selinux: {severity: advised}}\n'
                       'waivers: [{requirement: forwarding, reason: r, owner: o, until: 2030-01-01}]\n')
    whole.begin()
    said = {message.partition(': now ')[0] for message in whole.said('state')}
    assert {'swap: drifted, ignored', 'selinux: drifted, only advised',
            'forwarding: drifted, waived until 2030-01-01'} <= said and 'docker: drifted' in said
    assert not [one for one in whole.priorities if one[0].partition(':')[0] in ('swap', 'selinux', 'forwarding')
                and one[1] < log.NOTICE]


def test_a_bad_file_is_told_and_the_old_policy_holds(whole):
    whole.owned.config('role: control-plane\n')
    whole.begin()
    whole.owned.config('role: boss\n')
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    report, wrong = whole.reports()[-1], "nodeprep.yaml:1: role: 'boss' is none of worker, control-plane"
    assert report['node']['role'] == 'control-plane' and report['why'] == 'changed'
    assert wrong in report['config']['problem'] and wrong in whole.status()['config']['problem']
    assert [message for message in whole.said('config') if wrong in message]
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert len([message for message in whole.said('config') if wrong in message]) == 1
    whole.owned.config('role: worker\n')
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert whole.reports()[-1]['config'] == {'problem': ''} and whole.status()['role'] == 'worker'


def test_a_signal_ends_it_and_the_status_says_so(whole):
    whole.begin()
    whole.bell.signals = ['SIGTERM']
    whole.turn()
    assert whole.agent.stopped
    whole.end()
    assert whole.status()['stopped'] == whole.clock and whole.notified[-1] == 'STOPPING=1'
    assert whole.said('stop') == ['the agent ends']


def test_what_the_agent_cannot_write_is_told_once_and_when_it_is_over(whole):
    whole.begin()
    assert whole.said('trouble') == []
    os.rename(f'{whole.folder}/run', f'{whole.folder}/away')
    with open(f'{whole.folder}/run', 'w'):
        pass
    whole.rounds(2)
    (said,) = whole.said('trouble')
    assert said.startswith('the status cannot be written: ') and f'{whole.folder}/run' in said
    os.unlink(f'{whole.folder}/run')
    os.rename(f'{whole.folder}/away', f'{whole.folder}/run')
    whole.rounds(2)
    assert whole.said('trouble') == [said, f'no more: {said}']


def test_a_reason_that_names_its_file_is_told_without_naming_it_twice(whole):
    whole.begin()
    whole.owned.host.denied.add('/etc/fstab')
    whole.rounds()
    (said,) = [one for one in whole.said('state') if 'fstab: permission denied' in one]
    assert said.count('/etc/fstab') == 1


def test_an_unreadable_file_is_unknown_by_name_and_the_agent_goes_on(whole):
    whole.begin()
    whole.owned.host.denied.add('/etc/fstab')
    folder = next(one for one in whole.owned.machine.requirements['swap'].watches
                  if isinstance(one, Folder) and one.path == '/etc')
    whole.turn(folder)
    assert by_id(whole.reports()[-1])['swap']['boot'] == 'unknown'


def test_a_round_leaves_nothing_for_the_garbage_collector(whole):
    """It comes seldom to a process that holds much else, and would find a MiB or two."""
    agent = whole.begin()
    agent.rounds(2)
    gc.collect()
    gc.disable()
    try:
        agent.rounds(1)                  # in which nobody is sent out, who here would be of this process
        agent.owned.host.files({'/etc/fstab': '/dev/sdz9 none swap defaults 0 0\n'})
        agent.turn(agent.watch('swap', Folder))
        assert gc.collect() == 0
    finally:
        gc.enable()


class Master:
    """A client whose master answers everything, and tells the members of the cluster."""

    def __init__(self):
        self.tree, self.asked = {'cluster': '', 'members': [], 'conflicts': []}, 0

    def wait(self):
        return 0.0

    def send(self, batch):
        return Sent(batch[-1]['sequence'])

    def beat(self, tree):
        return Answer('')

    def members(self, tag):
        self.asked += 1
        own = '"%d"' % len(self.tree['members'])
        return Members(same=True, tag=tag) if tag == own else Members(tag=own, tree=self.tree)

    def joins(self, name, address):
        self.tree = dict(self.tree, members=self.tree['members'] + [
            {'name': name, 'role': 'worker', 'addresses': [address]}])

    def close(self):
        pass


def hosts_of(whole):
    return next(one for one in whole.status()['requirements'] if one['requirement'] == 'hosts')


def test_a_node_that_joins_changes_what_is_wanted_here_and_a_config_that_was_edited_waits(tmp_path, utc):
    owned, master = Owned(tmp_path / 'machine'), Master()
    text = 'master: {supplies: [hosts]}\n'
    owned.config(text)
    whole = Whole(owned, tmp_path, client=master)
    whole.begin()
    try:
        assert hosts_of(whole)['state'] == 'not-applicable'
        master.joins('n1', '10.0.0.1')
        master.joins('n2', '10.0.0.2')
        owned.config(text + 'interval: 7s\n')
        for _ in range(3):
            whole.voice.step()
        whole.turn()
        whole.turn()
        found = hosts_of(whole)
        assert found['state'] == 'drifted' and 'n2' in ' '.join(found['says'])
        assert whole.status()['interval'] == 60.0, 'that is read when somebody says so'
        told = by_id(whole.desk.report(whole.agent._parts.looking.look(whole.agent._policy), whole.agent._policy, '',
                                       whole.mending._proposals, 'x'))['hosts']
        assert 'entries from the master, as of 20' in told['note']
    finally:
        whole.end()


def test_without_the_owners_word_the_master_is_not_asked(tmp_path, utc):
    owned, master = Owned(tmp_path / 'machine'), Master()
    whole = Whole(owned, tmp_path, client=master)
    whole.begin()
    try:
        for _ in range(5):
            whole.voice.step()
        assert master.asked == 0
        owned.config('master: {supplies: [hosts, network]}\n')
        whole.bell.signals = ['SIGHUP']
        whole.turn()
        for _ in range(3):
            whole.voice.step()
        assert master.asked == 1
    finally:
        whole.end()


def test_a_hosts_file_that_changes_is_looked_at_at_once_though_that_asks_the_resolver(whole):
    whole.owned.config('requirements: {hosts: {entries: {192.0.2.1: k8s-master}}}\n')
    host = whole.owned.host
    host.resolved['k8s-master'] = ['192.0.2.1']
    plain = host.read('/etc/hosts')
    whole.begin()
    whole.turn()
    assert hosts_of(whole)['boot'] == 'drifted'
    at, folder = whole.clock, whole.watch('hosts', Folder)
    host.files({'/etc/hosts': plain + '192.0.2.1 k8s-master\n'})
    whole.turn(folder)
    assert hosts_of(whole)['boot'] == 'met' and whole.clock == at
    host.files({'/etc/hosts': plain})
    whole.turn(folder)
    assert hosts_of(whole)['boot'] == 'met', 'a program that writes there all the time is no load'
    whole.rounds(1)
    assert hosts_of(whole)['boot'] == 'drifted' and whole.clock - at <= 60
