"""Which nodes a page or a query is about, as SQL: what people type is a value, never a part of a statement.

All conditions are about `n`, a row of node. A node that left or was forgotten is in none of them.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Tuple

QUARANTINED, SILENT, NEW = 'quarantined', 'silent', 'new'
DRIFTED, UNKNOWN, MET = 'drifted', 'unknown', 'met'
STANDINGS = (DRIFTED, UNKNOWN, SILENT, QUARANTINED, NEW, MET)       # worst first
# A silent node's states are of the past: it is silent, whatever it last told.
STANDING = ("CASE WHEN n.status = 'quarantined' THEN 'quarantined' WHEN n.silent_since IS NOT NULL THEN 'silent' "
            "WHEN n.standing = '' THEN 'new' ELSE n.standing END")
PRESENT = "n.status IN ('member', 'quarantined')"
SPEAKS = "n.status = 'member' AND n.silent_since IS NULL"


class Asked(NamedTuple):
    """What narrows the fleet. `label` is `name` or `name=value`; `requirement` and `outcome` are of a state."""

    search: str = ''
    label: str = ''
    role: str = ''
    os: str = ''                  # the name with the version, as grouped() tells it
    standing: str = ''
    requirement: str = ''
    outcome: str = ''

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return any(self)


EVERYTHING = Asked()


class Condition(NamedTuple):
    """A condition and its values."""

    sql: str
    args: Tuple[Any, ...]


def like(text: str) -> str:
    """What LIKE ... ESCAPE '!' takes for "has this text in it".

    >>> like('a_1%')
    '%a!_1!%%'
    """
    return '%' + text.lower().replace('!', '!!').replace('%', '!%').replace('_', '!_') + '%'


# Most names hold the version (PRETTY_NAME of os-release(5)), and it is not told twice.
OS = ("CASE WHEN n.os_version <> '' AND replace(n.os_name, n.os_version, '') = n.os_name "
      "THEN n.os_name || ' ' || n.os_version ELSE n.os_name END")


def condition(asked: Asked) -> Condition:
    """The nodes that are asked for."""
    parts: List[str] = [PRESENT]
    args: List[Any] = []

    def put(sql: str, *values: Any) -> None:
        parts.append(sql)
        args.extend(values)
    if asked.search:
        put("LOWER(n.name) LIKE ? ESCAPE '!'", like(asked.search))
    if asked.label:
        name, equal, value = asked.label.partition('=')
        put('n.id IN (SELECT node FROM label WHERE name = ?' + (' AND value = ?)' if equal else ')'),
            *([name, value] if equal else [name]))
    if asked.role:
        put('n.role = ?', asked.role)
    if asked.os:
        put(f'{OS} = ?', asked.os)
    if asked.standing:
        put(f'{STANDING} = ?', asked.standing)
    if asked.requirement and asked.outcome:
        put('n.id IN (SELECT node FROM state WHERE outcome = ? AND requirement = ?)', asked.outcome, asked.requirement)
    elif asked.requirement:
        put("n.id IN (SELECT node FROM state WHERE outcome IN ('drifted', 'unknown') AND requirement = ?)",
            asked.requirement)
    elif asked.outcome:
        put('n.id IN (SELECT node FROM state WHERE outcome = ?)', asked.outcome)
    return Condition(' AND '.join(parts), tuple(args))
