"""What a process costs while it runs: its memory, its CPU to the microsecond, and the programs that it starts."""
import os
import re
import subprocess
import tempfile
import time

_TICK = os.sysconf('SC_CLK_TCK')


def memory(pid):
    """(MiB resident, MiB of them that no file stands for): VmRSS and RssAnon of proc(5)."""
    with open(f'/proc/{pid}/status') as file:
        said = dict(line.split(':', 1) for line in file)
    return tuple(int(said[name].split()[0]) / 1024 for name in ('VmRSS', 'RssAnon'))


def cpu(pid):
    """(seconds of CPU of all its threads, of its children that have ended).

    Its own by the scheduler's count of nanoseconds, theirs by proc(5), which tells the sums of
    user and of system time in whole ticks of 10 ms.
    """
    own = 0
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/schedstat') as file:
            own += int(file.read().split()[0])
    with open(f'/proc/{pid}/stat') as file:
        fields = file.read().rpartition(')')[2].split()
    return own / 1e9, (int(fields[13]) + int(fields[14])) / _TICK


def settled(pid, quiet=0.4, longest=20.0):
    """Waits until it has used no CPU for so many seconds."""
    end, last = time.monotonic() + longest, -1.0
    while time.monotonic() < end and cpu(pid)[0] != last:
        last = cpu(pid)[0]
        time.sleep(quiet)


def _attached(pid, tracer):
    """Waits until a process is traced: TracerPid of proc(5)."""
    while tracer.poll() is None:
        with open(f'/proc/{pid}/status', encoding='ascii', errors='replace') as file:
            if not re.search(r'^TracerPid:\s+0$', file.read(), re.M):
                return
        time.sleep(0.02)
    raise RuntimeError(f'strace cannot attach to process {pid}')


def started(pid, until):
    """The names of the programs that it and its children execute (execve(2)) while until() lasts, by strace(1)."""
    with tempfile.NamedTemporaryFile('r') as log:
        tracer = subprocess.Popen(['strace', '-f', '-qq', '-e', 'trace=execve', '-o', log.name, '-p', str(pid)],
                                  stderr=subprocess.DEVNULL)
        try:
            _attached(pid, tracer)
            until()
        finally:
            tracer.terminate()
            tracer.wait()
        return [os.path.basename(path) for path in re.findall(r'execve\("([^"]*)".* = 0', log.read())]
