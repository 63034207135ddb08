"""The story of a fleet: five hosts join, two drift and are mended by approval, the master is down for a while, one is a
clone, one is killed; and the compliance report afterwards tells just that.
"""
import json
import time

import pytest

from nodeprep import epoch
from tests.lab.agency import CONFIG as AGENT
from tests.lab.agency import status
from tests.lab.collecting import CONFIG, UNIT
from tests.lab.fleet import MASTER, NODES, each, fleet, machine_id
from tests.lab.observed import Observer, gist, tables
from tests.lab.transcript import Transcript
from tests.system.masterprocess import nodeprep
from tests.waiting import until

# Of what all share with the machine, or has no use without pods, nothing is to be said here. The rest drifts when the
# story makes it drift, however slow the machine is.
NODE = '''interval: 2s
master: {heartbeat: 2s}
requirements:
  firewall: {mode: approve}
  forwarding: {mode: approve}
  hostname: {timeout: 60s}
''' + ''.join(f'  {name}: {{mode: ignore}}\n' for name in (
    'bridge', 'cgroup', 'cpu', 'disk', 'docker', 'kernel-modules', 'kubelet', 'memory', 'registry', 'swap',
    'time-sync'))
# After the master was away nodes come back within minutes; so long none of them is to be taken for silent.
PATIENT, WATCHFUL = ('heartbeat: 2s\nsilent_after: %s\n' % after for after in ('30m', '30s'))
BOTH = [('node2', 'forwarding'), ('node3', 'firewall')]
ROOT = 'root (command line)'
FIT = ['nodeprep', 'fix', '--yes', '--quiet', 'firewall', 'forwarding', 'tools']
# What the compliance report must tell, and nothing else.
TOLD = {
    'standings': {'node1': 'met', 'node2': 'met', 'node3': 'met', 'node4': 'silent', 'node5': 'quarantined'},
    'drifts': {('node2', 'forwarding'): 1, ('node3', 'firewall'): 1, ('node3', 'forwarding'): 1},
    'not met': {('node2', 'forwarding', 'drifted'), ('node3', 'firewall', 'drifted'),
                ('node3', 'forwarding', 'drifted')},
    'ended': sorted([(*one, 'met') for one in BOTH] + [('node3', 'forwarding', 'met')]),
    'silent': {'node4'},
    'silent at the end': ['node4'],
    'clones': [('node5', 'node1', 'machine_id', '')],
    'changes': sorted(
        [('user created', ROOT, '', ''), ('token created', ROOT, '', '')]
        + [('node joined', 'token', name, '') for name in NODES]
        + [('fix', 'root', name, requirement) for name in NODES for requirement in ('firewall', 'forwarding', 'tools')]
        + [('plan approved', ROOT, *one) for one in BOTH] + [('fix', ROOT, *one) for one in BOTH]),
    'else': {}}


@pytest.fixture
def nodes(tmp_path):
    """The master's host, and five that nodeprep itself has made fit."""
    with fleet(tmp_path) as found:
        found[MASTER].write(CONFIG, PATIENT)
        five = [found[name] for name in NODES]
        each(five, lambda one: one.write(AGENT, NODE))
        made = each(five, lambda one: one.run(FIT, timeout=600))
        assert [code for code, _, _ in made] == [0] * 5, made
        yield found


@pytest.fixture
def story(nodes, tmp_path):
    """It, as far as the master that serves."""
    one = Story(nodes, tmp_path)
    one.on(MASTER, f'systemctl enable --now {UNIT}')
    one.seen = Observer(nodes)
    return one


class Story:
    """What its chapters share."""

    def __init__(self, nodes, folder):
        self.nodes, self.folder, self.typed, self.seen = nodes, str(folder), Transcript(None, 'fleet'), None

    def on(self, name, words, code=0):
        """Types a command line on a host."""
        return self.typed.type(words, code, self.nodes[name])

    def until(self, what, seconds=180):
        """Waits for what the observer sees."""
        until(lambda: what(self.seen), seconds, lambda: (self.seen.standings(), self.seen.drifted(),
                                                         self.seen.waiting(), self.seen.missing()))


def test_a_fleet_and_the_report_that_tells_just_that(story):
    hash_ = join(story)
    drift_and_be_mended(story)
    begun, ended = drift_while_the_master_is_away(story)
    clone(story)
    kill(story)
    tree = report(story, hash_)
    assert gist(tree) == TOLD
    node3 = next(one for one in tree['nodes'] if one['name'] == 'node3')
    assert abs(node3['requirements']['forwarding']['seconds']['drifted'] - (ended - begun)) <= 1
    last = tree['ended'][0]
    assert (last['node'], epoch.of(last['since']), epoch.of(last['until'])) == ('node3', begun, ended)
    assert story.typed.differs() == ''


def join(story):
    """Five hosts join with one token; gives the hash of the CA that they believe."""
    words = story.on(MASTER, 'nodeprep master token create --print-join-command').strip()
    for name in NODES:
        story.on(name, 'systemctl enable --now nodeprep')
        story.on(name, words)
    story.until(lambda seen: seen.standings() == dict.fromkeys(NODES, 'met'))
    story.on(MASTER, 'nodeprep master nodes')
    return words.split()[-1]


def drift_and_be_mended(story):
    """The master names both, somebody allows both, and their agents mend them and say so."""
    story.on('node2', 'sysctl -w net.ipv4.ip_forward=0')
    story.until(lambda seen: seen.waiting() == {BOTH[0]: 1})
    story.on('node3', 'systemctl enable --now firewalld')
    story.until(lambda seen: seen.waiting() == {BOTH[0]: 1, BOTH[1]: 2})
    assert story.seen.drifted() == BOTH
    assert all(f'/nodes/{name}"' in story.seen.got('/drift') for name, _ in BOTH)
    story.on(MASTER, 'nodeprep master drift')
    story.on(MASTER, 'nodeprep master approvals')
    for name, requirement in BOTH:
        story.on(MASTER, f'nodeprep master approve {name} {requirement} --reason "as agreed"')
    story.until(lambda seen: not seen.drifted() and seen.fixed() == BOTH and not seen.missing())
    story.on('node2', 'sysctl net.ipv4.ip_forward')
    story.on('node3', 'systemctl is-active firewalld', code=3)
    for name, _ in BOTH:
        story.on(name, 'nodeprep history')
    story.on(MASTER, 'nodeprep master drift')


def drift_while_the_master_is_away(story):
    """It is told later, as of when it was, and nothing is lost; gives from when to when it was, seconds since 1970."""
    seen, third = story.seen, story.nodes['node3']

    def kept(reports, state):
        told = status(third)
        return told['spool']['waiting'] == reports and state == next(
            one['state'] for one in told['requirements'] if one['requirement'] == 'forwarding')
    known = len(seen.past('node3', 'forwarding'))
    story.on(MASTER, f'systemctl stop {UNIT}')
    stopped = time.time()
    story.on('node3', 'sysctl -w net.ipv4.ip_forward=0')
    until(lambda: kept(1, 'drifted'), 120, lambda: status(third))
    before = seen.in_vain('node3')
    until(lambda: seen.in_vain('node3') > before and status(third)['master']['problem'], 300)       # to tell it
    story.on('node3', 'nodeprep status')
    story.on('node3', 'sysctl -w net.ipv4.ip_forward=1')
    until(lambda: kept(2, 'met'), 120, lambda: status(third))
    started = time.time()
    story.on(MASTER, f'systemctl start {UNIT}')
    story.until(lambda seen: not seen.missing(), 900)
    (drifted, begun), (met, ended) = seen.past('node3', 'forwarding')[known:]
    assert (drifted, met) == ('drifted', 'met') and stopped - 1 <= begun < ended <= started
    story.on(MASTER, 'nodeprep master nodes')
    story.on(MASTER, 'nodeprep master doctor')
    return begun, ended


def clone(story):
    """The disk of one is a copy of that of another: both are named, the later one is set apart."""
    story.on('node5', 'systemctl stop nodeprep')
    fifth = story.nodes['node5']
    fifth.write('/etc/machine-id', story.nodes['node1'].read('/etc/machine-id'))
    fifth.reboot()
    story.typed.tell('node5 was booted from a disk with the machine-id of node1')
    story.until(lambda seen: seen.standings()['node5'] == 'quarantined')
    assert all(f'/nodes/{name}"' in story.seen.got('/clones') for name in ('node1', 'node5'))
    for name in ('node1', 'node5'):
        story.on(MASTER, f'nodeprep master node {name}')


def kill(story):
    """One is there no more, and nobody else is taken for silent."""
    story.nodes[MASTER].write(CONFIG, WATCHFUL)
    story.on(MASTER, f'systemctl reload {UNIT}')
    story.nodes['node4'].stop()
    story.typed.tell('node4 was killed')
    story.until(lambda seen: seen.standings()['node4'] == 'silent')
    story.on(MASTER, 'nodeprep master nodes')


def report(story, hash_):
    """It is made in three forms, proved elsewhere, and proved no more once something in it is changed; gives it."""
    story.on(MASTER, 'nodeprep master report --since 1d')
    story.on(MASTER, 'nodeprep master report --since 1d --output-file /root/report.html')
    story.on(MASTER, 'nodeprep master report --since 1d --output-file /root/report.json')
    page = tables(story.nodes[MASTER].read('/root/report.html'))
    assert [one[:3] + one[4:] for one in page['clones']] == [
        ['node5 as node1', 'machine-id', machine_id('node1'), 'nobody has decided']]
    assert [one[0] for one in page['silent']] == ['node4']
    assert sorted((one[0], one[1], one[4]) for one in page['ended']) == TOLD['ended']
    assert sorted(tuple(one[1:]) for one in page['changes'] if one[2] == 'fix' and one[1] == ROOT) == [
        (ROOT, 'fix', *one, 'approved; done, transaction 000002; reason: as agreed') for one in BOTH]
    assert {(one[0].split()[0], one[1]) for one in page['nodes']} == set(TOLD['standings'].items())
    text = story.nodes[MASTER].read('/root/report.json')
    tree = json.loads(text)
    for said, code, head in ((text, 0, 'WHOLE'), (json.dumps(dict(tree, silent=[])), 1, 'NOT WHOLE')):
        with open(story.folder + '/report.json', 'w', encoding='utf-8') as file:
            file.write(said)
        found = nodeprep('report', 'verify', file.name, '--ca-cert-hash', hash_)
        assert found[0] == code and found[1].startswith(head + ': '), found
    return tree
