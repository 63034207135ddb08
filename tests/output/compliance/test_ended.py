"""Drift that ended, as people read it."""
import pytest

from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from tests.compliance import sample


def test_a_page_says_when_it_was_and_how_much_more_there_is():
    said = renderer('html')(sample.small(), Options())
    assert 'What drifted and did so no more; the last to end first' in said
    part = said[said.index('<h2 id="ended">'):said.index('<h2 id="reboot">')]
    assert '2026-11-23 00:00</time></td><td data-of="For">1 d</td>' in part and 'earlier' in part
    assert '70 more' in part, 'what is left out in the JSON too'


def test_a_table_says_the_same():
    said = renderer('table')(sample.small(), Options(width=100))
    part = said[said.index('Drift that ended:'):said.index('What will break')]
    assert [line.split() for line in part.splitlines()[1:] if line][-1] == [
        'web-1', 'swap', 'earlier', 'until', '2026-11-20', '00:00', 'met']
    assert '2026-11-23 00:00  1 d' in part


@pytest.mark.parametrize('form', ['html', 'table'])
def test_what_is_waived_stands_with_the_waivers_alone(form):
    tree = sample.small()
    assert [one['requirement'] for one in tree['open']] == ['selinux', 'swap', 'clock'], 'programs read it here'
    said = renderer(form)(tree, Options(width=100))
    start = said.index('<h2 id="open">' if form == 'html' else 'Longest open drift:')
    part = said[start:said.index('<h2 id="ended">' if form == 'html' else 'Drift that ended:')]
    assert 'swap' in part and 'clock' in part and 'selinux' not in part and 'waived' not in part.replace(
        'and not waived', '')
    assert 'selinux' in said[said.rindex('Waivers'):]
    if form == 'html':
        assert '<a href="#open">Longest open drift</a> 2</li>' in said


def test_a_report_of_an_older_version_has_none():
    tree = sample.small()
    del tree['ended'], tree['ended_left_out']
    for form in ('html', 'table'):
        assert 'earlier' not in renderer(form)(tree, Options(width=100))
