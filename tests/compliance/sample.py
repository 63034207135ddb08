"""Compliance reports to be drawn: one of three nodes in which everything occurs, and one of any size.

Their figures agree with each other as those of a real one do.
"""
import hashlib
import json
import time

WEEK, DAY = 7 * 86400.0, 86400
COUNTED = ('met', 'drifted', 'unknown', 'silent')
TITLES = {
    'swap': 'Swap is off', 'selinux': 'SELinux lets containers work', 'firewall': 'The firewall lets pods talk',
    'modules': 'Kernel modules of Kubernetes are loaded', 'sysctl': 'Bridged and forwarded traffic reaches iptables',
    'hostname': 'The host name is a DNS name that resolves', 'clock': 'The clock is synchronised',
    'docker': 'Docker runs with the cgroup driver of the kubelet', 'memory': 'There is enough memory',
    'cpus': 'There are enough CPUs', 'machine-id': 'The machine id is its own'}
SINCE, UNTIL = 1795046400, 1795046400 + 7 * DAY               # 2026-11-19 to 2026-11-26


def at(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


def share(seconds):
    counted = sum(seconds.get(name, 0.0) for name in COUNTED)
    return round(seconds.get('met', 0.0) / counted, 6) if counted else None


def together(parts):
    found = {}
    for one in parts:
        for name, length in one.items():
            found[name] = found.get(name, 0.0) + length
    return found


def weighed(seconds, **more):
    return dict(more, share=share(seconds), seconds=seconds)


def whole_seconds(node, state):
    """Of a requirement that was `state` in all of the time in which the node was heard of."""
    found = {state: node['here']['heard']}
    if state == 'met' and node['here']['silent']:
        found['silent'] = node['here']['silent']
    return found


def all_requirements(node):
    """Each requirement of a node with its seconds."""
    for state, names in node['whole'].items():
        for name in names:
            yield name, whole_seconds(node, state)
    for name, one in node['requirements'].items():
        yield name, one['seconds']


def make_node(name, requirements, standing='met', silent=0.0, here=WEEK, **more):
    """`requirements`: {id: (seconds, drifts)} of those that were not met all of the time."""
    node = {'name': name, 'role': 'worker', 'os': {'id': 'centos', 'version': '7', 'name': 'CentOS Linux 7 (Core)'},
            'labels': {'rack': 'a1'}, 'counts_from': at(UNTIL - here), 'standing': standing, 'silent': None,
            'sequence': 412, 'head': hashlib.sha256(name.encode('utf-8')).hexdigest(), 'gaps': 0,
            'here': {'heard': here - silent, 'silent': silent},
            'whole': {'met': sorted(set(TITLES) - set(requirements) - {'docker'}),
                      'not-applicable': sorted({'docker'} - set(requirements))},
            'requirements': {one: weighed(seconds, drifts=drifts)
                             for one, (seconds, drifts) in sorted(requirements.items())}}
    node.update(more)
    node['drifts'] = sum(drifts for _, drifts in requirements.values())
    node.update(weighed(together(seconds for _, seconds in all_requirements(node))))
    return node


def worst(rows, name):
    return sorted(rows, key=lambda one: (one['share'] is None, one['share'], str(one[name])))


def by(nodes, key):
    found = {}
    for node in nodes:
        for value in key(node):
            found.setdefault(value, []).append(node)
    return sorted(found.items())


def make(nodes, **lists):
    """A report of some nodes; `lists` are "open", "waivers" and so on."""
    requirements = {}
    for node in nodes:
        for name, seconds in all_requirements(node):
            requirements.setdefault(name, []).append((node, seconds))
    opened = lists.get('open', [])
    whole = together(node['seconds'] for node in nodes)
    days = [{name: length / 7 for name, length in whole.items()} for _ in range(7)]
    standings = [node['standing'] for node in nodes]
    tree = {
        'format': 1, 'kind': 'compliance', 'id': '0b0e7cf1-6d83-4c3c-9d5e-1df3a8a4d0c1', 'made': at(UNTIL + 5),
        'by': {'version': '0.6', 'host': 'master.example.com', 'key': 'sha256:' + 'c0' * 32},
        'scope': 'fleet', 'since': at(SINCE), 'until': at(UNTIL), 'asked': {},
        'overall': weighed(whole, before={'since': at(SINCE - 7 * DAY), 'until': at(SINCE), 'share': 0.95},
                           trend=round(share(whole) - 0.95, 6) if nodes else None,
                           nodes=dict({name: standings.count(name) for name in (
                               'met', 'drifted', 'unknown', 'silent', 'quarantined', 'new')}, counted=len(nodes))),
        'days': [weighed(seconds, day=at(SINCE + number * DAY)[:10]) for number, seconds in enumerate(days)],
        'requirements': worst([
            weighed(together(seconds for _, seconds in held), requirement=name, title=TITLES[name],
                    severity='advised' if name == 'machine-id' else 'required',
                    drifts=sum(node['requirements'].get(name, {'drifts': 0})['drifts'] for node, _ in held),
                    failing=len({one['node'] for one in opened if one['requirement'] == name
                                 and not one['waived_until']}), nodes=len(held))
            for name, held in requirements.items()], 'requirement'),
        'nodes': worst(nodes, 'name'),
        'groups': worst([weighed(together(one['seconds'] for one in held), label=label, value=value, nodes=len(held))
                         for (label, value), held in by(nodes, lambda node: sorted(node['labels'].items()))], 'value'),
        'systems': worst([weighed(together(one['seconds'] for one in held), os=name, version=version, name=said,
                                  nodes=len(held))
                          for (name, version, said), held in by(nodes, lambda node: [
                              (node['os']['id'], node['os']['version'], node['os']['name'])])], 'name'),
        'open': [], 'ended': [], 'ended_left_out': 0, 'advised': [], 'reboot': [], 'fights': [], 'clones': [],
        'silent': [], 'waivers': [], 'changes': [], 'gaps': [], 'evidence': None}
    tree.update(lists)
    text = json.dumps(tree, sort_keys=True, separators=(',', ':'), ensure_ascii=True)
    return dict(tree, digest='sha256:' + hashlib.sha256(text.encode('ascii')).hexdigest(), signature=None)


def small():
    """Three nodes, and everything that there is; some of it hostile."""
    first = make_node('web-1', {'swap': ({'met': 4 * DAY + 0.0, 'drifted': 3.0 * DAY}, 2),
                                'selinux': ({'waived': WEEK}, 0)},
                      standing='drifted', labels={'rack': 'a1', 'zone': '<b>north</b>'})
    second = make_node('=cmd|"/c calc"!A1', {'clock': ({'met': 5.0 * DAY, 'unknown': 1.0 * DAY, 'silent': 1.0 * DAY},
                                                       1)},
                       standing='silent', silent=1.0 * DAY, role='control-plane', gaps=1,
                       labels={'rack': '-2+3', 'zone': '<script>alert(1)</script>'},
                       os={'id': 'centos', 'version': '8', 'name': 'CentOS Stream 8'})
    second['silent'] = at(UNTIL - DAY)
    third = make_node('节点-3', {'machine-id': ({'advised': 2.5 * DAY}, 0)}, here=2.5 * DAY, labels={},
                      os={'id': 'centos', 'version': '9', 'name': 'CentOS Stream 9'})
    return make(
        [first, second, third],
        open=[{'node': 'web-1', 'requirement': 'selinux', 'since': at(SINCE - 30 * DAY), 'state': 'drifted',
               'severity': 'required', 'found': 'enforcing', 'wanted': 'permissive or disabled',
               'source': '/sys/fs/selinux/enforce', 'waived_until': '2026-12-01'},
              {'node': 'web-1', 'requirement': 'swap', 'since': at(UNTIL - 3 * DAY), 'state': 'drifted',
               'severity': 'required', 'found': '/dev/sdb1 <img src=x onerror=alert(1)>', 'wanted': 'none',
               'source': '/proc/swaps:2', 'waived_until': None},
              {'node': '=cmd|"/c calc"!A1', 'requirement': 'clock', 'since': at(UNTIL - 2 * DAY), 'state': 'unknown',
               'severity': 'required', 'found': '', 'wanted': '', 'source': '', 'waived_until': None}],
        advised=[{'node': '节点-3', 'requirement': 'machine-id', 'since': at(UNTIL - 2.5 * DAY), 'state': 'drifted',
                  'found': 'of an image', 'wanted': 'its own', 'source': '/etc/machine-id:1'}],
        ended=[{'node': '=cmd|"/c calc"!A1', 'requirement': 'clock', 'since': at(UNTIL - 3 * DAY),
                'until': at(UNTIL - 2 * DAY), 'then': 'unknown'},
               {'node': 'web-1', 'requirement': 'swap', 'since': None, 'until': at(SINCE + DAY), 'then': 'met'}],
        ended_left_out=70,
        reboot=[{'node': '节点-3', 'requirement': 'sysctl', 'found': '0', 'wanted': '1',
                 'source': '/etc/sysctl.d/99-own.conf:3'}],
        fights=[{'node': 'web-1', 'requirement': 'swap', 'said': 'swap came back 3 times within an hour'}],
        clones=[{'kind': 'machine_id', 'value': 'f' * 32, 'first': 'web-1', 'later': '节点-3',
                 'found': at(UNTIL - 2 * DAY), 'decision': ''}],
        silent=[{'node': '=cmd|"/c calc"!A1', 'since': at(UNTIL - DAY)}],
        waivers=[{'kind': 'node', 'scope': 'web-1', 'requirement': 'selinux', 'reason': '+1 from "ops"\nuntil moved',
                  'owner': 'ops@example.com', 'until': '2026-12-01', 'by': 'ann', 'created': at(SINCE - 10 * DAY),
                  'ended': None, 'ended_by': '', 'nodes': 1},
                 {'kind': 'config', 'scope': 'web-1', 'requirement': 'memory', 'reason': 'a lab', 'owner': 'lab',
                  'until': '2027-01-31', 'by': '', 'created': None, 'ended': None, 'ended_by': '', 'nodes': 0}],
        changes=[{'at': at(UNTIL - DAY / 2), 'who': '/etc/nodeprep/nodeprep.yaml:3', 'what': 'fix', 'node': 'web-1',
                  'requirement': 'swap', 'allowed': 'mode: fix, by the configuration of the node',
                  'detail': 'failed: =swapoff said no, transaction 000002'},
                 {'at': at(UNTIL - DAY), 'who': 'ann', 'what': 'plan approved', 'node': 'web-1', 'requirement': 'swap',
                  'detail': 'until 2026-11-26T00:00:00Z: change window 7'},
                 {'at': at(UNTIL - 2 * DAY), 'who': 'token abcdef', 'what': 'node joined', 'node': '节点-3',
                  'requirement': '', 'detail': ''}],
        gaps=[{'node': '=cmd|"/c calc"!A1', 'first': 17, 'last': 19, 'state': 'missing',
               'said': 'reports 17 to 19 never came', 'at': at(UNTIL - 2 * DAY)}],
        evidence={'web-1': {'swap': {
            'requirement': 'swap', 'kubeadm': ['Swap'], 'title': 'Swap is off', 'state': 'drifted', 'now': 'drifted',
            'boot': 'met', 'severity': 'required', 'mode': 'report', 'waiver': None, 'note': '',
            'observations': [{'subject': '/dev/sdb1', 'when': 'now', 'found': 'swapping', 'wanted': 'none',
                              'met': False, 'source': '/proc/swaps:2', 'fix': [], 'hint': '', 'advised': False,
                              'kubeadm': ''}]}}})


def large(nodes=10000):
    """As many nodes as are asked for; each hundredth drifts."""
    names = sorted(set(TITLES) - {'docker'})
    found, opened = [], []
    for number in range(nodes):
        name, odd = f'node-{number:05d}', {}
        if number % 100 == 0:
            one = names[number // 100 % len(names)]
            drifted = 3600.0 * (1 + number % 160)
            odd[one] = {'met': WEEK - drifted, 'drifted': drifted}, 1
            opened.append({'node': name, 'requirement': one, 'since': at(UNTIL - drifted), 'state': 'drifted',
                           'severity': 'required', 'found': 'on', 'wanted': 'off', 'source': '/proc/x:1',
                           'waived_until': None})
        found.append(make_node(name, odd, 'drifted' if odd else 'met', labels={'rack': f'r{number % 200}'}))
    return make(found, open=sorted(opened, key=lambda one: one['since']))
