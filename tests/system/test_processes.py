"""The real /proc: processes are found by their program, and a script by its own name."""
import shutil
import subprocess
import sys

import pytest

from nodeprep.host import Host
from nodeprep.linux import processes
from tests.tiers import need


@pytest.fixture
def started():
    running = []

    def start(*argv):
        # It says that it runs, so that its name and words are surely its own and not those of the fork.
        running.append(subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.PIPE))
        assert running[-1].stdout.readline()
        return running[-1].pid
    yield start
    for one in running:
        one.kill()
        one.communicate()


def test_a_program(started):
    need('program', 'sh')
    pid = started('sh', '-c', 'echo; read line')
    assert pid in [one.pid for one in processes.named(Host('/'), 'sh', 'dash', 'bash')]


@pytest.mark.parametrize('options', [(), ('-s',)])
def test_a_script_of_an_interpreter(started, tmp_path, options):
    script = tmp_path / 'firewalld-of-a-test'
    script.write_text('import sys\nprint(flush=True)\nsys.stdin.read()\n')
    pid = started(sys.executable, *options, str(script), '--nofork')
    assert processes.named(Host('/'), script.name) == [processes.Process(pid, script.name)]
    assert processes.command_line(Host('/'), pid)[-2:] == [str(script), '--nofork']


def test_what_does_not_run():
    assert processes.named(Host('/'), 'no-such-program-at-all') == []


def test_a_daemon_in_a_container_is_not_one_of_this_host(tmp_path):
    need('root')
    need('program', 'unshare')
    program = str(tmp_path / 'nodeprep-testd')
    shutil.copy(shutil.which('sleep'), program)
    with subprocess.Popen(['unshare', '--fork', '--pid', '--kill-child', program, '60'],
                          stdin=subprocess.DEVNULL) as inside, subprocess.Popen([program, '60']) as here:
        try:
            found = []
            while len(found) < 2:             # both have been executed
                found = [one.pid for one in processes.processes(Host('/')) if one.name == 'nodeprep-testd']
            assert [one.pid for one in processes.named(Host('/'), 'nodeprep-testd')] == [here.pid]
        finally:
            inside.kill()
            here.kill()
