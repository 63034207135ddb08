"""What a fix does with what nobody expected: its own faults, and a person who is gone."""
import click
import pytest

from nodeprep.cli import people
from nodeprep.config import ConfigError
from nodeprep.enforce import DONE, FAILED
from nodeprep.model import CannotTell
from tests import actor
from tests.drifted import Machine
from tests.test_laws_fix import undo


@pytest.fixture
def machine(tmp_path):
    return Machine('centos7', '', tmp_path)


def test_a_fault_in_the_middle_takes_its_part_back_and_the_others_go_on(machine):
    def faulty(host, argv):
        if argv[:2] == ('systemctl', 'mask'):
            raise ZeroDivisionError('oh')
        return actor.act(host, argv)
    before = machine.tree()
    machine.host.actor = faulty
    outcomes, transaction = machine.fix(('swap', 'selinux'))
    assert [(one.requirement, one.result, one.kept) for one in outcomes] == [('selinux', DONE, ()),
                                                                             ('swap', FAILED, ())]
    assert 'this is a fault in nodeprep (ZeroDivisionError: oh, at ' in outcomes[1].why and '.py:' in outcomes[1].why
    assert [step.part for step in transaction.steps if not step.undone] == ['selinux', 'selinux']
    machine.host.actor = actor.act
    assert undo(machine) == [] and machine.tree() == before


def test_what_cannot_be_told_in_the_middle_takes_its_part_back(machine, monkeypatch):
    before = machine.tree()

    def unreadable(host, paths):
        raise CannotTell('/etc/systemd/system: input/output error')
    monkeypatch.setattr('nodeprep.enforce.trees', unreadable)
    outcomes, _ = machine.fix(('swap',))
    assert [(one.result, one.why) for one in outcomes] == [(FAILED, '/etc/systemd/system: input/output error')]
    assert machine.tree() == before


def test_a_fault_in_a_step_of_the_way_back_does_not_keep_the_others(machine):
    before = machine.tree()
    outcomes, _ = machine.fix(('swap',))
    assert [one.result for one in outcomes] == [DONE]

    def faulty(host, argv):
        if argv[:2] == ('systemctl', 'unmask'):
            raise ZeroDivisionError('oh')
        return actor.act(host, argv)
    machine.host.actor = faulty
    (lost,) = undo(machine)
    assert lost.run[:2] == ('systemctl', 'mask') and 'fault in nodeprep (ZeroDivisionError: oh)' in lost.said
    assert {entry[0] for entry in set(machine.tree()) ^ set(before)} == {'/etc/systemd/system/swap.target'}
    machine.host.actor = actor.act
    assert undo(machine) == [] and machine.tree() == before


@pytest.mark.parametrize('gone', [click.Abort(), OSError(5, 'Input/output error'), ConfigError('no terminal')])
def test_a_person_who_is_gone_in_the_middle_has_not_agreed(monkeypatch, gone):
    def ask(question):
        raise gone
    monkeypatch.setattr(people, 'agreed', ask)
    assert people.agreed_if_there('Go on?') is False
