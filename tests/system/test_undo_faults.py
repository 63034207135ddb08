"""What an undo does when the machine fails it: each step has one outcome, is told, and can be taken again. Real mounts.

And a journal that has no more room in the middle of a fix: what was done of that requirement is taken back.
"""
import fcntl
import os
import shutil
import struct
import subprocess

import pytest

from tests import hosts
from tests.system.test_fix_faults import FSTAB, fill, fix, mounted, nodeprep, on_tmpfs, tree
from tests.tiers import need

LEFT = 'Once that is settled, python3 -m nodeprep undo --root {} 000001 tries it again; an older fix has to be named.'


@pytest.fixture
def before():
    """The tree as it was before the fix; set by `image`."""
    return []


@pytest.fixture
def image(tmp_path, before):
    """An image of CentOS 7 in which swap and SELinux were fixed: three files."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    before[:] = tree(root)
    assert fix(root, 'swap', 'selinux')[0] == 0
    return root


def left(image, *said):
    """Undoes: something is left, and that is told with its reason."""
    code, text = nodeprep(image, 'undo', '--yes')
    assert code == 4 and LEFT.format(image) in text, text
    assert all(one in text for one in said), text
    assert [name for name in os.listdir(image + '/etc') if 'nodeprep' in name] == []
    return text


def again(image, before):
    """Undoes what was left: all is as it was before the fix."""
    code, text = nodeprep(image, 'undo', '1', '--yes')
    assert code == 1 and 'NOT taken back' not in text and tree(image) == before, text


def different(image, before):
    return {entry[0] for entry in set(tree(image)) ^ set(before)}


def test_no_room_for_what_was_there(image, before):
    with on_tmpfs(image + '/etc', '4M'):
        fill(image + '/etc')
        left(image, '/etc/fstab: NOT taken back: /etc/fstab: no space left on device; make room')
        os.unlink(image + '/etc/filler')
        assert different(image, before) == {FSTAB, '/etc/selinux/config'}       # a link needs no room to go
        again(image, before)


def test_no_room_for_the_marks_in_the_journal(image, before):
    """Without them the way back looks by itself what is done."""
    with on_tmpfs(image + '/var/lib/nodeprep', '64k'):
        fill(image + '/var/lib/nodeprep')
        code, text = nodeprep(image, 'undo', '--yes')
        assert code == 1 and 'NOT taken back' not in text and tree(image) == before, text
        os.unlink(image + '/var/lib/nodeprep/filler')
        code, text = nodeprep(image, 'undo', '1', '--yes')
        assert code in (1, 2) and 'NOT taken back' not in text and tree(image) == before, text


def test_a_file_system_that_cannot_be_written(image, before):
    after = tree(image)
    with mounted('--bind', image + '/etc', image + '/etc'):
        subprocess.run(('mount', '-o', 'remount,ro,bind', image + '/etc'), check=True)
        left(image, '/etc/fstab: NOT taken back: /etc/fstab: read-only file system; remount it rw',
             '/etc/selinux/config: NOT taken back')
    assert tree(image) == after
    again(image, before)


def test_an_immutable_file(image, before):
    with open(image + FSTAB, 'rb') as file:
        flags = struct.unpack('l', fcntl.ioctl(file, 0x80086601, bytes(8)))[0]      # FS_IOC_GETFLAGS
        fcntl.ioctl(file, 0x40086602, struct.pack('l', flags | 0x10))               # FS_IMMUTABLE_FL
        try:
            left(image, '/etc/fstab: NOT taken back: /etc/fstab: operation not permitted; is it immutable?')
        finally:
            fcntl.ioctl(file, 0x40086602, struct.pack('l', flags))
    assert different(image, before) == {FSTAB}, 'the others are taken back'
    again(image, before)


def test_a_mount_in_place_of_the_file(image, before, tmp_path):
    shutil.copy2(image + FSTAB, str(tmp_path / 'elsewhere'))
    with mounted('--bind', str(tmp_path / 'elsewhere'), image + FSTAB):
        left(image, '/etc/fstab: NOT taken back', 'is a mount of its own')
    assert different(image, before) == {FSTAB}
    again(image, before)


def changed(make):
    """Somebody puts something else in the place of the file, and what it was aside."""
    def change(image):
        os.rename(image + FSTAB, image + '/srv/aside')
        make(image + FSTAB)
    return change


@pytest.mark.parametrize('change', [
    changed(lambda path: os.symlink('/srv/aside', path)), changed(lambda path: None), changed(os.mkdir),
    changed(os.mkfifo), changed(lambda path: shutil.copytree('/etc/default', path)),
], ids=['link', 'nothing', 'folder', 'fifo', 'full folder'])
def test_something_else_in_place_of_the_file(image, before, change):
    os.makedirs(image + '/srv', exist_ok=True)
    change(image)
    theirs = [entry for entry in tree(image) if entry[0].startswith(FSTAB)]
    left(image, '/etc/fstab: NOT taken back: /etc/fstab was changed since by somebody else')
    assert [entry for entry in tree(image) if entry[0].startswith(FSTAB)] == theirs
    assert different(image, before) - {'/srv', '/srv/aside'} == {entry[0] for entry in theirs} | {FSTAB}


@pytest.mark.parametrize('change', [lambda path: os.chmod(path, 0o600), lambda path: os.chown(path, 12, 34)])
def test_rights_that_somebody_changed_since(image, before, change):
    change(image + FSTAB)
    theirs = os.stat(image + FSTAB)
    left(image, '/etc/fstab was changed since by somebody else; its content before the fix stands in the journal')
    now = os.stat(image + FSTAB)
    assert (now.st_mode, now.st_uid, now.st_gid) == (theirs.st_mode, theirs.st_uid, theirs.st_gid)


def test_a_folder_on_the_way_that_is_a_link_by_now(image, before, tmp_path):
    """It would lead out of the image."""
    outside = tmp_path / 'outside'
    shutil.move(image + '/etc/selinux', str(outside))
    os.symlink(str(outside), image + '/etc/selinux')
    inside = (outside / 'config').read_bytes()
    left(image, '/etc/selinux/config: NOT taken back')
    assert (outside / 'config').read_bytes() == inside


def test_a_journal_that_is_full_in_the_middle(tmp_path):
    """The third step of a requirement does not fit: its first two are taken back. With more room it is done."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    for folder in ('', '/journal'):
        os.makedirs(root + '/var/lib/nodeprep' + folder)
        os.chmod(root + '/var/lib/nodeprep' + folder, 0o700)
    with open(root + '/etc/sysctl.d/zzz-site.conf', 'w', encoding='ascii') as file:
        file.write('net.bridge.bridge-nf-call-iptables = 0\n' + '# as we like it here\n' * 2000)
    clean = tree(root)
    with on_tmpfs(root + '/var/lib/nodeprep', '32k'):
        code, text = nodeprep(root, 'fix', '--yes', 'bridge')
        assert code == 4, text
        assert 'bridge: FAILED, taken back: /var/lib/nodeprep/journal: no space left on device; without a' in text
        assert '... write /etc/modules-load.d/nodeprep.conf ... write /etc/sysctl.d/zz-nodeprep.conf' in text
        assert tree(root) == clean
        subprocess.run(('mount', '-o', 'remount,size=4m', root + '/var/lib/nodeprep'), check=True)
        assert fix(root, 'bridge')[0] == 0
        assert nodeprep(root, 'undo', '--yes')[0] == 1 and tree(root) == clean
