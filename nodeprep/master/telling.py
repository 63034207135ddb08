"""What the master shows of a finding beside its states. Nodes of one making find the same: it is made once for all."""
import functools
import json

from nodeprep.master.findings import TOOK
from nodeprep.model import MET, NOT_APPLICABLE
from nodeprep.output import words
from nodeprep.record import NamedTuple
from nodeprep.report import completed
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Optional

_SAYS = 500               # letters of what is said of a failing finding; all of it is in the evidence
_REMEMBERED, _LONG = 2000, 4096           # findings, each of so many letters at most: some 5 MiB


class Told(NamedTuple):
    """Of one finding. `outcome` is how the node itself counts it, `waiver` (JSON) that of the node's configuration."""

    outcome: str
    mode: str
    title: str
    says: str
    waiver: Optional[str]


def told(text: str) -> Told:
    """What a finding comes to, from its canonical JSON."""
    text = TOOK.sub('"took_ms":0', text)
    return _remembered(text) if len(text) <= _LONG else _told(text)


def _told(text: str) -> Told:
    tree = completed(json.loads(text))
    failing = words.alike(words.failing(tree)) if tree['state'] not in (MET, NOT_APPLICABLE) else []
    says = clean('; '.join(words.statement(group) for group in failing)[:_SAYS])
    return Told(words.outcome(tree), tree['mode'], clean(tree['title'][:_SAYS]), says, _waiver(tree['waiver']))


_remembered: Any = functools.lru_cache(_REMEMBERED)(_told)


def _waiver(tree: Optional[Dict[str, str]]) -> Optional[str]:
    return json.dumps({name: text[:_SAYS] for name, text in tree.items()}) if tree else None
