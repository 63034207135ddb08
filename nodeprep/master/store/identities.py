"""By what nodes are told apart: host name, MAC addresses, product UUID, machine id; and their addresses."""
from nodeprep.master.store import clones, nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

HOSTNAME, MAC, PRODUCT_UUID, MACHINE_ID, ADDRESS = 'hostname', 'mac', 'product_uuid', 'machine_id', 'address'

# Of those that are looked up, and of those that are only shown: kube-proxy gives a node one for each service.
_MACS, _ADDRESSES, _LONG = 256, 64, 100


def changed(cursor: Cursor, node: nodes.Known, tree: Dict[str, Any], about: str, at: float) -> None:
    """A report says something new of its node ("node" of it): the node may be set apart for it."""
    nodes.set_facts(cursor, node.id, about, tree, at)
    first = not node.about
    node.about = about
    found = of(tree)
    before = cursor.all('SELECT kind, value FROM identity WHERE node = ?', (node.id,))
    put(cursor, node.id, found)
    if clones.look(cursor, node.id, found, at, set(found).difference(before), first):
        node.status = nodes.QUARANTINED


def of(tree: Dict[str, Any]) -> List[Tuple[str, str]]:
    """What a "node" is told by, as (kind, value)."""
    found = [(HOSTNAME, tree['name']), (MACHINE_ID, tree['machine_id']), (PRODUCT_UUID, tree['product_uuid'])]
    found = [(kind, value.lower()) for kind, value in found + [(MAC, value) for value in tree['macs'][:_MACS]]]
    found += [(ADDRESS, value[:_LONG]) for value in tree['addresses'][:_ADDRESSES]]
    return sorted({(kind, clean(value)) for kind, value in found if value})


def put(cursor: Cursor, node: int, found: Iterable[Tuple[str, str]]) -> None:
    """Writes them instead of those that are there."""
    cursor.run('DELETE FROM identity WHERE node = ?', (node,))
    cursor.many('INSERT INTO identity (node, kind, value) VALUES (?, ?, ?)', [(node, *one) for one in found])
