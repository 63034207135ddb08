"""A bare host becomes a fit node, stays one over a reboot, and is given back: on a whole machine, typed by a person."""
import json

import pytest

from tests.lab.carried import PACKAGE, configure, started
from tests.lab.foretold import failings
from tests.lab.product import CONFIG
from tests.lab.snapshot import rested, same, state
from tests.lab.transcript import Transcript
from tests.waiting import until

pytestmark = pytest.mark.vm
# The clock of an emulated machine is unsteady; there is no registry that it could ask, and to find that out takes time.
ONLY_REPORT = CONFIG.replace('10s', '10m') + '  registry: {mode: ignore, time_limit: 1m}\n'
# What was made to drift (tests/lab/disk.py), each as what is wrong now and what would be wrong after the next boot.
DRIFTS = {
    'bridge': ({'br_netfilter', 'net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables'},
               {'br_netfilter', 'net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables'}),
    'docker': ({'docker.service'}, {'docker.service'}),
    'firewall': ({'firewalld.service'}, {'firewalld.service'}),
    'forwarding': ({'net.ipv4.ip_forward'}, {'net.ipv4.ip_forward'}),
    'hostname': ({'host name'}, {'/etc/hostname'}),
    'kernel-modules': ({'overlay'}, {'overlay'}),
    'selinux': ({'SELinux'}, {'/etc/selinux/config'}),
    'swap': ({'/dev/vda2'}, {'/etc/fstab'}),
    'time-sync': ({'time daemon', 'kernel clock'}, {'time daemon', '127.0.0.1'}),
    'tools': ({'conntrack', 'ethtool', 'socat'}, set()),
}
# Not to be had in a machine without a network, and so left to a person.
LEFT = {'kubelet': ({'kubelet', 'kubeadm'}, {'kubelet.service'}), 'registry': ({'https://registry.k8s.io/v2/'}, set())}
# ethtool and socat are only advised: they are installed when they are named.
LEFT_AFTER_A_FIX = dict(LEFT, tools=({'ethtool', 'socat'}, set()))


@pytest.fixture
def machine(tmp_path):
    with started(tmp_path) as one:
        yield one


def report(machine):
    """What `nodeprep check` says, as JSON."""
    code, out, err = machine.run(['nodeprep', 'check', '-o', 'json'])
    assert code in (0, 1) and not err, (code, out, err)
    return json.loads(out)


def drifts(tree):
    """The same shape as DRIFTS: what is not met, unknown or drifted."""
    found = {}
    for finding in tree['findings']:
        halves = tuple({one['subject'] for one in finding['observations']
                        if one['when'] == when and one['met'] is not True} for when in ('now', 'boot'))
        if any(halves):
            found[finding['requirement']] = halves
    return found


def settled(machine):
    """The report once chronyd follows its source and dockerd answers."""
    until(lambda: drifts(report(machine)) == LEFT_AFTER_A_FIX, seconds=900, said=lambda: drifts(report(machine)),
          pause=2)
    return report(machine)


def facts(machine):
    """What a person would look at to see whether the node is fit, without nodeprep."""
    lines = machine.run(['sh', '-c', _FACTS])[1].splitlines()
    return dict(zip(('swap', 'selinux', 'forwarding', 'bridge', 'name', 'docker', 'firewalld', 'chronyd'), lines))


# One command, since an emulated machine takes its time for each.
_FACTS = '''grep -c /dev/ /proc/swaps; getenforce; cat /proc/sys/net/ipv4/ip_forward
cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null || echo
uname -n; systemctl is-active docker firewalld chronyd'''


def with_the_package(tree, machine, found):
    """A state as it must be once nodeprep is installed: its own files are there, and nothing else is changed."""
    own = machine.ask('rpm', '-ql', 'nodeprep').split()
    return dict(tree, files=dict(tree['files'], **{path: one for path, one in found['files'].items() if path in own}),
                packages=sorted(tree['packages'] + machine.ask('rpm', '-q', 'nodeprep').split()),
                units=dict(tree['units'], **{'nodeprep.service': ('disabled', 'inactive')}))


BARE = {'swap': '1', 'selinux': 'Enforcing', 'forwarding': '0', 'bridge': '', 'name': 'localhost', 'docker': 'inactive',
        'firewalld': 'active', 'chronyd': 'inactive'}
FIT = {'swap': '0', 'selinux': 'Permissive', 'forwarding': '1', 'bridge': '1', 'name': 'node1.example',
       'docker': 'active', 'firewalld': 'inactive', 'chronyd': 'active'}


def test_a_bare_host_becomes_a_fit_node_boots_so_and_is_given_back(machine):
    typed = Transcript(machine, 'story')
    before = state(machine)
    typed.type('rpm -i --force-debian ' + PACKAGE)          # the rpm of a Debian would rather not
    typed.type('systemctl is-enabled nodeprep', code=1)
    configure(machine, ONLY_REPORT)
    assert facts(machine) == BARE
    installed = state(machine)
    assert same(with_the_package(before, machine, installed), installed) == ''

    typed.type('nodeprep check', code=1)
    bare = report(machine)
    assert drifts(bare) == dict(DRIFTS, **LEFT)
    typed.type('nodeprep fix --dry-run', code=1)
    typed.type('nodeprep history')
    assert same(installed, state(machine)) == '', 'a check and a plan change nothing'

    typed.type('nodeprep fix --yes')
    fit = settled(machine)
    assert facts(machine) == FIT
    typed.type('nodeprep check')

    machine.reboot()
    typed.tell('the machine was rebooted')
    after = settled(machine)
    assert facts(machine) == FIT
    assert failings(fit, after) == [], 'what was foretold of the boot came true'
    typed.type('nodeprep check')
    typed.type('nodeprep history')

    typed.type('nodeprep undo --yes', code=1)
    given_back = report(machine)
    machine.reboot()
    typed.tell('the machine was rebooted')
    rested(machine)
    assert facts(machine) == BARE
    assert same(installed, state(machine)) == ''
    again = report(machine)
    assert drifts(again) == dict(DRIFTS, **LEFT)
    assert failings(bare, again) == failings(given_back, again) == []
    typed.type('nodeprep check', code=1)
    typed.type('rpm -V nodeprep')
    assert typed.differs() == ''
