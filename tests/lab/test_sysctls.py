"""Sysctls fixed and given back in the network namespace of a node: the kernel is asked, before and after each boot.

What of the fix is not tried here: to load a module, since the kernel and its modules are the machine's, which the node
has no right to change. So bridged traffic is tried where br_netfilter is built into the kernel.
"""
import os

import pytest

from tests.lab.product import booted, check, nodeprep, same, state

FORWARD = '/proc/sys/net/ipv4/ip_forward'
BRIDGE = ('/proc/sys/net/bridge/bridge-nf-call-iptables', '/proc/sys/net/bridge/bridge-nf-call-ip6tables')
# As initscripts of CentOS 7 has it, and a line of an administrator that would win over nodeprep's file.
VENDOR = '/usr/lib/sysctl.d/00-system.conf', ('net.bridge.bridge-nf-call-ip6tables = 0\n'
                                              'net.bridge.bridge-nf-call-iptables = 0\n')
OWN = '/etc/sysctl.d/zzz-own.conf', '# no router\nnet.ipv4.ip_forward\t=0\nnet.ipv4.ip_default_ttl = 63\n'


@pytest.fixture
def node(tmp_path):
    with booted(tmp_path, '') as one:
        yield one


def built_in():
    return os.path.exists(BRIDGE[0]) and not os.path.exists('/sys/module/br_netfilter/initstate')


def values(node, paths):
    """What the kernel says."""
    return node.ask('cat', *paths).split()


@pytest.mark.parametrize('requirement, paths', [('forwarding', (FORWARD,)), ('bridge', BRIDGE)])
def test_the_kernel_has_it_now_after_a_boot_and_no_longer_after_an_undo(node, requirement, paths):
    if requirement == 'bridge' and not built_in():
        said = 'tier bridge: br_netfilter is not built into the kernel of this machine, and a node may load no module'
        pytest.fail(said) if os.environ.get('REQUIRE_ALL_TIERS') == '1' else pytest.skip(said)
    for path, text in (VENDOR, OWN):
        node.write(path, text)
    node.reboot()
    before, own = state(node), node.read(OWN[0])
    zeros, ones = ['0'] * len(paths), ['1'] * len(paths)
    assert values(node, paths) == zeros and check(node, [requirement])[0] == {requirement: ('drifted', 'drifted')}

    code, out, err = nodeprep(node, 'fix', '--yes', requirement)
    assert (code, err) == (0, '') and f'{requirement}: done' in out, out
    assert values(node, paths) == ones
    changed = {line.split(':')[0] for line in same(before, state(node)).splitlines()}
    assert changed == ({'/etc/sysctl.d/zz-nodeprep.conf'} | ({OWN[0]} if requirement == 'forwarding' else set()))
    # The line that would win is changed, and nothing else of a file that is not ours.
    mended = own.replace('ip_forward\t=0', 'ip_forward\t=1') if requirement == 'forwarding' else own
    assert node.read(OWN[0]) == mended

    node.reboot()
    assert values(node, paths) == ones and check(node, [requirement])[0] == {requirement: ('met', 'met')}

    code, out, err = nodeprep(node, 'undo', '--yes')
    assert (code, err) == (1, '') and 'NOT taken back' not in out, out
    assert values(node, paths) == zeros and same(before, state(node)) == ''
    node.reboot()
    assert values(node, paths) == zeros
