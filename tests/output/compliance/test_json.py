"""JSON of a compliance report: the tree, nothing else, in lines."""
import json
import os

import jsonschema
import pytest

import nodeprep
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from tests.output.compliance.fleet import fleet

render = renderer('json')
TREES = {'none': fleet(0), 'three': fleet(3), 'rude': fleet(70, rude=True, evidence=True)}


@pytest.mark.parametrize('name', TREES)
def test_reading_gives_back_the_tree(name):
    text = render(TREES[name], Options())
    assert json.loads(text) == TREES[name] and list(json.loads(text)) == list(TREES[name])
    assert text.encode('ascii')


@pytest.mark.parametrize('name', TREES)
def test_another_program_finds_it_to_be_as_the_schema_says(name):
    with open(os.path.join(os.path.dirname(nodeprep.__file__), 'data', 'compliance-1.schema.json')) as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(json.loads(render(TREES[name], Options())))


def test_each_line_of_a_list_is_a_line():
    tree = fleet(70)
    lines = render(tree, Options()).split('\n')
    assert sum(line.startswith('  {"name": "k8s-node') for line in lines) == 70
    assert len(lines) < 3 * len(tree) + sum(len(one) for one in tree.values() if isinstance(one, list))


def test_what_json_does_not_have_is_refused():
    with pytest.raises(ValueError, match='(?i)JSON compliant'):
        render(dict(fleet(3), silent=[{'node': 'a', 'since': float('nan')}]), Options())
