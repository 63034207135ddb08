"""Chaos: whoever is killed and whatever the master does, each transition arrives once and in order, or the gap is told.

NODEPREP_CHAOS_KILLS=200 NODEPREP_CHAOS_SEED=7 makes it longer, or another one.
"""
import os
import subprocess
import sys
import tempfile

from tests.system import private
from tests.system.agentprocess import TOP
from tests.tiers import need

KILLS = os.environ.get('NODEPREP_CHAOS_KILLS', '25')
SEED = os.environ.get('NODEPREP_CHAOS_SEED', '1')


def test_whoever_is_killed_nothing_is_lost(capsys):
    for what, name in [('root', ''), ('netns', ''), ('program', 'openssl'), ('program', '/usr/bin/systemctl')]:
        need(what, name)
    for name in private.PROGRAMS:
        need('program', name)
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
        argv = [sys.executable, '-m', 'tests.system.chaos', folder, KILLS, SEED]
        done = subprocess.run(private.command(folder, argv), cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True, timeout=120 + 10 * int(KILLS))
    with capsys.disabled():
        print('\n' + done.stdout.rstrip()[-6000:])
    assert done.returncode == 0, f'seed {SEED}'
