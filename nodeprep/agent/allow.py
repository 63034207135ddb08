"""Whether the hand may do a part of a plan now, and if not, why not: everything that the owner of a host laid down.

Pure: what is known comes in, nothing is looked up.
"""
import time

from nodeprep import plandigest
from nodeprep.agent import approvals as given
from nodeprep.agent import windows
from nodeprep.agent.approvals import Approval
from nodeprep.agent.past import Fact
from nodeprep.enforce import FAILED
from nodeprep.model import Rule
from nodeprep.plan import Part
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, FrozenSet, Iterable, Optional, Tuple

DAY = 86400.0             # seconds that a plan which failed is not tried again


class State(NamedTuple):
    """What happened before that counts now, for one requirement."""

    today: int = 0                               # fixes that the agent began on this local day, of any requirement
    last: Optional[Fact] = None                  # the newest fix of this requirement
    used: FrozenSet[str] = frozenset()           # ids of approvals that a fix was made with
    fight: str = ''                              # why it is no longer fixed, with what ends that; '' when it is


class Verdict(NamedTuple):
    """`by` goes into the journal: how it is allowed (policy, approval), who did, and the digest of the plan."""

    allowed: bool
    why: str = ''
    by: Dict[str, str] = {}


def may(rule: Rule, part: Part, policy: Any, now: float, state: State, approvals: Iterable[Approval]) -> Verdict:
    """Whether this part may be done at `now` (seconds since 1970). ValueError for a window that is none."""
    digest = plandigest.digest(part)
    against = _never(rule, part, now) or _before(part.requirement, digest, now, state)
    if against:
        return Verdict(False, against)
    mode = policy.settings.get(f'requirements.{part.requirement}.mode')
    by = {'how': 'policy', 'who': mode.origin if mode else 'default', 'digest': digest}
    if rule.mode == 'approve':
        approval, against = _approval(part.requirement, digest, now, state, tuple(approvals))
        if approval is None:
            return Verdict(False, against)
        by = {'how': 'approval', 'who': approval.by, 'approval': approval.id, 'digest': digest}
    against = _not_now(policy, now, state)
    return Verdict(False, against) if against else Verdict(True, '', by)


def _never(rule: Rule, part: Part, now: float) -> str:
    if rule.mode not in ('approve', 'fix'):
        return (f'mode is {rule.mode}; requirements: {{{part.requirement}: {{mode: fix}}}} in the configuration '
                'allows it')
    if rule.waiver and rule.waiver.until >= time.strftime('%Y-%m-%d', time.gmtime(now)):
        return f'waived by {rule.waiver.owner} until {rule.waiver.until}'
    if not part.changes:
        return 'there is nothing that a fix would change'
    return ''


def _before(requirement: str, digest: str, now: float, state: State) -> str:
    if state.fight:
        return state.fight
    last = state.last
    again = f'nodeprep fix {requirement} lets it go on'
    if last is None or not last.own:
        return ''
    if last.undone:
        return f'{last.id} did it, and somebody took that back at {last.undone}; {again}'
    if last.result(requirement) == FAILED and last.by.get('digest') == digest and \
            abs(now - last.begun) < DAY:                 # abs: the clock may have been set back by years since
        said = last.results[requirement][1]
        return f'{last.id} tried the same and failed ({said}): it is not tried again within a day; {again}'
    return ''


def _approval(requirement: str, digest: str, now: float, state: State,
              approvals: Tuple[Approval, ...]) -> Tuple[Optional[Approval], str]:
    against = (f'mode is approve: it waits until the plan {digest[:12]} is approved; nodeprep fix {requirement} does '
               'it by hand')
    for one in given.of(approvals, requirement):
        if one.digest != digest:
            against = (f'{one.by} approved the plan {one.digest[:12]} ({one.id}), and by now it is {digest[:12]}: '
                       'something changed since it was shown')
        elif one.id in state.used:
            against = f'the approval {one.id} of {one.by} was for one fix, which has begun'
        elif given.expires(one.until) <= now:
            against = f'the approval {one.id} of {one.by} lapsed at {one.until}'
        else:
            return one, ''
    return None, against


def _not_now(policy: Any, now: float, state: State) -> str:
    allowed = policy.get('windows', ())
    if not windows.open_now(allowed, now):
        opening = windows.next_opening(allowed, now)
        when = f'; the next one opens at {_local(opening)}' if opening is not None else ''
        return f'no window is open ({", ".join(allowed)}){when}'
    most = policy.get('limits.fixes_per_day')
    if most is not None and state.today >= most:
        return f'{state.today} fixes were made today, and limits.fixes_per_day is {most}'
    return ''


def _local(epoch: float) -> str:
    return time.strftime('%a %Y-%m-%d %H:%M', time.localtime(epoch))
