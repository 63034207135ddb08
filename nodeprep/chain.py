"""The chain that reports hang on: with it a master can prove that none of a node is missing, changed or put in.

Each report carries a sequence number and "chain": the digest of the report before it, and its own. The digest is the
SHA-256 of the one before (64 hexadecimal digits) followed by the canonical JSON of the report without "chain".
Pure: the agent makes the links, the master holds them against what it has.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

GENESIS = '0' * 64
# What a report is to one who holds the reports up to another one.
NEXT = 'next'             # the one that follows
GAP = 'gap'               # some before it are missing, and it says itself that they will not come
MISSING = 'missing'       # some before it are missing, and nothing says why
SEEN = 'seen'             # its number is not above the newest: sent again, or a fork; the one kept decides
FORK = 'fork'             # its number follows, but not from the report that is held
RESTART = 'restart'       # the node began a chain anew: its spool was lost
BAD = 'bad'               # its digest is not that of its content, or it has no proper chain


class Link(NamedTuple):
    """What one report is, and in words why."""

    state: str
    said: str = ''


def canonical(tree: Dict[str, Any]) -> bytes:
    r"""The one way to write a tree as JSON: sorted keys, no spaces, ASCII. ValueError for what JSON does not have.

    >>> canonical({'b': 1.5, 'a': ['\u00e9', None]})
    b'{"a":["\\u00e9",null],"b":1.5}'
    """
    import json
    return json.dumps(tree, sort_keys=True, separators=(',', ':'), ensure_ascii=True, allow_nan=False).encode('ascii')


def hashed(previous: str, content: bytes) -> str:
    """The digest of canonical content that follows the report with the digest `previous`."""
    import hashlib
    return hashlib.sha256(previous.encode('ascii') + content).hexdigest()


def digest(previous: str, report: Dict[str, Any]) -> str:
    """The digest of a report, whose "chain" does not count."""
    return hashed(previous, canonical({key: value for key, value in report.items() if key != 'chain'}))


def judge(report: Dict[str, Any], sequence: int = 0, head: str = GENESIS) -> Link:
    """What a report is to one who holds those up to number `sequence`, the newest of which has the digest `head`.

    >>> first = {'sequence': 1, 'chain': {'previous': GENESIS, 'digest': digest(GENESIS, {'sequence': 1})}}
    >>> judge(first).state, judge(first, 1, first['chain']['digest']).state, judge(dict(first, sequence=2)).state
    ('next', 'seen', 'bad')
    """
    number: Any = report.get('sequence')
    chain: Any = report.get('chain')
    if not counts(number) or not isinstance(chain, dict):
        return Link(BAD, 'it has no sequence number, or no chain')
    previous: Any = chain.get('previous')
    own: Any = chain.get('digest')
    if not (is_digest(previous) and is_digest(own)):
        return Link(BAD, f'report {number} has no proper chain')
    try:
        right = digest(previous, report) == own
    except (TypeError, ValueError, RecursionError) as error:
        return Link(BAD, f'report {number} cannot be written as JSON: {type(error).__name__}')
    if not right:
        return Link(BAD, f'report {number} was changed after it was written: it has not the digest that it names')
    return placed(number, previous, named_gap(chain), sequence, head)


def placed(number: int, previous: str, gap: Optional[Tuple[int, int]], sequence: int, head: str) -> Link:
    """judge() for one whose digest is right: `number`, what it follows, and the numbers that it says are lost."""
    if number <= sequence:
        return Link(SEEN, f'report {number} came after {sequence}')
    if number == sequence + 1:
        if previous == head:
            return Link(NEXT)
        if previous == GENESIS:
            return Link(RESTART, f'report {number} begins a new chain')
        if gap is None:
            return Link(FORK, f'report {number} follows another report {sequence} than the one held')
    return _after_a_hole(number, sequence, previous, gap)


def _after_a_hole(number: int, sequence: int, previous: str, gap: Optional[Tuple[int, int]]) -> Link:
    hole = f'{sequence + 1} to {number - 1}'
    if gap and gap[0] <= sequence + 1 and gap[1] == number - 1:
        return Link(GAP, f'reports {hole} are lost, as the node says')
    if previous == GENESIS:
        return Link(RESTART, f'report {number} begins a new chain; {hole} never came')
    return Link(MISSING, f'reports {hole} never came')


def verify(reports: Iterable[Dict[str, Any]], sequence: int = 0, head: str = GENESIS) -> List[Link]:
    """judge() for reports in the order they came, each against the ones before it."""
    links = []
    for report in reports:
        link = judge(report, sequence, head)
        links.append(link)
        if link.state not in (BAD, SEEN, FORK):
            sequence, head = report['sequence'], report['chain']['digest']
    return links


def named_gap(chain: Dict[str, Any]) -> Optional[Tuple[int, int]]:
    """The first and the last number that a "chain" says are lost; None when it says nothing of the kind."""
    gap = chain.get('gap')
    if isinstance(gap, list) and len(gap) == 2 and counts(gap[0]) and counts(gap[1]) and gap[0] <= gap[1]:
        return gap[0], gap[1]
    return None


def counts(number: Any) -> bool:
    """Whether it is a number that a report can have."""
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def is_digest(text: Any) -> bool:
    """Whether it is written as a digest."""
    return isinstance(text, str) and len(text) == 64 and not text.strip('0123456789abcdef')
