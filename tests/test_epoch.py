"""epoch against the library that it stands for."""
import calendar
import random
import time

import pytest

from nodeprep import epoch


def test_every_day_of_four_centuries_and_some_times():
    draw = random.Random(1)
    for year in list(range(1900, 2301)) + [1, 4, 100, 9999]:
        for month in range(1, 13):
            for day in (1, 15, calendar.monthrange(year, month)[1]):
                clock = draw.randrange(24), draw.randrange(60), draw.randrange(60)
                assert epoch.seconds(year, month, day, *clock) == calendar.timegm((year, month, day) + clock)
            with pytest.raises(ValueError):
                epoch.seconds(year, month, day + 1)


@pytest.mark.parametrize('text', ['2026-02-28T23:59:60Z', '2026-01-31 22:00:00', '1970-01-01T00:00:00Z'])
def test_what_is_written(text):
    plain = text.replace('T', ' ').rstrip('Z')
    assert epoch.of(text) == calendar.timegm(time.strptime(plain, '%Y-%m-%d %H:%M:%S'))


@pytest.mark.parametrize('text', ['', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z',
                                  '2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z',
                                  '2026-01-01T00:00:61Z', '0000-01-01T00:00:00Z', '2026-1-1T00:00:00Z', 'now'])
def test_what_is_no_time(text):
    with pytest.raises(ValueError):
        epoch.of(text)
