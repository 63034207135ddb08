"""The nodes with what their clusters are told of them. Read only."""
from nodeprep.master.fleet.cluster import Node
from nodeprep.master.store import nodes
from nodeprep.typed import Any, Dict, List, Tuple

LABEL = 'cluster'         # of a node; those without it are one cluster together
_ALL = ('SELECT n.id, n.name, n.role, p.address, p.proved, n.joined, n.silent_since, n.status FROM node n '
        'JOIN pulse p ON p.node = n.id WHERE n.status IN (?, ?) ORDER BY n.id')


def everybody(cursor: Any) -> Tuple[Dict[int, str], Dict[str, List[Node]]]:
    """(node -> its cluster for all that reported and may ask, cluster -> its members)."""
    labels = dict(cursor.all('SELECT node, value FROM label WHERE name = ?', (LABEL,)))
    clusters: Dict[int, str] = {}
    members: Dict[str, List[Node]] = {}
    for node, name, role, address, proved, joined, silent, status in cursor.all(_ALL, nodes.SPEAKING):
        cluster = labels.get(node, '')
        if role:
            clusters[node] = cluster
        if status == nodes.MEMBER:
            members.setdefault(cluster, []).append(
                Node(node, name, role, cluster, address, bool(proved), joined, silent is not None))
    return clusters, members
