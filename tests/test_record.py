"""Our NamedTuple against the one of typing: whatever is done with either gives the same."""
import pickle
import typing

import pytest

from nodeprep import record


def both():
    made = []
    for base in (record.NamedTuple, typing.NamedTuple):
        class Point(base):
            """A place."""

            x: int
            y: int = 0
            name: str = 'none'

            @property
            def sum(self):
                return self.x + self.y
        made.append(Point)
    return made


OURS, THEIRS = both()


@pytest.mark.parametrize('use', [
    lambda made: made(1), lambda made: made(1, 2), lambda made: made(1, 2, 'a'), lambda made: made(1, name='b'),
    lambda made: made(name='b', x=1), lambda made: made(y=4, x=1).sum, lambda made: tuple(made(1)),
    lambda made: made(1)._replace(y=5), lambda made: dict(made(1)._asdict()), lambda made: made._fields,
    lambda made: hash(made(1)), lambda made: made(1) == (1, 0, 'none'), lambda made: made(1) < made(2),
    lambda made: [type(one).__name__ for one in made(1)], lambda made: repr(made(1, 2, "'")), lambda made: made.__doc__,
    lambda made: made.__name__, lambda made: issubclass(made, tuple), lambda made: hasattr(made(1), '__dict__'),
    lambda made: made(1)[1:], lambda made: len(made(1)), lambda made: made.__module__])
def test_it_gives_the_same(use):
    ours, theirs = use(OURS), use(THEIRS)
    assert ours == theirs
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize('use', [
    lambda made: made(), lambda made: made(1, 2, 'a', 4), lambda made: made(y=1), lambda made: made(1, x=1),
    lambda made: made(1, z=1), lambda made: made(1, 2, 'a', name='b'), lambda made: made(1)._replace(z=1),
    lambda made: setattr(made(1), 'x', 2), lambda made: setattr(made(1), 'new', 2)])
def test_it_refuses_the_same(use):
    for made in (OURS, THEIRS):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            use(made)


def test_a_field_without_a_default_does_not_follow_one_with():
    for base in (record.NamedTuple, typing.NamedTuple):
        with pytest.raises(TypeError):
            class Wrong(base):
                x: int = 1
                y: int


class Kept(record.NamedTuple):
    """Of this module, so that pickle finds it."""

    x: int
    y: int = 2


def test_it_survives_pickle():
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1, 2)
    assert isinstance(pickle.loads(pickle.dumps(Kept(1))), Kept)
