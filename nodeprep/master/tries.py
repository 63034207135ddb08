"""How often somebody may show a wrong secret: each address has some tries, and gets them back with time.

It is no wall (the secrets have 256 bits, a join token 113): it keeps logs readable and guessing from costing work.
"""
import collections
import ipaddress

from nodeprep.typed import Any, Callable

TRIES = 20                # wrong ones in a row
AGAIN = 3.0               # seconds after which one of them is given back
MOST = 10000              # addresses that are remembered


class Tries:
    """The tries of all addresses. `monotonic` is a clock."""

    def __init__(self, monotonic: Callable[[], float], tries: int = TRIES, again: float = AGAIN,
                 most: int = MOST) -> None:
        self._clock, self._tries, self._again, self._most = monotonic, tries, again, most
        self._used: Any = collections.OrderedDict()     # of a place: when all of its tries are back

    def wait(self, address: str) -> float:
        """Seconds until an address may try again; 0: now."""
        left = self._used.get(place(address), 0.0) - self._clock()
        return float(max(0.0, left - (self._tries - 1) * self._again))

    def failed(self, address: str) -> None:
        """An address has shown a wrong secret."""
        key, now = place(address), self._clock()
        self._used[key] = max(now, self._used.pop(key, now)) + self._again
        if len(self._used) > self._most:
            self._used.popitem(last=False)


def place(address: str) -> str:
    """What counts as one address: of IPv6 the network of 64 bits, all of which one machine may use.

    >>> place('2001:db8::1:2:3:4'), place('::ffff:192.0.2.1'), place('192.0.2.1'), place('')
    ('2001:db8::/64', '192.0.2.1', '192.0.2.1', '')
    """
    try:
        found = ipaddress.ip_address(address.partition('%')[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)
