"""What a compliance report should say of a world, done the slow and obvious way: minute after minute."""
from nodeprep.compliance.document import stamp
from tests.master.world import MINUTE, NAMES

COUNTED = ('met', 'drifted', 'unknown', 'silent')
FAILING = ('drifted', 'unknown', 'waived')


def at(turns, moment, before=''):
    """What holds at a moment, of turns in the order in which they became known: one that lies before a forerunner
    counts from that one's time on.
    """
    found, latest = before, None
    for when, what in turns:
        latest = when if latest is None else max(latest, when)
        if latest > moment:
            break
        found = what
    return found


def membership(node, moment):
    """joined, released, left, forgotten or quarantined, and whether it is silent."""
    last, quiet, latest = '', False, None
    for when, what in node.events:
        latest = when if latest is None else max(latest, when)
        if latest > moment:
            break
        if what in ('silent', 'heard'):
            quiet = what == 'silent'
        else:
            last = what
            quiet = quiet and what in ('quarantined', 'released')
    return last, quiet


def outcome(node, name, moment):
    """What a requirement counted as; '' when it was not told of."""
    return at(node.turns.get(name, ()), moment)


def about(node, moment):
    """What the node said of itself."""
    for until, said in node.past:
        if until > moment:
            return said
    return node.past[-1][1] if node.status == 'forgotten' else node.shown


class Obvious:
    """Figures of a span, in seconds since 1970 that are whole minutes. `wanted` says whether a node counts."""

    def __init__(self, nodes, since, until, wanted):
        self.since, self.until, self.end = since, until, until - MINUTE
        self.nodes = [node for node in nodes if wanted(about(node, self.end))]
        self.seconds, self.days, self.here = {}, {}, {}
        self.earlier = {}
        for node in self.nodes:
            for minute in range(int((until - since) / MINUTE)):
                self._minute(node, since + minute * MINUTE)
                for name in NAMES:
                    self._add(self.earlier, self._class(node, name, since - (minute + 1) * MINUTE))

    def _minute(self, node, moment):
        here = self._here(node, moment)
        if here:
            into = self.here.setdefault(node.id, {'heard': 0, 'silent': 0})
            into[here] += 60
        for name in NAMES:
            kind = self._class(node, name, moment)
            self._add(self.seconds.setdefault((node.id, name), {}), kind)
            self._add(self.days.setdefault(stamp(moment)[:10], {}), kind)

    def _here(self, node, moment):
        last, quiet = membership(node, moment)
        told = any(turns and moment >= turns[0][0] for turns in node.turns.values())
        return ('silent' if quiet else 'heard') if told and last in ('joined', 'released') else ''

    def _class(self, node, name, moment):
        here, found = self._here(node, moment), outcome(node, name, moment)
        if not here or not found:
            return ''
        if here == 'silent':
            return 'silent' if found in COUNTED else ''
        return found

    def _add(self, into, kind):
        if kind:
            into[kind] = into.get(kind, 0) + 60

    def together(self, keys):
        """The sum of some (node, requirement)."""
        whole = {}
        for key in keys:
            for kind, length in self.seconds.get(key, {}).items():
                whole[kind] = whole.get(kind, 0) + length
        return whole

    def standing(self, node):
        """How it stands at the end; None when it is none of the report's then."""
        last, quiet = membership(node, self.end)
        if last == 'quarantined':
            return last
        if last not in ('joined', 'released'):
            return 'gone'
        found = {outcome(node, name, self.end) for name in NAMES} - {''}
        return 'silent' if quiet else 'drifted' if 'drifted' in found else 'unknown' if 'unknown' in found else \
            'met' if found else 'new'

    def failing(self):
        """(node, requirement, what it counted as) at the end, of members."""
        return {(node.name, name, outcome(node, name, self.end)) for node in self.nodes for name in NAMES
                if self.standing(node) not in ('gone', 'quarantined') and outcome(node, name, self.end) in FAILING}

    def drifts(self, node, name):
        """How often it began to drift; of one that counts, or is a member at the end."""
        if node.id not in self.here and self.standing(node) in ('gone', 'quarantined'):
            return 0
        moments = [self.since - MINUTE + number * MINUTE
                   for number in range(int((self.until - self.since) / MINUTE) + 1)]
        found = [outcome(node, name, moment) for moment in moments]
        return sum(1 for was, now in zip(found, found[1:]) if now == 'drifted' and was != 'drifted')


def share(seconds):
    counted = sum(seconds.get(kind, 0) for kind in COUNTED)
    return seconds.get('met', 0) / counted if counted else None
