"""A compliance report as somebody brings it, who may have made it to do harm: read strictly, or not at all.

JSON allows what two readers may understand in two ways (RFC 8259 4 and 6): a name twice, numbers beyond a float. Here
it is no report then, for what one program verifies another must not read otherwise.
"""
import json

from nodeprep import epoch, schema
from nodeprep.typed import Any, Dict, List, Tuple

MOST = 128 * 2**20        # bytes: ten times a report of 10,000 nodes
_DIGITS = 19              # of a whole number: 64 bits


class NotAReport(ValueError):
    """What it is instead, or what it lacks."""


def read(raw: bytes) -> Dict[str, Any]:
    """The tree, which looks like a report of a format that is known: examined() says whether it is one. NotAReport."""
    if len(raw) > MOST:
        raise NotAReport(f'is larger than {MOST >> 20} MiB')
    try:
        tree = json.loads(raw.decode('utf-8'), object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole,
                          parse_float=_number)
    except NotAReport:                            # JSON, and nothing that two readers must understand alike
        raise
    except UnicodeDecodeError:
        raise NotAReport('is not UTF-8') from None
    except RecursionError:
        raise NotAReport('is nested too deep') from None
    except MemoryError:
        raise NotAReport('holds more than this machine has memory for') from None
    except ValueError as error:
        raise NotAReport(f'is not JSON, in which alone a report can be proved: {error}') from None
    if not isinstance(tree, dict) or tree.get('kind') != 'compliance':
        raise NotAReport('is JSON, and no compliance report')
    if tree.get('format') != 1 or isinstance(tree['format'], bool):
        raise NotAReport('is a compliance report of a format that is not known here')
    return tree


def examined(tree: Dict[str, Any]) -> Dict[str, Any]:
    """The same tree. NotAReport when it is not as its format has it."""
    problem = schema.problem(tree, kind=schema.COMPLIANCE)
    if problem:
        raise NotAReport(f'is no proper compliance report: {problem}')
    try:
        for name in ('made', 'since', 'until'):
            epoch.of(tree[name])
    except ValueError as error:
        raise NotAReport(f'is no proper compliance report: {error}') from None
    return tree


def _once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for name, _ in pairs:                     # those that are there once go, up to the first that went already
            if found.pop(name, pairs) is pairs:
                raise NotAReport(f'has the name {name[:40]!r} twice in one place, which two readers may take in two '
                                 'ways')
    return found


def _no_constant(word: str) -> None:
    raise ValueError(f'{word} is no number of JSON')


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise NotAReport('holds a number that is too long')
    return int(digits)


def _number(digits: str) -> float:
    found = float(digits)
    if found in (float('inf'), float('-inf')):
        raise NotAReport('holds a number that is too large')
    return found
