"""The members of this node's cluster, as its master told them last: asked for now and then, and kept on the disk.

What is kept is believed by whoever writes /etc/hosts, so it is read back only when root, or who runs this, alone could
have written it. The file's time of change says when the master told it last, or said that it is still so.
"""
import json
import os

from nodeprep import members
from nodeprep.agent import keep, stored
from nodeprep.agent.backoff import drawn
from nodeprep.agent.cluster import NEW, SAME
from nodeprep.host.files import reason
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Optional, Tuple

NAME = 'cluster.json'
EVERY = 5                 # heartbeats from one question to the next
TOO_OLD = 7 * 86400.0     # seconds after which what the master told counts no more
_JITTER = 0.2


class Kept(NamedTuple):
    """A list, who told it to which node, its entity tag, and when that was (seconds since 1970)."""

    url: str
    node: str
    tag: str
    listing: members.Listing
    at: float


def old(at: float, now: float) -> bool:
    """Whether a list of that time counts no more. In the future, as after a clock was set back, it does not either."""
    return abs(now - at) > TOO_OLD


def load(path: str) -> Optional[Kept]:
    """What is kept; None when nothing is. CannotChange when it is not to be trusted, may not be read, or is damaged."""
    tree = stored.at(path, path)
    if tree is None:
        return None
    try:
        if not all(isinstance(tree[name], str) for name in ('url', 'node', 'tag')):
            raise ValueError('no text')
        if not all('!' <= letter <= '~' for letter in tree['tag']):        # it goes into a header
            raise ValueError('no tag')
        return Kept(tree['url'], tree['node'], tree['tag'], members.read(tree['list']), os.stat(path).st_mtime)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotChange(f'{path} is damaged ({error}); remove it') from None
    except OSError as error:
        raise CannotChange(f'{path}: {reason(error)}') from None


class Roster:
    """Follows the list of one master for one node. `cluster` is the one that this host says to be of; None: its owner
    wants nothing from the master, and nothing is asked.
    """

    def __init__(self, folder: str, url: str, node: str, time: Callable[[], float], monotonic: Callable[[], float],
                 random: Callable[[], float] = drawn) -> None:
        self._path, self._url, self._node = f'{folder}/{NAME}', url, node
        self._time, self._monotonic, self._random = time, monotonic, random
        self._next = float('-inf')
        self._of, self._tag, self._at = self._found()      # of the list that is kept; none: its cluster is None
        self._counted = self._counts()
        self.cluster: Optional[str] = None
        self.problem = ''                        # why the newest question had no answer that counts

    def follow(self, cluster: Optional[str]) -> None:
        """From now on the list of this cluster is wanted."""
        if cluster != self.cluster:
            self.cluster, self._next, self.problem = cluster, float('-inf'), ''

    def wait(self) -> float:
        """Seconds until it is time to ask."""
        return max(0.0, self._next - self._monotonic()) if self.cluster is not None else float('inf')

    def facts(self) -> Optional[Dict[str, Any]]:
        """`at`: when the list that counts was told (None: there is none); `problem`. None when none is wanted."""
        if self.cluster is None:
            return None
        return {'at': self._at if self._of == self.cluster and self._counts() else None, 'problem': self.problem}

    def step(self, client: Any, heartbeat: float) -> str:
        """Asks. NEW: another list counts now, or none any more; SAME: the one that counts is of now; '' else."""
        known = self._of is not None and self._of == self.cluster
        told = client.members(self._tag if known else '')
        pause = heartbeat if told.soon else heartbeat * EVERY
        self._next = self._monotonic() + pause * (1 - _JITTER * self._random())
        self.problem = told.problem or (self._confirm() if known and told.same else self._take(told))
        before, self._counted = self._counted, self._counts()
        if before != self._counted or not self.problem and not told.same:
            return NEW
        return '' if self.problem else SAME

    def _take(self, told: Any) -> str:
        """Keeps another list; why not."""
        try:
            listing = members.read(told.tree)
        except ValueError as error:
            return f'it is not believed: {error}'
        if listing.cluster != self.cluster:      # as long as the report that says so is not there
            return f'it is of the cluster {listing.cluster!r}, and this host is of {self.cluster!r}'
        tree = {'url': self._url, 'node': self._node, 'tag': told.tag, 'list': members.tree_of(listing)}
        try:
            keep.write(self._path, json.dumps(tree) + '\n', 0o600, lasting=True)
        except CannotChange as error:
            return str(error)
        self._of, self._tag = listing.cluster, told.tag
        return self._confirm()

    def _confirm(self) -> str:
        """Keeps that the list is of now; why not."""
        now = self._time()
        try:
            os.utime(self._path, (now, now))
        except OSError as error:                 # it was taken away: the next answer is to bring all of it
            self._of = None
            return f'{self._path}: {reason(error)}'
        self._at = now
        return ''

    def _counts(self) -> bool:
        return self._of is not None and not old(self._at, self._time())

    def _found(self) -> Tuple[Optional[str], str, float]:
        """What an agent before this one kept, when it is of this master for this node."""
        try:
            kept = load(self._path)
        except CannotChange:                     # the next answer is written in its place
            kept = None
        if kept is None or (kept.url, kept.node) != (self._url, self._node):
            return None, '', 0.0
        return kept.listing.cluster, kept.tag, kept.at
