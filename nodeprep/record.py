r"""NamedTuple of typing, made in a sixth of the time: what a process loads has some ninety of them.

typing's writes the source of a constructor for each class and compiles it, which for all of them costs as much as half
a round of checks. Here one constructor serves every class. For the type checker, and for a Python that keeps
annotations in another way, it is typing's own.

>>> class Point(NamedTuple):
...     x: int
...     y: int = 0
>>> Point(1), Point(y=3, x=2)._replace(x=5).x, Point(1) == (1, 0)
(Point(x=1, y=0), 5, True)
>>> Point()
Traceback (most recent call last):
TypeError: Point() needs x
"""
import sys

TYPE_CHECKING = False           # what type checkers take for True, without loading typing

if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple
else:
    from operator import itemgetter

    try:
        from _collections import _tuplegetter  # since 3.8: what namedtuple uses, and twice as fast
    except ImportError:
        def _tuplegetter(number, doc):
            return property(itemgetter(number), doc=doc)

    class _Record(tuple):
        __slots__ = ()
        _fields = ()
        _field_defaults = {}
        _defaults = ()            # the same in order: they are of the last fields

        def __new__(cls, *values, **named):
            """An instance; TypeError for fields that are not given, or not there."""
            lacking = len(cls._fields) - len(values)
            if named or lacking:
                if named or not 0 < lacking <= len(cls._defaults):
                    values = _arranged(cls, values, named)
                else:
                    values += cls._defaults[-lacking:]
            return tuple.__new__(cls, values)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            return f'{type(self).__name__}({", ".join(map("{}={!r}".format, self._fields, self))})'

        def _asdict(self):
            """Field by field."""
            return dict(zip(self._fields, self))

        def _replace(self, **changed):
            """The same with some fields changed; ValueError for a field that is not there."""
            values, fields = list(self), self._fields
            for field in changed:
                if field not in fields:
                    raise ValueError(f'{type(self).__name__} has no field {field}')
                values[fields.index(field)] = changed[field]
            return tuple.__new__(type(self), values)

    def _arranged(cls, values, named):
        given = dict(zip(cls._fields, values), **named)
        whole = dict(cls._field_defaults, **given)
        if len(given) != len(values) + len(named) or len(whole) > len(cls._fields):
            raise TypeError(f'{cls.__name__}() has the fields {", ".join(cls._fields)}, each is given once')
        try:
            return tuple(map(whole.__getitem__, cls._fields))
        except KeyError as error:
            raise TypeError(f'{cls.__name__}() needs {error.args[0]}') from None

    class _Maker(type):
        """Turns `class X(NamedTuple)` into a subclass of _Record."""

        def __new__(cls, name, bases, space):
            if not bases:
                return type.__new__(cls, name, bases, space)         # NamedTuple itself
            fields = tuple(space.get('__annotations__', ()))
            defaults = {field: space[field] for field in fields if field in space}
            if tuple(defaults) != fields[len(fields) - len(defaults):]:
                raise TypeError(f'{name}: a field without a default follows one with a default')
            space.update((field, _tuplegetter(number, None)) for number, field in enumerate(fields))
            space.update(__slots__=(), _fields=fields, _field_defaults=defaults, _defaults=tuple(defaults.values()))
            return type.__new__(type, name, (_Record,), space)

    class NamedTuple(metaclass=_Maker):
        """The base of a class whose annotated names are the fields of a tuple."""
