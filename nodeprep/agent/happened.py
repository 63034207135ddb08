"""What happened in a folder, in words: a burst of events is told in one line, and temporary files are not named."""
from nodeprep.host import inotify
from nodeprep.model import Folder
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, List, Tuple

# What changes what a name in a folder stands for, and what changes a file in it or the folder itself. CREATE alone is
# of an empty file, but also of a link; MODIFY beside CLOSE_WRITE is for a writer that keeps the file open.
GUARD = inotify.CREATE | inotify.DELETE | inotify.MOVED_FROM | inotify.MOVED_TO
GONE = inotify.DELETE_SELF | inotify.MOVE_SELF | inotify.UNMOUNT
CHANGES = GUARD | inotify.MODIFY | inotify.ATTRIB | inotify.CLOSE_WRITE | inotify.DELETE_SELF | inotify.MOVE_SELF

_WORDS = ((inotify.DELETE | inotify.DELETE_SELF | inotify.UNMOUNT, 'deleted'),
          (inotify.MOVED_FROM | inotify.MOVE_SELF, 'moved away'), (inotify.MOVED_TO, 'renamed over'),
          (inotify.CREATE, 'created'), (inotify.MODIFY | inotify.CLOSE_WRITE, 'written'),
          (inotify.ATTRIB, 'attributes changed'))
_NAMED = 3                # names in one line
_KEPT = 100               # names that a burst keeps


class Happened(NamedTuple):
    """One event for one watched folder."""

    folder: Folder
    name: str             # '' for the folder itself
    mask: int             # 0: its path leads elsewhere now


class Burst:
    """What happened in one folder until it is told."""

    def __init__(self) -> None:
        self._names: Dict[str, Tuple[str, bool]] = {}     # path -> (word, whether this burst made it)
        self._more = False

    def add(self, event: Happened) -> None:
        """Takes in one event."""
        path = f'{event.folder.path.rstrip("/")}/{event.name}' if event.name else event.folder.path
        word = next((word for mask, word in _WORDS if event.mask & mask), 'replaced')
        was, made = self._names.pop(path, ('', False))
        if made and word in ('deleted', 'moved away') and event.name:
            return                                        # came and went: a temporary file
        if len(self._names) >= _KEPT:
            self._more = True
            return
        if was in ('created', 'renamed over') and word in ('written', 'attributes changed'):
            word = was
        self._names[path] = word, made or word == 'created' and not was

    def text(self) -> str:
        """One line; '' when only temporary files came and went."""
        said: List[str] = [f'{path} {word}' for path, (word, _) in self._names.items()]
        more = len(said) - _NAMED
        if more > 0:
            return f'{", ".join(said[:_NAMED])} and {"many" if self._more else more} more'
        return ', '.join(said)
