"""What has just started is looked at once more when it has come to rest.

A unit is active before it is what it will be: chronyd follows a source only after its first measurements (four, two
seconds apart, with iburst: chrony.conf(5)), and nothing tells when it does. Without this it would be called not in step
until the next look at everything, which may be an hour away.
"""
from nodeprep.typed import Any, Dict, FrozenSet

REST = 15.0               # seconds from the last start of a unit


class Again:
    """Watches that are to be looked at once more. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._due: Dict[Any, float] = {}

    @property
    def at(self) -> float:
        """When the first of them is due; inf when there is none."""
        return min(self._due.values(), default=float('inf'))

    def started(self, watch: Any, at: float) -> None:
        """A unit started: whoever starts again and again is looked at by its events meanwhile."""
        self._due[watch] = at + REST

    def due(self, now: float) -> FrozenSet[Any]:
        """Those whose time has come, once."""
        due = frozenset(watch for watch, at in self._due.items() if at <= now)
        for watch in due:
            del self._due[watch]
        return due
