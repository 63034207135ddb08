"""The steps of a plan as the page shows them. A plan came from a host: whatever is odd in it is shown as it is, and a
plan with a step that is not understood cannot be approved.
"""
import json

from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.output.words import command
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Tuple

RISKS = {'harmless': '', 'disruptive': N_('disruptive'), 'reboot': N_('takes effect at a reboot')}
LIVE = N_('it may hurt the pods that run on this node')
MOST_STEPS, MOST_TEXT = 200, 2**19       # of a plan, and letters in all; what is longer nobody has read
MOST_LINES = 400          # of one diff


class Step(NamedTuple):
    """One change. `does` is what is done; `back` what takes it back, None when nothing does, '' when that goes without
    saying. `lines` are (class, text) of a diff.
    """

    does: str
    path: str = ''            # of a file that is written
    risk: str = ''
    back: Any = ''
    lines: Tuple[Tuple[str, str], ...] = ()
    more: int = 0             # lines that are left out
    odd: bool = False         # it is not understood


def steps(changes: Any, _: Language = ENGLISH_TEXTS) -> List[Step]:
    """Those of what a plan or a fix has as its changes."""
    if not isinstance(changes, list) or len(changes) > MOST_STEPS or len(json.dumps(changes)) > MOST_TEXT:
        return [_odd(changes)]
    return [_step(one, _) for one in changes]


def understood(changes: Any) -> bool:
    """Whether a person can know what they approve."""
    return not any(step.odd for step in steps(changes))


def _step(one: Any, _: Language) -> Step:
    if not isinstance(one, dict):
        return _odd(one)
    if _words(one.get('run')) and _words(one.get('undo', []), empty=True) and one.get('risk') in list(RISKS) \
            and set(one) <= {'run', 'undo', 'risk', 'exact', 'live'} and one.get('live', True) is True:
        risk = LIVE if 'live' in one else RISKS[one['risk']]
        return Step(command(one['run']), risk=risk and _(risk),
                    back=command(one['undo']) if one.get('undo') else None)
    if isinstance(one.get('write'), str) and isinstance(one.get('diff'), str) \
            and set(one) <= {'write', 'diff', 'exact'}:
        lines = one['diff'].split('\n')[2:]
        lines = lines[:-1] if lines and not lines[-1] else lines
        shown = tuple((_KINDS.get(line[:1], ''), line) for line in lines[:MOST_LINES])
        empty = (('at', _('(an empty file)')),) if not shown and one['diff'] else ()
        return Step('', path=one['write'], lines=shown or empty, more=max(0, len(lines) - MOST_LINES))
    return _odd(one)


_KINDS = {'+': 'add', '-': 'cut', '@': 'at'}


def _words(value: Any, empty: bool = False) -> bool:
    return isinstance(value, list) and bool(value or empty) and all(isinstance(word, str) for word in value)


def _odd(one: Any) -> Step:
    return Step(json.dumps(one, sort_keys=True)[:2000], odd=True)
