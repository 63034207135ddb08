"""Values on their way from a process of its own, as JSON: pickle would stay with the agent for ever."""
import json

from nodeprep import model
from nodeprep.typed import Any


def packed(value: Any) -> bytes:
    """JSON in which a tuple or a list is a list that begins with the name of its type.

    >>> unpacked(packed({'a': ('b', [1.5, None]), 'c': model.Waiver('disk', 'r', 'o', '2027-01-31')}))
    {'a': ('b', [1.5, None]), 'c': Waiver(requirement='disk', reason='r', owner='o', until='2027-01-31')}
    """
    return json.dumps(_plain(value)).encode('ascii')


def unpacked(raw: bytes) -> Any:
    """The value again."""
    return _again(json.loads(raw.decode('ascii')))


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [type(value).__name__] + [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _again(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _again(one) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    values = [_again(one) for one in value[1:]]
    if value[0] == 'list':
        return values
    return tuple(values) if value[0] == 'tuple' else getattr(model, value[0])(*values)
