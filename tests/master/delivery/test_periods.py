"""The last whole day, week and month, whenever one asks."""
import datetime
import random

from nodeprep.master.delivery import periods

UTC = datetime.timezone.utc


def obvious(every, now):
    """Day by day."""
    day = datetime.datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    one = datetime.timedelta(days=1)

    def begins(moment):
        return {'daily': True, 'weekly': moment.weekday() == 0, 'monthly': moment.day == 1}[every]
    while not begins(day):
        day -= one
    end = day
    day -= one
    while not begins(day):
        day -= one
    return day.timestamp(), end.timestamp()


def test_they_are_as_a_calendar_has_them():
    luck = random.Random(6)
    for _ in range(600):
        now = luck.uniform(0.0, 4e9)
        for every in ('daily', 'weekly', 'monthly'):
            assert periods.last(every, now) == obvious(every, now), (every, now)


def test_the_period_that_ends_at_this_very_second_is_over():
    midnight = 1900022400.0
    assert periods.last('daily', midnight) == (midnight - 86400.0, midnight)
    assert periods.last('daily', midnight - 0.5) == (midnight - 172800.0, midnight - 86400.0)
