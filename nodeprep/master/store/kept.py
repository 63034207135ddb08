"""What stands in a row as JSON, and may be damaged there, by a disk or by a hand. Whoever reads it goes on without it,
and says so; `nodeprep master doctor` names the row. So it does with a text that is not UTF-8, which is read with what
is odd in it written out.
"""
import json
import zlib

from nodeprep.report import completed
from nodeprep.typed import Any, Dict, Optional, Tuple

LOST = 'its row in the database of the master is damaged'
_SEEN = frozenset(('when', 'met', 'found', 'wanted', 'source'))       # of what was observed
_WAIVER = frozenset(('reason', 'owner', 'until'))


def text(raw: bytes) -> str:
    r"""A text of a row, whatever is in it.

    >>> text(b'a\xff')
    'a\\xff'
    """
    return raw.decode('utf-8', 'backslashreplace')


def number(value: Any, other: float) -> float:
    """The number that a text is; `other` for one that is none."""
    try:
        return float(value)
    except ValueError:
        return other


def is_text(raw: bytes) -> bool:
    """Whether it is UTF-8."""
    try:
        raw.decode('utf-8')
    except UnicodeDecodeError:
        return False
    return True


def tree(text: Any, other: Any) -> Any:
    """The value of a text, when it is of the kind of `other`; else that."""
    found = _value(text)
    return found if isinstance(found, type(other)) else other


def readable(text: Any, kind: Any) -> bool:
    """Whether a text has a value of a kind."""
    return isinstance(_value(text), kind)


def packed(body: Any) -> Any:
    """The value of a text by zlib; None when there is none that can be read."""
    try:
        return _value(zlib.decompress(body))
    except (zlib.error, TypeError):
        return None


def finding(body: Any) -> Optional[Dict[str, Any]]:
    """What evidence holds; None when it cannot be read."""
    found = packed(body)
    return completed(found) if isinstance(found, dict) and _sound(found) else None


def findings(body: Any) -> Optional[Dict[str, Dict[str, Any]]]:
    """By requirement, what a report holds; None when it cannot be read."""
    found = packed(body)
    held = found.get('findings') if isinstance(found, dict) else None
    if not isinstance(held, list) or not all(isinstance(one, dict) and isinstance(one.get('requirement'), str)
                                             and _sound(one) for one in held):
        return None
    return {one['requirement']: completed(one) for one in held}


def lost() -> Dict[str, Any]:
    """What stands for a finding that cannot be read."""
    return {'observations': [], 'note': f'What was found cannot be read: {LOST}.', 'waiver': None, 'kubeadm': []}


def waiver(text: Any) -> Optional[Dict[str, Any]]:
    """That of a node's own configuration; None when there is none, or it cannot be read."""
    found = tree(text, {}) if text else {}
    return found if found.keys() >= _WAIVER else None


def plan(text: Any) -> Tuple[Dict[str, Any], bool]:
    """A plan, and whether it can be read: nobody approves what was not shown."""
    found = tree(text, {})
    if isinstance(found.get('title'), str) and 'changes' in found:
        return found, True
    return {'requirement': '', 'title': f'The plan cannot be read: {LOST}', 'changes': []}, False


def plan_shown(text: Any) -> Dict[str, Any]:
    """A plan for the page, which takes a text instead of changes for what nobody can approve."""
    found, whole = plan(text)
    return found if whole else dict(found, changes=found['title'])


def _value(text: Any) -> Any:
    try:
        return json.loads(text if isinstance(text, str) else text.decode('utf-8'))
    except (ValueError, AttributeError, RecursionError):
        return None


def _sound(found: Dict[str, Any]) -> bool:
    seen = found.get('observations')
    return isinstance(seen, list) and all(isinstance(one, dict) and one.keys() >= _SEEN for one in seen) and \
        (found.get('waiver') is None or isinstance(found['waiver'], dict) and found['waiver'].keys() >= _WAIVER)
