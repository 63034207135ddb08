"""The agent holds no more after many rounds: memory, descriptors, watches, objects.

The whole of it, 50,000 rounds, is `python benchmarks/leak.py`; NODEPREP_LEAK_ROUNDS=N makes this test do more.
"""
import os
import subprocess
import sys

from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROUNDS = os.environ.get('NODEPREP_LEAK_ROUNDS', '500')


def test_nothing_grows(capsys):
    for what, name in (('root', ''), ('netns', ''), ('program', 'openssl'), ('program', 'chronyd')):
        need(what, name)
    done = subprocess.run([sys.executable, f'{TOP}/benchmarks/leak.py', '--rounds', ROUNDS], stdout=subprocess.PIPE,
                          universal_newlines=True, timeout=60 + int(ROUNDS))
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, last[-13:]) == (0, 'grew: nothing'), done.stdout
    assert last.startswith(f'{ROUNDS} rounds, ')
    with capsys.disabled():
        print(f'\n{last}')
