"""The benchmark of the agent runs and measures what it says, however few times."""
import os
import subprocess
import sys

from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(TOP, 'benchmarks'))

import resting  # noqa: E402  # found by the line above

LIVES = 'print("done", flush=True)\nsys.stdin.read()\n'
BUSY = 'import sys, time\nwhile time.process_time() < 0.3: pass\n'


def test_what_a_process_used_is_its_own_and_that_of_its_children():
    with subprocess.Popen([sys.executable, '-c', BUSY + LIVES], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        resting.settled(child.pid)
        own, theirs = resting.cpu(child.pid)
        whole, anonymous = resting.memory(child.pid)
        child.stdin.close()
    assert 0.3 <= own < 0.6 and theirs == 0.0 and 1 < anonymous < whole < 40
    code = f'import subprocess, sys\nsubprocess.run([sys.executable, "-c", {BUSY!r}])\n' + LIVES
    with subprocess.Popen([sys.executable, '-c', code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        resting.settled(child.pid, 0.5)
        assert 0.28 <= resting.cpu(child.pid)[1] < 0.6         # two sums in ticks
        child.stdin.close()


def test_programs_that_are_started_are_named():
    need('program', 'strace')
    script = 'read a; uname; true | env >/dev/null; echo done; read b'
    with subprocess.Popen(['sh', '-c', script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        def go():
            child.stdin.write(b'\n')
            child.stdin.flush()
            child.stdout.readline()
            assert child.stdout.readline() == b'done\n'
        assert sorted(resting.started(child.pid, go)) == ['env', 'uname']
        child.stdin.close()


def test_it_prints_its_table():
    for what, name in [('root', ''), ('netns', '')] + [('program', name) for name in ('openssl', 'chronyd', 'strace')]:
        need(what, name)
    done = subprocess.run([sys.executable, f'{TOP}/benchmarks/agent.py', '--seconds', '1', '--quick'],
                          stdout=subprocess.PIPE, universal_newlines=True, timeout=120)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) >= 7, done.stdout
    assert 'MiB  goal 24 MiB: ' in lines[0] and '%  goal 0.05 %: ' in lines[2]
    assert 'ms  goal 10 ms: ' in lines[-4] and 'ms  goal 250 ms: ' in lines[-3] and lines[-2].endswith(' MiB')
    assert ' x chronyc  goal chronyc alone: kept' in lines[-1]
