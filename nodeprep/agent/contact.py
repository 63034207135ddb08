"""How it stands with the master: since when it answers or not, why, and what of that the journal is to hear.

Each is said once. Whoever speaks with the master says it here, beside the loop, which is rung for and takes it.
"""
from nodeprep.agent import log
from nodeprep.engine import raised_at
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple


class Contact:
    """With the master at `url`, which this host has joined as `node` ('': it has not). `problem`: why nobody speaks
    with it although there is a `url`. `time` is a clock.
    """

    def __init__(self, url: str, problem: str, time: Callable[[], float], node: str = '') -> None:
        self._url, self._node, self._time = url, node, time
        self._reached, self._problem, self._since = 0.0, problem, time()
        self._held = ''                          # why reports wait although the master answers
        self._quarantine: Optional[Dict[str, Any]] = None
        self._heard: List[Tuple[str, int]] = []
        self._news = False
        self.ring: Callable[[], None] = lambda: None     # called when there is news for the loop

    def outcome(self, problem: str) -> None:
        """What became of a request: '' when it was answered as it should be, else a sentence."""
        before, self._problem = self._problem, problem
        if not problem:
            self._reached = self._time()
        if _kind(problem) != _kind(before):
            self._since = self._time()
            if problem:
                self.say(problem, log.WARNING)
            else:
                self.say('the master answers as it should again', log.NOTICE)

    def hold(self, why: str) -> None:
        """The master is too old for the oldest report that waits; '': it is not. Heartbeats go on."""
        before, self._held = self._held, why
        if why and not before:
            self.say(f'the master takes no reports, which are kept here: {why}', log.WARNING)
        elif before and not why:
            self.say('the master takes reports again', log.NOTICE)

    def set_apart(self, told: Optional[Dict[str, Any]]) -> None:
        """The master has this node in quarantine, see replies.quarantine; None: it has not."""
        before, self._quarantine = self._quarantine, told
        if told and not before:
            from nodeprep.output import quarantine
            self.say(f'this node is {quarantine.said(told)}; {quarantine.remedy(told, self._url)}', log.WARNING)
        elif before and not told:
            self.say('the master has let this node out of quarantine: what it reports counts', log.NOTICE)
        elif told != before:
            self.tell_loop()

    def fault(self, error: Exception) -> None:
        """Nodeprep itself was wrong, and nothing is told until that is mended."""
        said = (f'nothing is told to the master: this is a fault in nodeprep ({type(error).__name__}: {error}, at '
                f'{raised_at(error)}); please report it')
        if said != self._problem:
            self._problem, self._since = said, self._time()
            self.say(said, log.ERROR)

    def say(self, message: str, priority: int) -> None:
        """The journal is to hear this."""
        self._heard.append((message, priority))
        self.tell_loop()

    def tell_loop(self) -> None:
        """There is something new for the loop."""
        self._news = True
        self.ring()

    def news(self) -> bool:
        """Whether there is something new for the loop since it was last asked."""
        was, self._news = self._news, False
        return was

    def heard(self) -> List[Tuple[str, int]]:
        """What is to be told of the master, as (message, priority); each once."""
        heard, self._heard = self._heard, []
        return heard

    def facts(self) -> Dict[str, Any]:
        """How it stands, as the status has it."""
        return {'url': self._url, 'node': self._node, 'reached': self._reached or None, 'problem': self._problem,
                'since': self._since, 'held': self._held, 'quarantine': self._quarantine}


def _kind(problem: str) -> str:
    """How a problem begins: no answer and another answer are told each, another reason for the same is not."""
    return problem.partition(':')[0]
