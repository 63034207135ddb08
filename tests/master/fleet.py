"""Reports of made-up nodes as their agents would send them, and stores filled with such a fleet."""
import copy
import random
import time

from nodeprep import plandigest
from nodeprep.chain import GENESIS, digest
from nodeprep.master.store import covering, nodes, waivers

TITLES = {'os': 'The system is one that is supported', 'cpu': 'There are enough processors',
          'memory': 'There is enough memory', 'disk': 'There is enough disk, and room on it', 'swap': 'Swap is off',
          'selinux': 'SELinux is as wanted', 'firewall': 'The firewall lets the cluster through',
          'hostname': 'The host name is one that DNS takes', 'hosts': 'The nodes know each other',
          'bridge': 'Bridged traffic is filtered', 'forwarding': 'Packets are forwarded',
          'time-sync': 'The clock is kept',
          'docker': 'Docker runs as wanted', 'cgroup': 'One manager of control groups',
          'kernel-modules': 'The kernel modules are loaded', 'ports': 'The ports are free',
          'tools': 'The tools are there',
          'identity': 'The machine is told from all others', 'network': 'The network is usable',
          'registry': 'The registry is reached', 'kubelet': 'The kubelet is as wanted'}
DAY = 86400.0
SYSTEMS = (('7', 'CentOS Linux 7 (Core)', '3.10.0-1160'), ('8', 'CentOS Stream 8', '4.18.0-553'),
           ('9', 'CentOS Stream 9', '5.14.0-503'))


def about(number, name=''):
    """The "node" of a report: a machine unlike all others."""
    version, system, kernel = SYSTEMS[number % 3]
    return {'name': name or f'node{number:05}', 'role': 'control-plane' if number % 50 == 0 else 'worker',
            'machine_id': f'{number:032x}', 'product_uuid': f'{number:08x}-1111-4222-8333-444455556666',
            'macs': ['52:54:%02x:%02x:%02x:01' % (number >> 16 & 255, number >> 8 & 255, number & 255)],
            'addresses': [f'10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}'],
            'os': {'id': 'centos', 'version': version, 'name': system}, 'kernel': kernel, 'arch': 'x86_64',
            'labels': {'rack': f'r{number % 40:02}', 'site': 'abc'[number % 3]}, 'kubernetes': '1.23'}


def finding(requirement, state='met', mode='report', now='', boot='', changes=(), found='', severity='required'):
    """One finding. `changes` make it propose a plan."""
    met = {'met': True, 'drifted': False, 'unknown': None, 'not-applicable': True}
    now, boot = now or state, boot or state
    observations = [] if state == 'not-applicable' else [
        {'subject': f'/etc/{requirement}', 'when': when, 'found': found or f'{half} here',
         'wanted': f'{requirement} as wanted', 'met': met[half],
         'source': f'/etc/{requirement}:1', 'fix': [], 'hint': 'ask its owner', 'advised': False,
         'kubeadm': ''} for when, half in (('now', now), ('boot', boot)) if half != 'not-applicable']
    tree = {'requirement': requirement, 'kubeadm': [], 'title': TITLES.get(requirement, requirement), 'state': state,
            'now': now, 'boot': boot, 'severity': severity, 'mode': mode, 'waiver': None, 'note': '', 'took_ms': 0.5,
            'observations': observations}
    if changes:
        shown = {'requirement': requirement, 'changes': list(changes)}
        tree['proposal'] = {'digest': plandigest.of_tree(shown), 'changes': shown['changes']}
    return tree


def plan(word='swapoff'):
    """Changes as a proposal has them."""
    return ({'run': [word, '-a'], 'undo': ['swapon', '-a'], 'risk': 'harmless', 'exact': 'ab' * 32},)


class Host:
    """A node that makes reports in a chain, as an agent and its spool would."""

    def __init__(self, number=1, name='', requirements=tuple(TITLES), start=1700000000):
        """`start`: seconds since 1970 of its first report."""
        self.about, self.now = about(number, name), int(start)
        self.findings = {one: finding(one) for one in requirements}
        self.sequence, self.head, self.made = 0, GENESIS, 0
        self.number = number
        self.boot_id = f'{number:08x}-0000-4000-8000-000000000000'

    def set(self, requirement, state, **more):
        """From now on a requirement is so."""
        self.findings[requirement] = finding(requirement, state, **more)

    def report(self, after=60, gap=None, **more):
        """The next report, `after` seconds after the last one."""
        self.sequence += 1
        tree = dict(self.unnumbered(after), sequence=self.sequence, **more)
        own = digest(self.head, tree)
        tree['chain'] = {'previous': self.head, 'digest': own}
        if gap:
            tree['chain']['gap'] = list(gap)
        self.head = own
        return tree

    def unnumbered(self, after=60):
        """The same before its spool numbers it and puts it into the chain."""
        self.now += after
        self.made += 1
        findings = copy.deepcopy(list(self.findings.values()))
        states = [one['state'] for one in findings]
        made = f'{self.made & 0xffff:04x}-4{self.made >> 16:03x}'
        return {'format': 1, 'id': f'{self.number:08x}-{made}-8000-{self.made:012x}', 'sequence': 0,
                'taken': stamp(self.now), 'took_ms': 12.5, 'boot_id': self.boot_id,
                'node': copy.deepcopy(self.about), 'agent': {'version': '1.0.0', 'profile': 'docker'},
                'verdict': 'drifted' if 'drifted' in states else 'unknown' if 'unknown' in states else 'met',
                'summary': dict({word: states.count(word) for word in ('met', 'drifted', 'unknown', 'not-applicable')},
                                waived=0, ignored=0),
                'findings': findings, 'why': 'changed', 'config': {'problem': ''}, 'fights': []}

    def beat(self, **more):
        """A heartbeat."""
        return dict({'node': self.about['name'], 'sent': float(self.now), 'skew': {'offset_ms': 1.5, 'bound_ms': 0.5},
                     'boot_id': self.boot_id, 'taken': stamp(self.now), 'verdict': 'met', 'fights': [],
                     'sequence': self.sequence, 'head': self.head,
                     'spool': {'waiting': 0, 'bytes': 0, 'dropped': 0, 'refused': 0, 'trouble': ''}}, **more)


def stamp(at):
    """A time as reports have it."""
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(at))


def fill(store, count, days=30, drifts=30, seed=1, end=1700000000.0, silent=0.01, evidence=True):
    """Fills a store with `count` nodes that joined `days` before `end`, each with about `drifts` transitions since, one
    in a hundred of them silent; with proposals, waivers, a decided approval. Returns the Hosts.

    All through the real ingest, in large batches: some 1,000 reports a second.
    """
    luck = random.Random(seed)
    start = end - days * DAY
    hosts = [Host(number, start=start) for number in range(1, count + 1)]
    ids = store.do(lambda cursor: [nodes.make(cursor, host.about['name'], start) for host in hosts])
    jobs = [store.reports(node, [host.report()], host.now) for node, host in zip(ids, hosts)]
    for number in range(drifts):
        at = start + (number + 1) * days * DAY / (drifts + 1)
        for node, host in zip(ids, hosts):
            name = luck.choice(list(TITLES))
            state = luck.choice(('drifted', 'met', 'met', 'unknown')) if luck.random() < 0.9 else 'not-applicable'
            approve = state == 'drifted' and luck.random() < 0.2
            host.set(name, state, now='met' if state == 'drifted' and luck.random() < 0.3 else '',
                     mode='approve' if approve else 'report', changes=plan(f'mend-{name}') if approve else (),
                     found=f'{name} is {luck.choice(("gone", "old", "off", "too small"))}')
            jobs.append(store.reports(node, [host.report(after=int(at - host.now + luck.random() * 3600))], host.now))
        for job in jobs:
            assert not job.result(600).refused
        jobs = []
    quiet = set(luck.sample(ids, int(count * silent)))
    for node, host in zip(ids, hosts):
        jobs.append(store.beat(node, host.beat(), end - (7200 if node in quiet else luck.random() * 60)))
    for job in jobs:
        job.result(600)
    for node in sorted(quiet):
        store.do(lambda cursor, node=node: nodes.silent(cursor, node, end - 3600))
    store.do(lambda cursor: waivers.add(cursor, 'label', 'rack=r07', 'disk', 'lab rack', 'ops@example.com',
                                        '2099-12-31', 'ada', end))
    store.do(lambda cursor: waivers.add(cursor, 'node', hosts[0].about['name'], 'swap', 'moves soon', 'ops@x.org',
                                        '2099-12-31', 'ada', end))
    store.do(lambda cursor: covering.reapply(cursor, end))
    return hosts
