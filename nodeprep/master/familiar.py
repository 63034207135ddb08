"""Texts that were found good before: most of what a node says it said before, or others like it did.

They are told by a hash with the process's own secret: nobody can make another text with the same one.
"""
import sys

from nodeprep.typed import Any, Callable, Dict

_REMEMBERED = 20000       # texts of a kind: each costs some 100 bytes, and what it means
_HEAVY = 16 * 2**20       # bytes of what those of a kind mean: usually it is half of that, with so many


class Familiar:
    """Texts of one kind. `look` says what one means, or raises; all are forgotten when they are too many."""

    def __init__(self, look: Callable[..., Any], most: int = _REMEMBERED, heavy: int = _HEAVY) -> None:
        self._look, self._most, self._heavy = look, most, heavy
        self._weight = 0
        self._known: Dict[int, Any] = {}

    def means(self, text: str, *more: Any) -> Any:
        """What a text means; look(text, *more) when it is new. Whatever that raises."""
        mark = hash(text)
        found = self._known.get(mark)
        if found is None:
            found = self._look(text, *more)
            weight = _weight(found)
            if len(self._known) >= self._most or self._weight + weight > self._heavy:
                self._known.clear()
                self._weight = 0
            self._known[mark] = found
            self._weight += weight
        return found


def _weight(found: Any) -> int:
    return sys.getsizeof(found) + (sum(map(sys.getsizeof, found)) if isinstance(found, tuple) else 0)


_ALIKE: Dict[Any, Any] = {}


def shared(value: Any) -> Any:
    """A text or a tuple of texts of which there are few different ones, held once. (What sys.intern() was told stays
    for ever in Python 3.12.)
    """
    if len(_ALIKE) >= _REMEMBERED:
        _ALIKE.clear()
    return _ALIKE.setdefault(value, value)
