"""Which nodes of a cluster are told to the others, and why the rest are not.

A node says itself from which address it reaches the master. It is `proved` when the master sees the connection come
from there; behind a proxy or a load balancer it cannot be. A name is that under which a node joined, and stays.
"""
import functools

from nodeprep import members
from nodeprep.language import N_
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

NOWHERE = N_('no address is known from which other machines could be reached')
_SHOWN = 3                # others with the same address


class Node(NamedTuple):
    """A member of the fleet. `joined` in seconds since 1970; `role` is '' before its first report."""

    id: int
    name: str
    role: str
    cluster: str
    address: str
    proved: bool
    joined: float
    silent: bool


class Conflict(NamedTuple):
    """A node that is left out. `why` is a text with {names}, `about` what these stand for."""

    name: str
    why: str
    about: Dict[str, str] = {}

    @property
    def said(self) -> str:
        """In English, as programs get it."""
        return self.why.format(**self.about)


def listing(cluster: str, nodes: Iterable[Node]) -> members.Listing:
    """Those that can be told, by name, and who is left out."""
    told, conflicts = judged(nodes)
    return members.Listing(cluster, tuple(told), tuple((one.name, one.said) for one in conflicts))


def judged(nodes: Iterable[Node]) -> Tuple[List[members.Member], List[Conflict]]:
    """The same, both by name. Of a name in two spellings the node that joined first has it; of an address the
    one that speaks from it, and if that cannot be told none: nobody may put his name to another's address, nor his
    address to another's name.
    """
    found, conflicts = _named(nodes)
    told = []
    for node, against in _placed(found):
        if against is not None:
            conflicts.append(against)
        else:
            told.append(members.Member(_name(node.name), node.role, (node.address,)))
    return sorted(told), sorted(conflicts, key=lambda one: (one.name, one.said))


@functools.lru_cache(20000)       # the same names each time that somebody asks
def _name(text: str) -> str:
    return members.name(text)


def _named(nodes: Iterable[Node]) -> Tuple[List[Node], List[Conflict]]:
    """Each name once, and what is left out for its name."""
    first: Dict[str, Node] = {}
    conflicts = []
    for node in sorted(nodes, key=lambda one: (one.joined, one.id)):
        name = _name(node.name)
        if not name:
            conflicts.append(Conflict(node.name, N_('is not a host name')))
        elif name in first:
            conflicts.append(Conflict(node.name, N_('is also the name of {other}, which joined before'),
                                      {'other': first[name].name}))
        elif node.role:
            first[name] = node
    return list(first.values()), conflicts


def _placed(nodes: List[Node]) -> List[Tuple[Node, Optional[Conflict]]]:
    """Each node with why its address cannot be told; None when it can."""
    at: Dict[str, List[Node]] = {}
    for node in nodes:
        at.setdefault(node.address, []).append(node)
    found: List[Tuple[Node, Optional[Conflict]]] = []
    for address, here in at.items():
        speaking: List[Any] = [one for one in here if one.proved and not one.silent]
        owner = here[0] if len(here) == 1 else speaking[0] if len(speaking) == 1 else None
        found += [(node, None if address and node is owner else _against(node, here)) for node in here]
    return found


def _against(node: Node, here: List[Node]) -> Conflict:
    if not node.address:
        return Conflict(node.name, NOWHERE)
    others = [one.name for one in here[:_SHOWN + 1] if one is not node][:_SHOWN]      # thousands may say the same
    more = len(here) - 1 - len(others)
    about = {'address': node.address, 'others': ', '.join(others), 'count': str(more)}
    return Conflict(node.name, N_('{address} is also the address of {others} and {count} more') if more else
                    N_('{address} is also the address of {others}'), about)
