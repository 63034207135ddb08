"""Who decided what, and when. Nothing in it is ever changed; the oldest goes after the time that is set for it."""
import json

from nodeprep.compliance.document import stamp
from nodeprep.master.store import kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List, Optional

_TIMES = ('until', 'expires')          # a waiver's until is a day, and stays as it is
_LAST = 253402300799.0                 # the end of the year 9999, in seconds since 1970
_SELECT = 'SELECT id, at, who, what, subject, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?'


def note(cursor: Cursor, at: float, who: str, what: str, subject: str, **detail: Any) -> None:
    """Keeps a decision, in the transaction in which it is carried out. `who` is a person, `command line`, or a node."""
    cursor.run('INSERT INTO audit (at, who, what, subject, detail) VALUES (?, ?, ?, ?, ?)',
               (at, clean(who), what, clean(subject), json.dumps(detail, sort_keys=True)))


def newest(cursor: Cursor, most: int = 100, before: Optional[int] = None) -> List[Dict[str, Any]]:
    """The newest entries, the newest first; of those with an id below `before`. `detail` as details() has it."""
    rows = cursor.all(_SELECT, (before if before is not None else 2**62, most))
    return [{'id': row[0], 'at': row[1], 'who': row[2], 'what': row[3], 'subject': row[4],
             'detail': details(row[5])} for row in rows]


def details(text: Any) -> Dict[str, Any]:
    """What more an entry says, as it is kept; its times as RFC 3339, in UTC."""
    return timed(kept.tree(text, {'damaged': True}))


def timed(detail: Dict[str, Any]) -> Dict[str, Any]:
    """The same, of an entry that was read already."""
    return {name: stamp(value) if name in _TIMES and isinstance(value, (int, float)) and 0 <= value <= _LAST else value
            for name, value in detail.items()}
