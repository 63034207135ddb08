"""A request with one report just as an agent writes it: {"reports":[{"chain":{...}, and then its canonical JSON}]}.

Then the text of each finding, and what the digest is made of, stand in the body already: to cut them out takes a tenth
of the time that it takes to write the tree again. Whatever is written in another way is none of this module's.
"""
import json

from nodeprep.chain import canonical, hashed
from nodeprep.master.http import bodies
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

_BEGIN, _END, _FINDINGS = '{"reports":[{"chain":{', '}]}', '"findings":['


class Verbatim(NamedTuple):
    """A report as it was written. `content` is what its digest is made of, `findings` the text of each of them."""

    tree: Dict[str, Any]
    content: str
    findings: Tuple[str, ...]


def read(body: bytes) -> Optional[Verbatim]:
    """The report of a body; None when it is not written so, or its digest is another. Problem 400, 413 of bodies."""
    if not body.startswith(_BEGIN.encode('ascii')) or not body.endswith(_END.encode('ascii')):
        return None
    bodies.bounded(body)
    try:
        text = body.decode('ascii')
        chain = text.index('}', len(_BEGIN)) + 1
        begin = text.index(_FINDINGS, chain) + len(_FINDINGS)
        trees, findings, end = _findings(text, begin)
        tree = bodies.DECODER.decode(text[12:begin] + text[end:-2])
    except (ValueError, IndexError, StopIteration, RecursionError):
        return None                          # who reads it in the ordinary way says what is wrong
    if not isinstance(tree, dict) or tree.get('findings') != [] or not isinstance(tree.get('chain'), dict):
        return None                          # another "findings" than the report's own
    content = '{' + text[chain + 1:-2]
    given: Any = tree.pop('chain')
    if text[chain] != ',' or text.find(_FINDINGS, end) >= 0 or not isinstance(given.get('previous'), str):
        return None
    # Written in the one way alone: no name is there twice, also not by an escape, and the chain ends nowhere else.
    if '{' + text[chain + 1:begin] + text[end:-2] != canonical(tree).decode('ascii') \
            or hashed(given['previous'], content.encode('ascii')) != given.get('digest'):
        return None
    tree.update(chain=given, findings=trees)
    bodies.text_alone(body, tree)
    return Verbatim(tree, content, tuple(findings))


def _findings(text: str, at: int) -> Tuple[List[Any], List[str], int]:
    """The findings from their begin: as trees, as texts, and where the list ends. ValueError, IndexError."""
    trees: List[Any] = []
    texts: List[str] = []
    scan: Any = bodies.DECODER.scan_once     # type: ignore[attr-defined]  # what raw_decode() calls
    while text[at] != ']':
        tree, end = scan(text, at)
        trees.append(tree)
        texts.append(text[at:end])
        at = end
        if text[at] == ',' and text[at + 1] == '{':
            at += 1
        elif text[at] != ']':
            raise json.JSONDecodeError('no list of findings', text, at)
    return trees, texts, at
