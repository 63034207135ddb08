"""The one seam to the operating system: whatever nodeprep knows of a machine, it learned through a Host.

Everything here only looks. A Host lives for one round of checks: `once` remembers a derived fact for that round.
"""
from nodeprep.host.commands import Answer, Commands
from nodeprep.host.entries import Entries
from nodeprep.host.kernel import Kernel
from nodeprep.host.network import Network
from nodeprep.typed import Any, Callable, Dict, Optional

__all__ = ['Answer', 'Host']


class Host(Entries, Commands, Kernel, Network):
    """This machine, or with another root an image of one, of which only the files are looked at.

    `live` is True when the running kernel is the one to ask. /proc and /sys are then read below the root too,
    which lets a test be a whole machine in a folder.
    """

    def __init__(self, root: str = '/', live: Optional[bool] = None) -> None:
        Entries.__init__(self, root)
        self.live = self.root == '/' if live is None else live

    _for_life: Dict[Any, Any] = {}        # of the running host; every Host of this process shares it

    def for_life(self, key: Any, make: Callable[[], Any]) -> Any:
        """As once, but of the running host for as long as this process lives: for what only a reboot can change."""
        known = self._for_life if self.root == '/' else self._facts
        if key not in known:
            known[key] = make()
        return known[key]

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What make() gave the first time it was asked for under this key. An exception is not remembered."""
        facts = self._facts
        if key not in facts:
            facts[key] = make()
        return facts[key]

    def forget(self) -> None:
        """The round is over. What was derived from this Host often holds it, so that nothing of either would go before
        a garbage collector comes by, and that comes seldom to a process which holds much else.
        """
        self._facts = {}
