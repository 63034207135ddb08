"""CSV of a compliance report: read back by the csv module and by sqlite3(1), cell by cell; no cell is a formula."""
import csv
import io
import json
import subprocess

import pytest

from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from nodeprep.output.compliance.csv_ import CLASSES, HEADS, rows
from nodeprep.output.csv_ import meant
from tests.compliance import sample
from tests.output.compliance.fleet import fleet
from tests.tiers import need

render = renderer('csv')
TREES = {'none': fleet(0), 'three': fleet(3), 'seventy': fleet(70), 'rude': fleet(70, rude=True),
         'small': sample.small()}


@pytest.mark.parametrize('name', TREES)
def test_reading_gives_back_every_cell(name):
    text = render(TREES[name], Options())
    told = list(csv.reader(io.StringIO(text, newline=''), strict=True))
    assert told[0] == list(HEADS)
    assert [[meant(cell) for cell in row] for row in told[1:]] == list(rows(TREES[name]))
    assert text.count('\r\n') == len(told) == text.count('\n')


def test_there_is_a_row_for_each_node_and_requirement_and_the_seconds_add_up():
    tree = TREES['seventy']
    told = list(csv.DictReader(io.StringIO(render(tree, Options()))))
    assert len(told) == 70 * 21 and len({(one['node'], one['requirement']) for one in told}) == len(told)
    for node in tree['nodes']:
        of_it = [one for one in told if one['node'] == node['name']]
        for kind in CLASSES:
            found = sum(float(one[kind.replace('-', '_')]) for one in of_it)
            assert found == pytest.approx(node['seconds'].get(kind, 0.0), abs=0.5), (node['name'], kind)
    whole = [one for one in told if one['drifted'] == one['unknown'] == one['silent'] == '0' and one['met'] != '0']
    assert whole and {one['share'] for one in whole} == {'1.000000'}
    opened = [one for one in told if one['open']]
    assert sorted((one['node'], one['requirement'], one['open_since']) for one in opened) == sorted(
        (one['node'], one['requirement'], one['since']) for one in tree['open'])


def test_no_cell_is_a_formula():
    found = 0
    for row in csv.reader(io.StringIO(render(TREES['rude'], Options()), newline='')):
        for cell in row:
            assert not cell.strip().startswith(('=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20', '\t', '\r'))
            found += cell.startswith("'=")
    assert found


@pytest.mark.reaches_machine
@pytest.mark.parametrize('name', ['three', 'rude'])
def test_sqlite_reads_the_same(name, tmp_path):
    need('program', 'sqlite3')
    path = tmp_path / 'report.csv'
    path.write_bytes(render(TREES[name], Options()).encode('utf-8'))
    done = subprocess.run(['sqlite3', ':memory:', '-cmd', '.mode csv', '-cmd', f'.import {path} report', '-cmd',
                           '.mode json', 'SELECT * FROM report'], stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout.decode('utf-8'))
    assert [[meant(cell) for cell in one.values()] for one in told] == list(rows(TREES[name]))
    assert list(told[0]) == list(HEADS)
