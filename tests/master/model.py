"""What the ingest should come to, done the slow and obvious way: one report after the other, all of it in memory."""
from nodeprep.chain import BAD, FORK, GENESIS, NEXT, SEEN, judge


class Node:
    """All that is known of one node."""

    def __init__(self):
        self.sequence, self.head, self.taken, self.verdict = 0, GENESIS, None, ''
        self.kept = {}            # number -> digests, in the order they came
        self.links = []           # number, digest, link
        self.gaps = []            # first, last, state
        self.states = {}          # requirement -> (state, now, boot, severity, since)
        self.evidence = {}        # requirement -> finding
        self.transitions = []     # requirement, at, was, state, now, boot, sequence
        self.plans = []           # requirement, digest, state

    def request(self, trees, at):
        """(new, sequence) or None when it is refused."""
        if any(judge(tree).state == BAD for tree in trees):
            return None
        new = sum(self.report(tree, at) for tree in trees)
        return new, max([self.sequence] + [tree['sequence'] for tree in trees])

    def report(self, tree, at):
        number, digest, taken = tree['sequence'], tree['chain']['digest'], float(at(tree))
        link = judge(tree, self.sequence, self.head).state
        held = self.kept.setdefault(number, [])
        if digest in held:
            return 0
        if link == SEEN:
            link = FORK if held else 'late'
        elif link == FORK:
            assert number == self.sequence + 1
        on_chain = link not in (FORK, 'late')
        if link not in (NEXT, 'late'):
            hole = on_chain and number > self.sequence + 1
            self.gaps.append((self.sequence + 1, number - 1, link) if hole else (number, number, link))
        held.append(digest)
        applies = on_chain or taken > (self.taken or 0)
        self.links.append((number, digest, link, int(applies)))
        if on_chain:
            self.sequence, self.head = number, digest
        if applies:
            self.taken, self.verdict = max(taken, self.taken or 0.0), tree['verdict']
            self.compare(tree, self.taken)
        return 1

    def compare(self, tree, taken):
        told = {one['requirement']: one for one in tree['findings']}
        for name in sorted(set(self.states) - set(told)):
            self.transitions.append((name, taken, self.states.pop(name)[0], *['not-applicable'] * 3, tree['sequence']))
            self.evidence.pop(name)
            self.plan(name, None)
        for name, one in told.items():
            fresh = (one['state'], one['now'], one['boot'], one['severity'])
            old = self.states.get(name)
            if old is None or old[:4] != fresh:
                self.transitions.append((name, taken, old and old[0], *fresh[:3], tree['sequence']))
            self.states[name] = (*fresh, old[4] if old and old[0] == fresh[0] else taken)
            self.evidence[name] = one
            self.plan(name, one.get('proposal', {}).get('digest') if one['mode'] == 'approve' else None)

    def plan(self, name, digest):
        mine = [plan for plan in self.plans if plan[0] == name]
        for plan in mine:
            if plan[2] == 'proposed' and plan[1] != digest:
                plan[2] = 'superseded'
        if digest and not any(plan[1] == digest and plan[2] == 'proposed' for plan in mine):
            self.plans.append([name, digest, 'proposed'])
