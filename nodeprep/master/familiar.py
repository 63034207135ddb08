"""Parts of reports that are known already: most of what a node says it said before, or others like it did.

They are told by a hash with the process's own secret: nobody can make another text with the same one.
"""
import json.encoder
import re

from nodeprep import schema
from nodeprep.master.jsontext import canonical
from nodeprep.typed import Any, Callable, Set, Union

TOOK = re.compile(r'"took_ms":[0-9][-+.0-9eE]*')
_REMEMBERED = 20000       # parts: 2 MiB
_sound_finding = schema.sound(part='finding')
REQUIRED, _MEMBERS = schema.members()
_written_text: Callable[[str], str] = json.encoder.encode_basestring_ascii


class Familiar:
    """The parts that were good; all are forgotten when they are too many."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._good: Set[int] = set()

    def finding(self, tree: Any, lasting: str) -> bool:
        """Whether a finding is as the schema has it; `lasting` is its canonical JSON without how long it took."""
        mark = hash(lasting)
        return mark in self._good or (
            _sound_finding(tree) and TOOK.sub('', canonical(tree)) == lasting        # else a name is there twice
            and self._remember(mark))

    def member(self, name: str, value: Any, text: str) -> bool:
        """Whether a member of a report is as the schema has it, and its text is its canonical JSON."""
        kind: Union[type, None] = value.__class__
        if kind is str:
            return text == _written_text(value) and self._sound(name, value)
        if kind is not dict and kind is not list:
            return text == canonical(value) and self._sound(name, value)
        mark = hash((name, text))
        return mark in self._good or text == canonical(value) and self._sound(name, value) and self._remember(mark)

    @staticmethod
    def _sound(name: str, value: Any) -> bool:
        check = _MEMBERS.get(name)
        return check is None or check(value)

    def _remember(self, mark: int) -> bool:
        if len(self._good) >= self._most:
            self._good.clear()
        self._good.add(mark)
        return True


FAMILIAR = Familiar()     # of this process
