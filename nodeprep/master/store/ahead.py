"""What was made in the future: by a clock that was ahead, and was set back since. Its end is later than anybody meant.

A session of the future is over, and what a join token or a user token with an end opens stays shut, until the clock is
there; join tokens go when the clock has stayed where it is for an hour (see retention.due). A user token without an end
and a waiver, whose last day somebody named, hold. What is of no use then is told, by name.
"""
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, List

AHEAD = 600.0             # seconds that the clocks of two masters may be apart


def so_far(created: float, at: float) -> bool:
    """Whether something was made by a time, as far as clocks can tell."""
    return created <= at + AHEAD


def told(cursor: Cursor, at: float) -> List[str]:
    """What there is of it at a time, in sentences."""
    late = at + AHEAD
    tokens: List[Any] = cursor.all('SELECT id FROM token WHERE created > ? AND expires > ? ORDER BY id', (late, at))
    people = cursor.all('SELECT name FROM person WHERE created > ? AND expires IS NOT NULL ORDER BY name', (late,))
    waivers = cursor.all('SELECT id, until FROM waiver WHERE created > ? AND ended IS NULL ORDER BY id', (late,))
    return [f'the join token {name} was made in the future and does not count: make another' for name, in tokens] + [
        f'the token of the user {name} was made in the future and does not count: nodeprep master user delete {name}, '
        f'and create it anew' for name, in people] + [
        f'the waiver {number} was given in the future: whether it is to hold until {until} is for a person to say; '
        f'nodeprep master unwaive {number} ends it' for number, until in waivers]
