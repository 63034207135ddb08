"""The lines below which the kubelet evicts pods for want of disk space."""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

CONFIG = '/var/lib/kubelet/config.yaml'
# The kubelet's defaults: pkg/kubelet/eviction/defaults_linux.go.
DEFAULTS = {'nodefs.available': '10%', 'nodefs.inodesFree': '5%', 'imagefs.available': '15%',
            'imagefs.inodesFree': '5%'}
_PAIR = r'^\s+["\']?([A-Za-z.]{1,40})["\']?:\s*["\']?([0-9A-Za-z.%]{1,30})["\']?\s*$'
_SCALE = {'': 1, 'k': 10**3, 'M': 10**6, 'G': 10**9, 'T': 10**12, 'Ki': 2**10, 'Mi': 2**20, 'Gi': 2**30, 'Ti': 2**40}


class Line(NamedTuple):
    """One line: as it is written, and the file that says so ('' for the default)."""

    text: str
    source: str

    def amount(self, capacity: int) -> float:
        """How much of a capacity it is.

        >>> Line('15%', '').amount(200), Line('1Gi', '').amount(5)
        (30.0, 1073741824.0)
        """
        number = self.text.rstrip('%kKMGTi')
        unit = self.text[len(number):]
        if not number.replace('.', '', 1).isdecimal() or len(number) > 19 or unit not in _SCALE and unit != '%':
            raise CannotTell(f'{self.text!r} is no share and no size', self.source)
        return capacity * float(number) / 100 if unit == '%' else float(number) * _SCALE[unit]


def lines(host: Any) -> Dict[str, Line]:
    """The lines by signal. A file that may not be read leaves the defaults."""
    found = {signal: Line(text, '') for signal, text in DEFAULTS.items()}
    try:
        text = host.read(CONFIG, missing='')
    except CannotTell:
        return found
    if 'evictionHard:' not in text or len(text) > 2**20:
        return found
    inside, given = False, {}        # type: bool, Dict[str, Line]
    for number, line in enumerate(text.split('\n'), 1):
        if line[:1] not in (' ', '\t', '#', '', '\r'):
            inside = re.match(r'^evictionHard:\s*$', line) is not None
        match = re.match(_PAIR, line) if inside else None
        if match:
            given[match.group(1)] = Line(match.group(2), f'{CONFIG}:{number}')
    # Where one line is given, the kubelet takes those that are not for switched off.
    return {signal: given.get(signal, Line('0%', CONFIG)) for signal in found} if given else found


def strictest(found: Dict[str, Line], signals: List[str], capacity: int) -> Tuple[str, float]:
    """Of the lines of these signals the highest: as it is written, and how much of a capacity that is. CannotTell."""
    amounts = [(found[signal].amount(capacity), found[signal].text) for signal in signals]
    amount, text = max(amounts)
    return text, amount
