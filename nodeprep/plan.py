"""The plan: what a fix would change, requirement by requirement, and what it leaves, with the reason.

Made from findings before anything is touched; the fixer does what a plan says and nothing else.
"""
import time

from nodeprep import engine, report
from nodeprep.host.foreseen import foreseen
from nodeprep.linux.containers import in_container
from nodeprep.linux.live import live
from nodeprep.model import BOOT, DISRUPTIVE, MET, NOW, Change, Finding, Observation, Requirement, Rule, Run, Write
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, FrozenSet, Iterable, List, Optional, Tuple

Laid = Dict[str, Optional[str]]


class Allowed(NamedTuple):
    """What whoever asks for the fix allows."""

    named: FrozenSet[str] = frozenset()        # ids that were named: their advised observations count too
    force_live: bool = False
    forbidden: str = ''                        # why nothing may be changed on this host at all


class Left(NamedTuple):
    """An observation that is not met and that the plan does nothing about."""

    subject: str
    when: str
    found: str
    why: str
    refused: bool = False                      # --force-live would allow it
    advised: bool = False


class Part(NamedTuple):
    """What is done about one requirement. `aims` are the observations that its changes end; `live` is what shows that
    pods run here, when a change could hurt them.
    """

    requirement: str
    title: str
    changes: Tuple[Change, ...] = ()
    aims: Tuple[Tuple[str, str], ...] = ()     # (subject, when)
    left: Tuple[Left, ...] = ()
    live: str = ''


class Plan(NamedTuple):
    """The parts in the order in which they are done."""

    parts: Tuple[Part, ...]

    @property
    def changes(self) -> int:
        """How many changes it has in all."""
        return sum(len(part.changes) for part in self.parts)

    def tree(self) -> List[Dict[str, Any]]:
        """The same as mappings, lists and texts, safe to show; changes as reports have them."""
        parts: List[Dict[str, Any]] = clean([{
            'requirement': part.requirement, 'title': part.title,
            'changes': [report.change_tree(change) for change in part.changes],
            'left': [one._asdict() for one in part.left]} for part in self.parts], keep='\n')
        return parts


def make(host: Any, examined: Iterable[Tuple[Requirement, Finding, Rule]], allowed: Allowed) -> Plan:
    """The plan for some findings. Requirements that write the same file are planned one on top of the other."""
    forbidden = allowed.forbidden or _in_container(host)
    laid: Laid = {}
    parts = []
    for requirement, finding, rule in in_order(list(examined)):
        part = _part(host, requirement, finding, rule, allowed._replace(forbidden=forbidden), laid)
        laid.update((change.path, change.text) for change in part.changes if isinstance(change, Write))
        if part.changes or part.left:
            parts.append(part)
    return Plan(tuple(parts))


def waiting(judged: Iterable[Tuple[Requirement, Finding, Rule]]) -> List[Dict[str, Any]]:
    """What the next boot ends and nothing before it does: `requirement`, `subject`, `found` and `wanted` of each.

    Only of what each boot makes anew: no reboot brings a time server into reach, or a second CPU.
    """
    seen = [(requirement, [one for one in finding.observations if one.when == NOW and one.met is False])
            for requirement, finding, _ in judged if requirement.remade and finding.boot == MET]
    told: List[Dict[str, Any]] = clean([
        {'requirement': requirement.id, 'subject': one.subject, 'found': one.found, 'wanted': one.wanted}
        for requirement, left in seen if not any(one.fix for one in left) for one in left])
    return told


def in_order(examined: List[Any]) -> List[Any]:
    """The same, each behind those of its `after`, otherwise as given. An id that is not among them does not matter."""
    done: List[Any] = []
    todo = list(examined)
    while todo:
        waiting = {one[0].id for one in todo}
        first = next((one for one in todo if not waiting & set(one[0].after)), todo[0])
        todo.remove(first)
        done.append(first)
    return done


def may_hurt_pods(change: Change) -> bool:
    """Whether a change could hurt the pods of a node that runs some."""
    return isinstance(change, Run) and change.risk == DISRUPTIVE


def part_of(host: Any, requirement: Requirement, finding: Finding, rule: Rule, allowed: Allowed) -> Part:
    """The part of one requirement by itself."""
    return _part(host, requirement, finding, rule, allowed._replace(forbidden=allowed.forbidden or _in_container(host)),
                 {})


def _part(host: Any, requirement: Requirement, finding: Finding, rule: Rule, allowed: Allowed, laid: Laid) -> Part:
    if laid and _written(finding) & set(laid):
        finding = engine.examine(requirement, foreseen(host, laid), rule.want)
    skip = '' if requirement.id in allowed.named else _not_asked_for(requirement, rule, host.time())
    changes: List[Change] = []
    aims: List[Tuple[str, str]] = []
    left: List[Left] = []
    for seen in finding.observations:
        if seen.met:
            continue
        why, refused = _against(host, requirement, seen, rule, allowed, skip)
        if why:
            left.append(Left(seen.subject, seen.when, seen.found, why, refused, seen.advised))
            continue
        aims.append((seen.subject, seen.when))
        changes += _fresh(host, requirement, rule, seen, changes, laid)
    return Part(requirement.id, requirement.title, tuple(changes), tuple(aims),
                _still(host, requirement, rule, left, changes, laid),
                live(host) if any(may_hurt_pods(change) for change in changes) else '')


def _still(host: Any, requirement: Requirement, rule: Rule, left: List[Left], changes: List[Change],
           laid: Laid) -> Tuple[Left, ...]:
    """What is left for the next boot also when the files are written: a mask settles what else could turn swap on."""
    own = {change.path: change.text for change in changes if isinstance(change, Write)}
    if not own or not any(one.when == BOOT for one in left):
        return tuple(left)
    again = engine.examine(requirement, foreseen(host, dict(laid, **own)), rule.want)
    open_ = {(seen.subject, seen.when) for seen in again.observations if not seen.met}
    return tuple(one for one in left if one.when != BOOT or (one.subject, one.when) in open_)


def _written(finding: Finding) -> set:
    return {change.path for seen in finding.observations for change in seen.fix if isinstance(change, Write)}


def _fresh(host: Any, requirement: Requirement, rule: Rule, seen: Observation, planned: List[Change],
           laid: Laid) -> List[Change]:
    """The changes of an observation that are not planned yet, the files as those that are planned leave them."""
    own = {change.path: change.text for change in planned if isinstance(change, Write)}
    fix = seen.fix
    if any(isinstance(change, Write) and own.get(change.path, change.text) != change.text for change in fix):
        again = engine.examine(requirement, foreseen(host, dict(laid, **own)), rule.want)
        fix = next((one.fix for one in again.observations
                    if (one.subject, one.when) == (seen.subject, seen.when) and one.met is False), ())
    return [change for change in fix if change not in planned]


def _against(host: Any, requirement: Requirement, seen: Observation, rule: Rule, allowed: Allowed,
             skip: str) -> Tuple[str, bool]:
    """(why nothing is done about an observation, whether --force-live would allow it); ('', False) when it is done."""
    if seen.met is None:
        return 'could not be told' + (f'; {seen.hint}' if seen.hint else ''), False
    if not seen.fix:
        return seen.hint or 'nothing is known to change it', False
    if allowed.forbidden:
        return allowed.forbidden, False
    if skip:
        return skip, False
    if (seen.advised or rule.severity == 'advised') and requirement.id not in allowed.named:
        return f'only advised, so it is done when it is named: fix {requirement.id}', False
    if not allowed.force_live and any(may_hurt_pods(one) for one in seen.fix):
        pods = live(host)
        if pods:
            return f'it may hurt the pods of this node ({pods}): --force-live does it' + (
                f'. {seen.hint}' if seen.hint else ''), True
    return '', False


def _not_asked_for(requirement: Requirement, rule: Rule, now: float) -> str:
    if rule.mode == 'ignore':
        return f'mode is ignore, so it is done when it is named: fix {requirement.id}'
    if rule.waiver and rule.waiver.until >= time.strftime('%Y-%m-%d', time.gmtime(now)):
        return (f'waived by {rule.waiver.owner} until {rule.waiver.until}, so it is done when it is named: '
                f'fix {requirement.id}')
    return ''


def _in_container(host: Any) -> str:
    inside = in_container(host)
    return f'this is a container ({inside}), in which nothing is ever fixed' if inside else ''
