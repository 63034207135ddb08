"""The product on a node of the lab: its commands as a person gives them, and what must be as it was after an undo."""
import contextlib
import json
import re

from tests.lab.node import Node
from tests.waiting import until

# A chronyd that has just begun gives its clock a bound of more than a second for a while.
CONFIG = '''requirements:
  hostname: {name: node1.example}
  time-sync: {servers: [127.0.0.1], advised_offset: 10s, required_offset: 10s}
'''
UNITS = ('firewalld.service', 'chronyd.service', 'docker.service', 'docker.socket', 'containerd.service')
# Not nodeprep's to take back: what programs note while they run, at midnight (dpkg in /var/backups) or when packages
# come and go, what dockerd and containerd make in /etc at their first start, the journal itself.
OTHERS = re.compile(r'/(proc|sys|dev|run|tmp|srv|root|opt)(/|$)|/var/(log|cache|tmp|backups)(/|$)|/var/lib/'
                    r'(nodeprep|rpm|dnf|chrony|docker|containerd|systemd|private)(/|$)|/usr/lib/sysimage/rpm(/|$)|'
                    r'/etc/(docker(/key\.json)?|cni|cni/net\.d)$|/etc/(\.updated|\.pwd\.lock)$')
# What a program makes and takes away meanwhile is no error of find.
LOOK = r"find / -ignore_readdir_race -xdev \( -path /proc -o -path /sys -o -path /dev \) -prune -o " \
       r"-printf '%y %m %U:%G %s %T@ %l %p\n'"


@contextlib.contextmanager
def booted(folder, config):
    """A node that runs, with this configuration of nodeprep."""
    one = Node(folder)
    try:
        one.boot()
        one.ask('mkdir', '/etc/nodeprep')
        one.write('/etc/nodeprep/nodeprep.yaml', config)
        yield one
    finally:
        one.stop()


def nodeprep(node, *words):
    """(exit code, standard output, standard error)"""
    return node.run(('python3', '-m', 'nodeprep') + words, timeout=300)


def check(node, ids):
    """{id: (now, boot)}, and the observations of each that are not met."""
    code, out, err = nodeprep(node, 'check', '-o', 'json', *ids)
    assert code in (0, 1) and not err, (code, out, err)
    findings = {one['requirement']: one for one in json.loads(out)['findings']}
    return {name: (one['now'], one['boot']) for name, one in findings.items()}, {
        name: [seen for seen in one['observations'] if seen['met'] is not True] for name, one in findings.items()}


def ruled(node, seconds=900, pause=0.05):
    """Waits until a firewalld that is active has its rules in place, which it has not at once."""
    until(lambda: node.run(['systemctl', 'is-active', '-q', 'firewalld'])[0] != 0 or 'filter_IN_public' in
          node.run(['nft', 'list', 'table', 'inet', 'firewalld'])[1], seconds, pause=pause)


def state(node):
    """Everything that an undo must bring back: units, names, packages and the whole tree with its times."""
    ruled(node)
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
