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
    done = subprocess.run([sys.executable, '-m', 'nodeprep', 'master', 'report', '--data', data,
                           '--since', '2023-11-14', '--until', '2023-11-16', *words], cwd=TOP, timeout=120,
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
