"""Swap on, fix, off, undo, on: the product as a process, against the machine that runs the test.

The swapoff and the swapon are real, for swap is of the whole machine. The files are not: each process has a mount
namespace of its own in which /etc is a copy, /run and /var/lib hold nothing, and so systemctl, which finds no systemd
to talk to, changes the links below that copy.
"""
import os
import stat
import subprocess
import sys

import pytest

from tests import hosts
from tests.system.swapping import swap_lines, swapping
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
APART = 'mount --bind "$1/etc" /etc; mount --bind "$1/lib" /var/lib; mount -t tmpfs tmpfs /run; shift; exec "$@"'
CONFIG = 'requirements: {os: {fix: true}}\n'          # whatever system the machine is


@pytest.fixture
def folder(tmp_path):
    """Where the copy of /etc lies, with a swap file in its fstab that swaps with a priority."""
    for program in ('unshare', 'mount', 'systemctl'):
        need('program', program)
    with swapping(str(tmp_path / 'swap file'), '-p', '7', alone=True) as path:
        subprocess.run(('cp', '-a', '/etc', str(tmp_path / 'etc')), check=True)
        (tmp_path / 'lib').mkdir()
        (tmp_path / 'etc/nodeprep').mkdir(exist_ok=True)
        (tmp_path / 'etc/nodeprep/nodeprep.yaml').write_text(CONFIG)
        with open(str(tmp_path / 'etc/fstab'), 'ab') as file:
            escaped = path.replace(' ', '\\040')
            file.write(f'\n# \xe4 comment\n{escaped}\tnone swap  sw,pri=7 0\t0\n'.encode('latin-1'))
        yield tmp_path


def nodeprep(folder, *words):
    """(exit code, what it said) of the product in a mount namespace of its own."""
    done = subprocess.run(
        ('unshare', '-m', '--propagation', 'private', 'sh', '-ec', APART, 'sh', str(folder), sys.executable, '-m',
         'nodeprep', *words), cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        universal_newlines=True, timeout=120, env=dict(os.environ, COLUMNS='200'))
    return done.returncode, done.stdout


def machine():
    """What a fix of this machine would change, and must not here."""
    found = [entry[:4] for entry in hosts.snapshot('/etc/systemd')]
    for path in ('/etc/fstab', '/etc/nodeprep', '/var/lib/nodeprep', '/run/nodeprep'):
        if os.path.lexists(path):
            status = os.lstat(path)
            found.append((path, status.st_ino, status.st_mtime_ns, status.st_ctime_ns))
    return found


def test_on_fix_off_undo_on(folder):
    on, own, path = swap_lines(), machine(), str(folder / 'swap file')
    files = hosts.snapshot(str(folder / 'etc'))
    assert path.replace(' ', '\\040') in on and on.split()[-1] == '7'

    code, said = nodeprep(folder, 'fix', '--yes', 'swap')
    assert code == 0 and 'swap: done' in said, said
    assert len(swap_lines().splitlines()) == 1 and machine() == own
    fstab = (folder / 'etc/fstab').read_bytes()
    assert fstab.endswith(b'\n# \xe4 comment\n#nodeprep# ' + path.replace(' ', '\\040').encode() +
                          b'\tnone swap  sw,pri=7 0\t0\n')
    assert os.readlink(str(folder / 'etc/systemd/system/swap.target')) == '/dev/null'
    assert nodeprep(folder, 'check', 'swap')[0] == 0

    code, said = nodeprep(folder, 'undo', '--yes')
    assert code == 1 and 'NOT taken back' not in said, said          # the old fault is back
    assert swap_lines() == on and machine() == own
    assert without_folders(hosts.snapshot(str(folder / 'etc'))) == without_folders(files)
    assert 'undone 20' in nodeprep(folder, 'history')[1]


def without_folders(entries):
    """A snapshot without folders, whose times tell that something was in them for a while."""
    return [entry for entry in entries if not stat.S_ISDIR(entry[1])]
