"""fix and undo on a real node: what each release's systemd, firewalld, chronyd, dockerd, hostnamed, rpm and dnf do.

The node is told apart from a machine by nothing that the product looks at, see tests/lab/files.py. Each test begins
with a fresh CentOS as its packages leave it, makes it drift, and has `nodeprep` itself put it right and back.
"""
import json
import re
import time

import pytest

from tests.lab.clock import bounded
from tests.lab.node import Node

IDS = ('firewall', 'time-sync', 'docker', 'hostname', 'tools')
# A chronyd that has just begun gives its clock a bound of more than a second for a while.
CONFIG = '''requirements:
  hostname: {name: node1.example}
  time-sync: {servers: [127.0.0.1], advised_offset: 10s, required_offset: 10s}
'''
UNITS = ('firewalld.service', 'chronyd.service', 'docker.service', 'docker.socket', 'containerd.service')
# Not nodeprep's to take back: what programs note while they run or when packages come and go, what dockerd and
# containerd make in /etc at their first start, the journal itself.
OTHERS = re.compile(r'/(proc|sys|dev|run|tmp|srv|root|opt)(/|$)|/var/(log|cache|tmp)(/|$)|/var/lib/'
                    r'(nodeprep|rpm|dnf|chrony|docker|containerd|systemd|private)(/|$)|/usr/lib/sysimage/rpm(/|$)|'
                    r'/etc/(docker(/key\.json)?|cni|cni/net\.d)$|/etc/(\.updated|\.pwd\.lock)$')
LOOK = r"find / -xdev \( -path /proc -o -path /sys -o -path /dev \) -prune -o -printf '%y %m %U:%G %s %T@ %l %p\n'"


@pytest.fixture
def node(tmp_path):
    one = Node(tmp_path)
    try:
        with bounded():
            one.boot()
            one.ask('mkdir', '/etc/nodeprep')
            one.write('/etc/nodeprep/nodeprep.yaml', CONFIG)
            yield one
    finally:
        one.stop()


def nodeprep(node, *words):
    """(exit code, standard output, standard error)"""
    return node.run(('python3', '-m', 'nodeprep') + words, timeout=300)


def check(node, ids=IDS):
    """{id: (now, boot)}, and the observations of each that are not met."""
    code, out, err = nodeprep(node, 'check', '-o', 'json', *ids)
    assert code in (0, 1) and not err, (code, out, err)
    findings = {one['requirement']: one for one in json.loads(out)['findings']}
    return {name: (one['now'], one['boot']) for name, one in findings.items()}, {
        name: [seen for seen in one['observations'] if seen['met'] is not True] for name, one in findings.items()}


def state(node):
    """Everything that an undo must bring back: units, names, packages and the whole tree with its times."""
    units = {}
    for unit in UNITS:
        units[unit] = tuple(node.run(['systemctl', word, unit])[1].strip() for word in ('is-enabled', 'is-active'))
    files = {}
    for line in node.ask('sh', '-c', LOOK).splitlines():
        words = line.split(' ', 5)
        target, _, path = words[5].rpartition(' ')
        if not OTHERS.match(path):
            # The time of a folder tells that something was in it for a while, no more.
            # So does that of a link, which systemctl makes anew, and of a name which hostnamed gives.
            kept = 3 if words[0] in 'dl' else 4 if path == '/etc/hostname' else 5
            files[path] = words[:kept] + [target]
    return {'units': units, 'files': files, 'packages': sorted(node.ask('rpm', '-qa').split()),
            'name': node.ask('uname', '-n'), 'rules': node.run(['nft', 'list', 'table', 'inet', 'firewalld'])[0]}


def same(before, after):
    """What differs, in words; '' when nothing does."""
    told = [f'{name}: {before[name]} -> {after[name]}' for name in before if name != 'files' and
            before[name] != after[name]]
    for path in sorted(set(before['files']) | set(after['files'])):
        if before['files'].get(path) != after['files'].get(path):
            told.append(f'{path}: {before["files"].get(path)} -> {after["files"].get(path)}')
    return '\n'.join(told)


def drifted(node):
    """chronyd off and without servers; firewalld on, docker off and tools lacking as the packages leave them."""
    node.ask('systemctl', 'disable', '--now', 'chronyd.service')
    text = node.read('/etc/chrony.conf')
    node.write('/etc/chrony.conf', ''.join(line for line in text.splitlines(True) if not line.startswith('pool ')))


def settled(node, seconds=40):
    """The verdicts, once chronyd has had the time to follow its source."""
    end = time.time() + seconds
    while True:
        verdicts, left = check(node)
        if verdicts['time-sync'][0] == 'met' or time.time() > end:
            return verdicts, left
        time.sleep(0.5)


def mended(node):
    """All is met, now and at boot; `tools` has no boot half of its own."""
    verdicts, left = settled(node)
    assert verdicts == dict(dict.fromkeys(IDS, ('met', 'met')), tools=('met', 'not-applicable')), left


def test_a_fresh_node_is_mended_boots_so_and_is_given_back(node):
    drifted(node)
    before = state(node)
    verdicts, _ = check(node)
    assert set(verdicts) == set(IDS) and all(now == 'drifted' for now, _ in verdicts.values()), verdicts

    code, plan, err = nodeprep(node, 'fix', '--dry-run', *IDS)
    assert (code, err) == (1, '') and '+server 127.0.0.1 iburst' in plan, plan
    assert same(before, state(node)) == '', 'a plan changes nothing'
    assert nodeprep(node, 'history')[1] == 'Nothing was changed on this host by nodeprep.\n'

    code, out, err = nodeprep(node, 'fix', '--yes', *IDS)
    assert (code, err) == (0, ''), f'{out}\n{err}'
    assert [line for line in out.splitlines() if line.endswith(': done')] == [
        f'{name}: done' for name in ('firewall', 'docker', 'hostname', 'time-sync', 'tools')], out
    mended(node)
    after = state(node)
    assert after['units']['docker.service'] == after['units']['chronyd.service'] == ('enabled', 'active')
    assert after['units']['firewalld.service'] == ('disabled', 'inactive') and after['rules'] != before['rules']
    assert [name.rpartition('-1.0')[0] for name in after['packages'] if name not in before['packages']] == [
        'conntrack-tools', 'ethtool', 'socat']

    code, out, err = nodeprep(node, 'fix', '--yes', *IDS)
    assert (code, err) == (0, '') and '...' not in out, (out, err)
    assert same(after, state(node)) == '', 'a second fix changes nothing'

    node.reboot()
    mended(node)

    code, out, err = nodeprep(node, 'undo', '--yes')
    assert (code, err) == (1, '') and 'NOT taken back' not in out, (out, err)
    assert same(before, state(node)) == ''
    assert [both[0] for both in check(node)[0].values()] == ['drifted'] * len(IDS)
