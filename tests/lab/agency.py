"""The agent on a node, as its tests ask about it: its journal, its unit, its status. Each wait is for a condition."""
import contextlib
import json

from tests.lab.clock import bounded
from tests.lab.node import Node
from tests.lab.units import install
from tests.waiting import until

CONFIG = '/etc/nodeprep/nodeprep.yaml'
# A clock that is followed at once; and what a chronyd that has just begun says of its offset is no fault.
CHRONY = 'server 127.0.0.1 iburst minpoll 0 maxpoll 0\ndriftfile /var/lib/chrony/drift\n'
TIME_SYNC = '  time-sync: {servers: [127.0.0.1], advised_offset: 10s, required_offset: 10s}\n'
# Once an hour: what is told sooner was told because of an event.
HOURLY = 'interval: 1h\nrequirements:\n' + TIME_SYNC


@contextlib.contextmanager
def equipped(folder):
    """A node with the units of nodeprep, which are not enabled, and a chronyd that follows its clock."""
    one = Node(folder)
    try:
        with bounded():
            one.boot()
            install(one)
            assert one.run(['systemctl', 'is-enabled', 'nodeprep'])[1] == 'disabled\n'     # installed is not enabled
            one.write('/etc/chrony.conf', CHRONY)
            one.ask('systemctl', 'restart', 'chronyd')
            one.ask('chronyc', 'waitsync', '60', '0', '0', '1')
            yield one
    finally:
        one.stop()


def journal(node, since=''):
    """nodeprep's own entries after a cursor, the oldest first; all that were sent by now."""
    node.ask('journalctl', '--sync')
    # Chosen here: journalctl with a match and --after-cursor leaves out the first when the cursor's own is no match.
    out = node.ask('journalctl', '-o', 'json', '--no-pager', *(['--after-cursor', since] if since else []))
    entries = [json.loads(line) for line in out.splitlines()]
    return [one for one in entries if one.get('SYSLOG_IDENTIFIER') == 'nodeprep']


def cursor(node):
    """The place in the journal where it ends now."""
    node.ask('journalctl', '--sync')
    return json.loads(node.ask('journalctl', '-o', 'json', '-n', '1', '--no-pager'))['__CURSOR']


def transitions(node, since, requirement):
    """The entries about the transitions of a requirement after a cursor, the oldest first."""
    return [one for one in journal(node, since)
            if one.get('NODEPREP_REQUIREMENT') == requirement and 'NODEPREP_NOW' in one]


def said_by(node, unit):
    """What the processes of a unit have said by now."""
    node.ask('journalctl', '--sync')
    return node.ask('journalctl', '-u', unit, '-o', 'cat')


def told(node, since, requirement, state=''):
    """Waits for a transition of a requirement in the journal and gives its entry."""
    return until(lambda: next((one for one in transitions(node, since, requirement)
                               if state in ('', one.get('NODEPREP_STATE'))), None))


def property_of(node, name, unit='nodeprep'):
    """What systemd says of a unit."""
    return node.ask('systemctl', 'show', '-p', name, '--value', unit).strip()


def status(node):
    """`nodeprep status` as JSON."""
    return json.loads(node.run(['nodeprep', 'status', '-o', 'json'])[1])


def reload(node, text):
    """Gives the agent a configuration that is right, and waits until it is in force and was looked with."""
    since = cursor(node)
    node.write(CONFIG, text)
    node.ask('systemctl', 'reload', 'nodeprep')
    # A look that an event or the interval brought may come in between, and is of the configuration before.
    read = until(lambda: next((one for one in journal(node, since) if 'is in force' in one['MESSAGE']), None))
    at = int(read['_SOURCE_REALTIME_TIMESTAMP']) / 1e6             # when it was sent, not when the journal took it
    until(lambda: status(node)['round']['at'] > at and property_of(node, 'ActiveState') == 'active')
    assert status(node)['config']['problem'] == ''


def report(node):
    """The newest report in the spool of the agent."""
    files = sorted(node.ask('sh', '-c', 'ls /var/lib/nodeprep/spool/*.jsonl').split())
    return json.loads(node.read(files[-1]).splitlines()[-1])
