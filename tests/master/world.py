"""A fleet that lives by chance for some days, minute by minute: in a store and, beside it, in plain lists.

Nodes join, leave, come back, are forgotten, set apart and let out again; their clocks and the master's are set; links
break and the spool comes late; requirements come and go; waivers are given, ended and run out; the master restarts.
"""
import random
import time

from nodeprep import epoch
from nodeprep.master import ingest, membership
from nodeprep.master.store import clones, covering, joining, nodes, presence, waivers
from tests.master.fleet import Host, about, finding

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
START = 1699920000.0 - 5 * HOUR                # 2023-11-13 19:00:00 UTC
AFTER = 30 * MINUTE                            # of no word a node is silent
NAMES = ('bridge', 'disk', 'swap')
KINDS = {'met': ('met', {}), 'drifted': ('drifted', {}), 'unknown': ('unknown', {}),
         'not-applicable': ('not-applicable', {}), 'advised': ('drifted', {'severity': 'advised'}),
         'ignored': ('drifted', {'mode': 'ignore'}), 'waived': ('drifted', {}), 'reboot': ('drifted', {'now': 'met'})}
OWN = {'reason': 'its own', 'owner': 'ops', 'until': '2099-12-31'}


class Node:
    """What is true of one node. `turns`: of each requirement when it began to count as what, in the order in which the
    master learned of it; `states`: what it last told, and since when that is so.
    """

    def __init__(self, number, name, at):
        self.id, self.name, self.host, self.status = number, name, Host(number, name, NAMES), 'member'
        self.host.findings, self.host.kinds, self.taken = {}, {}, 0.0
        self.events, self.heard, self.silent = [(at, 'joined')], at, False
        self.states, self.turns = {}, {}
        self.past = []                           # until when it was what it said of itself before
        self.shown = {'role': '', 'labels': {}, 'os': {'id': '', 'version': '', 'name': ''}}
        self.queue, self.kept, self.linked, self.offset = [], None, True, 0.0
        self.clone = None

    def turn(self, requirement, at, outcome):
        self.turns.setdefault(requirement, []).append((at, outcome))

    def lose(self, requirement, at):
        del self.states[requirement]
        self.turn(requirement, at, '')

    def set_aside(self, at):
        """It is forgotten: its name is free."""
        for name in sorted(self.states):
            self.lose(name, at)
        self.past.append((at, self.shown))
        self.status, self.silent, self.name = 'forgotten', False, f'{self.name}#{self.id}'


class World:
    """`run` is to be called in the thread that writes. `log` is what was done, for who looks at a failure."""

    def __init__(self, seed, count=6, minutes=3 * 1440):
        self.luck, self.minutes = random.Random(seed), minutes
        self.nodes, self.count, self.waivers, self.log = [], count, [], []
        self.offset, self.up, self.listening, self.checked = 0.0, True, START, START
        self.now = START

    def run(self, cursor):
        """All of it; returns itself."""
        self.cursor = cursor
        for minute in range(self.minutes):
            self.real = START + minute * MINUTE
            self.now = self.real + self.offset
            self._master()
            for node in list(self.nodes):
                self._node(node, minute)
            self._people()
        return self

    def chance(self, every):
        """Whether something happens that does so about once in so many minutes."""
        return self.luck.random() < 1.0 / every

    def _master(self):
        if self.chance(900):
            self.up = not self.up
            self.listening = self.now
        elif not self.up and self.chance(40):
            self.up, self.listening = True, self.now
        if self.chance(1200):
            self.offset += self.luck.choice((-50, -7, 11, 70)) * MINUTE
            self.now = self.real + self.offset
            self._did('clock of the master', self.offset)
        if self.up and self.chance(10):
            presence.sweep(self.cursor, self.now, AFTER, self.listening)
            self._sweep()
        if self.up and self.chance(10):
            covering.reapply(self.cursor, self.now)
            self.reapply()

    def _sweep(self):
        for node in self.nodes:
            if node.heard > self.now + AFTER:
                node.heard = self.now
            if node.status in ('member', 'quarantined') and not node.silent and node.heard < self.now - AFTER \
                    and self.now - max(node.heard, self.listening) > AFTER:
                node.silent = True
                node.events.append((node.heard, 'silent'))

    def reapply(self):
        """A waiver that ran out did so when its last day ended, whenever that is noticed."""
        for day in range(int(self.checked // DAY) + 1, int(self.now // DAY) + 1):
            if time.strftime('%Y-%m-%d', time.gmtime(day * DAY - 1)) in {one['until'] for one in self.waivers}:
                self._cover(day * DAY, then=True)
        self._cover(self.now)
        self.checked = self.now

    def _cover(self, at, then=False):
        for node in self.nodes:
            for name, state in sorted(node.states.items()):
                outcome = self.outcome(node, name, state['told'], at, at if then else None)
                if outcome != state['outcome'] and (not then or state['outcome'] == 'waived'):
                    state['outcome'] = outcome
                    node.turn(name, at, outcome)

    def outcome(self, node, requirement, told, at, then=None):
        """What a state counts as at a time; by the waivers of now, or by those of `then`."""
        today = time.strftime('%Y-%m-%d', time.gmtime(at))
        for one in self.waivers:
            there = one['ended'] is None if then is None else \
                one['created'] < then and (one['ended'] is None or one['ended'] > then)
            if one['requirement'] == requirement and there and one['until'] >= today and told in (
                    'drifted', 'unknown', 'advised') and self.within(one, node):
                return 'waived'
        return told

    def within(self, waiver, node):
        kind, scope = waiver['kind'], waiver['scope']
        return kind == 'all' or kind == 'node' and waiver['node'] == node.id or \
            kind == 'label' and node.shown['labels'].get(scope.partition('=')[0]) == scope.partition('=')[2]

    def _node(self, node, minute):
        if node.status in ('left', 'forgotten'):
            if node.status == 'left' and self.chance(300) and self.up:
                self._join(node.name, node)
            return
        if self.chance(700):
            node.linked = not node.linked
        elif not node.linked and self.chance(100):
            node.linked = True
        if self.chance(1500):
            node.offset += self.luck.choice((-300, -9, 8, 500)) * MINUTE
        if self.chance(90) or not node.host.made:
            self._report(node)
        if self.up and node.linked:
            while node.queue:
                self._receive(node, node.queue.pop(0))
            if minute % 11 == node.id % 11:
                self._heard(node)
                nodes.heard(self.cursor, nodes.known(self.cursor, [node.id]), {node.id: self.now})
        if self.up and self.chance(1500):
            self._membership(node)

    def _report(self, node):
        luck, host = self.luck, node.host
        if not host.findings:
            host.kinds = {name: luck.choice(('met', 'met', 'drifted')) for name in NAMES if luck.random() < 0.9}
        elif self.chance(12) and len(host.kinds) > 1:
            del host.kinds[luck.choice(sorted(host.kinds))]
        else:
            host.kinds[luck.choice(NAMES)] = luck.choice(sorted(KINDS) + ['met', 'met', 'drifted'])
        host.findings = {}
        for name, kind in host.kinds.items():
            state, more = KINDS[kind]
            host.findings[name] = dict(finding(name, state, **more), waiver=OWN if kind == 'waived' else None)
        if self.chance(6):
            host.about['labels'] = {name: luck.choice('ab') for name in ('rack', 'zone') if luck.random() < 0.8}
        if self.chance(9):
            host.about['role'] = luck.choice(('worker', 'control-plane'))
        host.now = int(self.real + node.offset)
        if self.chance(20):
            host.sequence += 1                   # one that is lost
        node.queue.append((host.report(after=0), dict(host.kinds)))

    def _receive(self, node, queued):
        tree, kinds = queued
        result, = ingest.take(self.cursor, [ingest.prepare(node.id, [tree], self.now)])
        assert not result.refused and result.new == 1, result
        taken = min(max(float(epoch.of(tree['taken'])), node.taken), self.now)
        about = {name: tree['node'][name] for name in ('role', 'labels', 'os')}
        if about != node.shown:
            node.past.append((self.now, node.shown))
            node.shown = about
        node.taken = taken
        told = (taken, tree, kinds, self.now)
        node.kept = None if node.status == 'member' else told
        if node.status == 'member':
            self._apply(node, *told)
        self._heard(node)

    def _apply(self, node, at, tree, kinds, received):
        for name in sorted(set(node.states) - set(kinds)):
            node.lose(name, at)
        for one in tree['findings']:
            name = one['requirement']
            kind = kinds[name]
            key, told = (one['state'], one['now'], one['boot'], one['severity']), \
                'drifted' if kind == 'reboot' else kind
            old = node.states.get(name)
            if old and old['kind'] == kind:
                continue
            outcome = self.outcome(node, name, told, received)
            if old is None or old['key'] != key or old['outcome'] != outcome:
                node.turn(name, at, outcome)
            node.states[name] = {'key': key, 'kind': kind, 'told': told, 'outcome': outcome,
                                 'since': old['since'] if old and old['key'][0] == key[0] else at}

    def _heard(self, node):
        node.heard = self.now
        if node.silent:
            node.silent = False
            node.events.append((self.now, 'heard'))

    def _membership(self, node):
        cursor, luck, at = self.cursor, self.luck, self.now
        if node.status == 'quarantined':
            membership.decide(cursor, node.clone, 'keep-both', 'ada', at)
            node.status = 'member'
            node.events.append((at, 'released'))
            if node.kept:
                self._apply(node, *node.kept)
                node.kept = None
            return
        what = luck.choice(('leave', 'forget', 'quarantine', 'quarantine'))
        self._did(what, node.name)
        if what == 'quarantine':
            node.clone = cursor.add('INSERT INTO clone (kind, value, first, later, found) VALUES (?, ?, ?, ?, ?)',
                                    ('mac', 'x', node.id, node.id, at))
            assert clones._quarantine(cursor, node.id, at)
            node.status = 'quarantined'
            node.events.append((at, 'quarantined'))
            return
        if what == 'leave':
            membership.leave(cursor, node.id, at)
            node.status, node.silent = 'left', False
        else:
            membership.forget(cursor, node.name, 'ada', at)
            node.set_aside(at)
        node.events.append((at, node.status))
        node.queue = []

    def _people(self):
        luck, at = self.luck, self.now
        if not self.up:
            return
        living = [one for one in self.nodes if one.status != 'forgotten']
        free = sorted({f'n{number}' for number in range(self.count)} - {
            one.name for one in living if one.status != 'left'})
        if free and self.chance(60):
            self._join(luck.choice(free))
        if living and self.chance(700):
            kind = luck.choice(('node', 'label', 'all'))
            one = luck.choice(living)
            scope = {'node': one.name, 'label': luck.choice(('rack=a', 'zone=b')), 'all': ''}[kind]
            until = time.strftime('%Y-%m-%d', time.gmtime(at + luck.choice((0, 0, 1, 2)) * DAY))
            name = luck.choice(NAMES)
            self.waivers.append({'id': waivers.add(self.cursor, kind, scope, name, 'why', 'ops', until, 'ada', at),
                                 'kind': kind, 'scope': scope, 'node': one.id, 'requirement': name, 'until': until,
                                 'created': at, 'ended': None})
            self._did('waiver', self.waivers[-1])
            self.reapply()
        if self.waivers and self.chance(900):
            one = luck.choice(self.waivers)
            if waivers.end(self.cursor, one['id'], 'ada', at):
                one['ended'] = at
                self.reapply()

    def _join(self, name, before=None):
        number = before.id if before else len(self.nodes) + 1
        made = joining.join(self.cursor, joining.Joining(
            name, f'{self.luck.random()}', f'{self.luck.random()}', f'{number:032x}',
            about(number)['product_uuid']), self.now)
        self._did('join', name)
        if before is not None:
            assert made.node == before.id
            before.status, before.heard, before.silent = 'member', self.now, False
            before.events.append((self.now, 'joined'))
            return
        for other in self.nodes:
            if other.name == name:
                other.set_aside(self.now)
        self.nodes.append(Node(made.node, name, self.now))

    def _did(self, *what):
        self.log.append((self.now - START, *what))
