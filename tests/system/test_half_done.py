"""What was killed in the middle is told by the next fix and by the history, and is cleared up. Real processes."""
import os
import signal
import subprocess
import sys

import pytest

from tests import hosts
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Dies before the Nth rename: the new content lies beside the file.
DYING = '''
import os, signal, sys
from nodeprep.cli import main
left, real = int(sys.argv.pop(1)), os.rename
def dying(*args, **more):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(*args, **more)
os.rename = dying
main()
'''


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


def run(image, *words, dies=0):
    """(exit code, what it said); with `dies` it must be killed at that rename."""
    done = subprocess.run([sys.executable, '-c', DYING, str(dies), *words, '--root', image], cwd=TOP,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=60)
    assert (done.returncode == -signal.SIGKILL) is bool(dies)
    # What is to be typed next names the program as it was called, and the image.
    return done.returncode, ' '.join(done.stdout.split()).replace('-c undo', 'nodeprep undo').replace(
        f' --root {image}', '')


def left(image):
    """Files of a fix that are not complete."""
    return [name for name in os.listdir(image + '/etc') if '.nodeprep-' in name]


def tree(image):
    return [entry[:3] for entry in hosts.snapshot(image) if not entry[0].startswith('/var/lib/nodeprep')]


def test_a_fix_that_was_killed(image):
    before = tree(image)
    run(image, 'fix', '--yes', 'swap', dies=1)
    assert left(image) == ['.fstab.nodeprep-000001-1']
    cut = 'CUT SHORT, which is taken back by nodeprep undo 000001'
    code, said = run(image, 'history')
    assert code == 0 and f'{cut} swap: cut short write /etc/fstab (intended)' in said

    code, said = run(image, 'fix', '--dry-run', 'swap')
    assert left(image) == ['.fstab.nodeprep-000001-1'], 'a plan changes nothing'
    code, said = run(image, 'fix', '--yes', 'swap')
    assert code == 0 and 'swap: done' in said and left(image) == []
    assert 'was cut short in step 1, in the middle of: write /etc/fstab; nodeprep undo 000001 takes back what' in said
    assert cut in run(image, 'history')[1]
    assert run(image, 'undo', '--yes')[0] == run(image, 'undo', '--yes')[0] == 1 and tree(image) == before
    assert 'cut short' not in run(image, 'fix', '--yes', 'swap')[1]


def test_an_undo_that_was_killed(image):
    before = tree(image)
    assert run(image, 'fix', '--yes', 'selinux', 'swap')[0] == 0
    run(image, 'undo', '--yes', dies=2)                 # swap.target is gone, fstab is back, /etc/selinux/config is not
    code, said = run(image, 'history')
    assert code == 0 and 'UNDO CUT SHORT, which goes on with nodeprep undo 000001' in said
    assert 'write /etc/fstab (taken back: restored)' in said
    code, said = run(image, 'fix', '--yes', 'forwarding')
    assert code == 0 and 'the undo of the fix 000001 of' in said and 'nodeprep undo 000001 goes on with it' in said
    assert run(image, 'undo', '--yes')[0] == 1
    code, said = run(image, 'undo', '--yes')
    assert code == 1 and 'selinux: /etc/selinux/config: restored' in said
    assert tree(image) == before and left(image) == []
    assert 'CUT SHORT' not in run(image, 'history')[1]
