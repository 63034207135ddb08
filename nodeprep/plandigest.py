"""The digest of what a plan does about one requirement: an approval binds to it.

The tree is what people are shown, with `live` where a change could hurt pods that run here, and `exact` beside each
change: the digest of its very bytes, of which a diff shows three lines around. So one who has the tree can work out
the digest again, and whatever anybody changes in a file that the plan would write, near the change or far from it,
gives another digest.
"""
import hashlib
import json

from nodeprep.model import DISRUPTIVE, Change, Write
from nodeprep.report import change_tree
from nodeprep.text import clean
from nodeprep.typed import Any, Dict


def tree(part: Any) -> Dict[str, Any]:
    """A plan.Part as it is proposed: {requirement, title, changes}, the changes as reports have them, and `exact`."""
    shown: Dict[str, Any] = clean({
        'requirement': part.requirement, 'title': part.title,
        'changes': [_change(change, bool(part.live)) for change in part.changes]}, keep='\n')
    return shown


def _change(change: Change, live: bool) -> Dict[str, Any]:
    """One that could hurt the pods of a node says so: what was approved for a fresh host is another plan."""
    found = dict(change_tree(change), exact=_exact(change))
    if live and not isinstance(change, Write) and change.risk == DISRUPTIVE:
        found['live'] = True
    return found


def digest(part: Any) -> str:
    """64 hexadecimal digits (SHA-256) of a plan.Part: its requirement and its changes, in their order."""
    return of_tree(tree(part))


def of_tree(shown: Dict[str, Any]) -> str:
    """The same of what tree() gave, also after it went through JSON. The title does not count, nor other keys."""
    return _sha256({'requirement': shown['requirement'], 'changes': shown['changes']})


def _exact(change: Change) -> str:
    if isinstance(change, Write):
        return _sha256(['write', change.path, change.text, change.mode, change.was])
    return _sha256(['run', list(change.argv), list(change.undo), change.risk])


def _sha256(value: Any) -> str:
    # ASCII alone, so that surrogates (bytes that are not UTF-8) have one spelling, which no other text has.
    text = json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode('ascii')).hexdigest()
