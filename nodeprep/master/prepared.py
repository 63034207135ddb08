"""A report that came over the network, looked at as far as that goes without the database: in the thread of who brings
it, while another one writes. What cannot be is refused here, with the reason.
"""
import json
import zlib

from nodeprep import epoch, schema
from nodeprep.chain import GENESIS, counts, hashed, is_digest, named_gap
from nodeprep.master import findings
from nodeprep.master.findings import Part
from nodeprep.master.jsontext import canonical
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List, Optional, Sequence, Tuple

MOST_NUMBER = 2**53       # what every JSON parser reads exactly, and both databases hold
_LABELS, _TEXT = 256, 1000              # of a node; bytes, as an index of PostgreSQL takes less than 2,704 of a row
_SHOWN = 500              # letters of what stands on pages of the whole fleet
_SHORT = 2048             # bytes of a report that is framed alone
_NONE: List[Any] = []
_UNCHAINED = {'previous': GENESIS, 'digest': ''}
_sound = schema.sound()


class Refused(ValueError):
    """A report that will never be taken, and why."""


class Report(NamedTuple):
    """What is written of one. `body` is its canonical JSON without its chain, by packed(); `about` a checksum of what
    it says of the node; `said` what is shown of it: boot_id, verdict, summary as JSON, problem of the configuration,
    version and profile of the agent. `fixed`: whether it tells of fixes. `digest` is '' of one that came without a
    chain, whose `sequence` may be 0 then: unchained.py makes its link.
    """

    id: str
    sequence: int
    previous: str
    digest: str
    gap: Optional[Tuple[int, int]]
    taken: float
    body: bytes
    about: str
    said: Tuple[str, ...]
    fixed: bool
    parts: Tuple[Part, ...]

    @property
    def tree(self) -> Dict[str, Any]:
        """The whole report, read again: it is asked for when it says something new of the node, or of fixes."""
        found: Dict[str, Any] = json.loads(zlib.decompress(self.body).decode('ascii'))
        return found


def report(tree: Any) -> Report:
    """One report, from what JSON gave. Refused."""
    number, chain = _numbered(tree)
    try:
        text, texts, about = _canonical(tree)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(f'report {number} cannot be written as JSON: {type(error).__name__}') from None
    content = text.encode('ascii')
    if chain['digest'] and hashed(chain['previous'], content) != chain['digest']:
        raise Refused(f'report {number} was changed after it was written: it has not the digest that it names')
    parts = [one for one in map(findings.part, tree['findings'], texts) if one is not None]
    if len(parts) < len(texts) or not _sound(dict(tree, findings=_NONE)):
        raise Refused(f'report {number}: {schema.problem(tree)}')
    try:
        bounded(tree['node'])
    except Refused as error:
        raise Refused(f'report {number}: {error}') from None
    try:
        taken = float(epoch.of(tree['taken']))
    except ValueError as error:
        raise Refused(f'report {number}: taken: {error}') from None
    boot_id, problem, version, profile = told(tree)
    return Report(tree['id'], number, chain['previous'], chain['digest'], named_gap(chain), taken, packed(content),
                  checksum(about), (boot_id, tree['verdict'], canonical(tree['summary']), problem, version, profile),
                  bool(tree.get('fixes')), tuple(parts))


def told(tree: Dict[str, Any]) -> Tuple[str, ...]:
    """What is shown of the members before "findings": boot_id, problem of the configuration, version, profile."""
    config = tree.get('config')
    problem = config.get('problem') if isinstance(config, dict) else ''
    texts = (tree['boot_id'], problem if isinstance(problem, str) else '', tree['agent']['version'],
             tree['agent']['profile'])
    return tuple(clean(one[:_SHOWN]) for one in texts)


def checksum(about: str) -> str:
    """Of what a report says of its node, as canonical JSON."""
    return f'{zlib.crc32(about.encode("ascii")):08x}'


def packed(content: bytes) -> bytes:
    """By zlib. Level 1, a window of 8 KiB and little memory are made in half the time of zlib's usual ones, and most
    that a report repeats is near: one of 21 findings has 1.5 KB then, and 1.7 with the usual ones. A short one repeats
    little: it is framed alone, since to save half a KB would cost more than to write it.
    """
    if len(content) < _SHORT:
        return zlib.compress(content, 0)
    packer = zlib.compressobj(1, zlib.DEFLATED, 13, 5)
    return packer.compress(content) + packer.flush()


def _numbered(tree: Any) -> Tuple[int, Dict[str, Any]]:
    """The number of a report, and its chain."""
    number: Any = tree.get('sequence') if isinstance(tree, dict) else None
    linked = isinstance(tree, dict) and 'chain' in tree
    if not (counts(number) or number == 0 and not linked and not isinstance(number, bool)) or number > MOST_NUMBER:
        raise Refused('a report has no sequence number')
    chain: Any = tree['chain'] if linked else _UNCHAINED
    if linked and not (isinstance(chain, dict) and is_digest(chain.get('previous')) and is_digest(chain.get('digest'))):
        raise Refused(f'report {number} has no proper chain')
    found = tree.get('findings')
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Refused(f'report {number}: findings: is not a list of objects')
    names = {one.get('requirement') for one in found if isinstance(one.get('requirement'), str)}
    if len(names) < len(found) or len(names) > findings.MOST or any(len(name) > findings.NAME for name in names):
        raise Refused(f'report {number}: findings: each names another requirement, in at most {findings.NAME} letters, '
                      f'and they are at most {findings.MOST}')
    return number, chain


def bounded(node: Dict[str, Any]) -> None:
    """What a node says of itself is on everybody's pages, and in indices. Refused."""
    labels = node['labels']
    if len(labels) > _LABELS:
        raise Refused(f'node.labels: are more than {_LABELS}')
    texts = [node[name] for name in ('name', 'machine_id', 'product_uuid', 'kernel', 'arch')] + node['macs'] \
        + list(node['os'].values()) + list(labels) + list(labels.values()) + [node.get('kubernetes', '')]
    if any(isinstance(one, str) and len(clean(one).encode('utf-8', 'replace')) > _TEXT for one in texts):
        raise Refused(f'node: has a text of more than {_TEXT} bytes')


def _canonical(tree: Dict[str, Any]) -> Tuple[str, Sequence[str], str]:
    """chain.canonical of a report without its chain; of each finding, and of "node", which are parts of that."""
    texts = [canonical(one) for one in tree['findings']]
    about = canonical(tree.get('node'))
    rest = {key: value for key, value in tree.items() if key not in ('chain', 'findings', 'node')}
    parts = [canonical({key: value for key, value in rest.items() if key < 'findings'})[1:-1],
             f'"findings":[{",".join(texts)}]',
             canonical({key: value for key, value in rest.items() if 'findings' < key < 'node'})[1:-1],
             f'"node":{about}' if 'node' in tree else '',
             canonical({key: value for key, value in rest.items() if key > 'node'})[1:-1]]
    return f'{{{",".join(filter(None, parts))}}}', texts, about
