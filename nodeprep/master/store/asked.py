"""Which nodes a page or a query is about, as SQL: what people type is a value, never a part of a statement.

All conditions are about `n`, a row of node. A node that left or was forgotten is in none of them, unless it is asked
for others than those that are present.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Tuple

QUARANTINED, SILENT, NEW = 'quarantined', 'silent', 'new'
DRIFTED, UNKNOWN, MET = 'drifted', 'unknown', 'met'
STANDINGS = (DRIFTED, UNKNOWN, SILENT, QUARANTINED, NEW, MET)       # worst first
# A silent node's states are of the past: it is silent, whatever it last told.
STANDING = ("CASE WHEN n.status = 'quarantined' THEN 'quarantined' WHEN n.silent_since IS NOT NULL THEN 'silent' "
            "WHEN n.standing = '' THEN 'new' ELSE n.standing END")
PRESENT = "n.status IN ('member', 'quarantined')"
KNOWN = "n.status <> 'forgotten'"         # those that have a page
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


def condition(asked: Asked, among: str = PRESENT) -> Condition:
    """The nodes that are asked for, `among` those of another condition."""
    parts: List[str] = [among]
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


def fits(asked: Asked, node: Dict[str, Any], standing: str, outcomes: Callable[[], Dict[str, str]]) -> bool:
    """The same of a node as a compliance report has it, however it is called now: `standing` and `outcomes` (of each
    requirement, asked for when they matter) are of the time that the report is about.
    """
    os = node['os']
    system = f'{os["name"]} {os["version"]}' if os['version'] and os['version'] not in os['name'] else os['name']
    name, equal, value = asked.label.partition('=')
    if not (asked.search.lower() in node['name'].lower() and asked.role in ('', node['role'])
            and asked.os in ('', system) and asked.standing in ('', standing)):
        return False
    if asked.label and (name not in node['labels'] or equal and node['labels'][name] != value):
        return False
    if not asked.requirement and not asked.outcome:
        return True
    found = outcomes()
    if asked.requirement:
        return found.get(asked.requirement) in ((asked.outcome,) if asked.outcome else (DRIFTED, UNKNOWN))
    return asked.outcome in found.values()
