"""The compliance report as a tree, from what a ledger counted: who makes it for a fleet or for one host gives the rest.

Worst first: what has the least share of its time met; what has no share comes last.
"""
import time

from nodeprep.compliance.cuts import rounded
from nodeprep.compliance.days import DAY
from nodeprep.compliance.ledger import Ledger, Sum
from nodeprep.compliance.weigh import Weights
from nodeprep.typed import Any, Dict, Iterable, List, Mapping, Optional, Tuple

FORMAT = 1
FLEET, HOST = 'fleet', 'host'
REQUIRED = 'required'
Tree = Dict[str, Any]


def stamp(seconds: Optional[float]) -> Any:
    """A time as RFC 3339, in UTC, without parts of a second; None of None.

    >>> stamp(0.9)
    '1970-01-01T00:00:00Z'
    """
    # Not by strftime, which writes the year 1 with one digit: nodes say what time it is.
    return None if seconds is None else '{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z'.format(*time.gmtime(seconds))


def build(ledger: Ledger, nodes: List[Tree], about: Mapping[str, Tuple[str, str]], head: Tree, lists: Tree) -> Tree:
    """The report without its digest and signature.

    `nodes` are those that the ledger counted (it is closed); `about` has the title and the severity of requirements.
    `head` gives "id", "made", "by", "scope" and "asked"; `lists` gives "open", "reboot", "fights", "clones", "silent",
    "waivers", "changes", "gaps" and "evidence", each in its order. Times in nodes are seconds since 1970, in the lists
    they are written already.
    """
    for node in nodes:
        node.update(counts_from=stamp(node['counts_from']), silent=stamp(node['silent']))
    return dict(
        {'format': FORMAT, 'kind': 'compliance'}, **head, since=stamp(ledger.since), until=stamp(ledger.until),
        overall=_overall(ledger),
        days=[_weighed(seconds, {'day': stamp(day * DAY)[:10]}) for day, seconds in sorted(ledger.days.items())],
        requirements=_worst([_requirement(name, one, *about.get(name, (name, REQUIRED)))
                             for name, one in ledger.requirements.items()], 'requirement'),
        nodes=_worst(nodes, 'name'),
        groups=_worst([_weighed(one.seconds, {'label': label, 'value': value, 'nodes': one.nodes})
                       for (label, value), one in ledger.groups.items()], 'label', 'value'),
        systems=_worst([_weighed(one.seconds, {'os': os, 'version': version, 'name': name, 'nodes': one.nodes})
                        for (os, version, name), one in ledger.systems.items()], 'os', 'version', 'name'),
        ended=[dict(one, since=stamp(one['since']), until=stamp(one['until'])) for one in ledger.ended.rows()],
        ended_left_out=ledger.ended.left_out, **lists)


def _overall(ledger: Ledger) -> Tree:
    seconds = rounded(ledger.overall.seconds)
    ago = rounded(ledger.earlier.seconds)
    share, before = Weights(seconds).rounded, Weights(ago).rounded
    earlier = None if ledger.before >= ledger.since else {
        'since': stamp(ledger.before), 'until': stamp(ledger.since), 'share': before, 'seconds': ago}
    return {'share': share, 'seconds': seconds, 'before': earlier,
            'trend': None if share is None or before is None else round(share - before, 6),
            'nodes': dict(ledger.standings, counted=ledger.counted)}


def _requirement(name: str, one: Sum, title: str, severity: str) -> Tree:
    return _weighed(one.seconds, {'requirement': name, 'title': title, 'severity': severity, 'drifts': one.drifts,
                                  'failing': one.failing, 'nodes': one.nodes})


def _weighed(seconds: Dict[str, float], more: Tree) -> Tree:
    shown = rounded(seconds)
    return dict(more, share=Weights(shown).rounded, seconds=shown)


def _worst(rows: Iterable[Tree], *names: str) -> List[Tree]:
    return sorted(rows, key=lambda one: (one['share'] is None, one['share'] or 0.0, [one[name] for name in names]))
