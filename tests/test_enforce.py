"""What a fix does with what nobody expected: its own faults, and a person who is gone."""
import click
import pytest

from nodeprep.cli import people
from nodeprep.config import ConfigError
from nodeprep.enforce import DONE, FAILED, SKIPPED, Fixer, Hooks
from nodeprep.journal.writing import Transaction
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


def test_what_builds_on_a_requirement_that_failed_is_not_begun_and_the_others_are(machine):
    """In stages: without the module there is no sysctl of bridges."""
    def without_modules(host, argv):
        return actor.failing(host, argv) if argv[0] == 'modprobe' else actor.act(host, argv)
    before = machine.tree()
    machine.host.actor = without_modules
    builds = {name: one.after for name, one in machine.requirements.items() if one.after}
    outcomes, transaction = machine.fix()
    results = {one.requirement: one.result for one in outcomes}
    failed = {name for name, result in results.items() if result == FAILED}
    skipped = {name for name, result in results.items() if result == SKIPPED}
    assert failed and skipped == {name for name in results if set(builds.get(name, ())) & (failed | skipped)} != set()
    assert {step.part for step in transaction.steps} & skipped == set()
    assert all(one.why.startswith('it builds on ') for one in outcomes if one.result == SKIPPED)
    assert set(results.values()) == {FAILED, SKIPPED, DONE}
    machine.host.actor = actor.act
    assert undo(machine) == [] and machine.tree() == before


def test_how_far_a_long_step_is_is_told(machine, monkeypatch):
    said = []
    monkeypatch.setattr('nodeprep.linux.effects.watch', lambda host, argv: lambda: (f'{argv[-1]} half', ''))
    planned = machine.plan(('swap',))

    def slow(argv, patience=60.0, watch=None):
        assert watch() == (f'{argv[-1]} half', '')
        return actor.act(machine.host, argv)
    monkeypatch.setattr(type(machine.host), 'do', lambda host, *args: slow(*args))
    transaction = Transaction(machine.host, {'how': 'person', 'who': 'test'}, ())
    fixer = Fixer(machine.host.fresh, transaction, machine.allowed, Hooks(said.append, lambda part: True, lambda: ''),
                  settle=0.0)
    fixer.enforce(planned, {'swap': (machine.requirements['swap'], machine.rules['swap'])})
    assert said[:2] == ['swapoff -- /dev/dm-1', 'swapoff: /dev/dm-1 half']
