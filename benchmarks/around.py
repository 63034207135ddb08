"""What runs around an agent that is measured: a chronyd that leaves the clock alone, the peer beside it."""
import contextlib
import shutil
import subprocess
import time

PEER, PORT = 'prometheus-node-exporter', 19100
# What nobody outside this machine is asked for; {} is the interval.
CONFIG = 'interval: {}\nrequirements:\n  registry: {{url: "https://127.0.0.1:9/v2/"}}\n'
_CHRONYD = 'local stratum 10\ncmdport 0\nport 0\npidfile /run/chronyd.pid\ndriftfile /run/drift\n'


def chronyd():
    """The command of a chronyd that has a source, itself; [] where there is none."""
    return ['sh', '-c', f'printf "{_CHRONYD}" >/run/chronyd.conf && exec chronyd -x -d -u root -f /run/chronyd.conf'] \
        if shutil.which('chronyd') else []


def peer():
    """The command of the peer; [] where it is not installed."""
    return [PEER, f'--web.listen-address=127.0.0.1:{PORT}'] if shutil.which(PEER) else []


@contextlib.contextmanager
def running(argv):
    """The process of a command (None when there is no command), gone afterwards."""
    if not argv:
        yield None
        return
    one = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.0)
    assert one.poll() is None, f'{argv[0]} ended with {one.returncode}'
    try:
        yield one
    finally:
        one.terminate()
        one.wait()
