"""What the journal tells of earlier fixes."""
import os

import pytest

from nodeprep.agent.past import History, succeeded
from nodeprep.journal.writing import Reopened, Transaction
from nodeprep.model import CannotChange, Run

DAY = 86400


def fixed(host, requirement, result='done', how='policy', **by):
    """A transaction of one step."""
    transaction = Transaction(host, dict({'how': how, 'who': 'x'}, **by), ('nodeprep', 'hand', requirement))
    step = transaction.command(requirement, Run(('swapoff', '/s')), ())
    transaction.done(step)
    if result:
        transaction.result(requirement, result, 'because')
        transaction.end(result)
    return transaction


@pytest.fixture
def fixes(host, utc):
    """Six fixes: two yesterday, four today."""
    host.now_is -= DAY
    fixed(host, 'swap')
    fixed(host, 'disk', 'failed')
    host.now_is += DAY
    fixed(host, 'swap', how='approval', approval='a1')
    fixed(host, 'disk', how='person')
    fixed(host, 'bridge', '')
    fixed(host, 'swap', 'failed', how='person')
    return host


def test_no_journal(host):
    history = History(host)
    assert history.facts == [] and history.last('swap') is None and history.used() == frozenset()


def test_the_last_one_of_a_requirement(fixes):
    history = History(fixes)
    last = history.last('swap')
    assert (last.id, last.own, last.result('swap')) == ('000006', False, 'failed')
    assert history.last('disk').id == '000004' and history.last('bridge').result('bridge') == ''
    assert history.used() == {'a1'} and history.last('memory') is None
    assert succeeded(history.last('disk'), 'disk') and not succeeded(history.last('swap'), 'swap')
    assert not succeeded(history.last('bridge'), 'bridge') and not succeeded(None, 'swap')


def test_today_ends_at_the_local_midnight(fixes, zone):
    history = History(fixes)
    noon = fixes.now_is
    assert history.today(noon) == 2                       # a person's do not count, one that was cut short does
    assert history.today(noon - DAY) == 2 and history.today(noon + DAY) == 0
    zone('Pacific/Kiritimati')                            # 14 hours ahead: it is two in the morning there
    assert history.today(noon) == 2 and history.today(noon - 2 * 3600) == 2
    assert history.today(noon - 3 * 3600) == 2            # yesterday's two, for it is 23:00 there
    zone('UTC')
    assert history.today(noon + 12 * 3600 - 1) == 2 and history.today(noon + 12 * 3600) == 0


def test_what_was_taken_back(fixes):
    history = History(fixes)
    with Reopened(fixes, '000004') as again:
        again.undone({'how': 'person', 'who': 'bob'}, True)
    assert succeeded(history.last('disk'), 'disk')
    history.look()
    assert history.last('disk').undone and not succeeded(history.last('disk'), 'disk')


def test_an_undo_that_was_killed_counts_and_a_fix_that_took_itself_back_does_not(fixes):
    step = History(fixes).steps(History(fixes).last('disk'), 'disk')[0]
    with Reopened(fixes, '000004') as again:
        again.undid(step._replace(undone='ran', said=''))
    assert History(fixes).last('disk').undone == 'a time that is not known'
    step = History(fixes).steps(History(fixes).last('swap'), 'swap')[0]
    with Reopened(fixes, '000006') as again:
        again.undid(step._replace(undone='ran', said=''))
    assert History(fixes).last('swap').undone == ''


def test_only_what_is_new_is_read(fixes, monkeypatch):
    from nodeprep.journal import reading
    history, load, seen = History(fixes), reading.load, []
    fixed(fixes, 'ports')
    monkeypatch.setattr(reading, 'load', lambda host, name: seen.append(name) or load(host, name))
    history.look()
    assert seen == ['000007'] and history.last('ports').id == '000007'


def test_the_steps_of_one(fixes):
    history = History(fixes)
    (step,) = history.steps(history.last('swap'), 'swap')
    assert step.run == ('swapoff', '/s') and history.steps(history.last('swap'), 'disk') == []


def test_a_journal_that_cannot_be_believed_is_told(fixes):
    with open(fixes.root + '/var/lib/nodeprep/journal/000002.jsonl', 'ab') as file:
        file.write(b'garbage\n')
    with pytest.raises(CannotChange, match='000002.jsonl:6: the journal is damaged'):
        History(fixes)
    os.chmod(fixes.root + '/var/lib/nodeprep/journal', 0o777)
    with pytest.raises(CannotChange, match='not trusted'):
        History(fixes)
