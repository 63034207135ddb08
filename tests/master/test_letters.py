"""What the process that serves and the one that writes say to each other arrives as it was."""
import random

from nodeprep.master import ingest, letters
from nodeprep.master.scribe import Inbox
from nodeprep.master.store import Beat, Taken
from nodeprep.master.store.nodes import NotMember
from nodeprep.master.store.transactions import Outcome
from nodeprep.master.store.trouble import StoreBusy, StoreFull
from tests.master.fleet import Host


def load(number, count=1):
    host = Host(number)
    return ingest.prepare(number, [host.report() for _ in range(count)], 1.5e9)


def test_reports_arrive_as_they_were():
    for one in (load(1), load(2, 3), ingest.prepare(3, [{'sequence': 1}], 5.0)):
        back = letters.load_of(letters.Reader().read(letters.letter(letters.of_load(one)))[0])
        assert back == one and type(back) is ingest.Load
        assert [part.tree for report in back.reports for part in report.parts] == [
            part.tree for report in one.reports for part in report.parts]


def test_a_stream_may_be_cut_anywhere():
    loads = [load(number) for number in range(1, 4)]
    stream = b''.join(letters.letter((number, 'reports')) + letters.letter(letters.of_load(one))
                      for number, one in enumerate(loads))
    luck = random.Random(5)
    for _ in range(50):
        inbox, found, at = Inbox(), [], 0
        while at < len(stream):
            end = at + luck.randrange(1, 4000)
            found += inbox.read(stream[at:end])
            at = end
        assert [(one.what, one.future, one.load) for one in found] == [
            ('reports', number, one) for number, one in enumerate(loads)]


def test_what_became_of_a_piece_arrives_as_it_was():
    lines = []

    def back(what, result, error):
        plain = letters.of_outcome(Outcome(1, result, error), lines.append)
        return letters.outcome_of(what, letters.Reader().read(letters.letter(plain))[0])
    beat = Beat(7, ({'id': 'a', 'until': '2026-01-01T00:00:00Z'},),
                {'since': '2026-01-01T00:00:00Z', 'because': [{'node': 'n1', 'same': ['mac']}]})
    assert back('reports', Taken(1, 5, ''), None) == (Taken(1, 5, ''), None)
    assert back('beats', beat, None) == (beat, None)
    assert isinstance(back('beats', beat, None)[0], Beat)
    for error in (NotMember('node 5 is no member'), StoreBusy('locked'), StoreFull('full')):
        result, found = back('reports', None, error)
        assert result is None and type(found) is type(error) and str(found) == str(error)
        assert getattr(found, 'retry_after', 0) == getattr(error, 'retry_after', 0)
    assert lines == []


def test_a_fault_is_told_where_it_was_and_is_no_trouble_of_the_store():
    lines = []
    try:
        {}['x']
    except KeyError as error:
        plain = letters.of_outcome(Outcome(1, None, error), lines.append)
    result, found = letters.outcome_of('reports', plain)
    assert result is None and type(found) is RuntimeError
    assert 'KeyError' in lines[0] and __file__ in lines[0]
