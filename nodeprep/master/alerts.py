"""What happened, as receivers of messages read it: a list of events, or alerts of Alertmanager's API version 2.

Source: github.com/prometheus/alertmanager api/v2/openapi.yaml, postableAlerts. An alert lasts until its endsAt and is
told again before that, as Prometheus does it: Alertmanager forgets all of them when it restarts.
"""
import time

from nodeprep.master.store.news import Event
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.typed import Any, Dict, List

LASTS = 900.0             # seconds after which an alert that was not told again ends
_NAMES = {DRIFTED: 'NodeprepDrift', UNKNOWN: 'NodeprepUnknown'}
_SILENT = 'NodeprepSilent'


def generic(events: List[Event]) -> Dict[str, Any]:
    """The body of a message of kind `generic`."""
    return {'format': 1, 'events': [{
        'event': one.what, 'node': one.node, 'at': stamp(one.at), 'requirement': one.requirement or None,
        'before': one.before or None, 'outcome': one.outcome or None, 'severity': one.severity or None,
        'title': one.title or None, 'says': one.says or None} for one in events]}


def alerts(events: List[Event], now: float) -> List[Dict[str, Any]]:
    """The body of a message of kind `alertmanager`: what begins, and what ends."""
    found = []
    for one in events:
        if one.what in ('silent', 'heard'):
            found.append(silent(one.node, one.at, now) if one.what == 'silent' else
                         dict(silent(one.node, one.at, now), endsAt=stamp(one.at)))
        for outcome in (one.before, one.outcome):
            if outcome in _NAMES and one.before != one.outcome:
                alert = failing(one, outcome, now)
                found.append(alert if outcome == one.outcome else dict(alert, endsAt=stamp(one.at)))
    return found


def failing(one: Event, outcome: str, now: float) -> Dict[str, Any]:
    """The alert of a requirement that is not met since `at` of an event."""
    return {'labels': {'alertname': _NAMES[outcome], 'node': one.node, 'requirement': one.requirement,
                       'severity': one.severity},
            'annotations': {'summary': f'{one.node}: {one.title or one.requirement}: {outcome}',
                            'description': one.says},
            'startsAt': stamp(one.at), 'endsAt': stamp(now + LASTS)}


def silent(node: str, since: float, now: float) -> Dict[str, Any]:
    """The alert of a node that is not heard of."""
    return {'labels': {'alertname': _SILENT, 'node': node, 'severity': 'required'},
            'annotations': {'summary': f'{node}: nothing is heard of it', 'description': ''},
            'startsAt': stamp(since), 'endsAt': stamp(now + LASTS)}


def stamp(at: float) -> str:
    """A time as RFC 3339 writes it.

    >>> stamp(0.25)
    '1970-01-01T00:00:00Z'
    """
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(at))
