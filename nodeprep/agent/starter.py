"""Starts the hand: a unit of systemd, so that whatever becomes of a fix, the agent goes on looking.

systemctl(1): start --no-block queues a job and comes back at once; a unit of Type=oneshot is `activating` until it is
done, and before that it has a Job.
"""
from nodeprep.model import CannotChange, CannotTell
from nodeprep.typed import Any, Callable

_NO_JOB = ('Job=', 'Job=0')           # the one of systemd 252, the other of 219
_OVER = ('ActiveState=inactive', 'ActiveState=failed')


class Starter:
    """`host` makes a Changing host: to start a unit is the one thing that the agent does to it."""

    def __init__(self, host: Callable[[], Any]) -> None:
        self._host = host

    def start(self, requirement: str) -> str:
        """Asks systemd to start the hand; '' or why it does not."""
        try:
            answer = self._host().do(('systemctl', 'start', '--no-block', unit(requirement)))
        except CannotChange as error:
            return str(error)
        return '' if answer.code == 0 else ' '.join(answer.err.split()) or f'systemctl ended with {answer.code}'

    def running(self, requirement: str) -> bool:
        """Whether the hand is at work or about to be. When nobody can tell it is taken to be: another would collide."""
        try:
            answer = self._host().ask(('systemctl', 'show', '-p', 'ActiveState', '-p', 'Job', unit(requirement)))
        except CannotTell:
            return True
        lines = answer.out.split('\n')
        queued = any(line.startswith('Job=') and line not in _NO_JOB for line in lines)
        return answer.code != 0 or queued or not any(line in _OVER for line in lines)


def unit(requirement: str) -> str:
    """The unit that is the hand for a requirement."""
    return f'nodeprep-fix@{requirement}.service'
