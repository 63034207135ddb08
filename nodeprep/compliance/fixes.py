"""Fixes as changes of a compliance report, of a host or a fleet: what was made, when, and who allowed it."""
from nodeprep.compliance.document import stamp
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, Optional, Tuple

FIX, UNDO = 'fix', 'undo'
# How the journal of a host has it -> as the report says it.
POLICY, APPROVAL, PERSON = 'policy', 'approval', 'person'
ALLOWED = {POLICY: 'mode: fix, by the configuration of the node', APPROVAL: 'approved', PERSON: 'by hand at the host'}
NOT_OURS = 'approved, as the node says; this master gave it no such approval'
_HOW = dict({said: how for how, said in ALLOWED.items()}, **{NOT_OURS: APPROVAL})
Tree = Dict[str, Any]


class Fix(NamedTuple):
    """What a transaction did for one requirement. Times in seconds since 1970; `undone` None: nobody took it back.
    `allowed` is one of the texts above, '' when it is not known.
    """

    node: str
    requirement: str
    at: float
    transaction: str
    result: str
    why: str
    who: str
    allowed: str
    undone: Optional[float] = None
    undone_by: str = ''
    reason: str = ''          # of the approval


def how(allowed: str) -> str:
    """How the journal has it, of what the report says; what nobody knows stays as it is.

    >>> how('approved'), how(NOT_OURS), how('by magic')
    ('approval', 'approval', 'by magic')
    """
    return _HOW.get(allowed, allowed)


def changes(one: Fix, since: float, until: float) -> Iterator[Tuple[float, Tree]]:
    """What of a fix was in a span, as (time, what "changes" has): that it was made, and that it was taken back."""
    if since <= one.at < until:
        said = f'{one.result}: {one.why}' if one.why else one.result
        said += f', transaction {one.transaction}' + (f'; reason: {one.reason}' if one.reason else '')
        yield one.at, _change(one, one.at, FIX, one.who, one.allowed, said)
    if one.undone is not None and since <= one.undone < until:
        yield one.undone, _change(one, one.undone, UNDO, one.undone_by, '', f'transaction {one.transaction}')


def _change(one: Fix, at: float, what: str, who: str, allowed: str, detail: str) -> Tree:
    return {'at': stamp(at), 'who': who, 'what': what, 'node': one.node, 'requirement': one.requirement,
            'allowed': allowed, 'detail': detail}
