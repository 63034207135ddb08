"""The journal stays small: the oldest that are finished go first, one that was cut short never does. Real processes."""
import os
import signal
import subprocess
import sys

import pytest

from tests import hosts
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A limit that is soon reached, and a death at the Nth call of a function of `os` on a file of the journal.
LIMITED = '''
import os, signal, sys
from nodeprep.cli import main
from nodeprep.journal import folder
folder.MOST_FILES, folder.MOST_BYTES = int(sys.argv[1]), int(sys.argv[2])
call, when, left = sys.argv[3], sys.argv[4], int(sys.argv[5])
del sys.argv[1:6]
real = getattr(os, call)
def dying(where, **more):
    global left
    path = os.readlink(f'/proc/self/fd/{where}') if isinstance(where, int) else os.fsdecode(where)
    left -= path.endswith('.jsonl')
    if left == 0 and when == 'before':
        os.kill(os.getpid(), signal.SIGKILL)
    real(where, **more)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
if left:
    setattr(os, call, dying)
main()
'''


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with swap in its fstab, forwarding off and SELinux enforcing."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


def run(image, *words, files=4, size=2**20, dies=('unlink', 'before', 0)):
    """(exit code, what it said) of nodeprep with a journal of so many files and bytes."""
    argv = [sys.executable, '-c', LIMITED, str(files), str(size), *(str(word) for word in dies)]
    done = subprocess.run(argv + [*words, '--root', image], cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=60)
    return done.returncode, done.stdout


def there_and_back(image, times, **more):
    """Finished transactions."""
    for _ in range(times):
        assert run(image, 'fix', '--yes', 'forwarding', **more)[0] == 0
        assert run(image, 'undo', '--yes', **more)[0] == 1


def kept(image):
    """The numbers of the transactions in the folder, and those that the history tells."""
    files = sorted(int(name[:-6]) for name in os.listdir(image + '/var/lib/nodeprep/journal'))
    code, out = run(image, 'history')
    assert code == 0, out
    return files, [int(line.split()[0]) for line in out.splitlines() if line[0] == '0']


def tree(image):
    return [entry[:3] for entry in hosts.snapshot(image) if not entry[0].startswith('/var/lib/nodeprep')]


def test_the_oldest_finished_go_and_what_was_cut_short_stays(image):
    before = tree(image)
    there_and_back(image, 1)                                                            # 1
    assert run(image, 'fix', '--yes', 'swap', dies=('fdatasync', 'after', 2))[0] == -signal.SIGKILL          # 2
    middle = tree(image)
    assert middle != before, 'killed in the middle'
    assert run(image, 'fix', '--yes', 'selinux', dies=('fdatasync', 'before', 1))[0] == -signal.SIGKILL      # 3
    there_and_back(image, 1)                                                            # 4
    assert kept(image) == ([1, 2, 3, 4],) * 2
    there_and_back(image, 1)
    assert kept(image) == ([2, 3, 4, 5],) * 2
    there_and_back(image, 3)
    assert kept(image) == ([2, 3, 5, 6, 7, 8],) * 2, 'what stays for ever does not drive the others out'
    assert 'CUT SHORT' in run(image, 'history')[1] and tree(image) == middle
    for one in '2', '3':
        assert run(image, 'undo', '--yes', one)[0] in (0, 1)
    assert tree(image) == before
    there_and_back(image, 1)
    assert kept(image) == ([6, 7, 8, 9],) * 2, 'now they are finished'


@pytest.mark.parametrize('when, left', [('before', [2, 3, 4, 5, 6]), ('after', [3, 4, 5, 6])])
def test_killed_while_it_removes(image, when, left):
    there_and_back(image, 5)                                                  # 1 is gone
    assert kept(image)[0] == [2, 3, 4, 5]
    assert run(image, 'fix', '--yes', 'forwarding', dies=('unlink', when, 1))[0] == -signal.SIGKILL
    assert kept(image) == (left,) * 2
    told = run(image, 'history')[1]
    assert 'CUT SHORT' not in told and 'failed' not in told, 'the fix itself has ended'
    assert run(image, 'undo', '--yes')[0] == 1
    there_and_back(image, 1)
    assert kept(image) == ([4, 5, 6, 7],) * 2


def test_the_last_stays_however_large(image):
    before = tree(image)
    there_and_back(image, 1, size=100)
    assert run(image, 'fix', '--yes', 'swap', size=100)[0] == 0
    assert kept(image) == ([2], [2])
    assert run(image, 'undo', '--yes', size=100)[0] == 1 and tree(image) == before


def test_what_cannot_be_removed_is_told_and_the_fix_is_done(image):
    need('program', 'chattr')
    there_and_back(image, 4)
    oldest = image + '/var/lib/nodeprep/journal/000001.jsonl'
    subprocess.run(('chattr', '+i', oldest), check=True)
    try:
        code, said = run(image, 'fix', '--yes', 'forwarding')
    finally:
        subprocess.run(('chattr', '-i', oldest), check=True)
    assert code == 0 and 'what is too old for it stays' in ' '.join(said.split()), said
