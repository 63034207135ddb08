"""starter: the hand is a unit; systemctl says whether it is at work."""
import pytest

from nodeprep.agent.starter import Starter
from nodeprep.host import Answer
from nodeprep.model import CannotTell

SHOW = ('systemctl', 'show', '-p', 'ActiveState', '-p', 'Job', 'nodeprep-fix@swap.service')


@pytest.mark.parametrize('said, running', [
    (Answer(0, 'Job=0\nActiveState=inactive\n', ''), False),          # systemd 219
    (Answer(0, 'ActiveState=inactive\nJob=\n', ''), False),           # systemd 252
    (Answer(0, 'ActiveState=failed\nJob=\n', ''), False),
    (Answer(0, 'ActiveState=activating\nJob=412\n', ''), True),
    (Answer(0, 'ActiveState=inactive\nJob=412\n', ''), True),         # about to be
    (Answer(0, 'ActiveState=deactivating\nJob=\n', ''), True),
    (Answer(1, '', 'Failed to connect to bus'), True),
    (Answer(0, '', ''), True),
    (CannotTell('systemctl: took too long', 'systemctl'), True)])
def test_whether_it_is_at_work(host, said, running):
    host.answers[SHOW] = said
    assert Starter(host.fresh).running('swap') is running


def test_it_is_started_without_waiting(host):
    asked = []

    def actor(machine, argv):
        asked.append(argv)
        return Answer(0, '', '') if len(asked) == 1 else Answer(5, '', 'Unit nodeprep-fix@swap.service\n not found.')
    host.actor = actor
    assert Starter(host.fresh).start('swap') == ''
    assert asked == [('systemctl', 'start', '--no-block', 'nodeprep-fix@swap.service')]
    assert Starter(host.fresh).start('swap') == 'Unit nodeprep-fix@swap.service not found.'
