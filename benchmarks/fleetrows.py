"""Rows of a large fleet, straight into the tables of a store: what many reports over 30 days would have left there."""
import json
import random

from nodeprep.compliance.document import stamp
from nodeprep.master.jsontext import canonical
from nodeprep.master.prepared import packed
from nodeprep.master.store import nodes
from nodeprep.model import worst
from tests.master.fleet import finding

REQUIREMENTS = ('bridge', 'cgroup', 'cpu', 'disk', 'docker', 'firewall', 'forwarding', 'hostname', 'hosts', 'identity',
                'kernel-modules', 'kubelet', 'memory', 'network', 'os', 'ports', 'registry', 'selinux', 'swap',
                'time-sync', 'tools')
DAY = 86400.0
_STATE = ('node', 'requirement', 'state', 'now', 'boot', 'severity', 'mode', 'since', 'title', 'says', 'waiver',
          'digest', 'seen', 'told', 'outcome')
_REPORT = ('node', 'report_id', 'sequence', 'taken', 'received', 'digest', 'previous', 'link', 'applied', 'body')
_DIGEST = 'sha256:' + '0' * 64
_TRANSITION = ('node', 'requirement', 'at', 'was', 'state', 'now', 'boot', 'severity', 'sequence', 'before', 'outcome')
_FIX = ('node', 'txn', 'requirement', 'said', 'at', 'told', 'result', 'why', 'how', 'who', 'approval', 'undone',
        'undone_by')


def fill(store, count, end, days=30, drifts=15, wrong=0.03, silent=0.01, seed=1, fixes=0):
    """`count` nodes that joined `days` before `end`, each with about `drifts` drifts since that were mended after some
    hours; a share `wrong` of all states has not been mended yet, and a share `silent` of the nodes is silent. Each
    tells of so many `fixes`.
    """
    fleet = _Fleet(random.Random(seed), end - days * DAY, end, drifts, wrong, silent)
    for first in range(1, count + 1, 1000):
        some = range(first, min(count, first + 999) + 1)
        store.do(lambda cursor, some=some: fleet.put(cursor, some), 600)
    if fixes:
        store.do(lambda cursor: cursor.many(_insert('fix', _FIX), _fixes(
            fleet.luck, [row[0] for row in cursor.all('SELECT id FROM node')], end - days * DAY, end, fixes)), 600)


def _fixes(luck, ids, begin, end, each):
    """Rows of fix, in the order in which they were told: nine of ten done, one of twenty taken back."""
    rows = []
    for node in ids:
        for number in range(each):
            at, how = begin + luck.random() * (end - begin), luck.choice(('policy', 'policy', 'approval', 'person'))
            done = luck.random() < 0.9
            rows.append((node, f'{number:06}', luck.choice(REQUIREMENTS), stamp(at), at, at,
                         'done' if done else 'failed', '' if done else 'swapoff failed with 4: no memory is left', how,
                         '/etc/nodeprep/nodeprep.yaml:31' if how == 'policy' else 'ann', '',
                         at + 3600 if luck.random() < 0.05 else None, ''))
    return sorted(rows, key=lambda row: row[4])


class _Fleet:
    def __init__(self, luck, begin, end, drifts, wrong, silent):
        self.luck, self.begin, self.end, self.drifts, self.wrong, self.silent = luck, begin, end, drifts, wrong, silent
        self._texts = {}          # of findings, by what they say

    def put(self, cursor, numbers):
        states, transitions, presence, labels, quiet, told = [], [], [], [], [], []
        for number in numbers:
            node = nodes.make(cursor, f'k8s-{"abcdefgh"[number % 8]}-{number:05}', self.begin)
            labels += [(node, 'rack', f'r{number % 40:02}'), (node, 'zone', f'z{number % 3}')]
            past, until = self._past(node)
            own = [self._state(node, name, until.get(name, self.begin), past) for name in REQUIREMENTS]
            transitions += past
            states += own
            told.append(own)
            self._about(cursor, node, number, {row[-1] for row in own})
            if self.luck.random() < 0.03:
                at = self.begin + self.luck.random() * (self.end - self.begin - DAY)
                presence += [(node, at, 'silent'), (node, at + self.luck.random() * DAY, 'heard')]
            if self.luck.random() < self.silent:
                quiet.append(node)
        cursor.many(_insert('label', ('node', 'name', 'value')), labels)
        cursor.many(_insert('state', _STATE), states)
        cursor.many(_insert('report', _REPORT), [
            (own[0][0], f'{own[0][0]:036}', 9, self.end, self.end, _DIGEST, _DIGEST, 'next', 1, self._body(own))
            for own in told])
        cursor.many(_insert('transition', _TRANSITION), sorted(transitions, key=lambda row: row[2]))
        cursor.many(_insert('presence', ('node', 'at', 'what')), presence)
        for node in quiet:
            nodes.silent(cursor, node, self.end - 3600)

    def _past(self, node):
        """Its transitions, and until when each requirement that drifted was mended."""
        found = [(node, name, self.begin, None, 'met', 'met', 'met', 'required', 1, None, 'met')
                 for name in REQUIREMENTS]
        until = {}
        for at in sorted(self.begin + self.luck.random() * (self.end - self.begin) for _ in range(self.drifts)):
            name, mended = self.luck.choice(REQUIREMENTS), at + self.luck.expovariate(1 / 8000.0) + 60
            if at > until.get(name, 0) and mended < self.end:
                until[name] = mended
                found += [(node, name, at, 'met', 'drifted', 'drifted', 'met', 'required', 2, 'met', 'drifted'),
                          (node, name, mended, 'drifted', 'met', 'met', 'met', 'required', 3, 'drifted', 'met')]
        return found, until

    def _state(self, node, name, since, past):
        now = boot = state = 'met'
        if self.luck.random() < self.wrong:
            now, boot = self.luck.choice((('drifted', 'drifted'), ('met', 'drifted'), ('drifted', 'met'),
                                          ('unknown', 'met')))
            state = worst((now, boot))
            since = max(since, self.end - self.luck.expovariate(1 / (2 * DAY)))
            past.append((node, name, since, 'met', state, now, boot, 'required', 4, 'met', state))
        says = '' if state == 'met' else f'/etc/{name}:7: something else is there; wanted: {name} as said'
        return (node, name, state, now, boot, 'required', 'report', since, f'{name} is as wanted', says, None, None, 1,
                state, state)

    def _body(self, states):
        """Of the report that tells the states of a node, as far as it is asked for."""
        texts = []
        for row in states:
            said = row[1:5]
            if said not in self._texts:
                self._texts[said] = canonical(finding(row[1], row[2], now=row[3], boot=row[4]))
            texts.append(self._texts[said])
        return packed('{{"findings":[{}],"format":1}}'.format(','.join(texts)).encode('ascii'))

    def _about(self, cursor, node, number, outcomes):
        standing = 'drifted' if 'drifted' in outcomes else 'unknown' if 'unknown' in outcomes else 'met'
        cursor.run("UPDATE node SET standing = ?, verdict = ?, role = ?, os_id = 'centos', os_name = 'CentOS Linux', "
                   "os_version = ?, kernel = '3.10.0-1160', arch = 'x86_64', kubernetes = '1.23', "
                   "agent_version = '1.0.0', profile = 'docker', sequence = 9, taken = ?, received = ?, boot_id = ?, "
                   'summary = ?, shown = 9, shown_digest = ? WHERE id = ?',
                   (standing, standing, 'control-plane' if number % 50 == 0 else 'worker', str(7 + number % 3),
                    self.end, self.end, f'{number:036}', json.dumps(dict.fromkeys(sorted(outcomes), 1)), _DIGEST, node))


def _insert(table, columns):
    return f'INSERT INTO {table} ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})'
