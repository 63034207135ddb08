"""Seconds by day and class, of very many stretches of time."""
from nodeprep.typed import Dict

DAY = 86400.0


class Days:
    """Seconds by day and class. What goes on for long costs no more than what is short: where it begins and ends is
    noted, and the rest is added up at the end.
    """

    def __init__(self) -> None:
        self._rates: Dict[str, Dict[int, float]] = {}          # by class: how much more there is from a day on
        self._parts: Dict[str, Dict[int, float]] = {}          # ... and in the day before, in which that began

    def add(self, begin: float, end: float, kind: str, number: int = 1) -> None:
        """So many are of a class between two times."""
        rates, parts = self._rates.setdefault(kind, {}), self._parts.setdefault(kind, {})
        for at, more in ((begin, number), (end, -number)):
            day = int(at // DAY)
            rates[day + 1] = rates.get(day + 1, 0.0) + more
            parts[day] = parts.get(day, 0.0) + more * ((day + 1) * DAY - at)

    def total(self, since: float, until: float) -> Dict[int, Dict[str, float]]:
        """By the number of the day, for days of a span that have any."""
        found: Dict[int, Dict[str, float]] = {}
        for kind, rates in self._rates.items():
            rate = 0.0
            for day in range(int(since // DAY), int((until - 1e-6) // DAY) + 1):
                rate += rates.get(day, 0.0)
                length = rate * DAY + self._parts[kind].get(day, 0.0)
                if length > 0.0005:
                    found.setdefault(day, {})[kind] = length
        return found
