"""Which renderer, which exit code, and what a terminal gets."""
import io
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings

from nodeprep.output import FORMATS, Options, exit_code, options_for, renderer
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Terminal(io.StringIO):
    """A stream that says it is a terminal and knows no size."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ('COLUMNS', 'NO_COLOR', 'TERM'):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize('sample, code, nagios', [
    ('met', 0, 0), ('drifted', 1, 2), ('drifted-at-boot', 1, 2), ('unknown', 3, 3), ('advised', 0, 1), ('waived', 0, 0),
    ('image', 1, 2), ('hostile', 1, 2), ('empty', 0, 0)])
def test_exit_codes(sample, code, nagios):
    assert [exit_code(SAMPLES[sample], name) for name in FORMATS if name != 'nagios'] == [code] * (len(FORMATS) - 1)
    assert exit_code(SAMPLES[sample], 'nagios') == nagios


def test_every_format_of_the_contract_is_there():
    assert list(FORMATS) == ['table', 'json', 'yaml', 'junit', 'tap', 'nagios', 'openmetrics', 'csv', 'html']


def test_a_name_that_is_no_format_is_refused():
    with pytest.raises(KeyError):
        renderer('xml')


def test_a_pipe_gets_80_columns_without_colour():
    assert options_for(io.StringIO()) == Options(False, 80, False, False)


@pytest.mark.parametrize('environment, flag, color', [
    ({}, False, True), ({}, True, False), ({'NO_COLOR': '1'}, False, False), ({'NO_COLOR': ''}, False, True),
    ({'TERM': 'dumb'}, False, False)])
def test_colour_is_for_a_terminal_that_wants_it(monkeypatch, environment, flag, color):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert options_for(Terminal(), no_color=flag).color is color


@pytest.mark.parametrize('columns, width', [
    ('100', 100), ('20', 40), ('9999', 120), ('0', 80), ('', 80), ('wide', 80), ('-5', 80), ('9' * 5000, 80)])
def test_columns_are_kept_to_what_is_readable(monkeypatch, columns, width):
    monkeypatch.setenv('COLUMNS', columns)
    assert options_for(io.StringIO()).width == width


@pytest.mark.parametrize('name', sorted(FORMATS))
@given(trees(RUDE))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_of_a_host_gives_a_text_that_can_be_printed(name, tree):
    text = renderer(name)(tree, Options(verbose=True))
    text.encode('utf-8')
    assert text.endswith('\n')
    assert not [letter for letter in text if ord(letter) < 32 and letter not in '\r\n' or 127 <= ord(letter) < 160]


@pytest.mark.reaches_machine
def test_the_table_loads_no_library_that_it_does_not_need():
    code = ('import sys; from nodeprep.output import renderer; from tests.output.samples import SAMPLES; '
            'from nodeprep.output import Options; before = set(sys.modules); '
            'renderer("table")(SAMPLES["drifted"], Options(verbose=True)); print(sorted(set(sys.modules) - before))')
    told = subprocess.check_output([sys.executable, '-c', code], cwd=ROOT)
    assert told.decode().strip() == ("['nodeprep.output.columns', 'nodeprep.output.table', 'nodeprep.output.words', "
                                     "'nodeprep.output.wrong']")
