"""What a report tells of fixes: each once, and again where it may have been lost."""
from nodeprep.agent.made import AGAIN, MOST, Made
from nodeprep.agent.past import Fact
from tests.agent.whole import SELINUX, SWAP

AT = 1700006400.0


def fact(number=1, begun=AT, end='done', undone='', result='done', why='', by=None):
    by = by or {'how': 'policy', 'who': '/etc/nodeprep/nodeprep.yaml:3', 'digest': 'ab'}
    return Fact(f'{number:06}', begun, by, {'swap': (result, why), 'disk': ('skipped', '')}, end, undone,
                {'how': 'person', 'who': 'bob'} if undone else {}, frozenset(['swap']))


def test_a_fix_is_told_once_with_who_allowed_it():
    made = Made()
    (told,) = made.news([fact()], AT + 60, False)
    assert told == {'transaction': '000001', 'requirement': 'swap', 'begun': '2023-11-15T00:00:00Z', 'result': 'done',
                    'why': '', 'by': {'how': 'policy', 'who': '/etc/nodeprep/nodeprep.yaml:3'}, 'undone': '',
                    'undone_by': ''}
    assert made.news([fact()], AT + 60, False) == [told]               # it is not on its way yet
    made.told([told])
    assert made.news([fact()], AT + 60, False) == [] and made.news([fact()], AT + 60, True) == [told]
    assert made.news([fact()], AT + AGAIN, True) == []


def test_that_it_was_taken_back_is_news():
    made = Made()
    made.told(made.news([fact()], AT + 60, False))
    (told,) = made.news([fact(undone='2023-11-15T01:00:00Z')], AT + 4000, False)
    assert (told['undone'], told['undone_by']) == ('2023-11-15T01:00:00Z', 'bob')


def test_what_goes_on_is_not_told_and_what_was_cut_short_is():
    made, goes_on = Made(), fact(end='', result='')
    assert made.news([goes_on], AT + 60, True) == []
    assert [one['result'] for one in made.news([goes_on], AT + 3600, True)] == ['cut short']
    assert [one['result'] for one in made.news([fact(end='interrupted', result='')], AT, True)] == ['interrupted']


def test_a_report_tells_so_many_and_the_newest_of_them():
    told = Made().news([fact(number) for number in range(1, MOST + 11)], AT + 60, True)
    assert (len(told), told[0]['transaction'], told[-1]['transaction']) == (MOST, '000011', '000060')


def test_an_agent_tells_its_master_what_it_mended_and_again_once_a_day(make):
    whole = make(SELINUX % 'fix')
    whole.turn()
    (told,) = whole.reports()[-1]['fixes']
    assert (told['requirement'], told['result'], told['by']['how']) == ('selinux', 'done', 'policy')
    assert told['by']['who'].startswith('/etc/nodeprep/nodeprep.yaml')
    count = len(whole.reports())
    whole.rounds(3)
    assert len(whole.reports()) == count and [one['fixes'] for one in whole.reports()[:-1]] == [[]] * (count - 1)
    whole.pass_time(86400)
    whole.rounds(2)
    assert whole.reports()[count]['fixes'] == [told] and whole.reports()[-1]['fixes'] in ([], [told])


def test_what_a_person_fixed_at_the_host_is_told_too(make):
    whole = make(SWAP % 'report')
    assert whole.reports()[-1]['fixes'] == []
    whole.owned.machine.fix(('swap',))
    whole.rounds(2)
    told = [one for report in whole.reports() for one in report['fixes']]
    assert [(one['requirement'], one['by']['how'], one['result']) for one in told] == [('swap', 'person', 'done')]
