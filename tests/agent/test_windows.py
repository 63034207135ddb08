"""Windows against the clock on the wall, minute by minute, in zones whose clocks are shifted."""
import calendar
import datetime
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nodeprep.agent import windows

ZONES = ('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Antarctica/Troll', 'Asia/Kathmandu')
# Winter and summer of both halves of the Earth, with every shift of 2026 of these zones within reach.
BEGIN, END = calendar.timegm((2026, 1, 1, 0, 0, 0)), calendar.timegm((2027, 1, 1, 0, 0, 0))
SHIFTS = [calendar.timegm(day) for day in ((2026, 3, 29, 1, 0, 0), (2026, 10, 25, 1, 0, 0), (2026, 3, 8, 7, 0, 0),
                                          (2026, 11, 1, 6, 0, 0), (2026, 4, 4, 15, 0, 0), (2026, 10, 3, 15, 30, 0))]

DAYS = st.sampled_from(windows.DAYS)
PREFIX = st.just('') | DAYS.map('{} '.format) | st.builds('{}-{} '.format, DAYS, DAYS)
TIMES = st.builds('{:02}:{:02}'.format, st.integers(0, 23), st.integers(0, 59))
WINDOWS = st.lists(st.builds('{}{}-{}'.format, PREFIX, TIMES, TIMES | st.just('24:00')), min_size=1, max_size=3)
EPOCHS = st.integers(BEGIN, END) | st.builds(lambda shift, by: shift + by, st.sampled_from(SHIFTS),
                                            st.integers(-3 * 86400, 86400))


def at(text):
    """The time at which the clock on the wall first shows this."""
    return time.mktime(time.strptime(text, '%Y-%m-%d %H:%M')[:8] + (-1,))


def shown_within(window, epoch):
    """The rule as a person would say it, day by day."""
    wall = datetime.datetime(*time.localtime(epoch)[:6])
    days, _, hours = window.rpartition(' ')
    first, _, last = days.partition('-')
    allowed, day = [], windows.DAYS.index(first or 'Mon')
    while True:
        allowed.append(day)
        if windows.DAYS[day] == (last or first or 'Sun'):
            break
        day = (day + 1) % 7
    begin, end = ([int(number) for number in side.split(':')] for side in hours.split('-'))
    for back in (0, 1):
        midnight = datetime.datetime(wall.year, wall.month, wall.day) - datetime.timedelta(days=back)
        opens = midnight + datetime.timedelta(hours=begin[0], minutes=begin[1])
        shuts = midnight + datetime.timedelta(hours=end[0], minutes=end[1])
        if shuts <= opens:
            shuts += datetime.timedelta(days=1)
        if midnight.weekday() in allowed and opens <= wall < shuts:
            return True
    return False


@pytest.mark.parametrize('name', ZONES)
def test_open_when_the_clock_on_the_wall_shows_it(zone, name):
    zone(name)

    @given(WINDOWS, EPOCHS)
    @example(['Sun 02:00-02:00'], SHIFTS[0])
    def check(given_windows, epoch):
        assert windows.open_now(given_windows, epoch) is any(shown_within(one, epoch) for one in given_windows)
    check()


@pytest.mark.parametrize('name', ZONES)
def test_the_next_opening_is_the_first_minute_that_is_open(zone, name):
    zone(name)

    @settings(max_examples=30, deadline=None)
    @given(WINDOWS, EPOCHS)
    @example(['Sun 02:10-02:20'], SHIFTS[0] - 3600)
    def check(given_windows, epoch):
        found = windows.next_opening(given_windows, epoch)
        minutes = range(epoch - epoch % 60 + 60, epoch + 15 * 86400, 60)
        first = epoch if windows.open_now(given_windows, epoch) else next(
            minute for minute in minutes if windows.open_now(given_windows, minute))
        assert found == first
    check()


def test_over_midnight(zone):
    zone('Europe/Berlin')
    night = ['Fri 22:00-06:00']
    assert not windows.open_now(night, at('2026-11-27 21:59')) and windows.open_now(night, at('2026-11-27 22:00'))
    assert windows.open_now(night, at('2026-11-28 05:59')) and not windows.open_now(night, at('2026-11-28 06:00'))
    assert not windows.open_now(night, at('2026-11-28 22:00'))       # a Saturday
    assert windows.open_now(['Sun 22:00-06:00'], at('2026-11-30 05:00'))     # over the end of the week


def test_the_hour_that_is_left_out_and_the_one_that_comes_twice(zone):
    zone('Europe/Berlin')
    spring, autumn = SHIFTS[0], SHIFTS[1]
    assert time.localtime(spring).tm_hour == 3 and time.localtime(spring - 1).tm_hour == 1
    # It lies wholly in the hour that is left out: not before the next Sunday.
    assert windows.next_opening(['Sun 02:10-02:50'], spring - 3600) == at('2026-04-05 02:10')
    # It goes on beyond that hour: open from where the clock is set to.
    assert windows.next_opening(['Sun 02:30-04:00'], spring - 3600) == spring
    twice = ['Sun 02:10-02:20']
    assert [minute for minute in range(autumn - 7200, autumn + 7200, 600) if windows.open_now(twice, minute)] == \
        [autumn - 3600 + 600, autumn + 600]


def test_none_is_always_and_the_same_time_twice_is_a_day():
    assert windows.open_now((), 0) and windows.next_opening([], 5.5) == 5.5
    assert windows.spans('Sat 02:00-02:00') == [windows.Span(5 * 1440 + 120, 1440)]
    assert windows.spans('00:00-24:00')[0].minutes == 1440


@pytest.mark.parametrize('bad', ['', 'Sat', 'Sat 2-4', 'Sat 02:00-04:00 x', '02:00', 'Sat  02:00-04:00'])
def test_what_is_no_window(bad):
    with pytest.raises(ValueError):
        windows.spans(bad)
