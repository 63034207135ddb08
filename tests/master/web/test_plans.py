"""Plans that an agent would never make: shown for what they are, and not offered for approval."""
import pytest

from nodeprep.master.web import plans
from tests.master.fleet import plan
from tests.master.web.browsing import SCRIPT, parsed, text_of

GOOD = {'run': ['swapoff', '-a'], 'undo': [], 'risk': 'disruptive', 'exact': 'a' * 64}
FILE = {'write': '/etc/fstab', 'diff': '--- /etc/fstab\n+++ /etc/fstab\n@@ -1 +1 @@\n-old\n+new\n', 'exact': 'b' * 64}
ODD = [5, None, 'rm -rf /', [], {}, {'run': 'rm -rf /', 'undo': [], 'risk': 'harmless'},
       {'run': [], 'risk': 'harmless'},
       {'run': ['a', 5], 'undo': [], 'risk': 'harmless'}, dict(GOOD, risk='none at all'), dict(GOOD, also='hidden'),
       dict(GOOD, risk={}), dict(GOOD, risk=['harmless']),
       dict(FILE, diff=5), dict(FILE, write=['/etc/fstab']), dict(FILE, text='what is really written'),
       {'write': '/etc/fstab'}, dict(GOOD, undo='swapon -a')]


FIGHTS = [{'requirement': 5}, {}, {'requirement': []}, {'requirement': 'swap', 'why': [SCRIPT]}, {'why': None}]


def test_commands_and_files_are_understood():
    command, file = plans.steps([GOOD, FILE])
    assert (command.does, command.risk, command.back) == ('swapoff -a', 'disruptive', None)
    assert (file.path, file.lines) == ('/etc/fstab', (('at', '@@ -1 +1 @@'), ('cut', '-old'), ('add', '+new')))
    assert plans.understood([GOOD, FILE])


def test_a_long_diff_says_how_much_of_it_is_left_out():
    (step,) = plans.steps([dict(FILE, diff='--- a\n+++ b\n' + '+x\n' * 1000)])
    assert len(step.lines) == plans.MOST_LINES and step.more == 1000 - plans.MOST_LINES


def test_an_empty_new_file_is_told():
    (step,) = plans.steps([dict(FILE, diff='--- /dev/null\n+++ /etc/x\n')])
    assert step.lines == (('at', '(an empty file)'),)


@pytest.mark.parametrize('odd', ODD, ids=repr)
def test_an_odd_step_is_shown_and_cannot_be_approved(odd):
    assert not plans.understood([GOOD, odd])
    assert plans.steps([odd])[0].odd and plans.steps([odd])[0].does


def test_a_plan_of_more_steps_than_anybody_reads_cannot_be_approved():
    assert plans.understood([GOOD] * 200) and not plans.understood([GOOD] * 201)
    for long in ([GOOD] * 100000, [dict(GOOD, run=['x' * 600000])], [GOOD, dict(FILE, diff='+\n' * 300000)]):
        assert [(len(one.does), one.odd) for one in plans.steps(long)] == [(2000, True)]
    assert plans.understood([dict(FILE, diff='+10.0.0.1 node\n' * 20000)]), 'the names of a large cluster'


@pytest.mark.parametrize('odd', [SCRIPT, {'run': SCRIPT, 'undo': [], 'risk': 'harmless'}, 5, {'write': 5}], ids=repr)
def test_pages_bear_what_a_hostile_agent_proposes(full, odd):
    host = full.fleet.hosts['proposing5']
    host.set('swap', 'drifted', mode='approve', changes=(*plan(), odd))
    full.fleet.tell('proposing5')
    full.store.beat(full.fleet.ids['proposing5'], host.beat(fights=FIGHTS), host.now).result(30)
    ann = full.browser('approver')
    for path in ('/approvals', '/nodes/proposing5', '/drift', '/'):
        page = parsed(ann.get(path))
        assert len(list(page.iter('script'))) == 1, path
    card = parsed(ann.get('/nodes/proposing5')).find('.//article[@id="swap"]')
    assert 'A step that this master does not understand' in text_of(card)
    assert not card.findall('.//button')
    cards = parsed(ann.get('/approvals')).findall('.//article')
    assert [bool(one.findall('.//button')) for one in cards] == [False, True]


def test_what_could_hurt_the_pods_of_a_node_says_so():
    (step,) = plans.steps([dict(GOOD, risk='disruptive', live=True)])
    assert step.risk == plans.LIVE and not step.odd
    assert not plans.understood([dict(GOOD, live=False)]) and not plans.understood([dict(GOOD, live='no')])
