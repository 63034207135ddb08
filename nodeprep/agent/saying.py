"""What of a round is said in the journal: a line for each state that became another, or failed for another reason."""
from nodeprep.agent import log
from nodeprep.model import MET, NOT_APPLICABLE, Observation
from nodeprep.report import Judged
from nodeprep.typed import Any, Dict, FrozenSet, Iterable, List, Tuple

_WELL = (MET, NOT_APPLICABLE)


class Saying:
    """Knows what it said last, so that nothing is said twice. `journal` is a log.Log."""

    def __init__(self, journal: Any) -> None:
        self._log = journal
        self._failing: Dict[str, FrozenSet[Tuple[str, str]]] = {}
        self._troubles: FrozenSet[str] = frozenset()
        self._today = ''

    def of(self, happened: Iterable[Any], judged: Iterable[Judged], today: str = '') -> None:
        """Says what became of each requirement since the last round; `happened` are the transitions of the states.

        `today` (UTC, YYYY-MM-DD) tells which waivers are over. What was never seen before is told only when it is not
        as it should be. By how much something fails is no news, and neither is which of the reasons that were said is
        gone when others stay.
        """
        became = {one.requirement: one for one in happened}
        self._today = today
        for one in judged:
            name, failing = one.requirement.id, _failing(one)
            subjects = frozenset((found.when, found.subject) for found in failing)
            before, self._failing[name] = self._failing.get(name), subjects
            if name in became:
                was = became[name].was
                if was is not None or one.finding.state not in _WELL:
                    self._say(one, f' (was {was.state})' if was else '', failing)
            elif before is not None:
                self._say_more(one, [found for found in failing if (found.when, found.subject) not in before])

    def troubles(self, texts: Iterable[str]) -> None:
        """Says what the agent itself cannot do, such as write its status, once for as long as it lasts; and its end."""
        before, self._troubles = self._troubles, frozenset(texts)
        for text in sorted(self._troubles - before):
            self._log.tell('trouble', text, log.ERROR)
        for text in sorted(before - self._troubles):
            self._log.tell('trouble', f'no more: {text}', log.NOTICE)

    def _say_more(self, one: Judged, new: List[Observation]) -> None:
        if new:
            self._say(one, ' for another reason' if len(new) == 1 else f' for {len(new)} other reasons', new)

    def _say(self, one: Judged, how: str, failing: List[Observation]) -> None:
        finding = one.finding
        aside = self._aside(one)
        decides = not aside and any(found.met is False and not found.advised for found in failing)
        what = next((f'; {_found(found)}; wanted: {found.wanted}' for found in failing), '')
        self._log.tell('state', f'{finding.requirement}: {finding.state}{aside}{how}: now {finding.now}, '
                       f'at boot {finding.boot}{what}', log.WARNING if decides else log.NOTICE,
                       requirement=finding.requirement, state=finding.state, now=finding.now, boot=finding.boot)

    def _aside(self, one: Judged) -> str:
        """Why what is not as it should be does not decide; '' when it does, or all is well."""
        failing = _failing(one)
        if not failing:
            return ''
        if one.rule.mode == 'ignore':
            return ', ignored'
        if one.rule.waiver and one.rule.waiver.until >= self._today:
            return f', waived until {one.rule.waiver.until}'
        only = one.rule.severity == 'advised' or all(found.advised for found in failing)
        return ', only advised' if only else ''


def _failing(one: Judged) -> List[Observation]:
    if one.finding.state in _WELL:
        return []
    return [found for found in one.finding.observations if found.met is not True]


def _found(one: Observation) -> str:
    """What was found behind its subject, which a reason why it cannot be told begins with already."""
    return one.found if one.found.startswith(one.subject + ':') else f'{one.subject}: {one.found}'
