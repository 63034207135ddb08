"""Waivers that were given or ended and do not count everywhere yet: of more states than one transaction changes.

Each is a row of `meta`, made with the waiver or its end in one transaction, and gone when all that it covers was
brought up to it: whoever does the rest, whenever that is, does it as of the time of the decision.
"""
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import List, Tuple

GIVEN, ENDED = 'given', 'ended'
_KEY = 'covering:'
_DECIDED = {GIVEN: 'created', ENDED: 'ended'}             # columns of waiver


def add(cursor: Cursor, waiver: int, what: str) -> None:
    """Notes one, GIVEN or ENDED."""
    cursor.run("INSERT INTO meta (key, value) VALUES (?, '')", (f'{_KEY}{waiver}:{what}',))


def each(cursor: Cursor) -> List[Tuple[float, str]]:
    """(when it was decided, its key), in the order of the decisions."""
    found = []
    for key, in cursor.all('SELECT key FROM meta WHERE key LIKE ?', (_KEY + '%',)):
        waiver, what = _about(key)
        row = cursor.one(f'SELECT {_DECIDED[what]} FROM waiver WHERE id = ?', (waiver,)) if what in _DECIDED else None
        found += [(float(row[0]), key)] if row and row[0] is not None else []
    return sorted(found)


def there(cursor: Cursor) -> bool:
    """Whether there is any."""
    return bool(each(cursor))


def waivers(cursor: Cursor) -> List[int]:
    """Those that they are about."""
    return sorted({_about(key)[0] for _, key in each(cursor)})


def done(cursor: Cursor, key: str) -> None:
    """One counts everywhere."""
    cursor.run('DELETE FROM meta WHERE key = ?', (key,))


def _about(key: str) -> Tuple[int, str]:
    waiver, _, what = key[len(_KEY):].partition(':')
    return (int(waiver), what) if waiver.isdecimal() else (0, '')
