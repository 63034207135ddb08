"""A report that came over the network, looked at as far as that goes without the database: in the thread of who brings
it, while another one writes. What cannot be is refused here, with the reason.
"""
import json
import zlib

from nodeprep import epoch, plandigest, schema
from nodeprep.chain import counts, hashed, is_digest, named_gap
from nodeprep.master.familiar import FAMILIAR, TOOK
from nodeprep.master.jsontext import canonical
from nodeprep.master.verbatim import Verbatim
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List, Optional, Sequence, Tuple

MOST_NUMBER = 2**53       # what every JSON parser reads exactly, and both databases hold
_FINDINGS, _NAME = 256, 64
_LABELS, _TEXT = 256, 1000              # of a node; bytes, as an index of PostgreSQL takes less than 2,704 of a row
_NONE: List[Any] = []
_sound = schema.sound()


class Refused(ValueError):
    """A report that will never be taken, and why."""


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


class Report(NamedTuple):
    """What is written of one. `tree` is it without its findings and its chain, `body` its canonical JSON, and
    `about` a digest of what it says of the node.
    """

    tree: Dict[str, Any]
    sequence: int
    previous: str
    digest: str
    gap: Optional[Tuple[int, int]]
    taken: float
    body: bytes
    about: str
    parts: Tuple[Part, ...]


def report(tree: Any, written: Optional[Verbatim] = None) -> Report:
    """One report, from what JSON gave; `written`: how it stands in the request, with the digest that it names. Refused.
    """
    number, chain = _numbered(tree)
    try:
        text, findings, about = _canonical(tree) if written is None else \
            (written.content, written.findings, written.about)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(f'report {number} cannot be written as JSON: {type(error).__name__}') from None
    content = text.encode('ascii')
    if written is None and hashed(chain['previous'], content) != chain['digest']:
        raise Refused(f'report {number} was changed after it was written: it has not the digest that it names')
    found = map(_part, tree['findings'], findings)
    parts = tuple(one for one in found if one is not None)
    if len(parts) < len(findings) or written is None and not _sound(dict(tree, findings=_NONE)):
        raise Refused(f'report {number}: {schema.problem(tree) or "a finding is not written as canonical JSON"}')
    if len(about) > _TEXT:
        _bounded(number, tree['node'])
    try:
        taken = float(epoch.of(tree['taken']))
    except ValueError as error:
        raise Refused(f'report {number}: taken: {error}') from None
    rest = {key: value for key, value in tree.items() if key not in ('chain', 'findings')}
    return Report(rest, number, chain['previous'], chain['digest'], named_gap(chain), taken, content,
                  f'{zlib.crc32(about.encode("ascii")):08x}', parts)


def packed(content: bytes) -> bytes:
    """By zlib. Level 1, a window of 8 KiB and little memory are made in half the time of zlib's usual ones, and most
    that a report repeats is near: one of 21 findings has 1.5 KB then, and 1.7 with the usual ones.
    """
    packer = zlib.compressobj(1, zlib.DEFLATED, 13, 5)
    return packer.compress(content) + packer.flush()


def _numbered(tree: Any) -> Tuple[int, Dict[str, Any]]:
    """The number of a report, and its chain."""
    number: Any = tree.get('sequence') if isinstance(tree, dict) else None
    chain: Any = tree.get('chain') if isinstance(tree, dict) else None
    if not counts(number) or number > MOST_NUMBER or not isinstance(chain, dict):
        raise Refused('a report has no sequence number, or no chain')
    if not (is_digest(chain.get('previous')) and is_digest(chain.get('digest'))):
        raise Refused(f'report {number} has no proper chain')
    findings = tree.get('findings')
    if not isinstance(findings, list) or not all(isinstance(one, dict) for one in findings):
        raise Refused(f'report {number}: findings: is not a list of objects')
    names = {one.get('requirement') for one in findings if isinstance(one.get('requirement'), str)}
    if len(names) < len(findings) or len(names) > _FINDINGS or any(len(name) > _NAME for name in names):
        raise Refused(f'report {number}: findings: each names another requirement, in at most {_NAME} letters, '
                      f'and they are at most {_FINDINGS}')
    return number, chain


def _bounded(number: int, node: Dict[str, Any]) -> None:
    """What a node says of itself is on everybody's pages, and in indices."""
    labels = node['labels']
    if len(labels) > _LABELS:
        raise Refused(f'report {number}: node.labels: are more than {_LABELS}')
    texts = [node[name] for name in ('name', 'machine_id', 'product_uuid', 'kernel', 'arch')] + node['macs'] \
        + list(node['os'].values()) + list(labels) + list(labels.values()) + [node.get('kubernetes', '')]
    if any(isinstance(one, str) and len(clean(one).encode('utf-8', 'replace')) > _TEXT for one in texts):
        raise Refused(f'report {number}: node: has a text of more than {_TEXT} bytes')


def _canonical(tree: Dict[str, Any]) -> Tuple[str, Sequence[str], str]:
    """chain.canonical of a report without its chain; of each finding, and of "node", which are parts of that."""
    findings = [canonical(one) for one in tree['findings']]
    about = canonical(tree.get('node'))
    rest = {key: value for key, value in tree.items() if key not in ('chain', 'findings', 'node')}
    parts = [canonical({key: value for key, value in rest.items() if key < 'findings'})[1:-1],
             f'"findings":[{",".join(findings)}]',
             canonical({key: value for key, value in rest.items() if 'findings' < key < 'node'})[1:-1],
             f'"node":{about}' if 'node' in tree else '',
             canonical({key: value for key, value in rest.items() if key > 'node'})[1:-1]]
    return f'{{{",".join(filter(None, parts))}}}', findings, about


def _part(tree: Dict[str, Any], text: str) -> Optional[Part]:
    """A finding that is as the schema has it; None for one that is not."""
    lasting = TOOK.sub('', text)
    if not FAMILIAR.finding(tree, lasting):
        return None
    return Part(tree['requirement'], (tree['state'], tree['now'], tree['boot'], tree['severity']),
                zlib.crc32(lasting.encode('ascii')),
                _digest(tree) if 'proposal' in tree and tree['mode'] == 'approve' else None, text)


def _digest(tree: Dict[str, Any]) -> Optional[str]:
    """Of the plan that a finding proposes, when it is the digest of what it shows: people see that, and allow this."""
    proposal = tree['proposal']
    if not isinstance(proposal, dict) or not isinstance(proposal.get('changes'), list):
        return None
    own = proposal.get('digest')
    right = plandigest.of_tree({'requirement': tree['requirement'], 'changes': proposal['changes']})
    return right if own == right else None
