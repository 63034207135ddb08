"""A request with one report just as an agent writes it: {"reports":[{"chain":{...}, and then its canonical JSON}]}.

Then the text of each member and each finding, and what the digest is made of, stand in the body already: to cut them
out takes a tenth of the time that it takes to write the tree again. Whatever is written in another way, or not as the
schema has it, is none of this module's: it is read in the ordinary way, which says what is wrong.
"""
from nodeprep.chain import hashed
from nodeprep.master.familiar import FAMILIAR, REQUIRED
from nodeprep.master.http import bodies
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

_BEGIN, _END = '{"reports":[{"chain":', '}]}'


class Verbatim(NamedTuple):
    """A report as it was written. `content` is what its digest is made of, `findings` the text of each of them, `about`
    that of "node". All but its findings is as the schema has it.
    """

    tree: Dict[str, Any]
    content: str
    findings: Tuple[str, ...]
    about: str


def read(body: bytes) -> Optional[Verbatim]:
    """The report of a body; None when it is not written so, or its digest is another. Problem 400, 413 of bodies."""
    if not body.startswith(_BEGIN.encode('ascii')) or not body.endswith(_END.encode('ascii')):
        return None
    bodies.bounded(body)
    try:
        text = body.decode('ascii')
        chain, end = _scan(text, len(_BEGIN))
        tree, findings, about = _members(text, end)
    except (ValueError, IndexError, StopIteration, RecursionError):
        return None
    content = '{' + text[end + 1:-2]
    if chain.__class__ is not dict or not tree.keys() >= REQUIRED or not isinstance(chain.get('previous'), str) \
            or hashed(chain['previous'], content.encode('ascii')) != chain.get('digest'):
        return None
    tree['chain'] = chain
    bodies.text_alone(body, tree)
    return Verbatim(tree, content, tuple(findings), about)


_scan: Any = bodies.DECODER.scan_once        # type: ignore[attr-defined]  # what raw_decode() calls


def _members(text: str, at: int) -> Tuple[Dict[str, Any], List[str], str]:
    """The members of a report from the end of its chain on; of "findings" and "node" also their texts. ValueError,
    IndexError. Their names follow each other as canonical JSON has them: so none is there twice.
    """
    tree: Dict[str, Any] = {}
    findings: List[str] = []
    about = before = ''
    last, familiar = len(text) - len(_END), FAMILIAR.member
    while at != last:
        end = text.index('"', at + 2)
        name = text[at + 2:end]
        if name <= before or not name.isidentifier() or text[at:at + 2] != ',"' or text[end + 1] != ':':
            raise ValueError('no next member')
        before = name
        if name == 'findings':
            tree[name], findings, at = _findings(text, end + 2)
            continue
        begin = end + 2
        value, at = _scan(text, begin)
        written = text[begin:at]
        if not familiar(name, value, written):
            raise ValueError('not canonical, or not sound')
        tree[name] = value
        if name == 'node':
            about = written
    return tree, findings, about


def _findings(text: str, at: int) -> Tuple[List[Any], List[str], int]:
    """The findings from their "[" on: as trees, as texts, and where the list ends. ValueError, IndexError."""
    trees: List[Any] = []
    texts: List[str] = []
    if text[at] != '[':
        raise ValueError('no list')
    at += 1
    while text[at] != ']':
        tree, end = _scan(text, at)
        trees.append(tree)
        texts.append(text[at:end])
        at = end
        if text[at] == ',' and text[at + 1] == '{':
            at += 1
        elif text[at] != ']':
            raise ValueError('no list of findings')
    return trees, texts, at + 1
