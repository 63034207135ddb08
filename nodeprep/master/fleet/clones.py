"""Two nodes that cannot be told apart: which of them is the later one."""
from nodeprep.linux.identity import bad_mac, bad_machine_id, bad_uuid
from nodeprep.record import NamedTuple
from nodeprep.typed import Callable, Container, Dict, Iterable, List, Tuple

# What may belong to one node alone, and what is wrong with a value that many machines share by nature.
TELLING: Dict[str, Callable[[str], str]] = {
    'hostname': lambda value: 'says nothing' if value in ('', 'localhost', 'localhost.localdomain') else '',
    'mac': bad_mac, 'product_uuid': bad_uuid, 'machine_id': bad_machine_id}


class Life(NamedTuple):
    """A node and when it joined (seconds since 1970)."""

    node: int
    joined: float


class Clone(NamedTuple):
    """Two nodes that have the same value of a kind."""

    kind: str
    value: str
    first: int
    later: int


def telling(found: Iterable[Tuple[str, str]]) -> List[Tuple[str, str]]:
    """Those of (kind, value) by which a node can be told from others.

    >>> telling([('mac', '00:00:00:00:00:00'), ('hostname', 'web1'), ('address', '10.0.0.1')])
    [('hostname', 'web1')]
    """
    return [(kind, value) for kind, value in found if kind in TELLING and not TELLING[kind](value)]


def judged(own: Life, others: Iterable[Tuple[str, str, Life]],
           fresh: Container[Tuple[str, str]] = (), alike: Container[int] = ()) -> List[Clone]:
    """What a node shares with others, (kind, value, whose). The later one is that which joined later; of what is
    `fresh`, (kind, value) that the node did not say of itself before, it is the node: nobody can set another one apart
    by taking its name. Not so with those who are `alike` (nodes): there what is fresh is only told late.

    >>> judged(Life(7, 50.0), [('mac', 'aa:bb:cc:00:00:01', Life(3, 90.0))])
    [Clone(kind='mac', value='aa:bb:cc:00:00:01', first=7, later=3)]
    >>> judged(Life(7, 50.0), [('hostname', 'web1', Life(3, 90.0))], {('hostname', 'web1')})
    [Clone(kind='hostname', value='web1', first=3, later=7)]
    >>> judged(Life(7, 50.0), [('hostname', 'web1', Life(3, 90.0))], {('hostname', 'web1')}, {3})
    [Clone(kind='hostname', value='web1', first=7, later=3)]
    """
    found = []
    for kind, value, other in others:
        first, later = (other, own) if (kind, value) in fresh and other.node not in alike else sorted(
            (own, other), key=lambda life: (life.joined, life.node))
        found.append(Clone(kind, value, first.node, later.node))
    return found
