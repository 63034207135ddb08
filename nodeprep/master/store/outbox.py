"""What others are to be told, until they took it: bounded, so that one who never answers fills no disk."""
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, Iterable, List, Optional, Sequence, Tuple

MOST = 2000               # messages that wait for one receiver; the oldest go first
LASTING = 86400.0         # seconds that a message is tried for
_FIRST, _LONGEST = 10.0, 3600.0           # seconds until the second try, and between later ones
_LEASE = 120.0            # seconds in which a master that took a message to send it lets the others know how that went
_ROW = 'id, hook, payload, made, tries'


class Message(NamedTuple):
    """One that waits. `payload` is a text; `made` seconds since 1970."""

    id: int
    hook: str
    payload: str
    made: float
    tries: int


def add(cursor: Cursor, hook: str, payloads: Sequence[str], at: float) -> int:
    """Puts messages in; returns how many older ones had to go for them."""
    cursor.many('INSERT INTO outbox (hook, payload, made, next_try) VALUES (?, ?, ?, ?)',
                [(hook, payload, at, at) for payload in payloads])
    row = cursor.one('SELECT COUNT(*) FROM outbox WHERE hook = ? AND failed IS NULL', (hook,))
    over = (row[0] if row else 0) - MOST
    if over <= 0:
        return 0
    cursor.run('DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE hook = ? AND failed IS NULL '
               'ORDER BY id LIMIT ?)', (hook, over))
    return over


def take(cursor: Cursor, hook: str, at: float, most: int) -> List[Message]:
    """Messages that are due, the oldest first; for some time nobody else takes them."""
    rows = cursor.all(f'SELECT {_ROW} FROM outbox WHERE hook = ? AND failed IS NULL AND next_try <= ? ORDER BY id '
                      'LIMIT ?', (hook, at, most))
    return [Message(*row) for row in rows if cursor.run(
        'UPDATE outbox SET next_try = ? WHERE id = ? AND next_try <= ?', (at + _LEASE, row[0], at))]


def sent(cursor: Cursor, ids: Iterable[int]) -> None:
    """These were taken by whom they are for."""
    cursor.run_within('DELETE FROM outbox WHERE id IN (?*)', list(ids))


def failed(cursor: Cursor, one: Message, problem: str, at: float) -> None:
    """This one was not: it is tried again, later each time, until it is a day old."""
    pause = min(_LONGEST, _FIRST * 2 ** min(one.tries, 20))
    given_up: Optional[float] = at if at + pause > one.made + LASTING else None
    cursor.run('UPDATE outbox SET tries = tries + 1, next_try = ?, failed = ?, problem = ? WHERE id = ?',
               (at + pause, given_up, problem, one.id))


def put_back(cursor: Cursor, ids: Iterable[int], at: float) -> None:
    """These were taken and not tried: they are due again at a time."""
    cursor.run_within('UPDATE outbox SET next_try = ? WHERE id IN (?*)', list(ids), [at])


def tidy(cursor: Cursor, hooks: Iterable[str]) -> None:
    """Messages to receivers that are none any more go."""
    known = set(hooks)
    for (hook,) in cursor.all('SELECT DISTINCT hook FROM outbox'):
        if hook not in known:
            cursor.run('DELETE FROM outbox WHERE hook = ?', (hook,))


def drop(cursor: Cursor, hook: str) -> None:
    """What waits for one receiver goes."""
    cursor.run('DELETE FROM outbox WHERE hook = ?', (hook,))


def waiting(cursor: Cursor) -> Dict[str, Tuple[int, int]]:
    """By receiver, how many messages wait and how many were given up."""
    return {hook: (waits, given_up) for hook, waits, given_up in cursor.all(
        'SELECT hook, SUM(CASE WHEN failed IS NULL THEN 1 ELSE 0 END), '
        'SUM(CASE WHEN failed IS NULL THEN 0 ELSE 1 END) FROM outbox GROUP BY hook')}
