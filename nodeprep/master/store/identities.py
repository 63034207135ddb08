"""By what nodes are told apart: host name, MAC addresses, product UUID, machine id; and their addresses."""
from nodeprep.master.store import clones, nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

HOSTNAME, MAC, PRODUCT_UUID, MACHINE_ID, ADDRESS = 'hostname', 'mac', 'product_uuid', 'machine_id', 'address'


def changed(cursor: Cursor, node: nodes.Known, tree: Dict[str, Any], about: str, at: float) -> None:
    """A report says something new of its node ("node" of it): the node may be set apart for it."""
    nodes.set_facts(cursor, node.id, about, tree)
    node.about = about
    found = of(tree)
    put(cursor, node.id, found)
    if clones.look(cursor, node.id, found, at):
        node.status = nodes.QUARANTINED


def of(tree: Dict[str, Any]) -> List[Tuple[str, str]]:
    """What a "node" is told by, as (kind, value)."""
    found = [(HOSTNAME, tree['name']), (MACHINE_ID, tree['machine_id']), (PRODUCT_UUID, tree['product_uuid'].lower())]
    found += [(MAC, value.lower()) for value in tree['macs']] + [(ADDRESS, value) for value in tree['addresses']]
    return sorted({(kind, clean(value)) for kind, value in found if value})


def put(cursor: Cursor, node: int, found: Iterable[Tuple[str, str]]) -> None:
    """Writes them instead of those that are there."""
    cursor.run('DELETE FROM identity WHERE node = ?', (node,))
    cursor.many('INSERT INTO identity (node, kind, value) VALUES (?, ?, ?)', [(node, *one) for one in found])
