"""How far this node's clock is from the master's, from four time stamps, and how wrong that may be at most.

Source: RFC 5905 section 8: sent and arrived by our clock, received and answered by the other one;
offset = ((received - sent) + (answered - arrived)) / 2, and the truth is at most half the time on the way from it.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional

STEPPED = 0.005           # seconds between the two clocks of this node in one exchange: the one was set meanwhile


class Skew(NamedTuple):
    """The master's clock less ours; it is within the bound of that. Milliseconds."""

    offset_ms: float
    bound_ms: float

    def tree(self) -> Dict[str, float]:
        """As a heartbeat has it."""
        return {'offset_ms': self.offset_ms, 'bound_ms': self.bound_ms}


def measured(sent: float, received: Any, answered: Any, arrived: float, lasted: float) -> Optional[Skew]:
    """The skew of one exchange, in seconds since 1970; `lasted` by a clock that nobody sets. None: it says nothing.

    >>> measured(100.0, 105.0, 105.5, 101.5, 1.5)
    Skew(offset_ms=4500.0, bound_ms=500.0)
    """
    if not (_is_time(received) and _is_time(answered)) or abs(arrived - sent - lasted) > STEPPED:
        return None
    on_the_way = lasted - (answered - received)
    if answered < received or on_the_way < 0:
        return None
    offset = ((received - sent) + (answered - arrived)) / 2
    return Skew(round(offset * 1000, 3), round(on_the_way * 500, 3))


def _is_time(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**40
