"""An agent in mode fix on a whole machine: it makes a node of it, and mends what is undone."""
import json

import pytest

from tests.lab.agency import cursor, journal, until
from tests.lab.carried import PACKAGE, configure, started
from tests.lab.test_story import BARE, DRIFTS, FIT, facts
from tests.lab.transcript import Transcript

pytestmark = pytest.mark.vm
# Of SELinux and of sysctls the kernel tells nobody: they are seen at the next look.
MODES = '''interval: 20s
requirements:
  hostname: {mode: fix, name: node1.example}
  time-sync: {mode: fix, servers: [127.0.0.1], advised_offset: 10m, required_offset: 10m}
  registry: {mode: ignore}
''' + ''.join(f'  {name}: {{mode: fix}}\n' for name in DRIFTS if name not in ('hostname', 'time-sync'))
# What a person or a program undoes, and how that shows.
UNDONE = (('swap', 'swapon /dev/vda2'), ('selinux', 'setenforce 1'),
          ('forwarding', 'sysctl -w net.ipv4.ip_forward=0'))


@pytest.fixture
def machine(tmp_path):
    with started(tmp_path) as one:
        yield one


def history(machine):
    """The transactions, oldest first."""
    return sorted(json.loads(machine.ask('nodeprep', 'history', '-o', 'json'))['transactions'],
                  key=lambda one: one['id'])


def status(machine):
    """What the agent wrote of itself last, read without a program that would take its time."""
    return json.loads(machine.read('/run/nodeprep/status'))


def noticed(machine, since):
    """The (state, requirement) of each change that the agent told its journal after a cursor."""
    return [(one['NODEPREP_STATE'], one['NODEPREP_REQUIREMENT']) for one in journal(machine, since)
            if 'NODEPREP_NOW' in one]


def mended(machine):
    """The transactions, oldest first, once nothing is in hand and the node is fit; else nothing."""
    if facts(machine) != FIT or status(machine)['hand']['fixing']:
        return []
    return history(machine)


def test_an_agent_in_mode_fix_makes_a_node_fit_and_keeps_it_so(machine):
    typed = Transcript(machine, 'agent')
    machine.ask('rpm', '-i', '--force-debian', PACKAGE)
    configure(machine, MODES)
    assert facts(machine) == BARE
    typed.type('systemctl enable --now nodeprep')
    made = until(lambda: [one for one in [mended(machine)] if len(one) >= len(DRIFTS)], seconds=1800,
                 said=lambda: status(machine)['hand'])[0]
    assert {(one['by']['how'], part['requirement'], part['result']) for one in made for part in one['parts']} == {
        ('policy', name, 'done') for name in DRIFTS}
    said = typed.type('nodeprep history')
    assert 'CUT SHORT' not in said and 'failed' not in said and said.count('(policy)') == len(made), said

    for requirement, words in UNDONE:
        since = cursor(machine)
        typed.type(words)
        until(lambda: ('drifted', requirement) in noticed(machine, since), seconds=600)           # noqa: B023
        made = until(lambda: [one for one in [mended(machine)] if len(one) > len(made)], seconds=600,   # noqa: B023
                     said=lambda: (facts(machine), status(machine)['hand']))[0]
        assert (made[-1]['by']['how'], [part['requirement'] for part in made[-1]['parts']]) == ('policy', [requirement])

    assert typed.type('rpm -V nodeprep') == ''
