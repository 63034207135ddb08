"""CSV: read back by the csv module, cell by cell, and no cell that a spreadsheet would run."""
import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis.strategies import text

from nodeprep.output import Options, renderer
from nodeprep.output.csv_ import FINDING, OBSERVATION, inert, meant, rows
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees

render = renderer('csv')
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(trees(RUDE))
@example(SAMPLES['hostile'])
@SETTINGS
def test_reading_gives_back_every_cell(tree):
    text = render(tree, Options())
    told = list(csv.reader(io.StringIO(text, newline=''), strict=True))
    assert told[0] == list(FINDING + OBSERVATION)
    assert [[meant(cell) for cell in row] for row in told[1:]] == list(rows(tree))
    assert text.count('\r\n') == len(told) == text.count('\n')


@given(trees(RUDE))
@SETTINGS
def test_no_cell_is_a_formula(tree):
    for row in csv.reader(io.StringIO(render(tree, Options()), newline='')):
        for cell in row:
            assert not cell.strip().startswith(('=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'))


@given(trees(RUDE))
@SETTINGS
def test_no_cell_is_a_formula_where_semicolons_part_cells(tree):
    for row in csv.reader(io.StringIO(render(tree, Options()), newline=''), delimiter=';'):
        for cell in row[1:]:
            assert not cell.strip().strip('"').strip().startswith(tuple('=+-@\uff1d\uff0b\uff0d\uff20'))


@given(text(alphabet=';\'"=+-@ \t\uff1dax,', max_size=12))
def test_what_was_meant_comes_back_and_nothing_is_left_to_run(cell):
    assert meant(inert(cell)) == cell
    first, *others = inert(cell).split(';')
    for part in [first.strip()] + [one.strip(' \t"') for one in others]:
        assert not part.startswith(('=', '+', '-', '@', '\uff1d'))


@pytest.mark.parametrize('cell', ['=1+1', ' =1+1', '\u3000@x', "'a", '+', '-1', '\uff1d1'])
def test_what_begins_like_a_formula_gets_an_apostrophe(cell):
    assert inert(cell) == "'" + cell


def test_there_is_a_row_for_each_observation_and_one_for_what_has_none():
    expected = sum(len(one['observations']) or 1 for one in SAMPLES['drifted']['findings'])
    assert len(list(rows(SAMPLES['drifted']))) == expected
