"""Drift that ended, as people and programs read it."""
import csv
import io
from xml.etree import ElementTree

import pytest

from nodeprep.output import Options
from nodeprep.output.compliance import FORMATS, renderer
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


CLOCK = '=cmd|"/c calc"!A1', 'clock'


def again():
    """A report in which what ended last had ended before, too."""
    tree = sample.small()
    tree['ended'].append(dict(tree['ended'][0], since=None, until='2026-11-01T00:00:00Z', then='met'))
    return tree


def test_a_spreadsheet_has_the_last_one_beside_the_requirement():
    found = {(row['node'], row['requirement']): [row[name] for name in ('ended_since', 'ended_until', 'ended_then')]
             for row in csv.DictReader(io.StringIO(renderer('csv')(again(), Options())))}
    assert found["'" + CLOCK[0], CLOCK[1]] == ['2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z', 'unknown']
    assert found['web-1', 'swap'] == ['', '2026-11-20T00:00:00Z', 'met'], 'it began earlier than was looked'
    assert found['web-1', 'memory'] == ['', '', '']


def test_a_pipeline_has_each_beside_the_case_and_fails_no_more_for_it():
    before, after = (ElementTree.fromstring(renderer('junit')(tree, Options()).encode())
                     for tree in (dict(again(), ended=[]), again()))
    results = [[(one.tag, one.attrib) for one in root.iter() if one.tag != 'system-out'] for root in (before, after)]
    assert results[0] == results[1]
    told = {(suite.get('hostname'), case.get('name')): ''.join(case.itertext())
            for suite in after for case in suite.iter('testcase')}
    assert ('drifted from 2026-11-23T00:00:00Z to 2026-11-24T00:00:00Z (1 d), then could not tell\n'
            'drifted until 2026-11-01T00:00:00Z, since earlier, then met\n') in told[CLOCK]
    assert 'drifted until 2026-11-20T00:00:00Z, since earlier, then met\n' in told['web-1', 'swap']


@pytest.mark.parametrize('form', FORMATS)
def test_every_form_says_when_it_ended(form):
    tree, none = sample.small(), dict(sample.small(), ended=[], ended_left_out=0)
    stamp = '2026-11-20 00:00' if form in ('html', 'table') else '2026-11-20T00:00:00Z'
    assert stamp in renderer(form)(tree, Options(width=100)) and stamp not in renderer(form)(none, Options(width=100))


def test_a_report_of_an_older_version_has_none():
    tree = sample.small()
    del tree['ended'], tree['ended_left_out']
    for form in FORMATS:
        said = renderer(form)(tree, Options(width=100))
        assert 'earlier' not in said and '2026-11-20 00:00' not in said and '2026-11-20T00:00:00Z' not in said
