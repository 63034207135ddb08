"""The findings of a report, each recognised by its text when it, or another node, said the same before: but for how
long the check took, which is another number each time and means nothing here.
"""
import json
import re
import zlib

from nodeprep import plandigest, schema
from nodeprep.master.familiar import Familiar, shared
from nodeprep.master.http import bodies
from nodeprep.master.jsontext import canonical
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

MOST, NAME = 256, 64                     # findings of a report, and letters of what one is about
TOOK = re.compile(r'"took_ms":[0-9][-+.0-9eE]*')
NUMBER = r'(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?'
# How canonical JSON of a finding ends. A quotation mark in a text has a backslash before it, so this is in none; where
# it ends something else, the pieces are no findings.
_END = re.compile(r'"took_ms":(' + NUMBER + r'),"waiver":(?:null|\{[^{}]*\})\}')
_WITHIN = 4                              # lists and objects that a finding of a request with reports stands in
_sound = schema.sound(part='finding')


class Part(NamedTuple):
    """A finding: what it is about, its states and severity, a checksum of it that does not know how long it took, the
    digest of the plan that waits for an approval (None: none does), and its canonical JSON.
    """

    requirement: str
    states: Tuple[str, str, str, str]       # state, now, boot, severity
    seen: int
    digest: Optional[str]
    text: str

    @property
    def tree(self) -> Dict[str, Any]:
        """The whole finding, read again: it is asked for when something of it is new."""
        found: Dict[str, Any] = json.loads(self.text)
        return found


def part(tree: Dict[str, Any], text: str) -> Optional[Part]:
    """A finding, from its tree and its canonical JSON; None for one that is not as the schema has it."""
    return tuple.__new__(Part, _meaning(tree, TOOK.sub('', text)) + (text,)) if _sound(tree) else None


def cut(text: str, at: int) -> Tuple[List[Part], int]:
    """The findings that stand in a text as canonical JSON, `at` where the first begins, and where their list ends.
    ValueError, RecursionError for what is not written so, or not as the schema has it; Problem for what is too deep,
    or holds what is no text.
    """
    found = []
    while True:
        end = _END.search(text, at)
        if end is None or not usual(end.group(1)):
            raise ValueError('no finding')
        stop = end.end()
        one = text[at:stop]
        lasting = text[at:end.start()] + text[end.end(1):stop]
        # Records are tuples: made as such, since there are very many.
        found.append(tuple.__new__(Part, _FAMILIAR.means(lasting, one) + (one,)))
        at = stop + 1
        if text[stop:at] != ',':
            return found, stop


def usual(number: str) -> bool:
    """Whether a number of digits, and perhaps a point, is written as canonical JSON has it.

    >>> usual('1.5'), usual('1.50'), usual('15'), usual('0.00001')
    (True, False, True, False)
    """
    return '.' not in number or repr(float(number)) == number


def _looked_at(lasting: str, text: str) -> Tuple[Any, ...]:
    """What a finding means that nobody said before."""
    bodies.shallow(text.encode('ascii'), _WITHIN)
    tree, end = bodies.SCAN(text, 0)
    if end != len(text) or not _sound(tree) or canonical(tree) != text or len(tree['requirement']) > NAME \
            or TOOK.sub('', text) != lasting:        # else there is another such number in it
        raise ValueError('no finding')
    bodies.text_alone(text.encode('ascii'), tree)
    return _meaning(tree, lasting)


_FAMILIAR = Familiar(_looked_at)


def _meaning(tree: Dict[str, Any], lasting: str) -> Tuple[Any, ...]:
    states = shared((tree['state'], tree['now'], tree['boot'], tree['severity']))
    return (shared(tree['requirement']), states, zlib.crc32(lasting.encode('ascii')),
            _digest(tree) if 'proposal' in tree and tree['mode'] == 'approve' else None)


def _digest(tree: Dict[str, Any]) -> Optional[str]:
    """Of the plan that a finding proposes, when it is the digest of what it shows: people see that, and allow this."""
    proposal = tree['proposal']
    if not isinstance(proposal, dict) or not isinstance(proposal.get('changes'), list):
        return None
    own = proposal.get('digest')
    right = plandigest.of_tree({'requirement': tree['requirement'], 'changes': proposal['changes']})
    return right if own == right else None
