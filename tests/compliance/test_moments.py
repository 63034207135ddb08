"""Spans of time as people name them."""
import pytest

from nodeprep.compliance import moments

NOW = 1700006400.0        # 2023-11-15 00:00:00 UTC


@pytest.mark.parametrize('said', ['30', '1', '0', '2.5', '365', '٣٠'])
def test_a_number_without_a_unit_is_refused_with_what_was_meant(said):
    with pytest.raises(ValueError, match=f'^since: {said} has no unit: {said}d is so many days ago, {said}h hours$'):
        moments.span(said, '', NOW)
    with pytest.raises(ValueError, match='^until: '):
        moments.span('', said, NOW)


@pytest.mark.parametrize('said, seconds', [('30d', 30 * 86400), ('30h', 30 * 3600), ('90m', 5400), ('30s', 30)])
def test_with_a_unit_it_is_so_long_ago(said, seconds):
    assert moments.span(said, '', NOW) == (NOW - seconds, NOW)


def test_days_and_times_are_what_they_are():
    assert moments.span('2023-11-14', '2023-11-14T12:00:00Z', NOW) == (NOW - 86400, NOW - 43200)
    for wrong in ('2023', '1700000000', '-5', '2023-11-99', 'yesterday', '30 x'):
        with pytest.raises(ValueError, match='^since: is '):
            moments.span(wrong, '', NOW)
