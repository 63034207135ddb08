"""Three times within a day, kept over restarts, and ended by a person alone."""
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.agent.fights import DAY, NOBODY, Fight, Fights, Suspect, _with
from nodeprep.agent.fights import Revert as Reverted
from nodeprep.model import CannotChange

NOW = 1769860800.0
PATH = '/var/lib/nodeprep/fights.json'
PUPPET = Suspect('Puppet', 'take /etc/fstab out of what Puppet manages')


@pytest.fixture
def fights(host, utc):
    host.files({'/var/lib/nodeprep': {}})
    return Fights(host)


def test_the_third_within_a_day_stops_it(fights, host):
    for number in (0, 1):
        fight = fights.reverted('swap', ['/etc/fstab'], NOW + number * 60, PUPPET, f'00000{number}')
        assert not fight.stopped and fights.stopped('swap') is None
        assert fight.why.endswith('; take /etc/fstab out of what Puppet manages; after 3 times within a day it is no '
                                  'longer fixed')
        assert ('was taken back once, at 2026-01-31 12:00, by Puppet' in fight.why) == (number == 0)
    fight = fights.reverted('swap', ['/etc/fstab'], NOW + 120, NOBODY, '000009')
    assert fight.stopped == NOW + 120
    assert Fights(host.fresh()).stopped('swap') == fight and fights.stopped('disk') is None     # a restart
    assert fight.why == ('/etc/fstab was taken back 3 times within a day, the last time at 2026-01-31 12:02, by '
                         'Puppet; take /etc/fstab out of what Puppet manages; then nodeprep fix swap lets it go on')
    assert fight.tree() == {
        'requirement': 'swap', 'reverts': 3, 'last': NOW + 120, 'stopped': NOW + 120, 'subjects': ['/etc/fstab'],
        'suspect': 'Puppet', 'setting': 'take /etc/fstab out of what Puppet manages', 'why': fight.why}


def test_a_day_later_the_first_does_not_count(fights):
    for at in (NOW, NOW + 60, NOW + DAY):
        fight = fights.reverted('swap', ['x'], at)
    assert not fight.stopped and [one.at for one in fight.reverts] == [NOW + 60, NOW + DAY]


def test_time_alone_does_not_end_one_that_stopped(fights):
    for at in (NOW, NOW + 1, NOW + 2):
        fights.reverted('swap', ['x'], at)
    later = fights.reverted('swap', ['x'], NOW + 9 * DAY)
    assert later.stopped == NOW + 2 and len(later.reverts) == 4


def test_one_fix_counts_once_whoever_notes_it(fights):
    fights.reverted('swap', ['x'], NOW, NOBODY, '000004')
    fight = fights.reverted('swap', ['x'], NOW + 1, PUPPET, '000004')
    assert len(fight.reverts) == 1 and fight.suspect == PUPPET and fight.reverts[0].at == NOW
    assert fights.reverted('swap', ['x'], NOW + 2, Suspect('Chef'), '000004').suspect == PUPPET
    before = os.stat(fights._host.root + PATH).st_mtime_ns
    fights.reverted('swap', ['x'], NOW + 3, PUPPET, '000004')
    assert os.stat(fights._host.root + PATH).st_mtime_ns == before           # nothing new, nothing written


def test_a_person_ends_it_and_no_other(fights):
    for requirement in ('swap', 'disk'):
        for at in (NOW, NOW + 1, NOW + 2):
            fights.reverted(requirement, ['x'], at)
    assert fights.forget('swap') and not fights.forget('swap')
    assert fights.stopped('swap') is None and fights.stopped('disk')
    assert fights.reverted('swap', ['x'], NOW + 3).reverts == (Reverted(NOW + 3, '', ('x',), NOBODY),)


def test_to_forget_what_never_was_leaves_no_trace(host):
    assert not Fights(host).forget('swap') and os.listdir(host.root) == []


def test_nobody_known(fights):
    assert 'by somebody who is not known; after 3 times' in fights.reverted('swap', ['x'], NOW).why
    fights.reverted('swap', ['x'], NOW)
    assert 'by somebody who is not known; nodeprep fix swap' in fights.reverted('swap', ['x'], NOW).why


@pytest.mark.parametrize('text', ['{', '[1]', '{"swap": {}}', '{"swap": {"stopped": 0, "reverts": []}}',
                                  '{"swap": {"stopped": 0, "reverts": [{"at": "x"}]}}'])
def test_a_damaged_file_is_told(fights, host, text):
    host.files({PATH: text})
    with pytest.raises(CannotChange, match='fights.json is damaged'):
        fights.stopped('swap')


def test_a_file_that_others_may_write_is_not_believed(fights, host):
    host.files({PATH: '{}'})
    os.chmod(host.root + PATH, 0o666)
    with pytest.raises(CannotChange, match='not trusted'):
        fights.stopped('swap')


@given(st.lists(st.floats(0, 4 * DAY), max_size=12).map(sorted))
def test_it_stops_at_the_first_third_within_a_day(times):
    fight, expected = Fight('swap', ()), 0.0
    for number, at in enumerate(times):
        fight = _with(fight, Reverted(at, str(number), ('x',), NOBODY))
        if not expected and number >= 2 and at - times[number - 2] < DAY:
            expected = at
        assert fight.stopped == expected
