"""JSON: read back by the json module."""
import json

from hypothesis import HealthCheck, given, settings

from nodeprep.output import Options, renderer
from nodeprep.report import loads
from tests.output.trees import trees

render = renderer('json')


def _no_constant(word):
    raise AssertionError(word)


@given(trees())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_the_tree_in_ascii(tree):
    text = render(tree, Options())
    assert json.loads(text, parse_constant=_no_constant) == tree == loads(text)
    text.encode('ascii')
