"""What the way back of a command brings back, and what of others it leaves, after a crash above all."""
import os

import pytest

from nodeprep.host import Answer
from nodeprep.journal.trees import trees
from nodeprep.journal.writing import Transaction
from nodeprep.linux import effects
from nodeprep.model import Run
from tests import actor
from tests.drifted import Machine
from tests.test_laws_fix import undo

MASK = Run(('systemctl', 'mask', 'swap.target'), ('systemctl', 'unmask', 'swap.target'))
OPEN = Run(('firewall-cmd', '--permanent', '--zone=public', '--add-port=10250/tcp'),
           ('firewall-cmd', '--permanent', '--zone=public', '--remove-port=10250/tcp'))
GRUB = Run(('grubby', '--update-kernel', 'ALL', '--args', 'selinux=0'),
           ('grubby', '--update-kernel', 'ALL', '--remove-args', 'selinux=0'))
THEIRS = {'/etc/systemd/system/theirs.service': '[Service]\n', '/etc/firewalld/zones/theirs.xml': '<zone/>\n',
          '/boot/loader/entries/theirs.conf': 'title theirs\n'}


@pytest.fixture
def machine(tmp_path):
    return Machine('stream10', '', tmp_path)


def cut_short(machine, run, acts=True):
    """A command of a process that was killed before it could say that the command had ended, or while it began."""
    transaction = Transaction(machine.host, {}, ())
    transaction.command('swap', run, trees(machine.host.fresh(), effects.touches(run.argv)))
    if acts:
        machine.host.actor(machine.host, run.argv)


def paths(before, after):
    return {entry[0] for entry in set(before) ^ set(after)}


@pytest.mark.parametrize('run', [MASK, OPEN, GRUB], ids=lambda run: run.argv[0])
@pytest.mark.parametrize('acts', [True, False])
def test_what_others_made_after_a_crash_stays(machine, run, acts):
    before = machine.tree()
    cut_short(machine, run, acts)
    machine.host.files(THEIRS)
    assert undo(machine) == []
    left = paths(before, machine.tree())
    assert set(THEIRS) <= left and left - set(THEIRS) <= {'/etc/firewalld/zones'}


def test_an_inverse_may_do_more_than_take_back(machine):
    """firewall-cmd makes the zone's file also when it closes a port that was never open."""
    before = machine.tree()
    cut_short(machine, OPEN, acts=False)
    assert undo(machine) == [] and machine.tree() == before


def test_an_undo_that_failed_leaves_what_others_do_until_it_is_tried_again(machine):
    before = machine.tree()
    transaction = Transaction(machine.host, {}, ())
    touched = effects.touches(OPEN.argv)
    kept = trees(machine.host.fresh(), touched)
    step = transaction.command('firewall', OPEN, kept)
    machine.host.actor(machine.host, OPEN.argv)
    from nodeprep.journal.trees import differences
    transaction.done(step, differences(kept, trees(machine.host.fresh(), touched)))
    machine.host.actor = lambda host, argv: Answer(1, '', 'no luck today\n')
    (lost,) = undo(machine)
    assert 'no luck today' in lost.said
    machine.host.actor = actor.act
    zone = '/etc/firewalld/zones/public.xml'
    theirs = actor.actor_tools.read(machine.host, zone).replace('</zone>', '  <service name="http"/>\n</zone>')
    machine.host.files({zone: theirs})
    assert undo(machine) == []
    now = actor.actor_tools.read(machine.host, zone)
    assert 'name="http"' in now and '10250' not in now
    os.unlink(machine.host.root + zone)
    os.rmdir(machine.host.root + os.path.dirname(zone))
    assert machine.tree() == before
