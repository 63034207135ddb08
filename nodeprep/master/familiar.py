"""Texts that were found good before: most of what a node says it said before, or others like it did.

They are told by a hash with the process's own secret: nobody can make another text with the same one.
"""
from nodeprep.typed import Any, Callable, Dict, Tuple

_REMEMBERED = 20000       # texts of a kind: each costs some 100 bytes, and what it means


class Familiar:
    """Texts of one kind. `look` says what one means, or raises; all are forgotten when they are too many."""

    def __init__(self, look: Callable[..., Any], most: int = _REMEMBERED) -> None:
        self._look, self._most = look, most
        self._known: Dict[int, Any] = {}

    def means(self, text: str, *more: Any) -> Any:
        """What a text means; look(text, *more) when it is new. Whatever that raises."""
        mark = hash(text)
        found = self._known.get(mark)
        if found is None:
            found = self._look(text, *more)
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[mark] = found
        return found


_ALIKE: Dict[Tuple[Any, ...], Tuple[Any, ...]] = {}


def shared(value: Tuple[Any, ...]) -> Tuple[Any, ...]:
    """A tuple of which there are few different ones, held once."""
    if len(_ALIKE) > _REMEMBERED:
        _ALIKE.clear()
    return _ALIKE.setdefault(value, value)
