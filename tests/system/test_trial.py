"""What `make run` does: check, agent and master on this host, and nothing of it afterwards."""
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

import pytest

from tests.system.agentprocess import TOP
from tests.system.masterprocess import nodeprep


@pytest.fixture
def begun(tmp_path):
    """Begins a trial whose folder is below tmp_path; ended afterwards whatever happened."""
    processes = []

    def begin(*words):
        environment = dict(os.environ, TMPDIR=str(tmp_path))
        process = subprocess.Popen([sys.executable, '-u', '-m', 'nodeprep', 'trial', *words], cwd=TOP, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   universal_newlines=True, start_new_session=True)
        processes.append(process)
        return process
    yield begin
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        if not process.stdout.closed:
            process.communicate()


def test_one_round_prints_the_verdict_and_ends_with_its_code(begun, tmp_path):
    out, err = begun('--once').communicate(timeout=120)
    process_code = nodeprep('check')[0]
    assert err == '' and re.search(r'^(NOT )?FIT', out, re.M)
    assert re.search(r'master of this host, at https://127\S+, had it too, and ends with this\.$', out, re.M)
    assert os.listdir(str(tmp_path)) == []
    done = begun('--once')
    done.communicate(timeout=120)
    assert done.returncode == process_code


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_it_goes_on_until_it_is_interrupted_and_one_can_sign_in(begun, tmp_path, number):
    with socket.socket() as taken:
        if number == signal.SIGTERM:                  # the usual port may be in use: then another one is
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(('127.0.0.1', 9443))
                taken.listen(1)
            except OSError:
                pass                                  # somebody else has it, which serves as well
        process = begun()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if 'Ctrl-C' in line:
                break
        text = ''.join(lines)
        port = int(re.search(r'https://127\.0\.0\.1:(\d+)$', text, re.M).group(1))
        assert number != signal.SIGTERM or port != 9443
        token = re.search(r'sign in with (npu_\S+)', text).group(1)
        folder = os.listdir(str(tmp_path))[0]
        assert f' master report --data {tmp_path}/{folder}/data\n' in text
        assert f' report --state-dir {tmp_path}/{folder}/state\n' in text
        connection = http.client.HTTPSConnection(
            '127.0.0.1', port, timeout=20,
            context=ssl.create_default_context(cafile=f'{tmp_path}/{folder}/data/ca.crt'))
        connection.request('GET', '/v1/nodes', headers={'Authorization': f'Bearer {token}'})
        answer = connection.getresponse()
        assert answer.status == 200 and b'"standing":' in answer.read()
        connection.close()
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, '')
    assert os.listdir(str(tmp_path)) == []
    with socket.socket() as free, pytest.raises(OSError):
        free.connect(('127.0.0.1', port))
        time.sleep(0)


