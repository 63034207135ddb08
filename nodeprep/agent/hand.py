"""The hand: fixes one requirement, once, when the owner of this host allows it now; else it says why not.

It believes nobody: it reads the policy, looks, plans and asks for permission by itself, whatever started it.
"""
from nodeprep import fixes
from nodeprep import round as rounds
from nodeprep.agent import allow, approvals, proposal
from nodeprep.agent.fights import Fights
from nodeprep.agent.past import History
from nodeprep.enforce import DONE, Outcome
from nodeprep.journal import reading
from nodeprep.journal.writing import Transaction
from nodeprep.lock import Lock
from nodeprep.model import MET, Busy, CannotChange
from nodeprep.plan import Part, Plan
from nodeprep.policy import Policy
from nodeprep.report import Judged
from nodeprep.typed import Any, Callable

# Exit codes. 2 (the configuration is wrong) and 75 (another nodeprep is at work) are made of exceptions.
FIT, NOT_DONE, ROLLED_BACK = 0, 1, 4


def act(fresh: Callable[[], Any], policy: Policy, requirement: str, tell: Callable[[str], None]) -> int:
    """The exit code: 0 met (again), 1 not met or refused, 4 it failed and was rolled back.

    `fresh` gives a host that remembers nothing; `tell` is told what goes on, a line at a time. UnknownName for an id
    that is none, Busy when another nodeprep is at work.
    """
    try:
        with Lock(fresh(), f'nodeprep hand {requirement}'):
            return _Hand(fresh, policy, requirement, tell).run()
    except Busy:
        raise
    except CannotChange as error:
        tell(f'{requirement}: not fixed: {error}')
        return NOT_DONE


class _Hand:
    def __init__(self, fresh: Callable[[], Any], policy: Policy, requirement: str, tell: Callable[[str], None]) -> None:
        self.fresh, self.policy, self.id, self.tell = fresh, policy, requirement, tell

    def run(self) -> int:
        host = self.fresh()
        for past in reading.unfinished(host):
            self.tell(f'{past.id} of {past.begun} was cut short after {len(past.open)} steps; nodeprep undo {past.id} '
                      'takes them back')
        looked = rounds.look(host, self.policy, rounds.Asked((self.id,)))
        (judged,) = looked.judged
        part = proposal.part(host, self.policy, judged)
        if not part.changes:
            return self._left(host, looked, part)
        verdict = self._verdict(host, judged, part)
        if not verdict.allowed:
            self.tell(f'{self.id}: not fixed: {verdict.why}')
            return NOT_DONE
        asker = fixes.Asker(verdict.by, ('nodeprep', 'hand', self.id), lambda said: self.tell(f'{self.id}: {said}'),
                            lambda later: judged.rule.mode == 'fix')
        (outcome,), transaction = fixes.carry_out(self.fresh, looked, Plan((part,)),
                                                  proposal.allowed(host, self.policy, judged), asker)
        return self._ended(outcome, transaction, part)

    def _verdict(self, host: Any, judged: Judged, part: Part) -> allow.Verdict:
        history, fights = History(host), Fights(host)
        proposal.note(host, history, fights, judged, part)
        now = host.time()
        given = approvals.load(host) if judged.rule.mode == 'approve' else ()
        return allow.may(judged.rule, part, self.policy, now, proposal.state(history, fights, self.id, now), given)

    def _left(self, host: Any, looked: rounds.Looked, part: Part) -> int:
        """There is nothing that a fix would change: it is met, or the rest is left to a person."""
        self._tell_left(part)
        if rounds.tell(host, self.policy, looked, diffs=False)['verdict'] == MET:
            self.tell(f'{self.id}: nothing to do')
            return FIT
        return NOT_DONE

    def _tell_left(self, part: Part) -> None:
        for one in part.left:
            self.tell(f'{self.id}: {one.subject} ({one.when}): {one.found}: left: {one.why}')

    def _ended(self, outcome: Outcome, transaction: Transaction, part: Part) -> int:
        number = f' ({transaction.id})' if transaction.steps else ''
        self.tell(f'{self.id}: {outcome.result}{number}' + (f': {outcome.why}' if outcome.why else ''))
        for kept in outcome.kept:
            self.tell(f'{self.id}: NOT taken back: {kept}')
        if transaction.trouble:
            self.tell(f'{self.id}: {transaction.trouble}')
        if outcome.result != DONE:
            return ROLLED_BACK if transaction.steps else NOT_DONE
        host = self.fresh()
        looked = rounds.look(host, self.policy, rounds.Asked((self.id,)))
        after = rounds.tell(host, self.policy, looked, diffs=False)
        if after['verdict'] == MET:
            return FIT
        finding = looked.judged[0].finding
        self.tell(f'{self.id}: now {finding.now}, after a reboot {finding.boot}')
        self._tell_left(part)
        return NOT_DONE
