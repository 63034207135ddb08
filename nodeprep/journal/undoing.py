"""The way back: each step by itself, the last first; one that cannot be taken is told and the others go on.

Every step looks first at what is there, so that it can be taken again after a crash, whether the step itself was done,
done in part or not at all.
"""
from nodeprep.host.images import ABSENT, FILE, Image, in_kernel
from nodeprep.journal.steps import Step
from nodeprep.journal.trees import Kept
from nodeprep.linux import effects, packages, systemctl
from nodeprep.linux.live import live
from nodeprep.model import DISRUPTIVE, CannotChange, CannotTell
from nodeprep.typed import Any, Callable, Dict, Iterable, List, Tuple

# How a step was taken back; with the last two it was not.
RESTORED, RAN, NOTHING, REFUSED, LOST = 'restored', 'ran', 'nothing', 'refused', 'failed'
_UNITS = '/etc/systemd/system'
_MANAGERS = ('yum', 'dnf', 'rpm')
Say = Callable[[Step], None]


class Way:
    """How the steps of a transaction are taken back."""

    def __init__(self, fresh: Callable[[], Any], act: bool = True, force_live: bool = False) -> None:
        """`fresh` gives a Host that remembers nothing; without `act` it is only said what would be done."""
        self.fresh, self.act, self.force_live = fresh, act, force_live
        self._would: Dict[str, Image] = {}          # without `act`: the files as they would be by now

    def back(self, steps: Iterable[Step], say: Say) -> List[Step]:
        """The steps with how each was taken back; `say` is called with each as soon as that is known.

        Those that are taken back already are passed over, and heeded.
        """
        steps = list(steps)
        taken: List[Step] = []
        again: List[Step] = []
        for step in sorted(steps, key=lambda one: -one.number):
            if step.undone:
                continue
            if step.run and step.run == step.undo:
                again.append(step)        # it makes a program read files again: those must be back first
                continue
            taken.append(self._told(step, say))
        for step in reversed(again):
            before = [one for one in taken if one.part == step.part and one.undone in (RESTORED, RAN)]
            same = [one for one in taken if one.run == step.run and one.undone == RAN]
            if any(one.undone and _stops(one.undo, step.run) for one in steps + taken):
                taken.append(self._mark(step, say, NOTHING, 'it was started by the fix, and is stopped'))
            elif step.part in {one.part for one in taken} and not before or same:
                taken.append(self._mark(step, say, NOTHING, 'nothing before it was taken back' if not same else
                                        'it ran already'))
            else:
                taken.append(self._told(step, say))
        return taken

    def _told(self, step: Step, say: Say) -> Step:
        try:
            how, why = self._file(step) if step.write else self._command(step, say)
        except (CannotChange, CannotTell) as error:
            how, why = LOST, str(error)
        except Exception as error:      # noqa: BLE001  # a fault of nodeprep in one step; the others are taken back
            how, why = LOST, f'this is a fault in nodeprep ({type(error).__name__}: {error}); please report it'
        return self._mark(step, say, how, why)

    def _mark(self, step: Step, say: Say, how: str, why: str) -> Step:
        taken = step._replace(undone=how if how in (RESTORED, RAN, NOTHING) else '', said=why)
        say(taken)
        return taken

    def _file(self, step: Step) -> Tuple[str, str]:
        host, before = self.fresh(), step.before[0]
        if self.act:
            drop_temporary(host, step)
        now = (not self.act and self._would.get(before.real)) or host.image(before.real, follow=False)
        if now.same_as(before) or in_kernel(before.real) and now.data.strip() == before.data.strip():
            if self.act and before.lacking:
                host.restore(before)             # the folders that were made for it
            return NOTHING, 'it is as it was'
        if in_kernel(before.real) and ABSENT in (now.kind, before.kind):
            return NOTHING, 'it comes and goes with its module'
        pods = '' if self.force_live or not in_kernel(before.real) else live(host)
        if pods:                        # to stop forwarding cuts them off
            return REFUSED, f'it may hurt the pods of this node ({pods}): --force-live does it'
        if not _ours(now, step):
            return REFUSED, (f'{before.real} was changed since by somebody else; its content before the fix stands in '
                             'the journal')
        self._would[before.real] = before
        if self.act:
            host.restore(before, step.temporary)
            if not host.image(before.real, follow=False).same_as(before) and not in_kernel(before.real):
                return LOST, f'{before.real} was written, and is not what it was'
        return RESTORED, ''

    def _command(self, step: Step, say: Say) -> Tuple[str, str]:
        host = self.fresh()
        if not step.undo:
            return REFUSED, 'there is no command that takes it back'
        refusal = '' if host.live else systemctl.strange(host, step.undo)
        if refusal:
            return REFUSED, refusal
        kept = Kept(host, step)
        how, why = NOTHING, 'it is as it was'
        if effects.there(host, step.undo) is not True:
            pods = '' if self.force_live or effects.risk(step.undo) != DISRUPTIVE else live(host)
            if pods:
                return REFUSED, f'it may hurt the pods of this node ({pods}): --force-live does it'
            how, why = RAN, ''
            if self.act:
                if kept.any:                   # a crash from here on leaves neither what was there nor what was
                    say(step._replace(ours=kept.ours))
                why = _run(host, step.undo)
                if why:
                    if kept.any:
                        say(step._replace(ours=None))         # it has ended: others may change things again
                    return LOST, why
        if self.act and kept.brought_back(self.fresh()):
            how, why = RAN, ''
        return how, why


def _stops(inverse: Tuple[str, ...], restart: Tuple[str, ...]) -> bool:
    """Whether a command stops all units that the other one starts anew."""
    end, begin = systemctl.parse(inverse), systemctl.parse(restart)
    if end is None or begin is None or not (end.verb == 'stop' or end.verb in ('disable', 'mask') and end.now):
        return False
    return set(begin.names) <= set(end.names)


def drop_temporary(host: Any, step: Step) -> None:
    """Removes the file that a process left beside the one it was killed at writing. CannotChange."""
    real = step.before[0].real if step.write else ''
    if real and not in_kernel(real):
        host.drop(f'{real.rpartition("/")[0]}/{step.temporary}')


def _run(host: Any, argv: Tuple[str, ...]) -> str:
    """Runs an inverse; '' or why it failed."""
    try:
        answer = host.do(argv, effects.patience(argv), effects.watch(host, argv))
    except CannotChange as error:
        return str(error)
    return ended_badly(host, argv, answer) if answer.code else ''


def ended_badly(host: Any, argv: Tuple[str, ...], answer: Any) -> str:
    """How a command failed: in words of ours where its own are known, else the last that it said."""
    why = packages.why_failed(host, answer) if argv[0] in _MANAGERS else ''
    return f'{" ".join(argv)}: exit code {answer.code}: {why or _last_line(answer)}'


def _last_line(answer: Any) -> str:
    said = (answer.err.strip() or answer.out.strip()).split('\n')
    return str(said[-1])[:300] or 'it said nothing'


def _ours(now: Image, step: Step) -> bool:
    """Whether a file is what the step made of it: whoever changed it since does not want it undone unasked."""
    before = step.before[0]
    if step.data is None:
        return now.kind == ABSENT
    if in_kernel(before.real):
        return now.data.strip() == step.data.strip()
    new = before.kind == ABSENT
    mode = step.mode if step.mode is not None else 0o644 if new else before.mode
    return (now.kind, now.data, now.mode) == (FILE, step.data, mode) and (
        new or (now.uid, now.gid) == (before.uid, before.gid))
