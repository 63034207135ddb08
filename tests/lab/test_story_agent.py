"""An agent in mode fix on a whole machine: it makes a node of it, mends what is undone, and names who fights it."""
import json

import pytest

from tests.lab.agency import cursor, journal, report
from tests.lab.carried import PACKAGE, configure, started
from tests.lab.test_story import BARE, DRIFTS, FIT, facts
from tests.lab.transcript import Transcript
from tests.waiting import until as waited

pytestmark = pytest.mark.vm
# Of SELinux and of sysctls the kernel tells nobody: they are seen at the next look.
MODES = '''interval: 20s
requirements:
  hostname: {mode: fix, name: node1.example}
  time-sync: {mode: fix, servers: [127.0.0.1], advised_offset: 10m, required_offset: 10m}
  registry: {mode: ignore}
''' + ''.join(f'  {name}: {{mode: fix}}\n' for name in DRIFTS if name not in ('hostname', 'time-sync'))
# Each minute, and within it each few seconds, as jobs do that somebody wrote in anger.
JOB = '''# The site says: no forwarding.
* * * * * root for time in 1 2 3 4 5; do /usr/sbin/sysctl -qw net.ipv4.ip_forward=0; sleep 11; done
'''
LINE = '/etc/cron.d/site:2'
# What a person or a program undoes, and how that shows.
UNDONE = (('swap', 'swapon /dev/vda2'), ('selinux', 'setenforce 1'),
          ('forwarding', 'sysctl -w net.ipv4.ip_forward=0'), ('docker', 'systemctl stop docker'))


@pytest.fixture
def machine(tmp_path):
    with started(tmp_path) as one:
        yield one


def until(what, seconds=900, said=lambda: ''):
    """As that of agency, for a machine that takes its time: dockerd alone starts for a minute, or some."""
    return waited(what, seconds, said, pause=2)


def history(machine):
    """The transactions, oldest first."""
    return sorted(json.loads(machine.ask('nodeprep', 'history', '-o', 'json'))['transactions'],
                  key=lambda one: one['id'])


def status(machine):
    """What the agent wrote of itself last, read without a program that would take its time."""
    return json.loads(machine.read('/run/nodeprep/status'))


def noticed(machine, since):
    """The (state, requirement) of each change that the agent told its journal after a cursor."""
    return [(one['NODEPREP_STATE'], one['NODEPREP_REQUIREMENT']) for one in journal(machine, since)
            if 'NODEPREP_NOW' in one]


def mended(machine):
    """The transactions, oldest first, once nothing is in hand and the node is fit; else nothing."""
    if facts(machine) != FIT or status(machine)['hand']['fixing']:
        return []
    return history(machine)


def test_an_agent_in_mode_fix_keeps_a_node_fit_and_names_who_fights_it(machine):
    typed = Transcript(machine, 'agent')
    machine.ask('rpm', '-i', '--force-debian', PACKAGE)
    configure(machine, MODES)
    assert facts(machine) == BARE
    typed.type('systemctl enable --now nodeprep')
    made = until(lambda: [one for one in [mended(machine)] if len(one) >= len(DRIFTS)], seconds=1800,
                 said=lambda: status(machine)['hand'])[0]
    assert {(one['by']['how'], part['requirement'], part['result']) for one in made for part in one['parts']} == {
        ('policy', name, 'done') for name in DRIFTS}
    said = typed.type('nodeprep history')
    assert 'CUT SHORT' not in said and 'failed' not in said and said.count('(policy)') == len(made), said

    for requirement, words in UNDONE:
        since = cursor(machine)
        typed.type(words)
        until(lambda: ('drifted', requirement) in noticed(machine, since))                        # noqa: B023
        made = until(lambda: [one for one in [mended(machine)] if len(one) > len(made)],          # noqa: B023
                     said=lambda: (facts(machine), status(machine)['hand']))[0]
        assert (made[-1]['by']['how'], [part['requirement'] for part in made[-1]['parts']]) == ('policy', [requirement])

    since = cursor(machine)
    machine.write('/etc/cron.d/site', JOB)
    typed.tell('somebody writes /etc/cron.d/site')
    (fight,) = until(lambda: [one for one in status(machine)['hand']['fights'] if one['stopped']], seconds=1200,
                     said=lambda: status(machine)['hand'])
    assert (fight['requirement'], fight['subjects'], fight['reverts']) == ('forwarding', ['net.ipv4.ip_forward'], 3)
    assert fight['suspect'] == f'cron: {LINE} names it'
    assert fight['setting'] == f'look at what {LINE} does, and change or remove it'
    assert [one['MESSAGE'] for one in journal(machine, since) if 'no longer fixed' in one['MESSAGE']] == [
        'forwarding: is no longer fixed: ' + fight['why']]
    assert 'cron: ' + LINE in fight['why'] and [one['why'] for one in report(machine)['fights'] if one['stopped']] == [
        fight['why']]
    until(lambda: facts(machine)['forwarding'] == '0')
    count = len(history(machine))
    said = ' '.join(typed.type('nodeprep status').split())
    assert 'FIGHT forwarding: net.ipv4.ip_forward was taken back 3 times within a day' in said, said
    assert f'by cron: {LINE} names it; look at what {LINE} does, and change or remove it' in said, said
    typed.type('swapon /dev/vda2')                     # whoever fights about one thing does not stop the rest
    made = until(lambda: [one for one in [history(machine)] if len(one) > count and facts(machine)['swap'] == '0'],
                 said=lambda: (facts(machine), status(machine)['hand']))[0]
    assert {part['requirement'] for one in made[count:] for part in one['parts']} == {'swap'}
    assert typed.type('rpm -V nodeprep') == ''
