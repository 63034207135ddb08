"""What the hand would do about one requirement, and what counts for and against it. The loop asks just the same."""
from nodeprep import fixes, plan
from nodeprep.agent.allow import State
from nodeprep.agent.fights import Fight, Fights
from nodeprep.agent.past import Fact, History, succeeded
from nodeprep.agent.suspects import suspect
from nodeprep.model import Change, Write
from nodeprep.plan import Allowed, Part
from nodeprep.report import Judged
from nodeprep.typed import Any, Iterable, Optional


def allowed(host: Any, policy: Any, judged: Judged) -> Allowed:
    """What the plan may hold: what could hurt pods only when somebody approves the very plan that says so; what is only
    advised not, unless all of it is.

    Somebody who gives a requirement that is merely advised the mode fix or approve has named it.
    """
    named = frozenset([judged.requirement.id]) if judged.rule.severity == 'advised' else frozenset()
    return Allowed(named, judged.rule.mode == 'approve', fixes.forbidden(host, policy))


def part(host: Any, policy: Any, judged: Judged) -> Part:
    """The part of the plan, for the finding as it is now, by itself."""
    return plan.part_of(host, judged.requirement, judged.finding, judged.rule, allowed(host, policy, judged))


def state(history: History, fights: Fights, requirement: str, now: float) -> State:
    """What happened before that counts now. CannotChange when that cannot be known."""
    fight = fights.stopped(requirement)
    return State(history.today(now), history.last(requirement), history.used(), fight.why if fight else '')


def note(host: Any, history: History, fights: Fights, judged: Judged, wanted: Part,
         started: str = '') -> Optional[Fight]:
    """Notes that a fix of the agent was taken back, when it was; how the fight stands then, else None.

    `wanted` is the part as it is now; `started` is a unit that started just before the drift was seen, when that is
    known. It does not matter how often it is called, nor by whom: each fix counts once.
    """
    undone = reverted(history, judged.requirement.id, wanted.changes)
    if undone is None:
        return None
    subjects = sorted({subject for subject, _ in wanted.aims})
    return fights.reverted(judged.requirement.id, subjects, host.time(),
                           suspect(host, judged.finding, wanted, started), undone.id)


def reverted(history: History, requirement: str, changes: Iterable[Change]) -> Optional[Fact]:
    """The fix of the agent that was taken back: it had met the requirement, and the same is to be done again."""
    last = history.last(requirement)
    if last is None or not last.own or not succeeded(last, requirement) or last.results[requirement][1]:
        return None
    writes = {change.path: change for change in changes if isinstance(change, Write)}
    commands = {change.argv for change in changes if not isinstance(change, Write)}
    steps = history.steps(last, requirement)
    made = {step.write: step.data for step in steps if step.write}
    again = any(_again(made[path], change) for path, change in writes.items() if path in made) or any(
        step.run in commands for step in steps if not step.write)
    return last if again else None


def _again(made: Optional[bytes], change: Write) -> bool:
    """Whether a file that a fix made to hold `made` was taken back. When it still holds that, something else is wanted
    of it now: a name more in /etc/hosts, as the master supplies it.
    """
    was, text = (None if one is None else one.encode('utf-8', 'surrogateescape') for one in (change.was, change.text))
    return was != made or text == made
