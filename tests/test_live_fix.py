"""A fix of a node that runs pods: what could hurt them is left, with the reason, and done with --force-live."""
import pytest

from nodeprep import plan
from nodeprep.enforce import DONE
from nodeprep.journal import reading
from nodeprep.journal.undoing import Way
from nodeprep.journal.writing import Reopened
from nodeprep.linux import effects
from nodeprep.model import DISRUPTIVE, Run
from tests import actor
from tests.drifted import Machine

JOINED = '/etc/kubernetes/kubelet.conf'
# (case, (requirement, subject, when) of what is left on such a node and done on any other)
CASES = [
    (('centos7', ''), {('firewall', 'firewalld.service', 'now'), ('swap', '/dev/dm-1', 'now')}),
    (('stream9', 'servers'), {('time-sync', 'ntp1.example.com', 'boot')}),
    (('stream10', 'open-firewall'), {('firewall', 'firewalld.service', when) for when in ('now', 'boot')}),
    (('alma9', 'mirror'), set())]


def joined(case, folder, force_live):
    """A machine that is a node, and what its fixes are allowed."""
    machine = Machine(*case, folder)
    machine.host.files({JOINED: 'x'})
    machine.allowed = plan.Allowed(frozenset(machine.requirements), force_live)
    return machine


def watched(machine):
    """The commands that it runs from now on."""
    ran = []

    def act(host, argv):
        ran.append(tuple(argv))
        return actor.act(host, argv)
    machine.host.actor = act
    return ran


def refused(planned):
    return {(part.requirement, one.subject, one.when) for part in planned.parts for one in part.left if one.refused}


@pytest.mark.parametrize('case, left', CASES, ids=lambda value: '-'.join(value) if isinstance(value, tuple) else '')
def test_what_could_hurt_pods_is_left_and_says_why(case, left, tmp_path):
    machine = joined(case, tmp_path, force_live=False)
    ran = watched(machine)
    planned = machine.plan()
    assert refused(planned) == left
    why = [one.why for part in planned.parts for one in part.left if one.refused]
    said = f'it may hurt the pods of this node ({JOINED} shows that it has joined a cluster): --force-live does it'
    assert all(one.startswith(said) for one in why), why
    outcomes, transaction = machine.fix(planned=planned)
    assert {one.result for one in outcomes} <= {DONE} and ran
    # The swapoff of a device that holds no page is the one command that is planned as less than it may be.
    plain = {change.argv for part in planned.parts if part.requirement == 'swap' for change in part.changes
             if isinstance(change, Run)}
    hurt = [argv for argv in ran if effects.risk(argv) == DISRUPTIVE and argv not in plain]
    assert hurt == [] == [step for step in transaction.steps if step.risk == DISRUPTIVE]


@pytest.mark.parametrize('case, left', CASES, ids=lambda value: '-'.join(value) if isinstance(value, tuple) else '')
def test_who_says_so_gets_it(case, left, tmp_path):
    machine = joined(case, tmp_path, force_live=True)
    planned = machine.plan()
    risky = {part.requirement for part in planned.parts for change in part.changes
             if isinstance(change, Run) and change.risk == DISRUPTIVE}
    assert refused(planned) == set() and risky == {one for one, _, _ in left}
    assert {one.result for one in machine.fix(planned=planned)[0]} <= {DONE}
    assert machine.plan().changes == 0


def test_to_take_back_what_they_need_is_refused_too(tmp_path):
    """Forwarding off cuts them off, swap on again does not; what was refused is done when it is asked for."""
    machine = Machine('centos7', '', tmp_path)
    before = machine.tree()
    assert {one.result for one in machine.fix(('forwarding', 'swap'))[0]} == {DONE}
    machine.host.files({JOINED: 'x'})

    def undo(force_live):
        past = reading.newest(machine.host, '000001')
        with Reopened(machine.host, past.id) as reopened:
            return Way(machine.host.fresh, force_live=force_live).back(past.open, reopened.undid)
    left = [step for step in undo(False) if not step.undone]
    assert [step.write for step in left] == ['/proc/sys/net/ipv4/ip_forward']
    assert left[0].said.startswith(f'it may hurt the pods of this node ({JOINED}')
    assert all(step.undone for step in undo(True))
    machine.host.files({JOINED: None})
    assert [entry for entry in machine.tree() if '/kubernetes' not in entry[0]] == before
