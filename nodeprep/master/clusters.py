"""The list of members of each cluster, ready to be sent: ten thousand nodes ask whether theirs is still the same."""
import hashlib
import json

from nodeprep import members
from nodeprep.master.fleet import cluster as judging
from nodeprep.master.store import cluster as querying
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Optional

EVERY = 10.0              # seconds for which what the store said counts
_AGAIN = 1.0              # and for a node that it did not have yet


class Told(NamedTuple):
    """The body of an answer and its entity tag; `problem`: why there is none."""

    body: bytes = b''
    tag: str = ''
    problem: str = ''


class Clusters:
    """`read` is that of Master, `monotonic` a clock. The store is asked by one at a time, and others get what it said
    before.
    """

    def __init__(self, read: Callable[..., Any], monotonic: Callable[[], float]) -> None:
        self._read, self._monotonic = read, monotonic
        self._until = float('-inf')
        self._of: Dict[int, str] = {}
        self._told: Dict[str, Told] = {}

    async def of(self, node: int) -> Optional[Told]:
        """What the cluster of a node is told; None of one that has not reported yet. StoreTrouble."""
        now = self._monotonic()
        if now >= self._until or node not in self._of and now >= self._until - EVERY + _AGAIN:
            await self._look(now)
        cluster = self._of.get(node)
        return None if cluster is None else self._told.get(cluster, Told(problem='The cluster has no members.'))

    async def _look(self, now: float) -> None:
        before, self._until = self._until, now + EVERY
        try:
            self._of, self._told = await self._read(_all)
        except BaseException:
            self._until = before
            raise


def _all(cursor: Any) -> Any:
    clusters, nodes = querying.everybody(cursor)
    return clusters, {name: _told(judging.listing(name, some)) for name, some in nodes.items()}


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
