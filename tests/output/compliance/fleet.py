"""Compliance reports of fleets of any size, made up: the same each time, with totals that are the sums of their parts.

What renders and what verifies needs trees with every kind of line in them, and many; how the figures come about is
tested elsewhere.
"""
import hashlib
import random
import time

from nodeprep import catalogue

UNTIL = 1795305600        # 2026-11-22T00:00:00Z
DAY = 86400
CLASSES = ('met', 'drifted', 'unknown', 'silent')
RUDE = ['=cmd|"/C calc"!A0', 'off; =1+1', '<script>alert(1)</script>', 'a"b\'c&d', '\u202egnp.exe', '@SUM(A1)', '-2+3',
        '+1', 'x\ty\rz\n', '\ufffe\x00', '</td></table>', 'https://evil.example/', '\U0001f600 \u8282\u70b9', "'quoted",
        ']]>', '%s {0} {x}', 'n' * 5000, '\x1b[31mred', '\ud800']

DIFF = ('-/dev/disk/by-uuid/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0 swap swap defaults,nofail,x-systemd.device-timeout=90s'
        ' 0 0\n+# off\n')


def stamp(at):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(at))


def fleet(count, seed=1, days=30, rude=False, evidence=False):
    """A tree of `count` nodes; `rude`: every text that a node may choose is one of RUDE."""
    return _Maker(count, seed, days, rude, evidence).tree()


class _Maker:
    def __init__(self, count, seed, days, rude, evidence):
        self.chance, self.count, self.days, self.rude = random.Random(seed), count, days, rude
        self.since, self.evidence = UNTIL - days * DAY, evidence
        self.ids = {one.id: one.title for one in catalogue.load_all().values()}
        self.lists = {name: [] for name in ('open', 'reboot', 'silent', 'gaps')}

    def said(self, plain):
        return self.chance.choice(RUDE) if self.rude else plain

    def tree(self):
        nodes = sorted((self.node(number) for number in range(self.count)), key=lambda one: (
            one['share'] is None, one['share'], one['name']))
        names = [one['name'] for one in nodes]
        whole = total(one['seconds'] for one in nodes)
        stands = [one['standing'] for one in nodes]
        tree = {
            'format': 1, 'kind': 'compliance', 'id': '3f0e4a52-6f0f-4b58-9d2f-1c7f3e5b9a10', 'made': stamp(UNTIL + 5),
            'by': {'version': '1.0.0', 'host': self.said('k8s-master'), 'key': 'sha256:' + 'ab' * 32}, 'scope': 'fleet',
            'since': stamp(self.since), 'until': stamp(UNTIL), 'asked': {'label': self.said('site=north')} if seed_odd(
                self.count) else {},
            'overall': {'share': share(whole), 'seconds': whole, 'before': {
                'since': stamp(self.since - self.days * DAY), 'until': stamp(self.since), 'share': 0.981},
                'trend': None if share(whole) is None else share(whole) - 0.981,
                'nodes': dict({word: stands.count(word) for word in (
                    'met', 'drifted', 'unknown', 'silent', 'quarantined', 'new')}, counted=len(nodes))},
            'days': self.by_day(whole), 'requirements': self.by_requirement(nodes), 'nodes': nodes,
            'groups': [dict(label='rack', value=value, nodes=len(some), share=share(times), seconds=times)
                       for value, some, times in groups(nodes, lambda one: one['labels']['rack'])],
            'systems': [dict(os='centos', version=value, name=f'CentOS Linux {value} (Core)', nodes=len(some),
                             share=share(times), seconds=times)
                        for value, some, times in groups(nodes, lambda one: one['os']['version'])],
            'open': sorted(self.lists['open'], key=lambda one: one['since']), 'reboot': self.lists['reboot'],
            'fights': [dict(node=name, requirement='swap', said=self.said(
                'taken back 3 times within a day; /etc/tuned/active_profile is the suspect')) for name in names[:2]],
            'clones': [dict(kind='product_uuid', value=self.said('4c4c4544-0043-3010-8052-b4c04f564231'), first=name,
                            later=names[-1], found=stamp(UNTIL - 5 * DAY), decision='') for name in names[:1]],
            'silent': sorted(self.lists['silent'], key=lambda one: one['since']),
            'waivers': [self.waiver(number) for number in range(min(12, 2 + self.count))],
            'changes': [self.change(names, number) for number in range(min(400, 4 * self.count))],
            'gaps': self.lists['gaps'], 'evidence': self.seen(nodes) if self.evidence else None}
        return dict(tree, digest='sha256:' + hashlib.sha256(repr(tree).encode('utf-8', 'replace')).hexdigest(),
                    signature=None)

    def node(self, number):
        name = self.said(f'k8s-node{number + 1:05}') + (f'-{number}' if self.rude else '')
        heard, quiet = float(self.days * DAY), 0.0
        if self.chance.random() < 0.05 or number == 7:
            quiet = round(self.chance.uniform(600, 2 * DAY), 1)
        away = quiet and (self.chance.random() < 0.3 or number == 7)
        others = {}
        for requirement in self.ids:
            if quiet or self.chance.random() < 0.02:
                others[requirement] = self.part(name, requirement, heard - quiet, quiet, bool(away))
        apart = [one for one in ('firewall', 'registry') if one not in others]
        met = sorted(set(self.ids) - set(others) - set(apart))
        seconds = total([one['seconds'] for one in others.values()]
                        + [{'met': heard - quiet, 'silent': quiet}] * len(met)
                        + [{'not-applicable': heard - quiet}] * len(apart))
        opened = {one['state'] for one in self.lists['open'][-len(self.ids):]
                  if one['node'] == name and not one['waived_until']}
        standing = 'silent' if away else 'drifted' if 'drifted' in opened else 'unknown' if opened else 'met'
        if away:
            self.lists['silent'].append({'node': name, 'since': stamp(UNTIL - quiet)})
        if self.chance.random() < 0.02:
            self.lists['gaps'].append(dict(node=name, first=7, last=9, state='missing',
                                           said='reports 7 to 9 never came', at=stamp(UNTIL - 3 * DAY)))
        return {'name': name, 'role': 'worker' if number % 20 else 'control-plane', 'os': {
            'id': 'centos', 'version': '789'[number % 3],
            'name': self.said(f'CentOS Linux {"789"[number % 3]} (Core)')},
            'labels': {'rack': self.said(f'a{number % 40}')}, 'counts_from': stamp(self.since), 'share': share(seconds),
            'seconds': seconds, 'drifts': sum(one['drifts'] for one in others.values()), 'standing': standing,
            'silent': stamp(UNTIL - quiet) if away else None, 'sequence': 100 + number,
            'head': hashlib.sha256(str(number).encode()).hexdigest(),
            'gaps': sum(one['node'] == name for one in self.lists['gaps'][-1:]),
            'here': {'heard': heard - quiet, 'silent': quiet}, 'whole': {'met': met, 'not-applicable': sorted(apart)},
            'requirements': others}

    def part(self, name, requirement, heard, quiet, away):
        bad = round(self.chance.uniform(0, heard / 4), 1) if self.chance.random() < 0.5 else 0.0
        kind = self.chance.choice(('drifted', 'drifted', 'unknown', 'waived'))
        seconds = total([{'met': round(heard - bad, 1)}, {kind: bad}, {'silent': quiet}])
        if bad and not away and self.chance.random() < 0.5:
            self.lists['open'].append(dict(
                node=name, requirement=requirement, since=stamp(UNTIL - bad), severity='required',
                state='unknown' if kind == 'unknown' else 'drifted',
                found=self.said('/dev/mapper/centos-swap is turned on'), wanted=self.said('no swap'),
                source=self.said('/proc/swaps:2'),
                waived_until='2026-12-24' if kind == 'waived' else None))
        elif not away and self.chance.random() < 0.2:
            self.lists['reboot'].append(dict(node=name, requirement=requirement, found=self.said('a swap line'),
                                             wanted=self.said('none'), source=self.said('/etc/fstab:7')))
        return {'share': share(seconds), 'seconds': seconds, 'drifts': int(kind == 'drifted' and bad > 0)}

    def by_day(self, whole):
        found = []
        for number in range(self.days):
            seconds = {key: value / self.days for key, value in whole.items()}
            lost = seconds.get('met', 0.0) * 0.01 * (number * 7 % 5)
            seconds = dict(seconds, met=seconds.get('met', 0.0) - lost, drifted=seconds.get('drifted', 0.0) + lost)
            found.append({'day': stamp(self.since + number * DAY)[:10], 'share': share(seconds), 'seconds': seconds})
        return found

    def by_requirement(self, nodes):
        lines = []
        for name, title in self.ids.items():
            seconds = total(one['requirements'][name]['seconds'] if name in one['requirements'] else
                            {'not-applicable': one['here']['heard']} if name in one['whole']['not-applicable'] else
                            {'met': one['here']['heard'], 'silent': one['here']['silent']} for one in nodes)
            lines.append(dict(requirement=name, title=title, severity='required', share=share(seconds), seconds=seconds,
                              drifts=sum(one['requirements'].get(name, {}).get('drifts', 0) for one in nodes),
                              failing=sum(one['requirement'] == name for one in self.lists['open']), nodes=len(nodes)))
        return sorted(lines, key=lambda one: (one['share'] is None, one['share'] or 0.0, one['requirement']))

    def waiver(self, number):
        kind = ('node', 'label', 'all', 'config')[number % 4]
        return dict(kind=kind, scope={'node': self.said('k8s-node00002'), 'label': 'rack=a1'}.get(kind, ''),
                    requirement='disk', reason=self.said('a lab host'), owner=self.said('ops@example.com'),
                    until=stamp(UNTIL + (number - 2) * 9 * DAY)[:10], by=self.said('ann'),
                    created=None if kind == 'config' else stamp(self.since), ended=None, ended_by='', nodes=number)

    def change(self, names, number):
        return dict(at=stamp(UNTIL - number * 3600), who=self.said('ann'), what='approve' if number % 2 else 'fix',
                    node=names[number % len(names)], requirement='swap',
                    detail=self.said('swapoff /dev/mapper/centos-swap, allowed by the approval of ann'))

    def seen(self, nodes):
        return {one['name']: {'swap': {
            'requirement': 'swap', 'kubeadm': ['Swap'], 'title': 'Swap is off', 'state': 'drifted', 'now': 'drifted',
            'boot': 'drifted', 'severity': 'required', 'mode': 'report', 'waiver': None, 'note': '', 'took_ms': 1.5,
            'observations': [{'subject': self.said('/etc/fstab'), 'when': 'boot', 'found': self.said('a swap line'),
                              'wanted': 'none', 'met': False, 'source': '/etc/fstab:7', 'fix': [
                                  {'write': '/etc/fstab', 'diff': DIFF}], 'hint': '',
                              'advised': False, 'kubeadm': 'Swap'}]}} for one in nodes if one['standing'] == 'drifted'}


def seed_odd(count):
    return count % 2 == 1 and count > 3


def total(parts):
    found = {}
    for one in parts:
        for key, value in one.items():
            if value:
                found[key] = round(found.get(key, 0.0) + value, 1)
    return found


def share(seconds):
    whole = sum(seconds.get(key, 0.0) for key in CLASSES)
    return seconds.get('met', 0.0) / whole if whole else None


def groups(nodes, key):
    found = {}
    for one in nodes:
        found.setdefault(key(one), []).append(one)
    return [(value, some, total(one['seconds'] for one in some)) for value, some in sorted(found.items())]
