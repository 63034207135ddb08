"""Does a plan: each part by itself, journaled, looked at again afterwards, and taken back when it did not help."""
import time

from nodeprep import engine, plan
from nodeprep.host.images import in_kernel
from nodeprep.journal.trees import differences, trees
from nodeprep.journal.undoing import Way, ended_badly
from nodeprep.journal.writing import Transaction
from nodeprep.linux import effects, systemctl
from nodeprep.model import DRIFTED, NOW, CannotChange, CannotTell, Change, Finding, Requirement, Rule, Run, Write
from nodeprep.plan import Allowed, Part, Plan
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

# What became of a part.
DONE, FAILED, SKIPPED, INTERRUPTED = 'done', 'failed', 'skipped', 'interrupted'
_STAGES = 4


class Outcome(NamedTuple):
    """What became of the part of a requirement."""

    requirement: str
    result: str
    why: str = ''
    kept: Tuple[str, ...] = ()        # what could not be taken back after a failure


class Hooks(NamedTuple):
    """What a fix asks and tells while it goes on."""

    tell: Callable[[str], None]                        # progress, one line
    agree: Callable[[Part], bool]                      # to the changes of a later stage, which were not in the plan
    stop: Callable[[], str]                            # '' or why to stop before the next step, such as 'SIGTERM'


class Fixer:
    """Everything that doing a plan needs. `fresh` gives a host that remembers nothing of earlier looks."""

    def __init__(self, fresh: Callable[[], Any], transaction: Transaction, allowed: Allowed, hooks: Hooks,
                 settle: float = 15.0) -> None:
        """`settle`: seconds that a daemon which was just started has until what it was started for is seen."""
        self.fresh, self.transaction, self.allowed, self.hooks = fresh, transaction, allowed, hooks
        self.settle = settle
        self.way = Way(fresh, force_live=True)         # what was just done may always be taken back

    def enforce(self, planned: Plan, subjects: Dict[str, Tuple[Requirement, Rule]]) -> List[Outcome]:
        """The outcome of each part that has changes. A part whose requirement builds on a failed one is skipped."""
        outcomes: List[Outcome] = []
        for part in planned.parts:
            if not part.changes:
                continue
            failed = {one.requirement for one in outcomes if one.result != DONE}
            missing = sorted(failed & set(subjects[part.requirement][0].after))
            stopped = self.hooks.stop()
            if stopped:
                outcomes.append(Outcome(part.requirement, INTERRUPTED, stopped))
            elif missing:
                outcomes.append(Outcome(part.requirement, SKIPPED, f'it builds on {", ".join(missing)}'))
            else:
                outcomes.append(self._part(part, *subjects[part.requirement]))
            self.transaction.result(*outcomes[-1][:3])
        return outcomes

    def _part(self, part: Part, requirement: Requirement, rule: Rule) -> Outcome:
        before = engine.examine(requirement, self.fresh(), rule.want)
        aims, made = set(part.aims), set()
        try:
            todo = plan.part_of(self.fresh(), requirement, before, rule, self.allowed)
            if not set(todo.changes) <= set(part.changes) and not self.hooks.agree(todo):
                raise CannotChange('what must be changed is no longer what was shown; look at the plan again')
            for stage in range(1, _STAGES + 1):
                for change in todo.changes:
                    self._step(part.requirement, change)
                    made.add(change)
                after = self._after(requirement, rule, before, aims, todo)
                todo = plan.part_of(self.fresh(), requirement, after, rule, self.allowed)
                more = tuple(change for change in todo.changes if change not in made)
                if not more or stage == _STAGES:
                    break
                if not set(more) <= set(part.changes) and not self.hooks.agree(todo._replace(changes=more)):
                    return Outcome(part.requirement, DONE, 'more is left to do: fix it again')
                todo = todo._replace(changes=more)
                aims |= set(todo.aims)
            problem = _unchanged(before, after, aims)
            if problem:
                raise CannotChange(problem)
        except _Stopped as error:
            return self._taken_back(part, INTERRUPTED, str(error))
        except (CannotChange, CannotTell) as error:
            return self._taken_back(part, FAILED, str(error))
        except Exception as error:      # noqa: BLE001  # a fault of nodeprep leaves nothing half done either; it is told
            return self._taken_back(part, FAILED, f'this is a fault in nodeprep ({type(error).__name__}: {error}, at '
                                                  f'{engine.raised_at(error)}); please report it')
        return Outcome(part.requirement, DONE, '' if made else 'it was met already, by what was done before')

    def _after(self, requirement: Requirement, rule: Rule, before: Finding, aims: Any, done: Part) -> Finding:
        """What is seen after the changes, once daemons that they started had time to come up."""
        deadline = time.monotonic() + self.settle * any(isinstance(change, Run) for change in done.changes)
        while True:
            after = engine.examine(requirement, self.fresh(), rule.want)
            comes = _unchanged(before, after, aims) or _comes_up(before, after)
            if time.monotonic() >= deadline or not comes or self.hooks.stop():
                return after
            time.sleep(0.5)

    def _taken_back(self, part: Part, result: str, why: str) -> Outcome:
        steps = self.transaction.of(part.requirement)
        taken = self.way.back(steps, self.transaction.undid)
        kept = tuple(f'{one.write or " ".join(one.run)}: {one.said}' for one in taken if not one.undone)
        return Outcome(part.requirement, result, why, kept)

    def _step(self, part: str, change: Change) -> None:
        stopped = self.hooks.stop()
        if stopped:
            raise _Stopped(stopped)
        if isinstance(change, Write):
            self._write(part, change)
        else:
            self._run(part, change)

    def _write(self, part: str, change: Write) -> None:
        host = self.fresh()
        image = host.image(change.path)
        refusal = host.refusal(image) or _changed_since(image, change)
        if refusal:
            raise CannotChange(refusal)
        data = None if change.text is None else change.text.encode('utf-8', 'surrogateescape')
        if image.kind == 'file' and image.data == data and change.mode in (None, image.mode):
            return
        if in_kernel(image.real) and data is not None and image.data.strip() == data.strip():
            return
        self.hooks.tell(f'{"remove" if data is None else "write"} {change.path}')
        step = self.transaction.file(part, image, data, change.mode)
        try:
            host.put(image, data, change.mode, step.temporary)
            found = host.image(image.real, follow=False)
            same = found.data.strip() == (data or b'').strip() if in_kernel(image.real) else found.data == (data or b'')
            if not same:
                raise CannotChange(f'{image.real} was written, and holds something else')
        except CannotChange as error:
            self.transaction.failed(step, str(error))
            raise
        self.transaction.done(step)

    def _run(self, part: str, change: Run) -> None:
        host = self.fresh()
        if effects.there(host, change.argv):
            return              # to take it back later would take away what was there before
        refusal = '' if host.live else systemctl.strange(host, change.argv)
        if refusal:
            raise CannotChange(f'{" ".join(change.argv)} is not run: {refusal}')
        touched = effects.touches(change.argv)
        before = trees(host, touched)
        self.hooks.tell(' '.join(change.argv))
        step = self.transaction.command(part, change, before)
        why = ''
        try:
            answer = host.do(change.argv, effects.patience(change.argv), self._watched(host, change.argv))
            if answer.code:
                why = ended_badly(host, change.argv, answer)
        except CannotChange as error:
            why = str(error)
        changed = differences(before, trees(self.fresh(), touched))
        if why:
            self.transaction.failed(step, why, changed)
            raise CannotChange(why)
        self.transaction.done(step, changed)

    def _watched(self, host: Any, argv: Tuple[str, ...]) -> Optional[Callable[[], Tuple[str, str]]]:
        watch = effects.watch(host, argv)
        if watch is None:
            return None

        def look() -> Tuple[str, str]:
            said, stop = watch()
            if said:
                self.hooks.tell(f'{argv[0]}: {said}')
            return said, stop
        return look


class _Stopped(Exception):
    """Somebody asked to stop; the message says who."""


def _changed_since(image: Any, change: Write) -> str:
    """Why a file is not written: it is not what it was when the plan was made."""
    there = None if image.kind == 'absent' else image.data
    was = None if change.was is None else change.was.encode('utf-8', 'surrogateescape')
    if there == was or in_kernel(image.real) and (was is None or (there or b'').strip() == was.strip()):
        return ''
    return f'{change.path} was changed by somebody else since the plan was made; look at the plan again'


def _unchanged(before: Finding, after: Finding, aims: Any) -> str:
    """What the changes were to end and did not, or what they broke; '' when all is well."""
    # What was required and is only advised now has come as far as it can: SELinux is permissive until the reboot.
    lesser = {(seen.subject, seen.when) for seen in before.observations if not seen.advised}
    still = [seen for seen in after.observations if seen.met is False and (seen.subject, seen.when) in aims
             and not (seen.advised and (seen.subject, seen.when) in lesser)]
    if still:
        return f'after the change {still[0].subject} is still: {still[0].found}' + _reason(still[0].when)
    met = {(seen.subject, seen.when) for seen in before.observations if seen.met}
    broken = [seen for seen in after.observations if (seen.subject, seen.when) in met and seen.met is False]
    if broken:
        return f'the change broke {broken[0].subject}: {broken[0].found}'
    worse = [when for when in ('now', 'boot') if getattr(after, when) == DRIFTED != getattr(before, when)]
    if worse:
        return f'after the change it has drifted ({", ".join(worse)})'
    return ''


def _comes_up(before: Finding, after: Finding) -> bool:
    """Whether something that runs only since the changes is not as it should be yet: a chronyd without a clock."""
    known = {(seen.subject, seen.when) for seen in before.observations}
    return any(seen.when == NOW and not seen.met and not seen.fix and not seen.advised and
               (seen.subject, seen.when) not in known for seen in after.observations)


def _reason(when: str) -> str:
    return ' (at the next boot)' if when == 'boot' else ''
