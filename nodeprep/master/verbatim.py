"""A request with one report just as an agent writes it: {"reports":[{"chain":{...}, and then its canonical JSON}]}.

Its parts are cut out of the text, and each that was said before is known by its text: that takes a fifth of the time in
which the tree is read and written again. A part that is new is looked at by itself, so what a wrong cut gives is no
JSON, or not as the schema has it. Whatever is written in another way is none of this module's: it is read in the
ordinary way, which says what is wrong.
"""
import functools
import re

from nodeprep import epoch, schema
from nodeprep.chain import hashed
from nodeprep.master import findings
from nodeprep.master.familiar import Familiar
from nodeprep.master.http import bodies
from nodeprep.master.http.problem import Problem
from nodeprep.master.jsontext import canonical
from nodeprep.master.prepared import MOST_NUMBER, Refused, Report, bounded, checksum, packed, told
from nodeprep.report import FORMAT
from nodeprep.typed import Any, Optional, Tuple

# In this order canonical JSON has them. A quotation mark within a text has a backslash before it.
_CHAIN = re.compile(r'\{"reports":\[\{"chain":\{"digest":"([0-9a-f]{64})","previous":"([0-9a-f]{64})"\},')
_FINDINGS, _FIXES, _FORMAT, _SEQUENCE = ',"findings":[', ',"fixes":', f',"format":{FORMAT},"id":"', ',"sequence":'
_ID = re.compile(re.escape(_FORMAT) + '([0-9a-f-]{36})","node":')
_REST = re.compile(_SEQUENCE + r'([1-9][0-9]{0,15}),"summary":(\{[a-z0-9":,-]*\}),"taken":"([0-9TZ:-]{20})",'
                   '"took_ms":(' + findings.NUMBER + r'),"verdict":"([a-z]+)"(?:,"why":"[ !#-\[\]-~]*")?\}\]\}')
_REQUIRED, _MEMBERS = schema.members()
_FIRST = frozenset(name for name in _REQUIRED if name < 'findings')


def read(body: bytes) -> Optional[Report]:
    """The report of a body; None when it is not written so, or the ordinary way may have something against it."""
    try:
        bodies.few(body)
        text = body.decode('ascii')
        chain = _CHAIN.match(text)
        return _report(body, text, chain) if chain is not None else None
    except (ValueError, IndexError, StopIteration, RecursionError, Refused, Problem):
        return None


def _report(body: bytes, text: str, chain: Any) -> Optional[Report]:
    digest, previous = chain.groups()
    begin = chain.end()
    at = text.index(_FINDINGS, begin)
    opening = _OPENING.means(text[begin:at])
    at += len(_FINDINGS)
    parts, at = findings.cut(text, at) if text[at] != ']' else ([], at)
    if text[at] != ']' or not len({one.requirement for one in parts}) == len(parts) <= findings.MOST:
        return None
    fixed, at = _fixed(text, at + 1)
    name = _ID.match(text, at)
    if name is None:
        return None
    end = text.index(_SEQUENCE, name.end())
    about = _NODE.means(text[name.end():end])
    rest = _REST.fullmatch(text, end)
    if rest is None or not _MEMBERS['id'](name.group(1)):
        return None
    number, summary, taken, took, verdict = rest.groups()
    content = b'{' + body[begin:-2]
    if int(number) > MOST_NUMBER or not findings.usual(took) or not _MEMBERS['verdict'](verdict) \
            or hashed(previous, content) != digest:
        return None
    _SUMMARY.means(summary)
    boot_id, problem, version, profile = opening
    return Report(name.group(1), int(number), previous, digest, None, _seconds(taken), packed(content), about,
                  (boot_id, verdict, summary, problem, version, profile), fixed, tuple(parts))


def _fixed(text: str, at: int) -> Tuple[bool, int]:
    """Whether the report tells of fixes, and where what follows them begins."""
    if not text.startswith(_FIXES, at):
        return False, at
    end = text.index(_FORMAT, at)
    return _FIXED.means(text[at + len(_FIXES):end]), end


def _value(name: str, text: str) -> Any:
    """A member of a report from its text. ValueError, StopIteration, RecursionError for one that is not canonical JSON,
    or not as the schema has it; Problem for one that is too deep, or holds what is no text.
    """
    tree = _tree(text, 3)
    if not _MEMBERS[name](tree):
        raise ValueError(f'{name} is not as the schema has it')
    return tree


def _tree(text: str, within: int) -> Any:
    raw = text.encode('ascii')
    bodies.shallow(raw, within)
    tree, end = bodies.SCAN(text, 0)
    if end != len(text) or canonical(tree) != text:
        raise ValueError('this is no canonical JSON')
    bodies.text_alone(raw, tree)
    return tree


def _opened(text: str) -> Tuple[str, ...]:
    """What the members before "findings" say."""
    tree = _tree(f'{{{text}}}', 2)
    if not tree.keys() >= _FIRST or max(tree) >= 'findings' or 'chain' in tree \
            or not all(_MEMBERS[name](value) for name, value in tree.items() if name in _MEMBERS):
        raise ValueError('these are not the first members of a report')
    return told(tree)


def _noted(text: str) -> str:
    """A checksum of what a report says of its node."""
    tree = _value('node', text)
    bounded(tree)
    return checksum(text)


@functools.lru_cache(1000)       # thousands of nodes report in the same seconds
def _seconds(text: str) -> float:
    if not _MEMBERS['taken'](text):
        raise ValueError('this is no time')
    return float(epoch.of(text))


_OPENING, _NODE = Familiar(_opened), Familiar(_noted)
_SUMMARY, _FIXED = (Familiar(lambda text, name=name: bool(_value(name, text))) for name in ('summary', 'fixes'))
