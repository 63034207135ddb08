"""The files and folders that a command changes: as they were, as they are, and what of that is to be brought back.

An inverse command may leave out what its command did, such as links that no [Install] names, or do more, such as make a
file for a port that it closes. So all that it may touch is compared with what was kept, but for what somebody else
changed.
"""
from nodeprep.host.images import ABSENT, FILE, FOLDER, LINK, Image
from nodeprep.journal.steps import INTENDED, Step
from nodeprep.linux import effects
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Dict, Iterable, List, Sequence, Tuple

_UNITS = '/etc/systemd/system'


class Kept:
    """What was kept before a command, seen when its inverse is about to run. `ours`: what the inverse may not leave."""

    def __init__(self, host: Any, step: Step) -> None:
        """`host` remembers nothing of earlier looks."""
        self._touched = effects.touches(step.run)
        self._before: Dict[str, Image] = {image.real: image for image in step.before}
        changed = self._differences(host)
        self._wrong = {before.real for before, _ in changed}
        if step.state == INTENDED or step.ours is not None:
            maybe = {before.real for before, after in changed if _made_by(step.run, before, after)}
            self.ours = tuple(sorted(maybe | set(step.ours or ())))
        else:
            self.ours = tuple(after.real for _, after in step.changed
                              if host.image(after.real, follow=False).same_as(after))

    @property
    def any(self) -> bool:
        """Whether the command touches files at all."""
        return bool(self._touched)

    def brought_back(self, host: Any) -> bool:
        """Restores what is ours, and what was as before until the inverse ran; whether there was any.

        What somebody else changed stays. CannotChange when it cannot be.
        """
        changed = _in_order([before for before, _ in self._differences(host)
                             if before.real in self.ours or before.real not in self._wrong])
        for image in changed:
            host.restore(image)
        if host.live and any(image.real.startswith(_UNITS) for image in changed):
            answer = host.do(('systemctl', 'daemon-reload'))
            if answer.code:
                raise CannotChange(f'systemctl daemon-reload: exit code {answer.code}: {answer.err.strip()[-300:]}')
        return bool(changed)

    def _differences(self, host: Any) -> Tuple[Tuple[Image, Image], ...]:
        return differences(self._before.values(), trees(host, self._touched))


def _made_by(argv: Sequence[str], before: Image, after: Image) -> bool:
    """Whether a command that was cut short may have made this difference; what others made meanwhile is not ours."""
    program, names = argv[0].rpartition('/')[2], set(argv[1:])
    if program == 'systemctl':                 # links that bear or lead to the name of the unit, and their folders
        return any(image.kind == LINK and names & {_name(image.real), _name(image.target)} or
                   image.kind == FOLDER and image.real.endswith(('.wants', '.requires')) for image in (before, after))
    if program.startswith('firewall'):         # firewalld keeps the file that it replaces beside it, as .old
        zones = {word[7:] for word in names if word.startswith('--zone=')}
        return _name(after.real) in {'zones'} | {zone + end for zone in zones for end in ('.xml', '.xml.old')}
    if program == 'grubby':                    # an entry that is new belongs to a kernel that came meanwhile
        return before.kind == FILE or not before.real.startswith('/boot/loader/')
    return True


def _name(path: str) -> str:
    return path.rpartition('/')[2]


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
