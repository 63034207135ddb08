"""How much one node may ask of the master, so that one that floods it, for whatever reason, holds no other up.

Each node has a bucket of requests and one of bytes, which fill again with time: what an agent says on a bad day is far
below, and the spool of a long outage is taken in about a minute. A request is let in when there is something left, and
paid for when its size is known: so a large one is possible, and leads to debt. Who is in debt waits here for a moment;
where that is not enough, the answer is 429 with Retry-After, and the agent keeps what it has.
"""
import asyncio
import collections

from nodeprep.master.http.problem import try_again
from nodeprep.typed import Any, Callable, Dict, Tuple

REQUESTS, REQUESTS_AGAIN = 4000, 200.0                   # each report beyond the first of a request counts as one too
BYTES, BYTES_AGAIN = 4 * 2**20, 256 * 2**10              # of bodies, unpacked; the spool of an agent has 16 MiB
AT_ONCE = 2               # requests of a node to one address that are under way: an agent has one, and one it gave up
HERE = 2.0                # seconds that a request waits here; each is answered after a second at the soonest then
MOST = 50000              # nodes that are remembered; one costs some 500 bytes
_FILLING = REQUESTS / REQUESTS_AGAIN, BYTES / BYTES_AGAIN     # seconds


class Budgets:
    """The buckets of all nodes. `monotonic` is a clock, `sleep` a coroutine that lets seconds go by."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], Any] = asyncio.sleep,
                 most: int = MOST) -> None:
        self._clock, self._sleep, self._most = monotonic, sleep, most
        self._full: Any = collections.OrderedDict()      # of a node: when its buckets are full again
        self._hands: Dict[Tuple[int, str], int] = {}

    def wait(self, node: int) -> float:
        """Seconds until a node may ask again; 0: now."""
        full = self._full.get(node)
        if full is None:
            return 0.0
        now = self._clock()
        return float(max(0.0, full[0] - now - _FILLING[0], full[1] - now - _FILLING[1]))

    def at_once(self, node: int, door: str) -> bool:
        """begin() where nobody need wait; whether it is so."""
        hands = self._hands.get((node, door), 0)
        if hands >= AT_ONCE or self.wait(node):
            return False
        self._hands[node, door] = hands + 1
        return True

    async def begin(self, node: int, door: str) -> None:
        """A node asks something at an address; end() is to follow. Problem 429."""
        hands = self._hands.get((node, door), 0)
        if hands >= AT_ONCE:
            await self._sleep(1.0)                       # whoever does not wait by itself waits here
            raise try_again(429, 1.0, f'{AT_ONCE} requests of this node are under way already.')
        wait = self.wait(node)
        self._hands[node, door] = hands + 1
        if wait:
            try:
                await self._sleep(wait if wait <= HERE else 1.0)
                if wait > HERE:
                    raise try_again(429, wait, 'This node sends more than a node may; it is to keep what it has, and '
                                    'wait.')
            except BaseException:
                self.end(node, door)
                raise

    def end(self, node: int, door: str) -> None:
        """It is answered."""
        left = self._hands[node, door] - 1
        if left:
            self._hands[node, door] = left
        else:
            del self._hands[node, door]

    def spend(self, node: int, requests: int, size: int) -> None:
        """A node sent so many requests, or reports, and bytes."""
        now = self._clock()
        full = self._full.pop(node, None) or (now, now)
        self._full[node] = (max(now, full[0]) + requests / REQUESTS_AGAIN, max(now, full[1]) + size / BYTES_AGAIN)
        if len(self._full) > self._most:
            self._full.popitem(last=False)
