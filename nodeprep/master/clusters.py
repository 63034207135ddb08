"""The list of members of each cluster, ready to be sent: ten thousand nodes ask whether theirs is still the same."""
import hashlib
import json

from nodeprep import members
from nodeprep.master.fleet import cluster as judging
from nodeprep.master.store import cluster as querying
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterable, Optional, Tuple

EVERY = 10.0              # seconds for which what the store said counts
SHOWN = 200               # of those that are in no list
_AGAIN = 1.0              # and for a node that it did not have yet


class Told(NamedTuple):
    """The body of an answer and its entity tag; `problem`: why there is none."""

    body: bytes = b''
    tag: str = ''
    problem: str = ''


class LeftOut(NamedTuple):
    """Those of all clusters that the others are not told of: (cluster, cluster.Conflict) of the first of them, those
    whose address is merely not known last, and how many there are.
    """

    first: Tuple[Tuple[str, judging.Conflict], ...] = ()
    total: int = 0


class Clusters:
    """`read` is that of Master, `monotonic` a clock. The store is asked by one at a time, and others get what it said
    before.
    """

    def __init__(self, read: Callable[..., Any], monotonic: Callable[[], float]) -> None:
        self._read, self._monotonic = read, monotonic
        self._until = float('-inf')
        self._of: Dict[int, str] = {}
        self._told: Dict[str, Told] = {}
        self._left_out = LeftOut()

    async def of(self, node: int) -> Optional[Told]:
        """What the cluster of a node is told; None of one that has not reported yet. StoreTrouble."""
        now = self._monotonic()
        if now >= self._until or node not in self._of and now >= self._until - EVERY + _AGAIN:
            await self._look(now)
        cluster = self._of.get(node)
        return None if cluster is None else self._told.get(cluster, Told(problem='The cluster has no members.'))

    async def left_out(self) -> LeftOut:
        """Who is in no list. StoreTrouble."""
        now = self._monotonic()
        if now >= self._until:
            await self._look(now)
        return self._left_out

    async def _look(self, now: float) -> None:
        before, self._until = self._until, now + EVERY
        try:
            self._of, self._told, self._left_out = await self._read(_all)
        except BaseException:
            self._until = before
            raise


def _all(cursor: Any) -> Any:
    clusters, nodes = querying.everybody(cursor)
    told, conflicts = {}, []
    for name, some in sorted(nodes.items()):
        found, against = judging.judged(some)
        told[name] = _told(members.Listing(name, tuple(found), tuple((one.name, one.said) for one in against)))
        conflicts += [(name, one) for one in against]
    return clusters, told, left_out(conflicts)


def left_out(conflicts: Iterable[Tuple[str, judging.Conflict]]) -> LeftOut:
    """What is shown of the conflicts of all clusters: who has no address yet has none to quarrel about."""
    found = sorted(conflicts, key=lambda one: one[1].why == judging.NOWHERE)
    return LeftOut(tuple(found[:SHOWN]), len(found))


def _told(listing: members.Listing) -> Told:
    count = len(listing.members)
    if count > members.MOST:
        return Told(problem=f'The cluster has {count} members, more than {members.MOST}: '
                            'tell clusters apart by the label `cluster` of their nodes.')
    body = json.dumps(members.tree_of(listing), separators=(',', ':'), ensure_ascii=True).encode('ascii')
    if len(body) > members.BYTES:
        return Told(problem=f'The list of {count} members is longer than {members.BYTES >> 10} KiB: '
                            'tell clusters apart by the label `cluster` of their nodes.')
    return Told(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
