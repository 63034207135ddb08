"""Which nodes of a cluster are told to the others, and why the rest are not.

A node says itself from which address it reaches the master. It is `proved` when the master sees the connection come
from there; behind a proxy or a load balancer it cannot be. A name is that under which a node joined, and stays.
"""
import functools

from nodeprep import members
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

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


def listing(cluster: str, nodes: Iterable[Node]) -> members.Listing:
    """Those that can be told, by name. Of a name in two spellings the node that joined first has it; of an address the
    one that speaks from it, and if that cannot be told none: nobody may put his name to another's address, nor his
    address to another's name.
    """
    found, conflicts = _named(nodes)
    told = []
    for node, why in _placed(found):
        if why:
            conflicts.append((node.name, why))
        else:
            told.append(members.Member(_name(node.name), node.role, (node.address,)))
    return members.Listing(cluster, tuple(sorted(told)), tuple(sorted(conflicts)))


@functools.lru_cache(20000)       # the same names each time that somebody asks
def _name(text: str) -> str:
    return members.name(text)


def _named(nodes: Iterable[Node]) -> Tuple[List[Node], List[Tuple[str, str]]]:
    """Each name once, and what is left out for its name."""
    first: Dict[str, Node] = {}
    conflicts = []
    for node in sorted(nodes, key=lambda one: (one.joined, one.id)):
        name = _name(node.name)
        if not name:
            conflicts.append((node.name, 'is not a host name'))
        elif name in first:
            conflicts.append((node.name, f'is also the name of {first[name].name}, which joined before'))
        elif node.role:
            first[name] = node
    return list(first.values()), conflicts


def _placed(nodes: List[Node]) -> List[Tuple[Node, str]]:
    """Each node with why its address cannot be told; '' when it can."""
    at: Dict[str, List[Node]] = {}
    for node in nodes:
        at.setdefault(node.address, []).append(node)
    found: List[Tuple[Node, str]] = []
    for address, here in at.items():
        speaking: List[Any] = [one for one in here if one.proved and not one.silent]
        owner = here[0] if len(here) == 1 else speaking[0] if len(speaking) == 1 else None
        found += [(node, '' if address and node is owner else _against(node, here)) for node in here]
    return found


def _against(node: Node, here: List[Node]) -> str:
    if not node.address:
        return 'no address is known from which other machines could be reached'
    others = [one.name for one in here[:_SHOWN + 1] if one is not node][:_SHOWN]      # thousands may say the same
    more = len(here) - 1 - len(others)
    return f'{node.address} is also the address of {", ".join(others)}' + (f' and {more} more' if more else '')
