"""Hosts that want fixing: the fixture hosts as they come, and each with one more thing wrong or wanted."""
import os
import shutil
import stat

from nodeprep import catalogue, engine, plan
from nodeprep.enforce import Fixer, Hooks
from nodeprep.journal.writing import Transaction
from tests import hosts
from tests.actor import PACKAGES, ActedHost

OURS = ('/var/lib/nodeprep', '/run/nodeprep', '/.actor.json')


def _no_time(host):
    """chronyd is there, and neither runs nor starts at boot."""
    host.actor(host, ('systemctl', 'disable', 'chronyd.service'))
    host.actor(host, ('systemctl', 'stop', 'chronyd.service'))


def _another_line_wins(host):
    host.files({'/etc/sysctl.d/zzz-site.conf': 'net.ipv4.ip_forward = 0\nnet.bridge.bridge-nf-call-iptables=0\n'})


def _swap_file(host):
    host.files({'/etc/fstab': host.read('/etc/fstab') + '/swapfile none swap defaults 0 0\n'})


def _gone(*names):
    """These packages are not installed."""
    def take_away(host):
        for name in names:
            for path in PACKAGES[name]:
                unit = os.path.basename(path)
                if path.endswith('.service') and os.path.exists(host.root + path):
                    host.actor(host, ('systemctl', 'disable', '--now', unit))
                host.files({path: None})
    return take_away


def _docker_to_come(host):
    with open(os.path.join(hosts.FOLDER, 'centos7/root/etc/yum.repos.d/docker-ce.repo'), encoding='utf-8') as file:
        host.files({'/etc/yum.repos.d/docker-ce.repo': file.read()})


def _firewall_off(host):
    host.actor(host, ('systemctl', 'disable', '--now', 'firewalld.service'))


def _kubelet_off(host):
    host.actor(host, ('systemctl', 'disable', '--now', 'kubelet.service'))


# what else is wrong -> (what makes it so, wanted values that go with it, on which hosts)
MORE = {
    '': (lambda host: None, {}, hosts.NAMES),
    'no-time': (_no_time, {}, ('centos7', 'stream8', 'stream9', 'alma9')),
    'line-wins': (_another_line_wins, {}, ('centos7', 'stream9', 'stream10')),
    'swap-file': (_swap_file, {}, ('centos7', 'stream8', 'rhel9')),
    'names': (lambda host: None, {'hosts': {'entries': {'192.0.2.1': ['k8s-master'], '192.0.2.2': ['k8s-node1']}},
                                  'hostname': {'name': 'node7.example.com'}}, ('centos7', 'stream9')),
    'servers': (lambda host: None, {'time-sync': {'servers': ['ntp1.example.com']}}, ('centos7', 'stream9')),
    'mirror': (lambda host: None, {'docker': {'mirrors': ['https://mirror.example']}}, ('centos7', 'alma9')),
    'enforcing-wanted': (lambda host: None, {'selinux': {'level': 'disabled'}}, ('centos7', 'stream8')),
    'open-ports': (lambda host: None, {'firewall': {'policy': 'open'}}, ('centos7', 'stream10')),
    'open-firewall': (_firewall_off, {'firewall': {'policy': 'open'}}, ('centos7', 'stream10')),
    'no-chrony': (_gone('chrony'), {}, ('stream9', 'stream10')),
    'no-docker': (_docker_to_come, {}, ('stream9', 'stream10')),
    'kernel-argument': (lambda host: None, {'selinux': {'level': 'disabled', 'kernel_arguments': True}},
                        ('stream9', 'stream10')),
    'no-kubelet': (_kubelet_off, {}, ('alma9',)),
}
CASES = [(name, more) for more, (_, _, names) in MORE.items() for name in names]


def _copied(source, target):
    """shutil.copy2, which cannot copy a socket."""
    mode = os.lstat(source).st_mode
    return os.mknod(target, mode) if stat.S_ISSOCK(mode) else shutil.copy2(source, target)


class Machine:
    """A drifted host with what is wanted of it, and how it is fixed and looked at."""

    def __init__(self, name, more, folder, live=True):
        self.host = hosts.load(name, folder, live, kind=ActedHost)
        make, wanted, _ = MORE[more]
        make(self.host)
        self.host.files({'/var/lib/.keep': ''}).install('/usr/bin/rpm')
        if os.path.exists(self.host.root + '/.actor.json'):
            os.unlink(self.host.root + '/.actor.json')
        self.requirements = catalogue.load_all()
        self.rules = hosts.rules(name, self.host)
        for requirement, values in wanted.items():
            options = self.requirements[requirement].defaults
            self.rules[requirement].want.update((key, options[key].read(value)) for key, value in values.items())
        self.allowed = plan.Allowed(frozenset(self.requirements), True)

    def copy(self, folder):
        """The same machine in another folder."""
        other = object.__new__(Machine)
        other.__dict__.update(self.__dict__)
        shutil.copytree(self.host.root, str(folder), symlinks=True, copy_function=_copied)
        other.host = self.host.fresh()
        other.host.root = os.path.realpath(str(folder))
        other.host.replies = dict(self.host.replies)
        return other

    def look(self, ids=()):
        """What a check sees."""
        host = self.host.fresh()
        return [(one, engine.examine(one, host, self.rules[name].want), self.rules[name])
                for name, one in self.requirements.items() if not ids or name in ids]

    def plan(self, ids=()):
        """The plan of a fix."""
        return plan.make(self.host.fresh(), self.look(ids), self.allowed)

    def fix(self, ids=(), planned=None):
        """(outcomes, transaction) of a fix."""
        transaction = Transaction(self.host, {'how': 'person', 'who': 'test'}, ('nodeprep', 'fix'))
        hooks = Hooks(lambda said: None, lambda part: True, lambda: '')
        fixer = Fixer(self.host.fresh, transaction, self.allowed, hooks, settle=0.0)
        subjects = {name: (one, self.rules[name]) for name, one in self.requirements.items()}
        outcomes = fixer.enforce(planned or self.plan(ids), subjects)
        transaction.end('done')
        return outcomes, transaction

    def tree(self, times=False):
        """Everything below the root but what is nodeprep's or the actor's own."""
        return [entry if times else entry[:3] for entry in hosts.snapshot(self.host.root)
                if not entry[0].startswith(OURS)]
