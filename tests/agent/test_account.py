"""A host's own report: against a slow and obvious reading of random histories, moment by moment; and its lists."""
from hypothesis import given
from hypothesis import strategies as some

from nodeprep import schema
from nodeprep.agent import account
from nodeprep.agent.remembered import QUIET, remember
from nodeprep.compliance import rows, seal
from nodeprep.journal.reading import Past
from nodeprep.journal.steps import Step

BEGIN = 1700006400        # 2023-11-15 00:00:00 UTC
STEP = 100                # seconds; all times of the random ones are multiples of it
NODE = {'name': 'host', 'role': 'worker', 'os': {'id': 'centos', 'version': '7', 'name': 'CentOS Linux 7'},
        'labels': {'rack': 'a1'}}
OUTCOMES = ('met', 'drifted', 'unknown', 'waived', 'advised', 'ignored', 'not-applicable')
IDS = ('disk', 'swap')


def value(outcome, now='', boot='', waiver=None):
    state = 'drifted' if outcome in ('waived', 'advised', 'ignored') else outcome
    waiver = waiver or (['2023-12-01', 'anna', 'later'] if outcome == 'waived' else None)
    return [outcome, state, now or state, boot or state, 'required', waiver, ['4 GiB', 'none', '/etc/fstab:3']]


def whole(at, **outcomes):
    return {'at': at, 'node': NODE, 'all': {name: value(outcome) for name, outcome in outcomes.items()}}


def begun(at, **outcomes):
    return dict(whole(at, **outcomes), began={'pid': 1, 'started': '1', 'boot': 'b'})


def first(at, **outcomes):
    return dict(begun(at, **outcomes), first=True)


def made(lines, since, until, now=None, runs=True, past=()):
    now = until if now is None else now
    tree = account.report(remember(lines, now), since, until, now, runs, {'swap': 'Swap is off'}, past)
    if tree is not None:
        tree = seal.sealed(tree)
        assert schema.problem(tree, kind=schema.COMPLIANCE) == ''
    return tree


@some.composite
def histories(draw):
    lines, at = [], 0
    outcome = some.sampled_from(OUTCOMES)
    for _ in range(draw(some.integers(1, 14))):
        at += draw(some.sampled_from((0, 1, 3, 9, 10, 40, -4)))
        when = float(BEGIN + max(at, 0) * STEP)
        names = [name for name in IDS if draw(some.booleans())]
        kind = draw(some.sampled_from(('mark', 'mark', 'of', 'all', 'began', 'ended', 'damaged')))
        lines.append({
            'mark': lambda: when, 'damaged': lambda: None, 'ended': lambda: {'at': when, 'ended': True},
            'of': lambda: {'at': when, 'of': {name: value(draw(outcome)) for name in names}},
            'all': lambda: whole(when, **{name: draw(outcome) for name in names}),
            'began': lambda: begun(when, **{name: draw(outcome) for name in names})}[kind]())
    return lines


def believed(lines):
    """[time, line, whether what came next is lost] of the lines that count."""
    found, lost = [], False
    for line in lines:
        if line is None:
            if found:
                found[-1][2] = lost = True
        elif found and not lost or isinstance(line, dict) and 'all' in line:
            at = line if isinstance(line, float) else line['at']
            found.append([max([at] + [one[0] for one in found]), line, False])
            lost = False
    return found


def obvious(found, moment, now, runs, name):
    """The class of one moment of a requirement; '' for none."""
    known = [number for number, one in enumerate(found) if one[0] <= moment]
    if not known:
        return ''
    number = known[-1]
    at, line, lost = found[number]
    following = found[number + 1] if number + 1 < len(found) else None
    if following is None:
        here = runs and now - at <= QUIET
    else:
        here = following[0] - at <= QUIET and not (isinstance(following[1], dict) and 'began' in following[1])
    here = here and not lost and not (isinstance(line, dict) and 'ended' in line)
    state = ''
    for _, one, _ in found[:number + 1]:
        if isinstance(one, dict) and 'all' in one:
            state = one['all'][name][0] if name in one['all'] else ''
        elif isinstance(one, dict) and name in one.get('of', {}):
            state = one['of'][name][0]
    if here or not state:
        return state
    return 'silent' if state in ('met', 'drifted', 'unknown') else ''


@given(histories(), some.integers(0, 60), some.integers(1, 60), some.integers(0, 30), some.booleans())
def test_it_agrees_with_the_obvious(lines, since, length, later, runs):
    begin, until = BEGIN + since * STEP, BEGIN + (since + length) * STEP
    now = max([until + later * STEP] + [one if isinstance(one, float) else one['at'] for one in lines if one])
    found = believed(lines)
    tree = made(lines, begin, until, now, runs)
    if not found or found[0][0] >= until:
        assert tree is None
        return
    expected = {name: {} for name in IDS}
    told = min(one[0] for one in found if isinstance(one[1], dict) and (one[1].get('all') or one[1].get('of'))) \
        if any(isinstance(one[1], dict) and (one[1].get('all') or one[1].get('of')) for one in found) else until
    for moment in range(begin, until, STEP):
        for name in IDS:
            what = obvious(found, moment, now, runs, name) if moment >= told else ''
            if what:
                expected[name][what] = expected[name].get(what, 0) + STEP
    if tree is None:
        assert not any(expected.values())
        return
    total = {}
    for one in expected.values():
        for what, seconds in one.items():
            total[what] = total.get(what, 0) + seconds
    assert tree['overall']['seconds'] == total
    assert {name: one['seconds'] for name, one in rows.of(tree['nodes'][0]) if one['seconds']} == {
        name: one for name, one in expected.items() if one}


def test_time_in_which_no_agent_ran_is_silent_and_never_met():
    lines = [first(BEGIN, swap='met'), float(BEGIN + 300), {'at': BEGIN + 400, 'ended': True},
             begun(BEGIN + 1000, swap='met'), float(BEGIN + 1300), begun(BEGIN + 1350, swap='met'),
             float(BEGIN + 1400)]
    tree = made(lines, BEGIN, BEGIN + 1500)
    assert tree['overall']['seconds'] == {'met': 850, 'silent': 650} and tree['nodes'][0]['standing'] == 'met'
    tree = made(lines, BEGIN, BEGIN + 1500, runs=False)
    assert tree['overall']['seconds'] == {'met': 750, 'silent': 750} and tree['nodes'][0]['standing'] == 'silent'
    assert tree['silent'] == [{'node': 'host', 'since': '2023-11-15T00:23:20Z'}]


def test_one_that_hangs_is_silent_from_its_last_line():
    tree = made([first(BEGIN, swap='met')], BEGIN, BEGIN + 3600)
    assert tree['overall']['seconds'] == {'silent': 3600}


def test_silence_is_told_of_when_it_began_also_before_the_span():
    lines = [first(BEGIN, swap='met'), {'at': BEGIN + 60, 'ended': True}]
    tree = made(lines, BEGIN + 86400, BEGIN + 2 * 86400)
    assert tree['silent'] == [{'node': 'host', 'since': '2023-11-15T00:01:00Z'}]


def test_a_clock_that_was_ahead_for_a_while_hides_nothing():
    ahead = BEGIN + 10 * 365 * 86400
    lines = [first(BEGIN, swap='met'), float(ahead), {'at': ahead + 5, 'of': {'swap': value('drifted')}},
             float(BEGIN + 500), float(BEGIN + 700)]
    tree = made(lines, BEGIN, BEGIN + 800)
    assert tree['overall']['seconds'] == {'met': 500, 'drifted': 300}


def test_damage_is_told_and_counts_as_silent_until_all_was_written_again():
    lines = [first(BEGIN, swap='met'), None, None, float(BEGIN + 200), whole(BEGIN + 300, swap='met')]
    tree = made(lines, BEGIN, BEGIN + 400)
    assert tree['overall']['seconds'] == {'met': 100, 'silent': 300}
    assert [(one['state'], one['at']) for one in tree['gaps']] == [('gap', '2023-11-15T00:00:00Z')]
    assert tree['nodes'][0]['gaps'] == 1


def test_what_is_not_kept_any_more_is_told():
    tree = made([begun(BEGIN + 100, swap='met')], BEGIN, BEGIN + 200)
    assert [one['said'] for one in tree['gaps']] == ['the history before this is not kept any more']
    assert tree['nodes'][0]['counts_from'] == '2023-11-15T00:01:40Z'


def test_what_is_open_what_breaks_at_the_next_boot_and_what_is_waived():
    lines = [first(BEGIN, swap='met', disk='waived', tools='met'), {'at': BEGIN + 50, 'of': {'swap': value('drifted')}},
             {'at': BEGIN + 60, 'of': {'tools': value('drifted', now='met')}}]
    tree = made(lines, BEGIN, BEGIN + 100)
    assert [(one['requirement'], one['since'], one['state'], one['found'], one['waived_until'])
            for one in tree['open']] == [
        ('disk', '2023-11-15T00:00:00Z', 'drifted', '4 GiB', '2023-12-01'),
        ('swap', '2023-11-15T00:00:50Z', 'drifted', '4 GiB', None),
        ('tools', '2023-11-15T00:01:00Z', 'drifted', '4 GiB', None)]
    assert [one['requirement'] for one in tree['reboot']] == ['tools']
    assert [(one['requirement'], one['owner'], one['until'], one['nodes']) for one in tree['waivers']] == [
        ('disk', 'anna', '2023-12-01', 1)]
    assert made(lines, BEGIN, BEGIN + 40)['open'][1:] == []


def test_drift_that_ended_is_told_with_when_it_was():
    lines = [first(BEGIN, disk='met', swap='drifted'), whole(BEGIN + 100, disk='drifted', swap='drifted'),
             whole(BEGIN + 200, disk='met', swap='drifted')]
    assert made(lines, BEGIN, BEGIN + 300)['ended'] == [
        {'node': 'host', 'requirement': 'disk', 'since': '2023-11-15T00:01:40Z', 'until': '2023-11-15T00:03:20Z',
         'then': 'met'}]


def test_what_is_only_advised_is_told_apart():
    tree = made([first(BEGIN, swap='advised', disk='met')], BEGIN, BEGIN + 100)
    assert tree['open'] == [] and tree['advised'] == [{
        'node': 'host', 'requirement': 'swap', 'since': '2023-11-15T00:00:00Z', 'state': 'drifted', 'found': '4 GiB',
        'wanted': 'none', 'source': '/etc/fstab:3'}]


def test_a_waiver_that_is_over_covers_nothing_at_the_end():
    lines = [first(BEGIN, swap='waived'), {'at': BEGIN + 50, 'of': {'swap': value('drifted')}}]
    tree = made(lines, BEGIN, BEGIN + 100)
    assert [one['nodes'] for one in tree['waivers']] == [0]
    assert tree['overall']['seconds'] == {'waived': 50, 'drifted': 50}


def transaction(by, begun_at='2023-11-15T00:00:10Z', undone='', end='done', results=None):
    step = Step(1, 'swap', '', run=('true',), undo=('true',))
    return Past('000007', begun_at, by, ('nodeprep',), 'b', (step,),
                {'swap': ('done', '')} if results is None else results, end, undone,
                undone_by={'how': 'person', 'who': 'eve'} if undone else {})


def test_fixes_are_changes_with_who_allowed_them():
    past = [transaction({'how': 'policy', 'who': '/etc/nodeprep/nodeprep.yaml:3'}),
            transaction({'how': 'approval', 'who': 'anna'}, undone='2023-11-15T00:00:30Z'),
            transaction({'how': 'person', 'who': 'bob'}, begun_at='2023-11-14T00:00:00Z'),
            transaction({'how': 'person', 'who': 'bob'}, begun_at='2023-11-15T00:00:20Z', end='', results={})]
    found = made([first(BEGIN, swap='met')], BEGIN, BEGIN + 60, past=past)['changes']
    assert [(one['at'][14:], one['what'], one['who'], one['requirement'], one['allowed'], one['detail'])
            for one in found] == [
        ('00:30Z', 'undo', 'eve', 'swap', '', 'transaction 000007'),
        ('00:20Z', 'fix', 'bob', 'swap', 'by hand at the host', 'cut short, transaction 000007'),
        ('00:10Z', 'fix', '/etc/nodeprep/nodeprep.yaml:3', 'swap', 'mode: fix, by the configuration of the node',
         'done, transaction 000007'),
        ('00:10Z', 'fix', 'anna', 'swap', 'approved', 'done, transaction 000007')]
