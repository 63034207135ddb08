"""Whether what arrived at the master is all that happened, once and in order, or the gap is told."""
import re

from nodeprep.agent.outline import told
from nodeprep.chain import GAP, NEXT
from tests.system.chaosworld import mark_of

LINE = re.compile(r'(\S+): (\S+) \(was \S+\): now (\S+), at boot ([^;]+)')


def judged(master, run):
    """Figures in words. Asserts everything."""
    assert master.wrong == [] and set(master.links) <= {NEXT, GAP}, (master.wrong, master.links)
    every_number_is_there_or_told(master)
    whole = {one['sequence']: one for one in list(run.refused.values()) + master.reports}
    reports = [whole[number] for number in sorted(whole)]
    assert [one['sequence'] for one in reports] == list(range(1, len(reports) + 1)), 'some were refused unseen'
    marks = without_repeats([mark_of(one) for one in reports])
    assert [mark for mark in marks if mark] == sorted({mark for mark in marks if mark}), marks
    assert is_within(without_repeats(run.held), marks), (run.held, marks)
    nothing_is_told_twice(reports)
    lines = [LINE.match(line) for _, line in run.agent.lines]
    lines = [line.groups() for line in lines if line]
    assert len(lines) > sum(run.done.values()) / 2, run.agent.said()[-2000:]
    for requirement in sorted({line[0] for line in lines}):
        said = [line[1:] for line in lines if line[0] == requirement]
        assert is_within(without_repeats(said), without_repeats([triple(one, requirement) for one in reports])), (
            requirement, said)
    return (f'{len(run.held)} changes stayed until they were told, {len(lines)} transitions stood in its output, '
            f'{len(whole) - len(master.reports)} reports were refused')


def every_number_is_there_or_told(master):
    """Each number from 1 on belongs to a report, or to the gap that the report after it tells."""
    expected = 1
    for report in master.reports:
        first, last = report['chain'].get('gap', (expected, expected - 1))
        assert first <= expected and last == report['sequence'] - 1, (expected, report['sequence'], report['chain'])
        expected = report['sequence'] + 1


def nothing_is_told_twice(reports):
    """A report that says it tells of a change differs from the one before it, or tells of a fix that has ended since:
    what a fix did is seen as soon as it is done, and perhaps told before the hand has written that it is.
    """
    for before, after in zip(reports, reports[1:]):
        assert after['why'] in ('start', 'changed')
        ended = [one for one in after['fixes'] if one not in before['fixes']]
        assert after['why'] == 'start' or ended or essence(before) != essence(after), (
            before['sequence'], after['sequence'])


def essence(report):
    """What of a report is news."""
    return report['config'], report['fights'], [
        (one['requirement'], one['now'], one['boot'], one['mode'], one.get('proposal'),
         sorted((seen['when'], seen['subject'], told(seen['found']), told(seen['wanted']))
                for seen in one['observations'] if seen['met'] is not True)) for one in report['findings']]


def triple(report, requirement):
    (one,) = [one for one in report['findings'] if one['requirement'] == requirement]
    return one['state'], one['now'], one['boot']


def without_repeats(values):
    return [value for at, value in enumerate(values) if at == 0 or value != values[at - 1]]


def is_within(some, all_of_them):
    """Whether these come there in this order, with others between them."""
    rest = iter(all_of_them)
    return all(one in rest for one in some)
