"""Laws 2 to 5 of fixing, for every requirement that has a fix, from drifted hosts of each release."""
import pytest

from nodeprep.enforce import DONE, FAILED
from nodeprep.host import Answer
from nodeprep.journal import reading
from nodeprep.journal.undoing import Way
from nodeprep.journal.writing import Reopened
from tests import actor
from tests.drifted import CASES, Machine

IMAGES = [case for case in CASES if case[1] in ('', 'line-wins', 'swap-file')]


def undo(machine):
    """Takes back every transaction that stands, the newest first; what could not be."""
    lost = []
    while True:
        past = reading.newest(machine.host)
        if past is None:
            return lost
        with Reopened(machine.host, past.id) as reopened:
            taken = Way(machine.host.fresh, force_live=True).back(past.open, reopened.undid)
        lost += [step for step in taken if not step.undone]
        if any(not step.undone for step in taken):
            return lost


@pytest.fixture(params=CASES, ids='-'.join)
def machine(request, tmp_path):
    return Machine(*request.param, tmp_path)


def test_a_fix_converges_does_nothing_twice_and_is_taken_back(machine):
    before = machine.tree()
    planned = machine.plan()
    left = {(part.requirement, one.subject, one.when) for part in planned.parts for one in part.left}
    outcomes, _ = machine.fix(planned=planned)
    assert [one for one in outcomes if one.result != DONE] == []
    for requirement, finding, _ in machine.look():            # law 2
        for seen in finding.observations:
            told = (requirement.id, seen.subject, seen.when) in left
            assert seen.met is not False or told or not seen.fix, (requirement.id, seen)
    done = machine.tree(times=True)
    again, transaction = machine.fix()                         # law 3
    assert again == [] and transaction.steps == [] and machine.tree(times=True) == done
    assert undo(machine) == []                                 # law 4
    assert machine.tree() == before


@pytest.mark.parametrize('case', IMAGES, ids='-'.join)
def test_each_requirement_by_itself(case, tmp_path):
    whole = Machine(*case, tmp_path)
    before = whole.tree()
    for part in whole.plan().parts:
        if part.changes:
            outcomes, transaction = whole.fix((part.requirement,))
            assert [one.result for one in outcomes] == [DONE], (part.requirement, outcomes)
            assert {step.part for step in transaction.steps} == {part.requirement}
            assert undo(whole) == [] and whole.tree() == before, part.requirement


@pytest.mark.parametrize('ends', [actor.hangs, lambda argv: Answer(1, '', 'too late')], ids=['hangs', 'fails'])
@pytest.mark.parametrize('case', [case for case in CASES if case[0] in ('centos7', 'stream10')], ids='-'.join)
def test_a_command_that_has_done_its_work_and_then_hangs_or_fails_is_taken_back(case, ends, tmp_path):
    whole = Machine(*case, tmp_path)
    before = whole.tree()
    for part in whole.plan().parts:
        if any(hasattr(change, 'argv') for change in part.changes):
            whole.host.actor = actor.late(ends)
            outcomes, _ = whole.fix((part.requirement,))
            whole.host.actor = actor.act
            assert [(one.result, one.kept) for one in outcomes] == [(FAILED, ())], (part.requirement, outcomes)
            assert whole.tree() == before, part.requirement


@pytest.mark.parametrize('broken', [actor.failing, actor.lying])
@pytest.mark.parametrize('case', [case for case in CASES if not case[1]], ids='-'.join)
def test_a_command_that_fails_or_lies_changes_nothing(case, broken, tmp_path):
    whole = Machine(*case, tmp_path)
    before = whole.tree()
    for part in whole.plan().parts:
        commands = [change for change in part.changes if hasattr(change, 'argv')]
        if not commands:
            continue
        whole.host.actor = broken
        outcomes, _ = whole.fix((part.requirement,))
        assert [one.result for one in outcomes] == [FAILED], (part.requirement, outcomes)
        assert outcomes[0].kept == () or broken is actor.failing
        whole.host.actor = actor.act
        assert undo(whole) == [] and whole.tree() == before, part.requirement
