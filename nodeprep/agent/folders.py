"""Folders as they are watched: also one that is not there yet, is a link, is deleted and made anew, or mounted over.

Beside each folder all the folders on the way to it are watched, for the name that is the next step. So nothing on the
way can be replaced unseen, and for a folder that is not there the nearest one that is gives the word. A mount over a
folder is no event of inotify: settle(), called after each round, sees it by device and inode.
"""
from nodeprep.agent.happened import CHANGES, GONE, GUARD, Happened
from nodeprep.host import inotify
from nodeprep.host.files import raw_of, reason
from nodeprep.host.pathway import Place, pathway
from nodeprep.model import Folder
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterable, List, Set, Tuple

_ROUNDS = 5               # of looking again after a watch was added; whoever is faster for longer is seen by the timer


class _Held(NamedTuple):
    number: int
    mask: int


class Folders:
    """The watches of some folders below a root. `missing`: what could not be watched, by folder, and why."""

    def __init__(self, root: str, folders: Iterable[Folder], make: Callable[[], Any] = inotify.Inotify) -> None:
        self.missing: Dict[Folder, str] = {}
        self._root, self._make, self._queue = root, make, None      # type: str, Callable[[], Any], Any
        self._folders = list(folders)
        self._held: Dict[Place, _Held] = {}
        self._ends: Dict[Place, List[Folder]] = {}                        # what a folder is the end of
        self._steps: Dict[Tuple[Place, str], Set[Folder]] = {}           # and what a name in it leads to
        self._where: Dict[Folder, Tuple[Place, ...]] = {}
        self.settle()

    def fileno(self) -> int:
        """For poll(2); -1 while there is no queue."""
        return -1 if self._queue is None else int(self._queue.fileno())

    def settle(self) -> List[Folder]:
        """Watches what is there now; the folders of which something may have been missed, since they came or went."""
        if not self._folders or self._queue is None and not self._open():
            return []
        before = self._where
        for _ in range(_ROUNDS):
            if not self._look():
                break
        return [folder for folder in self._folders if before.get(folder, ()) != self._where[folder]]

    def happened(self) -> Tuple[List[Happened], bool]:
        """What happened in these folders, and whether the queue overflowed, so that anything may have."""
        told: List[Happened] = []
        overflow = moved = False
        for event in self._queue.read():
            if event.mask & inotify.OVERFLOW:
                overflow = moved = True
                # That a watch ended with its folder may be among what was lost, and the next folder may have the
                # same inode: so each is added again, which gives one that lives its old number.
                self._held = {place: _Held(held.number, 0) for place, held in self._held.items()}
            for place in [place for place, held in self._held.items() if held.number == event.watch]:
                if event.mask & inotify.IGNORED:          # the kernel ended this watch: the folder is no more
                    del self._held[place]
                    moved = True
                    continue
                led = self._steps.get((place, event.name), ()) if event.name else ()
                moved = moved or bool(led and event.mask & GUARD or event.mask & GONE)
                told += [Happened(folder, '', event.mask) for folder in led]
                told += [Happened(folder, event.name, event.mask) for folder in self._ends.get(place, ())]
        if moved:
            known = {happened.folder for happened in told}
            told += [Happened(folder, '', 0) for folder in self.settle() if folder not in known]
        return told, overflow

    def close(self) -> None:
        """Ends all watches."""
        if self._queue is not None:
            self._queue.close()
        self._queue, self._held = None, {}

    def _open(self) -> bool:
        try:
            self._queue = self._make()
        except OSError as error:
            self.missing = {folder: _why(error) for folder in self._folders}
            return False
        return True

    def _look(self) -> bool:
        """Follows every path and watches what lies on it; whether something was added, so that it must look again."""
        self._ends, self._steps, self._where, self.missing = {}, {}, {}, {}
        needed: Dict[Place, int] = {}
        users: Dict[Place, List[Folder]] = {}
        for folder in self._folders:
            way = pathway(self._root, folder.path)
            self._where[folder] = way.end
            if way.trouble:
                self.missing[folder] = way.trouble
            for place, name in way.steps:
                needed[place] = needed.get(place, 0) | GUARD
                self._steps.setdefault((place, name), set()).add(folder)
                users.setdefault(place, []).append(folder)
            for place in way.end:
                needed[place] = needed.get(place, 0) | CHANGES
                self._ends.setdefault(place, []).append(folder)
                users.setdefault(place, []).append(folder)
        added = [self._add(place, mask, users[place]) for place, mask in needed.items()]
        self._drop([place for place in self._held if place not in needed])
        return any(added)

    def _add(self, place: Place, mask: int, users: List[Folder]) -> bool:
        held = self._held.get(place)
        if held and held.mask & mask == mask:
            return False
        try:
            self._held[place] = _Held(self._queue.add(raw_of(place[0]), mask), mask)
        except (FileNotFoundError, NotADirectoryError):
            return True                                   # replaced since it was looked at: look again
        except OSError as error:
            self.missing.update((folder, _why(error)) for folder in users)
            return False
        return True

    def _drop(self, places: List[Place]) -> None:
        numbers = [self._held.pop(place).number for place in places]
        for number in set(numbers) - {held.number for held in self._held.values()}:
            try:
                self._queue.remove(number)
            except OSError as error:
                if error.errno != 22:                     # EINVAL: it ended with its folder
                    raise


def _why(error: OSError) -> str:
    limits = {28: 'fs.inotify.max_user_watches is reached', 24: 'fs.inotify.max_user_instances is reached'}
    return limits.get(error.errno or 0, reason(error))
