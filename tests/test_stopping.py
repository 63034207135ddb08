"""A signal is told of, also when it comes while something else is being written."""
import os
import signal

from nodeprep.stopping import Stopping


def test_what_cannot_be_told_at_once_is_told_when_it_is_asked_for_and_once():
    told, busy = [], [True]

    def tell(said):
        if busy[0]:
            raise RuntimeError('reentrant call')
        told.append(said)
    with Stopping(tell) as stopping:
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == []
        assert stopping.asked() == 'stopped by SIGTERM' and told == [], 'it is still being written'
        busy[0] = False
        assert stopping.asked() == 'stopped by SIGTERM' == stopping.asked()
        os.kill(os.getpid(), signal.SIGINT)
    assert told == ['SIGTERM: stops after this step and takes back what is not complete']


def test_who_never_asks_is_told_at_the_end():
    told, busy = [], [True]

    def tell(said):
        if busy[0]:
            raise RuntimeError('reentrant call')
        told.append(said)
    with Stopping(tell):
        os.kill(os.getpid(), signal.SIGHUP)
        busy[0] = False
    assert len(told) == 1 and told[0].startswith('SIGHUP: ')
