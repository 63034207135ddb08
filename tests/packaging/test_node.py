"""The packages of CentOS 9 on a node with a systemd of its own: installed, enabled, upgraded, downgraded, erased.

The life begins with the first package that there was, which is kept in tests/packaging/first: whoever installed it must
be able to upgrade for ever. rpm, systemd 252 and the rest of the node are Debian's; the Python is a 3.9.
"""
import glob
import json
import os

import pytest

from tests.lab.agency import property_of, until
from tests.lab.clock import bounded
from tests.lab.node import Node
from tests.packaging import TOP, built

FIRST = glob.glob(TOP + '/tests/packaging/first/nodeprep-0*.rpm')
CONFIG = 'interval: 1h\nlabels: {rack: a1}\nrequirements: {registry: {mode: ignore}}\n'
SYSCTLS = '/etc/sysctl.d/zz-nodeprep.conf'


@pytest.fixture(scope='module')
def node(rpms, stubs, tmp_path_factory):
    """A node without nodeprep, which can read the packages at /srv/rpm, the first one at /srv/first."""
    python = os.path.dirname(os.path.dirname(built.stand_in('3.9')))
    one = Node(tmp_path_factory.mktemp('node'), shown=((rpms + '/el9', '/srv/rpm'), (python, '/opt/python'),
                                                       (os.path.dirname(FIRST[0]), '/srv/first'),
                                                       (os.path.dirname(stubs['el9']), '/srv/stub')))
    try:
        with bounded():
            one.boot()
            one.ask('ln', '-s', '/opt/python/bin/python3.9', '/usr/bin/python3.9')
            one.write('/etc/ld.so.conf.d/python.conf', '/opt/python/lib\n')
            one.ask('ldconfig')
            one.ask('rpm', '-i', '--force-debian', '/srv/stub/' + os.path.basename(stubs['el9']))
            one.first = '/srv/first/' + os.path.basename(FIRST[0])
            one.new = {name: '/srv/rpm/' + os.path.basename(path)
                       for name, path in built.packages(rpms, 'el9').items()}
            yield one
    finally:
        one.stop()


def rpm(node, *words):
    """What rpm prints; a scriptlet that fails is told on standard error."""
    code, out, err = node.run(['rpm', '--force-debian', *words])
    assert (code, err) == (0, ''), (words, out, err)
    return out


def standing(node, unit='nodeprep'):
    """(enabled, active) as systemctl says it."""
    return tuple(node.run(['systemctl', word, unit])[1].strip() for word in ('is-enabled', 'is-active'))


def since(node):
    """requirement -> since when it is in its state."""
    return {one['requirement']: one['since'] for one in seen(node)}


def outcome(node, requirement):
    """How a requirement is, as the agent has seen it."""
    return next(one['outcome'] for one in seen(node) if one['requirement'] == requirement)


def seen(node):
    return json.loads(node.ask('nodeprep', 'status', '-o', 'json'))['requirements']


def spooled(node):
    """The reports that wait for a master: numbers and ids, in order."""
    lines = node.ask('sh', '-c', 'cat /var/lib/nodeprep/spool/*.jsonl').splitlines()
    return [(one['sequence'], one['id']) for one in map(json.loads, lines) if 'sequence' in one]


def test_installed_it_is_not_enabled_and_nothing_runs(node):
    before = node.ask('systemctl', 'list-units', '--all', '--no-legend', '--plain', 'nodeprep*')
    rpm(node, '-i', node.first)
    assert standing(node) == ('disabled', 'inactive')
    assert node.ask('systemctl', 'list-units', '--all', '--no-legend', '--plain', 'nodeprep*') == before == ''
    assert node.ask('systemctl', 'show', '-p', 'NeedDaemonReload', '--value', 'nodeprep').strip() == 'no'
    assert node.ask('stat', '-c', '%a %U', '/run/nodeprep', '/var/lib/nodeprep') == '755 root\n700 root\n'
    assert rpm(node, '-V', 'nodeprep') == ''


def test_enabled_it_reports_and_changes_nothing(node):
    node.write('/etc/nodeprep/nodeprep.yaml', CONFIG)
    node.ask('systemctl', 'enable', '--now', 'nodeprep')
    assert standing(node) == ('enabled', 'active')
    assert property_of(node, 'StatusText').startswith('NOT FIT: ')
    assert node.ask('nodeprep', 'history') == 'Nothing was changed on this host by nodeprep.\n'


def test_an_upgrade_keeps_configuration_journal_spool_and_that_it_runs(node):
    assert node.run(['nodeprep', 'fix', '--yes', 'forwarding'])[0] == 0
    assert '= 1' in node.read(SYSCTLS)
    until(lambda: outcome(node, 'forwarding') == 'met')          # the agent has seen it, and told it before
    assert spooled(node)
    before = property_of(node, 'MainPID'), since(node), spooled(node), node.ask('nodeprep', 'history')
    rpm(node, '-U', node.new['nodeprep'])
    until(lambda: property_of(node, 'ActiveState') == 'active')
    assert standing(node) == ('enabled', 'active') and property_of(node, 'MainPID') != before[0]
    assert node.read('/etc/nodeprep/nodeprep.yaml') == CONFIG
    assert node.run(['ls', '/etc/nodeprep/nodeprep.yaml.rpmnew'])[0] != 0, 'what is installed has not changed'
    assert since(node) == before[1] and spooled(node)[:len(before[2])] == before[2]
    assert node.ask('nodeprep', 'history') == before[3]
    assert [line.split()[-1] for line in node.run(['rpm', '-V', 'nodeprep'])[1].splitlines()] == [
        '/etc/nodeprep/nodeprep.yaml'], 'all but what its owner has changed is as it came'


def test_a_downgrade_works_and_the_older_one_can_take_back_what_was_done(node):
    rpm(node, '-U', '--oldpackage', node.first)
    until(lambda: property_of(node, 'ActiveState') == 'active')
    assert standing(node) == ('enabled', 'active') and node.read('/etc/nodeprep/nodeprep.yaml') == CONFIG
    code, out, err = node.run(['nodeprep', 'undo', '--yes'])
    assert err == '' and 'NOT taken back' not in out, (code, out, err)
    assert node.run(['cat', SYSCTLS])[0] != 0


def test_one_that_was_stopped_stays_so(node):
    node.ask('systemctl', 'disable', '--now', 'nodeprep')
    rpm(node, '-U', node.new['nodeprep'])
    assert standing(node) == ('disabled', 'inactive')


def test_the_master_has_a_user_of_its_own_serves_and_goes_on_after_an_upgrade(node):
    rpm(node, '-i', node.new['nodeprep-master'], node.new['nodeprep-master-postgresql'])
    assert standing(node, 'nodeprep-master') == ('disabled', 'inactive')
    assert node.ask('getent', 'passwd', 'nodeprep-master').strip().endswith(':/var/lib/nodeprep-master:/sbin/nologin')
    node.ask('systemctl', 'enable', '--now', 'nodeprep-master')
    words = node.ask('nodeprep', 'master', 'token', 'create', '--print-join-command').split()
    words[2] = 'https://localhost:9443'
    assert 'has joined' in node.ask(*words)
    node.ask('systemctl', 'start', 'nodeprep')
    before = property_of(node, 'MainPID', 'nodeprep-master')
    rpm(node, '-U', '--replacepkgs', *node.new.values())
    until(lambda: property_of(node, 'ActiveState', 'nodeprep-master') == 'active')
    assert standing(node, 'nodeprep-master') == ('enabled', 'active')
    assert property_of(node, 'MainPID', 'nodeprep-master') != before
    assert len(json.loads(node.ask('nodeprep', 'master', 'nodes', '-o', 'json'))['nodes']) == 1
    # The node of the lab is called localhost, of which no other node could be told.
    assert [line for line in node.run(['nodeprep', 'master', 'doctor'])[1].split('\n') if line.startswith('WRONG')] == [
        'WRONG  there are nodes that other nodes are not told of']
    assert rpm(node, '-V', 'nodeprep-master', 'nodeprep-master-postgresql') == ''


def test_firewalld_knows_the_port_of_the_master_and_has_not_opened_it(node):
    node.ask('systemctl', 'start', 'firewalld')
    offered = node.ask('firewall-offline-cmd', '--info-service=nodeprep-master')
    assert '9443/tcp' in offered
    assert 'nodeprep-master' not in node.ask('firewall-offline-cmd', '--list-services')


def test_erased_it_stops_leaves_the_host_as_fixed_and_keeps_the_way_back(node):
    assert node.run(['nodeprep', 'fix', '--yes', 'forwarding'])[0] == 0
    mended = node.read(SYSCTLS)
    code, out, err = node.run(['rpm', '-e', '--force-debian', 'nodeprep-master-postgresql', 'nodeprep-master',
                               'nodeprep'])
    assert code == 0 and err.strip() == ('warning: /etc/nodeprep/nodeprep.yaml saved as '
                                         '/etc/nodeprep/nodeprep.yaml.rpmsave'), (out, err)
    for unit in ('nodeprep', 'nodeprep-master'):
        assert [property_of(node, name, unit) for name in ('LoadState', 'ActiveState')] == ['not-found', 'inactive']
    assert node.run(['sh', '-c', 'find /etc/systemd /run/systemd/system -name "nodeprep*" | grep .'])[0] == 1
    assert node.run(['pgrep', '-f', '/usr/bin/nodeprep'])[0] == 1
    assert node.run(['ls', '/run/nodeprep'])[0] != 0 and node.run(['ls', '/usr/lib/nodeprep'])[0] != 0
    assert node.read(SYSCTLS) == mended and node.ask('sysctl', '-n', 'net.ipv4.ip_forward') == '1\n'
    node.ask('ls', '/var/lib/nodeprep/journal', '/var/lib/nodeprep-master/fleet.db')
    node.ask('getent', 'passwd', 'nodeprep-master')
    rpm(node, '-i', node.new['nodeprep'])
    code, out, err = node.run(['nodeprep', 'undo', '--yes'])
    assert err == '' and 'NOT taken back' not in out and node.run(['cat', SYSCTLS])[0] != 0, (code, out, err)
