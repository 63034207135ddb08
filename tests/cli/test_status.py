"""nodeprep status and nodeprep agent at the command line."""
import json

import pytest
import yaml

from nodeprep.agent import status as papers
from nodeprep.cli import agenting, itself
from tests.cli.runner import run
from tests.output.test_agentpage import tree


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr('nodeprep.cli.status.Host', lambda root: None)
    monkeypatch.setattr('nodeprep.cli.status.boot_id', lambda host: 'boot-1')
    monkeypatch.setattr('nodeprep.cli.status.time.monotonic', lambda: 105.0)
    return str(tmp_path)


def test_where_its_unit_is_installed_that_is_what_starts_it(folder, tmp_path, monkeypatch):
    (tmp_path / 'nodeprep.service').write_text('')
    monkeypatch.setattr('nodeprep.cli.status.UNITS', (str(tmp_path),))
    monkeypatch.setattr('nodeprep.cli.status.os.path.isdir', lambda path: True)
    monkeypatch.setattr(papers, 'RUN', folder)
    assert 'systemctl start nodeprep' in run('status', '--run-dir', folder).out
    monkeypatch.setattr(papers, 'RUN', '/run/nodeprep')
    said = run('status', '--run-dir', folder).out
    assert f'What writes there:\n  {itself.program()} agent --run-dir {folder}\n' in said
    assert 'systemctl' not in said, 'which writes elsewhere'


def test_no_agent(folder, tmp_path, monkeypatch):
    monkeypatch.setattr('nodeprep.cli.status.UNITS', (str(tmp_path),))
    monkeypatch.setattr(papers, 'RUN', folder)
    done = run('status', '--run-dir', folder)
    assert done.code == 3 and 'nodeprep.service is not installed here):\n' in done.out
    assert f'  {itself.program()} agent\n' in done.out
    tree_of_it = json.loads(run('status', '--run-dir', folder, '-o', 'json').out)
    assert tree_of_it['running'] is False and tree_of_it['note']


def test_what_starts_a_stopped_agent_again_is_how_it_was_called(folder, tmp_path, monkeypatch):
    monkeypatch.setattr('nodeprep.cli.status.UNITS', (str(tmp_path),))
    called = f' --state-dir /srv/state --run-dir {folder} --config /srv/a.yaml'
    papers.write(folder, tree(options=called, stopped=100.0), 'boot-1', 100.0, 60.0)
    said = run('status', '--run-dir', folder).out
    assert f'it was stopped. What writes there:\n  {itself.program()} agent{called}\n' in said, 'in one line'
    monkeypatch.setattr(papers, 'RUN', folder)
    assert f'  {itself.program()} agent{called}\n' in run('status', '--run-dir', folder).out


def test_an_agent_that_runs(folder):
    papers.write(folder, tree(), 'boot-1', 100.0, 60.0)
    done = run('status', '--run-dir', folder)
    assert done.code == 0 and 'NOT FIT' in done.out and done.err == ''
    for name, read in (('json', json.loads), ('yaml', yaml.safe_load)):
        whole = read(run('status', '--run-dir', folder, '-o', name).out)
        assert whole['running'] is True and whole['verdict'] == 'drifted' and whole['note'] == ''


def test_an_agent_that_hangs(folder, monkeypatch):
    papers.write(folder, tree(), 'boot-1', 100.0, 60.0)
    monkeypatch.setattr('nodeprep.cli.status.time.monotonic', lambda: 500.0)
    done = run('status', '--run-dir', folder)
    assert done.code == 3 and 'has not looked for 6 min 40 s' in done.out


def test_a_status_that_is_junk_is_a_clear_error(folder):
    with open(folder + '/status', 'w') as file:
        file.write('{')
    done = run('status', '--run-dir', folder)
    assert done.code == 2 and 'status: is damaged' in done.err and done.out == ''


@pytest.mark.parametrize('words', [['--help'], ['--config'], ['x', 'y'], ['--config', '--help'], ['--role', 'worker']])
def test_what_the_quick_reader_leaves_to_click(words):
    assert agenting.read(words) is None


def test_what_the_quick_reader_reads():
    assert agenting.read([]) == agenting.Call()
    assert agenting.read(['--state-dir', '/s', '--run-dir', '/r']) == agenting.Call(state_dir='/s', run_dir='/r')


def test_help_tells_both():
    assert 'SIGHUP reads the configuration again' in run('agent', '--help').out
    assert 'Needs no root' in run('status', '--help').out
