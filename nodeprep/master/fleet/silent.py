"""Which nodes are silent: they should have been heard of by now."""
from nodeprep.typed import Iterable, List, Optional, Tuple


def fallen(heard: Iterable[Tuple[int, Optional[float]]], now: float, after: float,
           listening: float) -> List[Tuple[int, float]]:
    """(node, since when) of those that are silent, of (node, when it was heard of last); seconds since 1970.

    Nobody is blamed for the time in which no master listened: `listening` is when this one began to, and a node has
    `after` seconds from then on too. Silence counts from the last word, since what came after that is not known.

    >>> fallen([(1, 100.0), (2, 290.0), (3, None)], 300.0, 180.0, 0.0)
    [(1, 100.0), (3, 0.0)]
    >>> fallen([(1, 100.0)], 300.0, 180.0, 150.0)
    []
    """
    return [(node, at or 0.0) for node, at in heard if now - max(at or 0.0, listening) > after]
