"""The schema of the compliance report, and the samples that are drawn in tests."""
import json

import pytest
from jsonschema import Draft7Validator

from nodeprep import schema
from tests.compliance import sample

WHOLE = json.loads(schema.text(kind=schema.COMPLIANCE))
SMALL = sample.small()


def test_the_schema_is_one():
    Draft7Validator.check_schema(WHOLE)


@pytest.mark.parametrize('tree', [SMALL, sample.large(50), sample.make([])], ids=['small', 'large', 'none'])
def test_the_samples_are_as_the_schema_has_it(tree):
    assert schema.problem(tree, kind=schema.COMPLIANCE) == ''
    assert list(Draft7Validator(WHOLE).iter_errors(tree)) == []


@pytest.mark.parametrize('name', WHOLE['required'])
def test_nothing_may_be_missing(name):
    tree = {key: value for key, value in SMALL.items() if key != name}
    assert schema.problem(tree, kind=schema.COMPLIANCE) == f'report: {name} is missing'
    assert list(Draft7Validator(WHOLE).iter_errors(tree))


@pytest.mark.parametrize('where, value', [
    (('nodes', 0, 'share'), 'half'), (('nodes', 0, 'seconds', 'met'), -1.0), (('nodes', 0, 'seconds', 'absent'), 1.0),
    (('overall', 'nodes', 'met'), None), (('open', 0, 'state'), 'met'), (('days', 0, 'day'), '19.11.2026'),
    (('digest',), 'sha256:'), (('evidence', 'web-1'), []), (('signature',), ''), (('made',), '2026-11-26')])
def test_what_is_wrong_is_found(where, value):
    tree = json.loads(json.dumps(SMALL))
    inner = tree
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert schema.problem(tree, kind=schema.COMPLIANCE) and list(Draft7Validator(WHOLE).iter_errors(tree))
