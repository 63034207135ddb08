"""The published schema: real reports are right by it, each way of being wrong is refused, ours and theirs agree."""
import copy
import json

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep import schema
from tests import contract
from tests.output.samples import SAMPLES
from tests.output.trees import trees

SCHEMA = json.loads(schema.text())


def closed(part):
    """The same schema with no member that it does not name, to find a slip of our own."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {name: closed(value) for name, value in part.items()}
    if 'properties' in made:
        made['additionalProperties'] = False
    return made


def errors(tree, by=SCHEMA):
    """What jsonschema says against a tree."""
    return [f'{list(error.path)}: {error.message}' for error in jsonschema.Draft7Validator(by).iter_errors(tree)]


def test_it_is_a_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_samples_are_right_and_have_no_member_that_is_not_described(sample):
    assert errors(SAMPLES[sample], closed(SCHEMA)) == []
    assert schema.problem(SAMPLES[sample]) == ''


def test_the_report_of_the_contract_is_right():
    assert errors(contract.report()) == []
    assert schema.problem(contract.report()) == ''


@given(trees())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_right(tree):
    assert errors(tree) == []
    assert schema.problem(tree) == ''


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, path + (key,))


def _at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


SMALL = dict(copy.deepcopy(SAMPLES['waived']))
SMALL['findings'] = [one for one in SMALL['findings'] if one['requirement'] in ('disk', 'swap', 'cpu')]
PLACES = [path for path in _places(SMALL) if path]
OURS = (('summary', 'ignored'),)            # we write it, and the contract does not ask for it


@pytest.mark.parametrize('path', [path for path in PLACES if isinstance(path[-1], str)], ids=str)
def test_every_member_is_required_but_those_that_came_later(path):
    tree = copy.deepcopy(SMALL)
    del _at(tree, path[:-1])[path[-1]]
    optional = path[-1] in ('kubernetes', 'rack') or path[-1] == 'took_ms' and path[0] == 'findings' \
        or path in OURS or 'observations' in path and path[-1] in ('advised', 'kubeadm')
    assert bool(errors(tree)) is not optional
    assert bool(schema.problem(tree)) is not optional


@pytest.mark.parametrize('path', PLACES, ids=str)
def test_ours_and_theirs_agree_on_every_wrong_value(path):
    tree = copy.deepcopy(SMALL)
    for wrong in (7.5, True, [], {'a': 1}, 'else', None, -1):
        _at(tree, path[:-1])[path[-1]] = wrong
        assert bool(schema.problem(tree)) == bool(errors(tree)), wrong


@pytest.mark.parametrize('path, wrong', [
    (('format',), 2), (('format',), True), (('format',), '1'), (('verdict',), 'not-applicable'), (('verdict',), 'MET'),
    (('id',), '6F1F7D2A-3C1E-4B3A-9F0E-0C9A1B2D3E4F'), (('id',), '6f1f7d2a-3c1e-1b3a-9f0e-0c9a1b2d3e4f'),
    (('taken',), '2026-01-31 12:00:00'), (('taken',), '2026-01-31T12:00:00+00:00'), (('sequence',), -1),
    (('took_ms',), -0.5), (('node', 'role'), 'master'), (('node', 'name'), ''), (('node', 'labels'), {'rack': 1}),
    (('summary', 'met'), 1.5), (('summary', 'more'), 'x'),
    (('findings', 0, 'state'), 'waived'), (('findings', 0, 'severity'), 'optional'), (('findings', 0, 'mode'), 'off'),
    (('findings', 0, 'requirement'), 'Swap'), (('findings', 0, 'requirement'), ''),
    (('findings', 1, 'waiver', 'until'), 'tomorrow'), (('findings', 1, 'waiver', 'by'), 'x'),
    (('findings', 0, 'observations', 0, 'when'), 'later'), (('findings', 0, 'observations', 0, 'met'), 'yes'),
    (('findings', 0, 'observations', 0, 'met'), 1),
    (('findings', 2, 'observations', 0, 'fix', 0, 'risk'), 'none'),
    (('findings', 2, 'observations', 0, 'fix', 0, 'run'), []),
    (('findings', 2, 'observations', 0, 'fix', 0, 'run'), 'rm -rf /'),
    (('findings', 2, 'observations', 0, 'fix', 0, 'shell'), 'x')])
def test_what_is_not_in_the_contract_is_refused(path, wrong):
    tree = copy.deepcopy(SMALL)
    assert errors(tree) == []
    _at(tree, path[:-1])[path[-1]] = wrong
    assert errors(tree)
    assert schema.problem(tree)


@pytest.mark.parametrize('path', [('new',), ('node', 'new'), ('node', 'os', 'new'), ('agent', 'new'),
                                  ('findings', 0, 'new'), ('findings', 0, 'observations', 0, 'new')], ids=str)
def test_what_a_later_nodeprep_adds_is_let_through(path):
    tree = copy.deepcopy(SMALL)
    _at(tree, path[:-1])[path[-1]] = {'any': ['thing']}
    assert errors(tree) == []
    assert schema.problem(tree) == ''


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | (
    st.dictionaries(st.sampled_from(sorted(SCHEMA['properties'])), inner))))
@settings(max_examples=100, deadline=None)
def test_what_is_no_report_at_all_is_refused(value):
    assert schema.problem(value)
    assert errors(value)
