"""A disk that takes no more writes: a real EIO of a real file system, in the middle of a fix and of an undo.

The file system lies on a zram device of its own. A write to one that has reached its `mem_limit` fails as that of a
broken disk does (zram_bio_write() of drivers/block/zram); without the limit it is well again, and nothing may be lost.
"""
import contextlib
import os
import shutil
import subprocess
import time

import pytest

from tests import hosts
from tests.system.test_fix_faults import fix, nodeprep, tree
from tests.tiers import need

CONTROL = '/sys/class/zram-control'


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing."""
    need('root')
    for program in ('mke2fs', 'mount', 'umount', 'sync'):
        need('program', program)
    need('zram')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib/nodeprep', mode=0o700)
    os.chmod(root + '/var/lib/nodeprep', 0o700)
    return root


class Disk:
    """A folder whose content lies on a disk of its own; between break_() and mend() each write to that fails."""

    def __init__(self, folder, number):
        self.folder, self.number = folder, number

    def set(self, name, value):
        """A variable of the device."""
        with open(f'/sys/block/zram{self.number}/{name}', 'w') as file:
            file.write(value)

    def sync(self):
        """Writes what the kernel keeps for it."""
        return subprocess.run(('sync', '-f', self.folder), stderr=subprocess.DEVNULL).returncode

    def break_(self):
        """From now on what is written is lost, and fsync(2) says so; what was written before is on the disk."""
        assert self.sync() == 0
        self.set('mem_limit', '4096')

    def mend(self):
        """It takes writes again. The first sync may still tell of those that failed."""
        self.set('mem_limit', '0')
        self.sync()
        assert self.sync() == 0

    def remove(self, seconds=120):
        """Takes the device away, once nobody looks at it any more: a new block device draws some.

        Whoever entered a mount namespace meanwhile has it mounted there until he ends.
        """
        end = time.monotonic() + seconds
        while True:
            try:
                self.set('reset', '1')
                with open(CONTROL + '/hot_remove', 'w') as file:
                    file.write(str(self.number))
                return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)


@contextlib.contextmanager
def on_a_disk(folder):
    """The folder with its content on a Disk. Without a journal of ext4, which one error would end for good."""
    kept = folder + '.kept'
    shutil.copytree(folder, kept, symlinks=True)
    with open(CONTROL + '/hot_add') as file:
        disk = Disk(folder, int(file.read()))
    try:
        disk.set('disksize', '32M')
        subprocess.run(('mke2fs', '-q', '-t', 'ext2', '-F', f'/dev/zram{disk.number}'), check=True)
        subprocess.run(('mount', '-t', 'ext4', '-o', 'errors=continue', f'/dev/zram{disk.number}', folder), check=True)
        try:
            os.rmdir(folder + '/lost+found')
            subprocess.run(('cp', '-a', kept + '/.', folder), check=True)
            shutil.rmtree(kept)
            yield disk
        finally:
            subprocess.run(('umount', folder), check=True)
    finally:
        disk.remove()


def test_a_fix_on_a_disk_that_fails(image):
    before = tree(image)
    with on_a_disk(image + '/etc') as disk:
        disk.break_()
        code, said = fix(image, 'swap', 'selinux')
        assert code == 4 and '/etc/fstab: input/output error' in said, said
        assert tree(image) == before
        disk.mend()
        assert tree(image) == before
        assert fix(image, 'swap', 'selinux')[0] == 0
        assert nodeprep(image, 'undo', '--yes')[0] == 1 and tree(image) == before


def test_an_undo_on_a_disk_that_fails(image):
    before = tree(image)
    with on_a_disk(image + '/etc') as disk:
        assert fix(image, 'swap', 'selinux')[0] == 0
        after = {entry[0]: entry for entry in tree(image)}
        disk.break_()
        code, said = nodeprep(image, 'undo', '--yes')
        assert code == 4 and '/etc/fstab: NOT taken back: /etc/fstab: input/output error' in said, said
        now = {entry[0]: entry for entry in tree(image)}
        old = {entry[0]: entry for entry in before}
        assert set(now) <= set(old) | set(after)
        assert all(entry in (old.get(path), after.get(path)) for path, entry in now.items()), 'whole, old or new'
        disk.mend()
        code, said = nodeprep(image, 'undo', '1', '--yes')
        assert code == 1 and 'NOT taken back' not in said and tree(image) == before, said


def test_a_journal_on_a_disk_that_fails(image):
    before = tree(image)
    with on_a_disk(image + '/var/lib/nodeprep') as disk:
        disk.break_()
        code, said = fix(image, 'swap', 'selinux')
        assert code == 4 and 'input/output error; without a journal nothing is changed' in said, said
        assert tree(image) == before
        disk.mend()
        assert fix(image, 'swap', 'selinux')[0] == 0
        assert nodeprep(image, 'undo', '--yes')[0] == 1 and tree(image) == before
