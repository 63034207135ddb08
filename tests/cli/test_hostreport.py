"""nodeprep report: what it says of a host, and what when there is nothing to say."""
import json
import os
import time

import pytest

from tests.agent.test_chronicle import Agent
from tests.cli.runner import run


@pytest.fixture(autouse=True)
def _no_agent_runs(host, monkeypatch):
    monkeypatch.setattr('nodeprep.cli.hostreport.Host', lambda root: host)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The folder of an agent that was there for an hour, until half an hour ago; what time it is does not change."""
    now = time.time()
    monkeypatch.setattr('nodeprep.cli.hostreport.time.time', lambda: now)
    agent = Agent(tmp_path, at=now - 5400)
    agent.see(swap='met', disk='met')
    for _ in range(11):
        agent.pass_time(300)
        agent.mark()
    agent.see(swap='drifted', disk='met')
    agent.pass_time(300)
    agent.chronicle.end(agent.at)
    return str(tmp_path)


def report(home, *words):
    return run('report', '--state-dir', home, *words)


def test_it_says_what_was_met_and_when_the_agent_did_not_run(home):
    done = report(home, '--since', '90m')
    assert done.code == 0 and done.err == '' and done.out.startswith('Compliance of host, ')
    assert 'At the end: 1 silent.' in done.out and 'swap' in done.out
    assert all(len(line) <= 80 for line in done.out.split('\n'))
    seconds = json.loads(report(home, '--since', '90m', '-o', 'json').out)['overall']['seconds']
    assert abs(seconds['met'] - 6900) < 5 and abs(seconds['drifted'] - 300) < 5 and abs(seconds['silent'] - 3600) < 5


def test_a_file_is_written_in_the_form_of_its_ending_and_can_be_verified(home, tmp_path):
    for name, begin in (('a.html', '<!doctype html>'), ('a.csv', ''), ('a.xml', '<?xml'), ('a.json', '{')):
        done = report(home, '--output-file', str(tmp_path / name))
        assert (done.code, done.out) == (0, '')
        assert (tmp_path / name).read_text(encoding='utf-8').lower().lstrip('\ufeff').startswith(begin)
        assert os.stat(str(tmp_path / name)).st_mode & 0o777 == 0o640
    tree = json.loads((tmp_path / 'a.json').read_text())
    assert tree['scope'] == 'host' and tree['signature'] is None and tree['nodes'][0]['standing'] == 'silent'
    done = run('report', 'verify', str(tmp_path / 'a.json'), '--ca-cert-hash', 'sha256:' + 'ab' * 32)
    assert done.code == 1 and 'not signed' in done.out
    done = run('report', 'verify', str(tmp_path / 'a.json'))
    assert done.code == 1 and done.out.startswith('NOT PROVED: it is not signed') and '--ca-cert' not in done.out
    assert 'No report is held' not in done.out and 'what the host says of itself' in done.out
    (tmp_path / 'a.json').write_text(json.dumps(dict(tree, until=tree['since'])))
    assert run('report', 'verify', str(tmp_path / 'a.json'),
               '--ca-cert-hash', 'sha256:' + 'ab' * 32).out.startswith('NOT WHOLE')


def test_without_a_history_it_says_so(tmp_path):
    done = report(str(tmp_path))
    assert (done.code, done.out) == (2, '') and done.err.endswith(
        f'there is no history of this host yet; the agent writes it: nodeprep agent --state-dir {tmp_path}\n')
    (tmp_path / 'chronicle').write_text('junk\n')
    done = report(str(tmp_path))
    assert (done.code, done.out) == (2, '') and 'nothing that can be read' in done.err


def test_of_a_time_before_the_history_it_says_from_when_that_is(home):
    done = report(home, '--since', '10d', '--until', '9d')
    assert (done.code, done.out) == (2, '') and 'holds nothing of that time, but from 20' in done.err


@pytest.mark.parametrize('config, begins', [('language: zh_CN\n', ''), ('language: en\n', 'Compliance of host'),
                                            ('languag: zh_CN\n', 'Compliance of host')], ids=['zh', 'en', 'wrong'])
def test_it_speaks_as_the_configuration_says(home, host, config, begins):
    os.makedirs(host.root + '/etc/nodeprep')
    with open(host.root + '/etc/nodeprep/nodeprep.yaml', 'w') as file:
        file.write(config)
    done = report(home, '--output-file', home + '/report.table', '-o', 'table')
    assert done.code == 0
    with open(home + '/report.table', encoding='utf-8') as file:
        text = file.read()
    assert text.startswith(begins) and ('\u5408\u89c4' in text) == (not begins)


@pytest.mark.parametrize('words, said', [(('--since', 'never'), '--since: is not a time'),
                                         (('--since', '1h', '--until', '2h'), '--since: is not before until'),
                                         (('--output-file', '/'), 'is a directory'),
                                         (('--output-file', 'report.pdf'), 'no form has the ending .pdf')])
def test_bad_input_ends_it(home, words, said):
    done = report(home, *words)
    assert done.code == 2 and done.out == '' and said in done.err
