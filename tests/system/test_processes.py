"""The real /proc: processes are found by their program, and a script by its own name."""
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
