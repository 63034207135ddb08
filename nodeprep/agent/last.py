"""The last report, as the master gets it, in a file that stays when the spool is delivered."""
import contextlib

from nodeprep import report
from nodeprep.agent import keep
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Dict

NAME = 'last-report.json'


class Last:
    """Keeps it at a path, for root alone."""

    def __init__(self, path: str) -> None:
        self._path = path

    def keep(self, tree: Dict[str, Any]) -> None:
        """Replaces the one before."""
        # What is wrong with the folder or its disk, the spool and the file of states beside this one tell.
        with contextlib.suppress(CannotChange):
            keep.write(self._path, report.dumps(tree) + '\n', 0o600, lasting=True)
