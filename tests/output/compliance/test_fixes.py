"""What was fixed on a node stands in every form, with who allowed it."""
import csv
import io
from xml.etree import ElementTree

import pytest

from nodeprep.compliance import fixes
from nodeprep.language import CHINESE, speaking
from nodeprep.output import Options
from nodeprep.output.compliance import FORMATS, renderer, vocabulary
from tests.compliance import sample

HOW = 'mode: fix, by the configuration of the node'
WHO = '/etc/nodeprep/nodeprep.yaml:3'


@pytest.mark.parametrize('form', sorted(FORMATS))
def test_every_form_lists_what_mode_fix_did_by_itself(form):
    said = ' '.join(renderer(form)(sample.small(), Options(width=120, verbose=True)).split())
    assert HOW in said and WHO[-12:] in said and '000002' in said


def test_a_spreadsheet_has_how_often_and_the_last_one_beside_the_requirement():
    tree = sample.small()
    tree['changes'].append(dict(tree['changes'][0], at='2026-11-20T00:00:00Z', who='bob'))
    found = {(row['node'], row['requirement']): row for row in csv.DictReader(
        io.StringIO(renderer('csv')(tree, Options())))}
    row = found['web-1', 'swap']
    assert [row[name] for name in ('fixes', 'last_fix', 'last_fix_by')] == ['2', '2026-11-25T12:00:00Z', WHO]
    assert row['last_fix_allowed'] == HOW + '; failed: =swapoff said no, transaction 000002'
    assert [found['web-1', 'memory'][name] for name in ('fixes', 'last_fix', 'last_fix_by')] == ['0', '', '']


def test_a_pipeline_has_it_beside_the_case():
    tree = sample.small()
    tree['changes'].insert(0, dict(tree['changes'][0], what='undo', who='', allowed='', detail='transaction 000002',
                                   requirement='memory'))
    root = ElementTree.fromstring(renderer('junit')(tree, Options()).encode())
    told = {case.get('name'): ''.join(case.itertext()) for case in root.iter('testcase') if 'web-1' in
            case.get('classname')}
    assert f'fix 2026-11-25T12:00:00Z by {WHO}: {HOW}; failed' in told['swap']
    assert told['memory'] == 'undo 2026-11-25T12:00:00Z: transaction 000002\n'


def test_how_it_was_allowed_is_told_in_the_readers_language():
    assert {*fixes.ALLOWED.values(), fixes.NOT_OURS} == set(vocabulary.ALLOWED)
    said = renderer('html')(sample.small(), Options(language=speaking(CHINESE)))
    assert HOW not in said and speaking(CHINESE)(HOW) in said


def test_a_report_of_a_version_that_did_not_say_how_is_read_as_it_is():
    change = sample.small()['changes'][1]
    assert 'allowed' not in change and vocabulary.detail(change) == change['detail']
