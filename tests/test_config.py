"""A configuration that is not understood stops everything, with file, line and the right name."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.config import ConfigError, parse


def test_a_value_knows_its_line_and_its_text_as_written():
    node = parse('role: worker\n# a comment\nkubernetes: 1.30\n', '/etc/n.yaml')
    assert node.value['kubernetes'].place == '/etc/n.yaml:3'
    assert (node.value['kubernetes'].raw, node.value['kubernetes'].value) == ('1.30', 1.3)
    assert node.plain() == {'role': 'worker', 'kubernetes': 1.3}


@pytest.mark.parametrize('text', ['', '\n\n', '# only\n  # comments\n', '---\n', '--- {}\n'])
def test_a_file_without_settings_is_an_empty_mapping(text):
    assert parse(text, 'f').value == {}


@pytest.mark.parametrize('text, said', [
    ('role: worker\nrole: worker\n', 'f:2: role stands here a second time; the first is in line 1'),
    ('a: {b: 1, b: 2}\n', 'f:1: b stands here a second time'),
    ('- a\n', 'f:1: the file is a mapping'),
    ('just text\n', 'f:1: the file is a mapping'),
    ('a: [1, 2\nb: 3\n', "f:2: not YAML: expected ',' or ']', but got ':'; what the bracket in line 1 begins goes on"),
    ('a: 1\nb 2\nc: 3\n', "f:2: not YAML: could not find expected ':'"),
    ('a: 1\nb: "2\nc: 3\n\n', 'f:2: not YAML: found unexpected end of stream'),
    ('a: 1\n b: 2\n', 'f:2: not YAML: mapping values are not allowed here'),
    ('a: {b: 1, c: ]}\n', "f:1: not YAML: expected the node content, but found ']'"),
    ('a:\n\tb: 1\n', 'f:2: not YAML'),
    ('a: &x [1]\nb: *x\n', 'f:2: aliases'),
    ('? [a]\n: b\n', 'f:1: a name must be a text'),
    ('until: 2027-13-45\n', "f:1: '2027-13-45'"),
    ('a: !!python/object:os.system x\n', 'f:1: '),
    ('a: 1\n---\nb: 2\n', 'f:2: not YAML'),
    ('a: 1\nb: \x00\n', 'f:2: not YAML'),
    ('[' * 2000, 'f'),
    ('[' * 100000, 'nested too deeply'),
    ('a: ' + '[' * 20 + ']' * 20, 'nested too deeply'),
    ('a: [' + '1,' * 20000 + ']', 'more than 20000 values'),
    ('a: "' + '\\ud800' + '"\n', ''),
])
def test_what_is_wrong_is_named_with_its_line(text, said):
    if said:
        with pytest.raises(ConfigError) as error:
            parse(text, 'f')
        assert said in '\n'.join(error.value.problems)
    else:
        assert 'a' in parse(text, 'f').value


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text('a: -[]{}#&*!|>\'"\n\t?,1', max_size=60)))
def test_any_text_is_a_mapping_or_a_config_error(text):
    try:
        assert isinstance(parse(text, 'f').value, dict)
    except ConfigError as error:
        assert all(problem.startswith('f') for problem in error.problems)
