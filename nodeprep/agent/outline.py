"""What of a round is news: two rounds with the same outline need one report.

A number within a text is no news, such as how much of a disk is free or by how much a clock is off: whether it is too
much is in the state, and what it is now is in the next report and in the status.
"""
import hashlib
import re
import time

from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.typed import Any, Iterable

# A number that stands by itself, with its unit: neither part of a name (sda2, 10-k8s.conf) nor of an address or path.
_NUMBER = re.compile(r'(?<![\w/.:-])-?\d+(?:[.,]\d+)*'
                     r'(?: ?(?:[kKMGTP]i?B|bytes|[mnµu]?s|min|h|d|days|%))?(?![\w/:-]|\.\d)')


def told(text: str) -> str:
    """A text without its numbers.

    >>> told('/swapfile: swapping on 16 MiB, 4.5 KiB of it used'), told('10-k8s.conf of sda2 at 10.0.0.1:80')
    ('/swapfile: swapping on #, # of it used', '10-k8s.conf of sda2 at 10.0.0.1:80')
    """
    return _NUMBER.sub('#', text)


def day(at: float) -> str:
    """The day in UTC, by which waivers go.

    >>> day(1795384688.5)
    '2026-11-22'
    """
    return time.strftime('%Y-%m-%d', time.gmtime(at))


def outline(judged: Iterable[Any], today: str, more: Iterable[Any] = ()) -> str:
    """The outline of a round (report.Judged), as a digest. `today` is a day such as 2027-01-31, for the waivers;
    `more` is what else would be news.
    """
    parts = [_of(one.requirement.id, one.finding, one.rule, today) for one in judged]
    return hashlib.sha256(repr((parts, list(more))).encode('utf-8', 'surrogateescape')).hexdigest()


def _of(requirement: str, finding: Any, rule: Any, today: str) -> Any:
    waiver = rule.waiver if rule.waiver and rule.waiver.until >= today else None
    failing = finding.state in (DRIFTED, UNKNOWN)
    seen = sorted((one.when, one.subject, str(one.met), one.advised, told(one.found), told(one.wanted), bool(one.fix))
                  for one in finding.observations if one.met is not True) if failing else []
    return requirement, finding.state, finding.now, finding.boot, rule.severity, rule.mode, waiver, seen
