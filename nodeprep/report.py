"""Report format 1: the one form on the wire, on disk and for every output. CONTRACT.md is its definition.

A report is a tree of mappings, lists, texts and numbers, safe to show: `build` makes it, `dumps` and `loads` are
its JSON, which gives back the same tree.
"""
import os
import time

from nodeprep import __version__
from nodeprep.ignore import Ignored, demoted, noted
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN, Change, Finding, Observation, Requirement, Rule, Write
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Optional

FORMAT = 1


class BadReport(ValueError):
    """What is read is not a report of a format that is known; says where."""


class Judged(NamedTuple):
    """One finding with what the policy makes of it."""

    requirement: Requirement
    finding: Finding
    rule: Rule


def build(judged: Iterable[Judged], node: Dict[str, Any], profile: str, ignored: Optional[Ignored] = None,
          took: float = 0.0, diffs: bool = True, taken: Optional[float] = None, sequence: int = 0) -> Dict[str, Any]:
    """The tree of a round. `took` in seconds; `taken` in seconds since 1970, default now; `boot_id` comes in `node`."""
    skip = ignored or Ignored(frozenset(), frozenset())
    when = time.gmtime(taken)
    today = time.strftime('%Y-%m-%d', when)
    findings = [_finding(one, skip, today, diffs) for one in judged]
    about = dict(node)
    tree: Dict[str, Any] = clean({
        'format': FORMAT, 'id': _uuid4(), 'sequence': sequence, 'taken': time.strftime('%Y-%m-%dT%H:%M:%SZ', when),
        'took_ms': round(took * 1000, 1), 'boot_id': about.pop('boot_id', ''), 'node': about,
        'agent': {'version': __version__, 'profile': profile},
        'verdict': _verdict(findings), 'summary': _summary(findings)}, keep='\n')
    tree['findings'] = findings
    return tree


def dumps(tree: Dict[str, Any], indent: Optional[int] = None) -> str:
    """The report as JSON, ASCII only."""
    import json
    return json.dumps(tree, indent=indent, ensure_ascii=True, allow_nan=False)


def loads(text: str) -> Dict[str, Any]:
    """A report of any format that was ever written, from JSON. BadReport when it is none."""
    import json
    try:
        tree = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadReport(f'not JSON: {error}') from None
    if not isinstance(tree, dict) or tree.get('format') != FORMAT or isinstance(tree.get('format'), bool):
        raise BadReport(f'not a report of format {FORMAT}')
    from nodeprep import schema
    problem = schema.problem(tree)
    if problem:
        raise BadReport(problem)
    tree['summary'].setdefault('ignored', 0)
    for one in tree['findings']:
        completed(one)
    return tree


def completed(finding: Dict[str, Any]) -> Dict[str, Any]:
    """The finding, with what an observation may lack: another program need not write it."""
    for seen in finding['observations']:
        seen.setdefault('advised', False)
        seen.setdefault('kubeadm', '')
    return finding


def _no_constant(word: str) -> None:
    raise ValueError(f'{word} is not JSON')


def _finding(one: Judged, ignored: Ignored, today: str, diffs: bool) -> Dict[str, Any]:
    requirement, rule = one.requirement, one.rule
    finding = demoted(one.finding, ignored)
    ignoring = noted(finding, ignored)
    notes = [note for note in (finding.note, rule.note) if note]
    if ignoring:
        notes.append('ignored: ' + ', '.join(ignoring))
    waiver = rule.waiver
    if waiver and waiver.until < today:
        notes.append(f'the waiver of {waiver.owner} expired on {waiver.until}')
        waiver = None
    tree: Dict[str, Any] = clean({
        'requirement': requirement.id, 'kubeadm': list(requirement.kubeadm), 'title': requirement.title,
        'state': finding.state, 'now': finding.now, 'boot': finding.boot,
        'severity': _severity(finding, rule), 'mode': 'ignore' if requirement.id in ignored.requirements else rule.mode,
        'waiver': {'reason': waiver.reason, 'owner': waiver.owner, 'until': waiver.until} if waiver else None,
        'note': '; '.join(notes), 'took_ms': round(finding.took * 1000, 2)}, keep='\n')
    tree['observations'] = [_observation(seen, diffs) for seen in finding.observations]
    return tree


def _severity(finding: Finding, rule: Rule) -> str:
    failing = [seen for seen in finding.observations if seen.met is not True]
    return 'advised' if failing and all(seen.advised for seen in failing) else rule.severity


def _observation(seen: Observation, diffs: bool) -> Dict[str, Any]:
    tree = {'subject': seen.subject, 'when': seen.when, 'found': seen.found, 'wanted': seen.wanted, 'met': seen.met,
            'source': seen.source, 'fix': [change_tree(change, diffs) for change in seen.fix], 'hint': seen.hint,
            'advised': seen.advised, 'kubeadm': seen.kubeadm}
    # Most of a report are printable texts: one look at all of them together costs less than one at each.
    if not seen.fix and f'{seen.subject}{seen.found}{seen.wanted}{seen.source}{seen.hint}{seen.kubeadm}'.isprintable():
        return tree
    cleaned: Dict[str, Any] = clean(tree, keep='\n')
    return cleaned


def change_tree(change: Change, diffs: bool = True) -> Dict[str, Any]:
    """A change as reports and plans have it."""
    if isinstance(change, Write):
        return {'write': change.path, 'diff': diff(change) if diffs else ''}
    return {'run': list(change.argv), 'undo': list(change.undo), 'risk': change.risk}


def diff(change: Write) -> str:
    """A unified diff of what a Write does, as `diff -u` prints it."""
    import difflib
    before = (change.was or '').splitlines(True)
    after = (change.text or '').splitlines(True)
    lines: List[str] = [] if before or after else ['--- /dev/null\n', f'+++ {change.path}\n']     # an empty new file
    for line in difflib.unified_diff(before, after, change.path if change.was is not None else '/dev/null',
                                     change.path if change.text is not None else '/dev/null'):
        lines.append(line if line.endswith('\n') else line + '\n\\ No newline at end of file\n')
    return ''.join(lines)


def counts(finding: Dict[str, Any]) -> bool:
    """Whether a finding of the tree decides the verdict: required, neither waived nor ignored."""
    return finding['severity'] == 'required' and finding['waiver'] is None and finding['mode'] != 'ignore'


def _verdict(findings: List[Dict[str, Any]]) -> str:
    states = {_deciding(finding) for finding in findings if counts(finding)}
    return DRIFTED if DRIFTED in states else UNKNOWN if UNKNOWN in states else MET


def _deciding(finding: Dict[str, Any]) -> str:
    # What is only advised does not decide, even where it stands beside something required that could not be told.
    decided = [seen['met'] for seen in finding['observations'] if not seen['advised']]
    return DRIFTED if False in decided else UNKNOWN if None in decided else MET


def _summary(findings: List[Dict[str, Any]]) -> Dict[str, int]:
    total = dict.fromkeys((MET, DRIFTED, UNKNOWN, NOT_APPLICABLE, 'waived', 'ignored'), 0)
    for finding in findings:
        failing = finding['state'] in (DRIFTED, UNKNOWN)
        total['ignored' if finding['mode'] == 'ignore' else
              'waived' if failing and finding['waiver'] else finding['state']] += 1
    return total


def _uuid4() -> str:
    # RFC 4122 version 4. The uuid module costs more to load than a whole requirement to examine.
    raw = bytearray(os.urandom(16))
    raw[6], raw[8] = raw[6] & 0x0f | 0x40, raw[8] & 0x3f | 0x80
    text = raw.hex()
    return '-'.join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

