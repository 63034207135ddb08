"""YAML: read back by PyYAML's safe loader, and fit for a YAML 1.2 reader."""
import re

import yaml
from hypothesis import HealthCheck, example, given, settings

from nodeprep.output import Options, renderer
from tests.output.samples import SAMPLES, finding, report, seen
from tests.output.trees import trees

render = renderer('yaml')
# What the core schema of YAML 1.2 takes for something else than a text (https://yaml.org/spec/1.2.2/#103-core-schema).
CORE = (r'^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+'
        r'|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)$')


@given(trees())
@example(SAMPLES['hostile'])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_it_is_the_tree_in_ascii_without_tags(tree):
    text = render(tree, Options())
    assert yaml.safe_load(text) == tree
    text.encode('ascii')


@given(trees())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_is_written_as_a_yaml_1_2_number_or_word(tree):
    for token in yaml.scan(render(tree, Options())):
        if isinstance(token, yaml.ScalarToken) and token.plain and isinstance(yaml.safe_load(token.value), str):
            assert not re.match(CORE, token.value), token.value


def test_a_diff_is_shown_as_lines():
    diff = '--- /etc/fstab\n+++ /etc/fstab\n-a\n+b\n'
    text = render(report(finding('swap', 'Swap is off', seen('boot', 'x', 'y', 'z', False, fix=[
        {'write': '/etc/fstab', 'diff': diff}]))), Options())
    assert 'diff: |\n        --- /etc/fstab\n' in text
