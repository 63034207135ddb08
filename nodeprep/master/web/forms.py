"""Fields of forms, read with bounds."""
import re
from urllib.parse import quote

from nodeprep.typed import Any, Dict, List

_TIME = re.compile(r'\d{1,12}(\.\d{1,9})?$')
LONGEST = 1000            # letters of a field


def text(form: Dict[str, List[str]], name: str) -> str:
    """The value of a field, on one line and without blanks around it; '' when there is none."""
    values = form.get(name, [''])
    return ' '.join(values[-1].split())[:LONGEST]


def number(form: Dict[str, List[str]], name: str) -> int:
    """A row's number; 0 when there is none."""
    found = text(form, name)
    return int(found) if found.isdecimal() and len(found) < 16 else 0


def moment(form: Dict[str, List[str]], name: str) -> float:
    """A time in seconds since 1970, as a page wrote it; 0 when there is none."""
    found = text(form, name)
    return float(found) if _TIME.match(found) else 0.0


def node(name: str) -> str:
    """The address of a node's page."""
    return '/nodes/' + quote(name, safe='')


def valid(master: Any) -> float:
    """Seconds that an approval holds."""
    return float(master.settings.approvals)
