"""Many agents on one master: the benchmark of the collector for half a minute, of which nothing may be lost."""
import os
import re
import subprocess
import sys

from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def test_of_a_fleet_nothing_is_lost():
    need('module', 'httptools')
    argv = [f'{TOP}/benchmarks/collector/fleet.py', '--agents', '300', '--minutes', '0.5', '--every', '10', '--drift',
            '0.2']
    done = subprocess.run([sys.executable, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    kept, made = map(int, re.search(r'reports kept, of those made +(\d+) of (\d+)  kept', done.stdout).groups())
    assert kept == made > 300
