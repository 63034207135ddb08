"""desk: a report is the same wherever it is put together."""
import pytest

from nodeprep.agent.desk import Desk
from nodeprep.agent.looking import Seen
from nodeprep.agent.proposals import Proposals
from nodeprep.policy import load
from nodeprep.round import Asked, look
from tests.agent.owned import Owned


class Given:
    """What a process of its own would give."""

    def __init__(self, work, limit):
        self.work = work

    def result(self, wait):
        assert wait
        return self.work()


class Died(Given):
    def result(self, wait):
        return b''


def nowhere(work, limit):
    raise OSError('no more processes')


@pytest.mark.parametrize('apart', [Given, Died, nowhere], ids=['given', 'died', 'nowhere'])
def test_a_report_from_another_process_or_from_this_one(tmp_path, apart):
    host = Owned(tmp_path).host
    policy = load(host.fresh())
    seen = Seen(look(host, policy, Asked(('swap', 'hostname'))), frozenset(), host, 0.25)

    def report(how):
        def clock():
            return 5.0
        tree = Desk(str(tmp_path), None, None, None, clock, clock, 'b', how).report(seen, policy, '', Proposals(),
                                                                                  'start')
        return {name: value for name, value in tree.items() if name not in ('id', 'taken')}
    expected = report(None)
    assert report(apart) == expected and 'fstab' in str(expected) and expected['why'] == 'start'
