"""nodeprep master report by root, of data that are another user's, into a folder that is root's."""
import json
import os
import stat
import subprocess
import sys
import tempfile

import pytest

from nodeprep.master.store import nodes, open_store
from tests.master.fleet import Host
from tests.system.masterprocess import MasterProcess, nodeprep
from tests.system.smtpsink import Taken, free, sink
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOBODY = 65534


@pytest.fixture
def data():
    """A folder of somebody else with a small fleet, where that one can enter."""
    need('root')
    with tempfile.TemporaryDirectory() as above:
        os.chmod(above, 0o711)
        folder = f'{above}/data'
        os.mkdir(folder, 0o700)
        store = open_store(f'sqlite://{folder}/fleet.db')
        host = Host(1)
        store.do(lambda cursor: nodes.make(cursor, host.about['name'], 1.7e9))
        store.reports(1, [host.report()], host.now).result(30)
        store.close()
        for path in [f'{folder}/{name}' for name in os.listdir(folder)] + [folder]:
            os.chown(path, NOBODY, NOBODY)
        yield folder


def report(data, *words):
    return ask('--data', data, '--since', '2023-11-14', '--until', '2023-11-16', *words)


def ask(*words):
    done = subprocess.run([sys.executable, '-m', 'nodeprep', 'master', 'report', *words], cwd=TOP, timeout=120,
                          env=dict(os.environ, PYTHONPATH=TOP), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_root_writes_into_its_own_folder_what_another_user_reads(data, tmp_path):
    target = tmp_path / 'own'
    target.mkdir(0o700)
    assert report(data, '--output-file', str(target / 'r.json')) == (0, '', '')
    found = os.stat(str(target / 'r.json'))
    assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (0, 0o640) and os.listdir(str(target)) == ['r.json']
    tree = json.loads((target / 'r.json').read_text())
    assert tree['overall']['nodes']['counted'] == 1 and tree['signature']
    assert {os.stat(f'{data}/{name}').st_uid for name in os.listdir(data)} == {NOBODY}
    for form, begins in (('html', '<!DOCTYPE html>'), ('csv', 'node,'), ('junit', '<?xml'), ('table', 'Compliance')):
        code, out, err = report(data, '-o', form)
        assert (code, err) == (0, ''), (form, err)
        assert out.startswith(begins), form


def test_what_goes_wrong_for_that_user_is_said_once_and_nothing_is_written(data, tmp_path):
    code, out, err = report(data, '--until', 'never', '--output-file', str(tmp_path / 'r.html'))
    assert (code, out) == (2, '') and err.count('\n') == 1 and '--until: is not a time' in err
    assert not os.path.exists(str(tmp_path / 'r.html'))


def test_what_a_running_master_answers_is_signed_and_is_what_its_command_writes(tmp_path):
    with MasterProcess(tmp_path) as master:
        tree = master.person().get('/v1/compliance?since=1h&evidence=yes')
        path, held = tmp_path / 'answer.json', ('--ca-cert', f'{master.data}/ca.crt')
        path.write_text(json.dumps(tree))
        code, out, err = nodeprep('report', 'verify', str(path), *held)
        assert (code, err) == (0, '') and out.startswith('WHOLE')
        own = json.loads(master.told('report', '--since', '1h', '-o', 'json'))
        assert own['by']['key'] == tree['by']['key'] and own['signature']['key'] == tree['signature']['key']
        path.write_text(json.dumps(dict(tree, scope='host')))
        assert nodeprep('report', 'verify', str(path), *held)[0] == 1


def test_what_is_due_is_written_as_the_owner_of_the_data_and_once(data, tmp_path):
    shelf = os.path.dirname(data) + '/reports'
    os.mkdir(shelf, 0o755)
    config = tmp_path / 'master.yaml'
    config.write_text(f'report: {{every: weekly, keep: 2, folder: {shelf}}}\n')
    words = ('--write', '--data', data, '--config', str(config))
    code, _, err = ask(*words)
    assert code == 2 and 'Permission denied' in err and os.listdir(shelf) == []          # it is root's
    os.chown(shelf, NOBODY, NOBODY)
    for day in ('2020-01-06', '2020-01-13'):
        for form in ('html', 'csv', 'json'):
            path = f'{shelf}/compliance-{day}.{form}'
            with open(path, 'w'):
                os.chown(path, NOBODY, NOBODY)
    with open(f'{shelf}/compliance-2019-01-07.json', 'w') as file:
        file.write('of somebody else')
    code, out, err = ask(*words)
    assert (code, err) == (0, '') and out.count(' is written\n') == 3 and out.count(' is removed: ') == 3
    names = sorted(os.listdir(shelf))
    assert len(names) == 7 and names[0] == 'compliance-2019-01-07.json' and names[1] == 'compliance-2020-01-13.csv'
    with open(f'{shelf}/{names[-1].rpartition(".")[0]}.json', encoding='utf-8') as file:
        tree = json.load(file)
    assert tree['signature'] and tree['until'][:10] == names[-1][11:21] and tree['until'].endswith('T00:00:00Z')
    assert {os.stat(f'{shelf}/{name}').st_uid for name in names[1:]} == {NOBODY}
    assert ask(*words) == (0, f'{shelf} has the weekly report that is due already\n', '')
    code, out, err = ask('--since', '7d', *words)
    assert (code, out) == (2, '') and '--write makes what the configuration asks for' in err


def test_it_is_sent_as_that_owner_too_who_cannot_read_where_this_python_is(data, tmp_path):
    need('module', 'aiosmtpd')
    shelf, config, taken = os.path.dirname(data) + '/reports', tmp_path / 'master.yaml', Taken()
    os.mkdir(shelf, 0o755)
    os.chown(shelf, NOBODY, NOBODY)
    with sink(taken) as port:
        mail = f'{{server: "localhost:{port}", tls: none, from: n@b.example, to: ops@b.example}}'
        hook = f'{{url: "http://localhost:{free()}/x"}}'
        config.write_text(f'report: {{folder: {shelf}, mail: {mail}, webhook: {hook}}}\n')
        code, out, err = ask('--write', '--data', data, '--config', str(config))
    assert code == 69 and out.endswith('.json is written\nthe report by e-mail was taken\n') and len(taken.mails) == 1
    assert err == 'the report to the webhook is not taken: it cannot be reached: Connection refused; ' \
                  f'it is tried for a day\nthe report is in {shelf}, and not delivered yet: the master that runs ' \
                  'tries it again (exit code 69)\n'
