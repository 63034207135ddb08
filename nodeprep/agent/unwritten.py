"""Reports that the disk did not take yet: kept in memory, the newest of them, until it takes them."""
from nodeprep.typed import Any, Dict, List, Tuple

MEMORY_REPORTS, MEMORY_BYTES = 32, 256 * 2**10          # kept while the disk takes nothing, the newest


class Unwritten:
    """`unnumbered` came while the spool could not even be read; `lines` have their numbers: (sequence, line)."""

    def __init__(self) -> None:
        self.unnumbered: List[Dict[str, Any]] = []
        self.lines: List[Tuple[int, bytes]] = []

    def shed(self) -> int:
        """Lets the oldest go that are too many, but never the newest line; how many went."""
        gone = max(0, len(self.unnumbered) - MEMORY_REPORTS)
        del self.unnumbered[:gone]
        while len(self.lines) > 1 and (len(self.lines) > MEMORY_REPORTS
                                       or sum(len(line) for _, line in self.lines) > MEMORY_BYTES):
            del self.lines[0]
            gone += 1
        return gone

    def delivered(self, sequence: int) -> None:
        """Those up to this number need not be kept any more."""
        self.lines = [one for one in self.lines if one[0] > sequence]
