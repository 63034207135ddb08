"""The console script as a process of its own: how it ends when things go wrong outside its work."""
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.runner import Terminal, run

pytestmark = pytest.mark.reaches_machine
NODEPREP = [sys.executable, '-m', 'nodeprep']


def test_version_and_help_say_what_there_is():
    from nodeprep import __version__
    from nodeprep.cli.group import COMMANDS
    assert subprocess.check_output(NODEPREP + ['--version']).decode() == f'nodeprep {__version__}\n'
    helped = subprocess.check_output(NODEPREP + ['--help']).decode()
    assert all(f'\n  {name} ' in helped for name in COMMANDS)
    assert max(len(line) for line in helped.splitlines()) <= 80


def test_a_wrong_command_is_answered_with_the_right_one():
    done = subprocess.run(NODEPREP + ['chekc'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and b'did you mean check?' in done.stderr


@pytest.mark.parametrize('words', [
    ['foo'], ['explain'], ['check', '-o', 'foo'], ['master', 'decide', 'keepboth', '1-3'],
    ['master', 'user', 'create', 'b', '--ttl', 'x']])
def test_what_is_wrong_with_a_command_line_fits_a_terminal_and_is_one_line_elsewhere(words, monkeypatch):
    monkeypatch.delenv('COLUMNS', raising=False)
    folded, whole = run(*words, stream=Terminal), run(*words)
    assert folded.code == whole.code == 2 and max(map(len, folded.err.splitlines())) <= 80
    assert folded.err.split() == whole.err.split() and whole.err.splitlines()[-1].startswith('Error: ')


@pytest.mark.parametrize('words', [['-o', 'nagios', '--fooo'], ['--role', 'x', '--output=nagios'], ['-onagios', '-x']])
def test_a_wrong_option_is_unknown_to_nagios_too(words):
    done = subprocess.run(NODEPREP + ['check'] + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 3 and done.stdout.startswith(b'NODEPREP UNKNOWN - nothing was examined: ')
    assert done.stdout.count(b'\n') == 1 and done.stderr == b''


@pytest.mark.parametrize('word, said', [
    ('help', b'nodeprep --help'), ('version', b'--version'), ('list', b'requirements')])
def test_what_other_programs_call_it_is_answered_with_ours(word, said):
    done = subprocess.run(NODEPREP + [word], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and said in done.stderr.splitlines()[-1]


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='needs /dev/full')
@pytest.mark.parametrize('unbuffered', ['', '1'])
@pytest.mark.parametrize('argv', [['requirements'], ['check', 'hosts'], ['check', '--role', 'worker', 'hosts']])
def test_an_output_that_cannot_be_written_is_no_verdict(argv, unbuffered):
    with open('/dev/full', 'w') as full:
        done = subprocess.run(NODEPREP + argv, stdout=full, stderr=subprocess.PIPE,
                              env=dict(os.environ, PYTHONUNBUFFERED=unbuffered))
    assert done.returncode == 74 and b'No space left on device' in done.stderr and b'Traceback' not in done.stderr


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='needs /dev/full')
@pytest.mark.parametrize('argv, streams, code', [
    (['check', 'hosts'], '>&-', 0), (['check', 'hosts'], '<&- >&- 2>&-', 0), (['requirements'], '>&-', 0),
    (['check', 'swpa'], '2>&-', 2), (['check', 'swpa'], '2>/dev/full', 2),
    (['requirements'], '>/dev/full 2>/dev/full', 74),
])
def test_streams_that_are_closed_or_full_change_no_verdict(argv, streams, code):
    done = subprocess.run(['sh', '-c', f'{" ".join(NODEPREP + argv)} {streams}'], stderr=subprocess.PIPE)
    assert (done.returncode, b'Traceback' in done.stderr) == (code, False)


def test_a_reader_that_leaves_is_no_fault():
    done = subprocess.run(['sh', '-c', f'{" ".join(NODEPREP)} config init - | true'], stderr=subprocess.PIPE)
    assert done.stderr == b''


@pytest.mark.parametrize('argv', [['check', 'hosts'], ['check', '--verbose', 'hosts'], ['requirements']])
@pytest.mark.parametrize('unbuffered', ['', '1'])
def test_a_reader_that_left_is_no_verdict(argv, unbuffered):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(NODEPREP + argv, stdout=writing, stderr=subprocess.PIPE,
                          env=dict(os.environ, PYTHONUNBUFFERED=unbuffered))
    os.close(writing)
    assert (done.returncode, done.stderr) == (74, b'')


def test_a_fault_of_nodeprep_is_no_verdict(tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(
        'import nodeprep.catalogue\ndef broken(): raise RuntimeError("oh")\nnodeprep.catalogue.load_all = broken\n')
    path = os.pathsep.join([str(tmp_path), os.getcwd()])
    done = subprocess.run(NODEPREP + ['requirements'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, PYTHONPATH=path))
    assert done.returncode == 70 and b'fault in nodeprep (RuntimeError)' in done.stderr


def test_an_interrupt_is_no_verdict(tmp_path):
    (tmp_path / 'sitecustomize.py').write_text(
        'import nodeprep.catalogue, time\ndef slow():\n    print("now", flush=True)\n    time.sleep(60)\n'
        'nodeprep.catalogue.load_all = slow\n')
    path = os.pathsep.join([str(tmp_path), os.getcwd()])
    running = subprocess.Popen(NODEPREP + ['requirements'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=dict(os.environ, PYTHONPATH=path),
                               # A shell's background job ignores SIGINT, and so does all that it starts.
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert running.stdout.readline() == b'now\n'
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130 and said.strip() == b'nodeprep: interrupted'


@pytest.mark.parametrize('argv', [['check', 'cpu'], ['check', '-q', 'cpu'], ['requirements'], ['explain', 'cpu'],
                                  ['config', 'show']])
def test_the_locale_of_cron_is_enough(argv):
    environment = {'PATH': '/usr/bin:/bin', 'LC_ALL': 'C', 'PYTHONCOERCECLOCALE': '0', 'PYTHONUTF8': '0',
                   'PYTHONPATH': os.getcwd()}
    done = subprocess.run(NODEPREP + argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert done.returncode in (0, 1, 3) and done.stderr == b'' and done.stdout


def test_a_plain_check_needs_no_option_parser_and_says_the_same_as_with_it():
    code = ('import atexit, sys; from nodeprep.cli import main\n'
            'atexit.register(lambda: sys.stderr.write(str("click" in sys.modules)))\nmain()')

    def ran(*argv):
        done = subprocess.run([sys.executable, '-c', code, 'check', 'cpu'] + list(argv),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout, done.stderr
    plain, flags, parsed = ran(), ran('-q', '--no-color'), ran('--profile', 'docker')
    assert plain[:2] == parsed[:2] and (plain[2], flags[2], parsed[2]) == (b'False', b'False', b'True')


@pytest.mark.parametrize('argv', [['check', 'swpa'], ['check', 'swpa', '-q'], ['check', '--', 'swpa'], ['check', '']])
def test_a_wrong_id_is_refused_on_either_way(argv):
    done = subprocess.run(NODEPREP + argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and done.stdout == b'' and b'unknown requirement' in done.stderr


def test_a_thread_that_nobody_waits_for_any_longer_does_not_end_the_process_by_a_signal():
    code = '''
import atexit, sys, threading
from nodeprep.host import Host
Host.https = lambda *_: threading.Event().wait()
atexit.register(lambda: sys.stderr.write('took down what the thread uses'))
sys.argv = ['nodeprep', 'check', 'registry', '--output', 'json']
from nodeprep.cli import main
main()
'''
    done = subprocess.run([sys.executable, '-c', code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr) == (0, b'')
    assert 'no answer within' in json.loads(done.stdout.decode())['findings'][0]['observations'][0]['found']


LOADED_APART = '''
import _thread, sys, time
sys.path[:0] = {path!r}
import nodeprep.cli
def run(words):
    _thread.start_new_thread(__import__, ('threading',))
    while 'threading' not in sys.modules or _thread._count():
        time.sleep(0.001)
    print('done')
    sys.exit(3)
nodeprep.cli._run = run
nodeprep.cli.main()
'''


def test_a_library_that_a_thread_loaded_first_is_no_complaint_at_the_end():
    # -S: what is installed beside Python may load threading before; -I: so may what the user has.
    done = subprocess.run([sys.executable, '-ISc', LOADED_APART.format(path=[os.getcwd()])], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert (done.returncode, done.stdout, done.stderr) == (3, b'done\n', b'')
