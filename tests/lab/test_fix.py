"""fix and undo on a real node: what each release's systemd, firewalld, chronyd, dockerd, hostnamed, rpm and dnf do.

The node is told apart from a machine by nothing that the product looks at, see tests/lab/files.py. Each test begins
with a fresh CentOS as its packages leave it, makes it drift, and has `nodeprep` itself put it right and back.
"""
import time

import pytest

from tests.lab.clock import bounded
from tests.lab.product import CONFIG, booted, check, nodeprep, same, state

IDS = ('firewall', 'time-sync', 'docker', 'hostname', 'tools')


@pytest.fixture
def node(tmp_path):
    with bounded(), booted(tmp_path, CONFIG) as one:
        yield one


def drifted(node):
    """chronyd off and without servers; firewalld on, docker off and tools lacking as the packages leave them."""
    node.ask('systemctl', 'disable', '--now', 'chronyd.service')
    text = node.read('/etc/chrony.conf')
    node.write('/etc/chrony.conf', ''.join(line for line in text.splitlines(True) if not line.startswith('pool ')))


def settled(node, seconds=120):
    """The verdicts, once chronyd has had the time to follow its source."""
    end = time.time() + seconds
    while True:
        verdicts, left = check(node, IDS)
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
    verdicts, _ = check(node, IDS)
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
    assert [both[0] for both in check(node, IDS)[0].values()] == ['drifted'] * len(IDS)
