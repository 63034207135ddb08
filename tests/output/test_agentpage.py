"""The page of `nodeprep status`: 80 columns, the first thing first, nothing that a host can smuggle in."""
import re
import time

import pytest

from nodeprep.output import Options
from nodeprep.output.agentpage import page

NOW = 1769860800.0


def tree(**changed):
    made = {
        'started': NOW - 90000, 'written': NOW, 'stopped': None, 'node': 'n1', 'interval': 60.0, 'verdict': 'drifted',
        'sentence': 'NOT FIT: 1 required drifted now', 'round': {'at': NOW - 5, 'took_ms': 9.0},
        'requirements': [
            {'requirement': 'swap', 'title': 'Swap is off', 'state': 'drifted', 'outcome': 'drifted', 'now': 'drifted',
             'boot': 'met', 'severity': 'required', 'mode': 'fix', 'waiver': None, 'since': NOW - 3700,
             'says': ['/dev/sda2: on; wanted: off']},
            {'requirement': 'cpu', 'title': 'CPUs', 'state': 'met', 'outcome': 'met', 'now': 'met', 'boot': 'met',
             'severity': 'required', 'mode': 'report', 'waiver': None, 'since': NOW - 90000, 'says': []}],
        'transitions': [{'requirement': 'swap', 'was': 'met', 'state': 'drifted', 'now': 'drifted', 'boot': 'met',
                         'at': NOW - 3700, 'lasted': 86300.0}],
        'spool': {'waiting': 1, 'bytes': 2048, 'dropped': 0, 'refused': 0, 'trouble': ''},
        'master': {'url': '', 'reached': None, 'problem': '', 'since': NOW},
        'hand': {'fixing': None, 'done': [], 'waiting': [], 'fights': [], 'window': None, 'trouble': ''},
        'config': {'problem': ''}, 'unwatched': [], 'troubles': []}
    made.update(changed)
    return made


def text(shown=None, running=True, note='', verbose=False, color=False):
    return page(shown, running, note, NOW, Options(width=80, verbose=verbose, color=color))


def test_what_is_wrong_and_for_how_long():
    said = text(tree())
    assert said.startswith('n1: NOT FIT: 1 required drifted now.\nLooked 5 s ago; looks every 1 min')
    assert 'drifted   swap now, for 1 h 1 min\n          /dev/sda2: on; wanted: off\n' in said
    assert 'swap: drifted, was met for 23 h 58 min' in said and 'cpu' not in said
    assert 'met       cpu, for 1 d 1 h' in text(tree(), verbose=True)
    assert 'master    none: this host tells' in said and 'spool     1 report kept, 2 KiB' in said


def test_which_half_it_is():
    for now, boot, words in (('drifted', 'drifted', 'swap now and after a reboot, for'),
                             ('met', 'drifted', 'swap after a reboot, for'), ('unknown', 'met', 'swap now, for'),
                             ('drifted', 'not-applicable', 'swap now, for')):
        one = tree()
        one['requirements'][0].update(now=now, boot=boot)
        assert words in text(one)


@pytest.mark.parametrize('outcome, now, boot, words', [
    ('drifted', 'drifted', 'unknown', 'drifted   swap now, for 1 h 1 min; after a reboot: could not be told\n'),
    ('drifted', 'unknown', 'drifted', 'drifted   swap after a reboot, for 1 h 1 min; now: could not be told\n'),
    ('waived', 'drifted', 'unknown', 'waived    swap now, for 1 h 1 min; after a reboot: could not be told\n'),
    ('unknown', 'drifted', 'unknown', 'unknown   swap after a reboot, for 1 h 1 min; now: drifted\n'),
    ('unknown', 'unknown', 'unknown', 'unknown   swap now and after a reboot, for 1 h 1 min\n')])
def test_what_has_drifted_is_told_apart_from_what_could_not_be_told(outcome, now, boot, words):
    one = tree()
    one['requirements'][0].update(outcome=outcome, now=now, boot=boot)
    assert words in text(one)


def test_what_is_no_longer_fixed_is_not_said_twice():
    why = 'forwarding was taken back 3 times'
    hand = {'fixing': None, 'trouble': '', 'window': None, 'done': [],
            'waiting': [{'requirement': 'forwarding', 'why': why}, {'requirement': 'swap', 'why': 'no window'}],
            'fights': [{'requirement': 'forwarding', 'stopped': 5.0, 'why': why}]}
    said = text(tree(hand=hand))
    assert said.count(why) == 1 and 'FIGHT     forwarding: ' in said and 'waits     swap: no window' in said


def test_the_hand_the_fights_and_the_window():
    hand = {'fixing': {'requirement': 'docker', 'since': NOW - 3}, 'trouble': '', 'window': NOW + 3600,
            'done': [{'requirement': 'selinux', 'at': NOW - 60, 'transaction': '000007', 'result': 'done', 'why': '',
                      'by': {}, 'undone': ''},
                     {'requirement': 'tools', 'at': NOW - 50, 'transaction': '000008', 'result': 'undone',
                      'why': 'dnf failed', 'by': {}, 'undone': ''}],
            'waiting': [{'requirement': 'time-sync', 'why': 'mode is approve'}],
            'fights': [{'requirement': 'forwarding', 'stopped': True, 'why': 'tuned sets it'}]}
    said = text(tree(hand=hand))
    for words in ('fixing    docker, for 3 s', 'fixed     selinux, ', 'transaction 000007', 'NOT fixed tools, ',
                  ': dnf failed', 'waits     time-sync: mode is approve', 'FIGHT     forwarding: tuned sets it',
                  'window    the next one opens '):
        assert words in said, words


def test_under_which_name_this_host_has_joined_is_said_with_the_address_of_the_master():
    master = {'url': 'https://m:9443', 'node': 'rack1-n1', 'reached': NOW - 5, 'problem': '', 'since': NOW - 400}
    joined = 'master    https://m:9443, joined as rack1-n1, '
    assert joined + 'reached 5 s ago\n' in text(tree(master=master))
    assert joined + 'not asked yet\n' in text(tree(master=dict(master, reached=None)))
    for problem in ('the master does not answer: no route', 'the master answers 401: it does not know this node'):
        said = ' '.join(text(tree(master=dict(master, problem=problem))).split())
        assert f'https://m:9443, joined as rack1-n1, for 6 min 40 s: {problem} ' in said


def test_what_to_type_about_the_master_is_not_cut_in_two():
    commands = 'nodeprep leave --state-dir /srv/state', 'nodeprep join --state-dir /srv/state'
    said = text(tree(master={'url': 'https://k8s-master.example.com:9443', 'node': 'rack1-n1', 'reached': None,
                             'since': NOW,
                             'problem': f'the master answers 401: was this node forgotten there? {commands[0]}, then '
                                        f'{commands[1]} again, as there nodeprep master token create prints it'}))
    for command in [*commands, 'nodeprep master token create']:
        assert any(command in line for line in said.splitlines()), said
    assert max(map(len, said.splitlines())) <= 80


def test_a_master_that_is_too_old_for_the_reports():
    said = text(tree(master={'url': 'https://m:9443', 'reached': NOW - 5, 'problem': '', 'since': NOW - 400,
                             'held': 'the master answers 503: upgrade the master'}))
    assert 'reached 5 s ago; it takes no reports: the master answers 503: upgrade the master' in \
        ' '.join(said.split())


def test_a_node_that_its_master_has_set_apart():
    master = {'url': 'https://m:9443', 'reached': NOW - 5, 'problem': '', 'since': NOW - 400, 'quarantine': {
        'since': NOW - 3600, 'because': [{'node': f'n{number}', 'same': ['machine_id']} for number in range(1, 6)]}}
    when = time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(NOW - 3600))
    said = ' '.join(text(tree(master=master)).split())
    assert (f' apart this node is in quarantine at its master since {when}: n1 came first and has the same machine-id; '
            'n2 came first and has the same machine-id; n3 came first and has the same machine-id; and so have others; '
            'what it reports is kept and changes nothing until whoever looks after the master decides: `nodeprep '
            'master clones` there, or https://m:9443/clones spool ') in said
    master.update(problem='no route', quarantine={'since': None, 'because': []})
    said = ' '.join(text(tree(master=master)).split())
    assert ('in quarantine at its master: another node, which came first, says that it is the same machine, as it said '
            'last; what it') in said
    assert '\x1b[1;33mthis node is in quarantine' in text(tree(master=master), color=True)
    for nothing in ({}, {'quarantine': None}):
        assert 'quarantine' not in text(tree(master=dict(tree()['master'], **nothing)))


def test_a_master_that_is_away_and_what_is_wrong_with_the_agent_itself():
    said = text(tree(master={'url': 'https://m:9443', 'reached': NOW - 500, 'problem': 'no route', 'since': NOW - 400},
                     spool={'waiting': 3, 'bytes': 9999, 'dropped': 2, 'refused': 1, 'trouble': ''},
                     config={'problem': 'nodeprep.yaml:1: no'}, troubles=['disk full']))
    assert 'https://m:9443, for 6 min 40 s: no route' in said and '2 dropped for want of room' in said
    assert '1 that the master would not have' in said.replace('\n' + ' ' * 10, ' ')
    assert 'config    WRONG and not in force: nodeprep.yaml:1: no' in said and 'trouble   disk full' in said


def test_an_agent_that_does_not_run():
    assert text(None, False, 'no agent has run') == 'No agent has run. What starts it:\n  systemctl start nodeprep\n'
    said = text(tree(), False, 'it was stopped')
    assert said.startswith('It was stopped. What starts it:\n  systemctl start nodeprep\n\nAs it was last seen:\n')


def test_80_columns_and_nothing_smuggled_in():
    evil = tree(node='n\x1b[2J', troubles=['x' * 300, 'a \x1b]0;title\x07 b'])
    evil['requirements'][0]['says'] = ['/dev/\x1b[31m' + 'y ' * 100]
    for color in (False, True):
        said = text(evil, color=color)
        bare = re.sub(r'\x1b\[[0-9;]*m', '', said) if color else said
        assert '\x1b' not in bare and all(len(line) <= 80 for line in bare.split('\n') if 'xxx' not in line)
    assert '\x1b[1;31mdrifted ' in text(tree(), color=True)


def test_how_the_list_of_the_cluster_stands():
    assert 'members' not in text(tree()) and 'members' not in text(tree(members=None))
    assert 'members   of the cluster, as the master told them 3 min ago\n' in text(
        tree(members={'at': NOW - 180, 'problem': ''}))
    assert 'members   of the cluster: the master has told none that count; not now\n' in text(
        tree(members={'at': None, 'problem': 'not now'}))
