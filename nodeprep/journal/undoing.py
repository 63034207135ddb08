"""The way back: each step by itself, the last first; one that cannot be taken is told and the others go on.

Every step looks first at what is there, so that it can be taken again after a crash, whether the step itself was done,
done in part or not at all.
"""
from nodeprep.host.images import ABSENT, FILE, FOLDER, LINK, Image, in_kernel
from nodeprep.journal.steps import INTENDED, Step
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
        """The steps with how each was taken back; `say` is called with each as soon as that is known."""
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
            if step.part in {one.part for one in taken} and not before or same:
                taken.append(self._mark(step, say, NOTHING, 'nothing before it was taken back' if not same else
                                        'it ran already'))
            else:
                taken.append(self._told(step, say))
        return taken

    def _told(self, step: Step, say: Say) -> Step:
        try:
            how, why = self._file(step) if step.write else self._command(step)
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
        if self.act and not in_kernel(before.real):
            host.drop(f'{before.real.rpartition("/")[0]}/{step.temporary}')
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

    def _command(self, step: Step) -> Tuple[str, str]:
        host = self.fresh()
        if not step.undo:
            return REFUSED, 'there is no command that takes it back'
        refusal = '' if host.live else systemctl.strange(host, step.undo)
        if refusal:
            return REFUSED, refusal
        mine = _touched(host, step)
        how, why = NOTHING, 'it is as it was'
        if effects.there(host, step.undo) is not True:
            pods = '' if self.force_live or effects.risk(step.undo) != DISRUPTIVE else live(host)
            if pods:
                return REFUSED, f'it may hurt the pods of this node ({pods}): --force-live does it'
            how, why = RAN, ''
            if self.act:
                answer = host.do(step.undo, effects.patience(step.undo), effects.watch(host, step.undo))
                if answer.code:
                    return LOST, ended_badly(host, step.undo, answer)
        if self.act and _brought_back(host, mine):
            how, why = RAN, ''
        return how, why


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


def _touched(host: Any, step: Step) -> List[Image]:
    """The before-images of what the command changed and nobody else since; after a crash, of what it may have."""
    if step.state != INTENDED:
        return [before for before, after in step.changed if host.image(after.real, follow=False).same_as(after)]
    known = {image.real: image for image in step.before}
    there = {image.real: image for image in trees(host, effects.touches(step.run))}
    words = set(step.run[1:])
    return [before for before, after in differences(known.values(), there.values())
            if _about(before, words) or _about(after, words)]


def _brought_back(host: Any, images: List[Image]) -> bool:
    """Restores what an inverse command leaves out, such as links that no [Install] names; whether there was any."""
    changed = [image for image in _in_order(images) if not host.image(image.real, follow=False).same_as(image)]
    for image in changed:
        host.restore(image)
    if host.live and any(image.real.startswith(_UNITS) for image in changed):
        answer = host.do(('systemctl', 'daemon-reload'))
        if answer.code:
            raise CannotChange(ended_badly(host, ('systemctl', 'daemon-reload'), answer))
    return bool(changed)


def _about(image: Image, words: Any) -> bool:
    """Whether an image has to do with the unit that a command names; a plain file or folder has."""
    names = {image.real.rpartition('/')[2], image.target.rpartition('/')[2]}
    return image.kind not in (LINK, ABSENT) or bool(names & words)


def _in_order(images: List[Image]) -> List[Image]:
    """Folders before what lies in them, and what must go from the deepest up."""
    there = sorted((image for image in images if image.kind != ABSENT), key=lambda image: image.real)
    return there + sorted((image for image in images if image.kind == ABSENT), key=lambda image: image.real,
                          reverse=True)


def trees(host: Any, paths: Iterable[str]) -> List[Image]:
    """Images of the paths and, of those that are folders, of all that lies below; links are not followed."""
    found: List[Image] = []
    todo = list(paths)
    while todo:
        image = host.image(todo.pop(), follow=False)
        found.append(image._replace(lacking=()))
        if image.kind == FOLDER:
            todo += [f'{image.real.rstrip("/")}/{name}' for name in host.names(image.real)]
    return found


def differences(before: Iterable[Image], after: Iterable[Image]) -> Tuple[Tuple[Image, Image], ...]:
    """The paths that two looks at the same trees show differently."""
    old, new = {image.real: image for image in before}, {image.real: image for image in after}
    pairs = ((old.get(real, Image(real, real, ABSENT)), new.get(real, Image(real, real, ABSENT)))
             for real in sorted(set(old) | set(new)))
    return tuple((one, other) for one, other in pairs if not one.same_as(other))
