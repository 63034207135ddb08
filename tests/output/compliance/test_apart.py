"""What counts for nothing: called what it is, and listed with what was found where it is only advised."""
import csv
import io
from xml.etree import ElementTree

import pytest

from nodeprep.output import Options
from nodeprep.output.compliance import FORMATS, renderer
from tests.compliance import sample


def tree():
    """With a requirement that applies nowhere, and one that is nothing but advised."""
    made = sample.small()
    for name, kind in (('docker', 'not-applicable'), ('machine-id', 'advised')):
        row = next(one for one in made['requirements'] if one['requirement'] == name)
        row.update(share=None, seconds={kind: 86400.0})
    return made


@pytest.mark.parametrize('form', ['table', 'html'])
def test_where_there_is_no_share_it_is_said_why(form):
    said = renderer(form)(tree(), Options(width=100, verbose=True))
    assert 'does not apply' in said and 'advised, not met' in said
    assert 'num">none' not in said and '<span>none' not in said and 'none  none' not in said


def test_on_a_narrow_screen_it_is_no_figure_of_a_column():
    said = renderer('html')(tree(), Options())
    assert '<td class="num"><span class="soft apart">does not apply</span></td><td class="num" data-of=' in said


@pytest.mark.parametrize('form', sorted(FORMATS))
def test_what_is_advised_and_not_met_is_in_every_form_with_what_was_found(form):
    assert 'of an image' in renderer(form)(sample.small(), Options(width=120, verbose=True))


def test_a_spreadsheet_and_a_pipeline_do_not_take_it_for_a_failure():
    rows = csv.DictReader(io.StringIO(renderer('csv')(sample.small(), Options())))
    row, = [one for one in rows if one['open'] == 'advised']
    assert (row['requirement'], row['found'], row['source']) == ('machine-id', 'of an image', '/etc/machine-id:1')
    root = ElementTree.fromstring(renderer('junit')(sample.small(), Options()).encode())
    case, = [one for one in root.iter('testcase') if 'of an image' in ''.join(one.itertext())]
    assert case.find('skipped').get('message').startswith('only advised') and case.find('failure') is None


def test_a_report_of_a_version_that_did_not_list_it_is_drawn_as_it_is():
    made = tree()
    del made['advised']
    for form in FORMATS:
        assert 'of an image' not in renderer(form)(made, Options(verbose=True))
