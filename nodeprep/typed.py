"""The names of typing, for people and type checkers. When the program runs they stand for nothing.

To load typing, and to build at each start the types of some thousand annotations that nobody asks for, takes a seventh
of a check; `from __future__ import annotations` would spare the second alone, and Python 3.6 does not have it.
"""
__all__ = ['Any', 'Callable', 'Container', 'Dict', 'FrozenSet', 'Iterable', 'Iterator', 'List', 'Mapping', 'Optional',
           'Sequence', 'Set', 'Tuple', 'Type', 'Union']

TYPE_CHECKING = False           # what type checkers take for True, without loading typing

if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Container,
        Dict,
        FrozenSet,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Set,
        Tuple,
        Type,
        Union,
    )
else:
    class _Nothing:
        """What every name stands for: Dict[str, Any] is it again."""

        def __getitem__(self, item):
            return self

    Any = Callable = Container = Dict = FrozenSet = Iterable = Iterator = List = Mapping = Optional = _Nothing()
    Sequence = Set = Tuple = Type = Union = Any
