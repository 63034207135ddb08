"""What a fix does when the machine fails it: real file systems, real signals, real processes. Each has one outcome.

The product runs as a process of its own on an image in a folder; the file systems in it are mounted for the test.
"""
import base64
import contextlib
import fcntl
import json
import os
import re
import shutil
import struct
import subprocess
import sys

import pytest

from tests import hosts
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FSTAB = '/etc/fstab'


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


def nodeprep(image, *words, code='', **more):
    """(exit code, what it said on both streams); `code` is run instead of the console script."""
    argv = [sys.executable, *(('-c', code) if code else ('-m', 'nodeprep')), *words, '--root', image]
    done = subprocess.run(argv, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=120, **more)
    return done.returncode, ' '.join(done.stdout.split())


def fix(image, *ids):
    return nodeprep(image, 'fix', '--yes', *(ids or ('swap',)))


def undo(image):
    return nodeprep(image, 'undo', '--yes')


def tree(image):
    """Everything but the journal."""
    return [entry[:3] for entry in hosts.snapshot(image) if not entry[0].startswith('/var/lib/nodeprep')]


@contextlib.contextmanager
def mounted(*argv):
    """A mount for as long as the test needs it; the last word is where."""
    subprocess.run(('mount', *argv), check=True)
    try:
        yield
    finally:
        subprocess.run(('umount', '--lazy', argv[-1]), check=True)


@contextlib.contextmanager
def on_tmpfs(folder, size):
    """A folder whose content lies on a small file system of its own."""
    kept = folder + '.kept'
    shutil.copytree(folder, kept, symlinks=True)
    with mounted('-t', 'tmpfs', '-o', f'size={size},mode=755', 'tmpfs', folder):
        subprocess.run(('cp', '-a', kept + '/.', folder), check=True)
        shutil.rmtree(kept)
        yield


def fill(folder):
    """Leaves no room on a file system."""
    with open(folder + '/filler', 'wb', buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_no_room_for_the_journal(image):
    os.makedirs(image + '/var/lib/nodeprep')
    before = tree(image)
    with on_tmpfs(image + '/var/lib/nodeprep', '64k'):
        fill(image + '/var/lib/nodeprep')
        code, said = fix(image)
    assert code == 4 and 'no space left on device; without a journal nothing is changed' in said
    assert tree(image) == before


def test_room_for_a_mark_in_the_journal_and_none_for_a_step(image):
    with open(image + '/etc/selinux/config', 'a', encoding='utf-8') as file:
        file.write('# a long comment\n' * 1000)               # its image takes more than the page that is left
    before = tree(image)
    os.makedirs(image + '/var/lib/nodeprep')
    with on_tmpfs(image + '/var/lib/nodeprep', '64k'):
        os.makedirs(image + '/var/lib/nodeprep/journal', 0o700)
        os.chmod(image + '/var/lib/nodeprep', 0o700)
        fill(image + '/var/lib/nodeprep')
        os.truncate(image + '/var/lib/nodeprep/filler', os.path.getsize(image + '/var/lib/nodeprep/filler') - 8192)
        code, said = fix(image, 'swap', 'selinux')
        assert code == 4 and 'no space left on device; without a journal nothing is changed' in said
        assert tree(image) == before
        os.unlink(image + '/var/lib/nodeprep/filler')
        assert fix(image, 'swap', 'selinux')[0] == 0         # the journal was not damaged
        assert undo(image)[0] == 1
    assert tree(image) == before


def test_no_room_for_the_file(image):
    before = tree(image)
    with on_tmpfs(image + '/etc', '4M'):
        fill(image + '/etc')
        code, said = fix(image)
        assert code == 4 and '/etc/fstab: no space left on device; make room' in said
        os.unlink(image + '/etc/filler')
        assert tree(image) == before                        # no temporary file either


def test_a_file_system_that_cannot_be_written(image):
    before = tree(image)
    with mounted('--bind', image + '/etc', image + '/etc'):
        subprocess.run(('mount', '-o', 'remount,ro,bind', image + '/etc'), check=True)
        code, said = fix(image)
    assert code == 4 and '/etc/fstab: read-only file system; remount it rw' in said
    assert tree(image) == before


def test_an_immutable_file(image):
    before = tree(image)
    with open(image + FSTAB, 'rb') as file:
        flags = struct.unpack('l', fcntl.ioctl(file, 0x80086601, bytes(8)))[0]      # FS_IOC_GETFLAGS
        fcntl.ioctl(file, 0x40086602, struct.pack('l', flags | 0x10))               # FS_IMMUTABLE_FL
        try:
            code, said = fix(image)
        finally:
            fcntl.ioctl(file, 0x40086602, struct.pack('l', flags))
    assert code == 4 and '/etc/fstab: operation not permitted; is it immutable?' in said
    assert tree(image) == before


def test_a_file_that_is_a_mount(image, tmp_path):
    shutil.copy2(image + FSTAB, str(tmp_path / 'elsewhere'))
    before = tree(image)
    with mounted('--bind', str(tmp_path / 'elsewhere'), image + FSTAB):
        code, said = fix(image)
        assert code == 4 and 'is a mount of its own' in said
    assert tree(image) == before


def test_a_link_stays_and_what_it_leads_to_is_changed(image):
    os.makedirs(image + '/srv')
    os.rename(image + FSTAB, image + '/srv/table')
    os.symlink('/srv/table', image + FSTAB)
    before = tree(image)
    assert fix(image)[0] == 0
    assert os.readlink(image + FSTAB) == '/srv/table'
    with open(image + '/srv/table', encoding='utf-8') as file:
        assert '#nodeprep# ' in file.read()
    assert undo(image)[0] == 1 and tree(image) == before


def test_a_file_with_a_second_name_is_left(image):
    os.link(image + FSTAB, image + '/etc/second')
    before = tree(image)
    code, said = fix(image)
    assert code == 4 and '/etc/fstab has 2 hard links' in said
    assert tree(image) == before


def test_a_link_that_leads_nowhere_is_left(image):
    os.unlink(image + '/etc/selinux/config')
    os.symlink('/nowhere', image + '/etc/modules-load.d/nodeprep.conf')
    before = tree(image)
    code, said = fix(image, 'kernel-modules', 'bridge')
    assert code == 1 and '/etc/modules-load.d/nodeprep.conf is a link; remove it' in said
    assert tree(image) == before


def acl(*entries):
    """An ACL of (tag, permissions, who), as struct posix_acl_xattr_header and _entry have it."""
    return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)


def test_rights_of_others_and_labels_stay(image):
    access = acl((1, 6, 2**32 - 1), (2, 4, 1000), (4, 4, 2**32 - 1), (16, 4, 2**32 - 1), (32, 0, 2**32 - 1))
    path = image + FSTAB
    os.setxattr(path, 'system.posix_acl_access', access)
    os.setxattr(path, 'security.selinux', b'system_u:object_r:etc_t:s0\0')
    os.chown(path, 12, 34)
    before = os.stat(path)
    kept = {name: os.getxattr(path, name) for name in os.listxattr(path)}
    for step, code in ((fix, 0), (undo, 1)):
        assert step(image)[0] == code
        now = os.stat(path)
        assert (now.st_mode, now.st_uid, now.st_gid) == (before.st_mode, 12, 34)
        assert {name: os.getxattr(path, name) for name in os.listxattr(path)} == kept
    assert os.stat(path).st_mtime_ns == before.st_mtime_ns
    assert len(kept) == 2


def test_a_folder_that_gives_rights_to_new_files_gives_none_to_an_old_one(image):
    """A default ACL: the temporary file gets an ACL from its folder, which the file that it replaces has not."""
    os.setxattr(image + '/etc', 'system.posix_acl_default', acl(
        (1, 7, 2**32 - 1), (2, 7, 1000), (4, 5, 2**32 - 1), (16, 7, 2**32 - 1), (32, 5, 2**32 - 1)))
    before = os.stat(image + FSTAB)
    assert os.listxattr(image + FSTAB) == []
    for step, code in ((fix, 0), (undo, 1)):
        assert step(image)[0] == code
        assert os.listxattr(image + FSTAB) == [] and os.stat(image + FSTAB).st_mode == before.st_mode


def test_what_somebody_changed_since_stays_and_the_rest_is_taken_back(image):
    before = tree(image)
    assert fix(image, 'swap', 'selinux')[0] == 0
    with open(image + FSTAB, 'a', encoding='utf-8') as file:
        file.write('# mine\n')
    code, said = undo(image)
    assert code == 4 and '/etc/fstab was changed since by somebody else' in said
    different = {entry[0] for entry in set(tree(image)) ^ set(before)}
    assert different == {FSTAB}
    with open(image + FSTAB, 'r+', encoding='utf-8') as file:
        text = file.read()
        file.seek(0)
        file.truncate()
        file.write(text.replace('# mine\n', ''))
    assert nodeprep(image, 'undo', '1', '--yes')[0] == 1 and tree(image) == before       # as it was told


def test_two_at_once(image):
    handle = os.open(image, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        code, said = fix(image)
    finally:
        os.close(handle)
    assert code == 75 and f'another nodeprep is at work (pid {os.getpid()}: ' in said
    assert fix(image)[0] == 0


def test_a_journal_that_others_may_write_is_not_trusted(image):
    assert fix(image)[0] == 0
    os.chmod(image + '/var/lib/nodeprep/journal', 0o777)
    after = tree(image)
    code, said = undo(image)
    assert code == 2 and 'could be written by others' in said and tree(image) == after


def test_a_journal_of_an_image_runs_nothing_and_leaves_nothing_outside(image, tmp_path):
    """Whoever made the image wrote its journal."""
    outside = tmp_path / 'outside'
    outside.write_text('precious\n')
    os.makedirs(image + '/var/lib/nodeprep/journal', mode=0o700)
    os.chmod(image + '/var/lib/nodeprep', 0o700)
    os.symlink(str(tmp_path), image + '/etc/out')
    lines = ['{"journal": 1, "id": "000001", "begun": "2026-01-01T00:00:00Z", "by": {}, "command": []}',
             '{"step": 1, "part": "swap", "run": ["true"], "undo": ["touch", "%s"], "risk": "", "before": []}'
             % (tmp_path / 'ran'),
             '{"step": 2, "part": "swap", "write": "/etc/out/outside", "data": "cHJlY2lvdXMK", "mode": null,'
             ' "temporary": ".t", "before": [{"path": "/etc/out/outside", "real": "/etc/out/outside",'
             ' "kind": "absent"}]}']
    with open(image + '/var/lib/nodeprep/journal/000001.jsonl', 'w', encoding='ascii') as file:
        file.write('\n'.join(lines) + '\n')
    code, said = undo(image)
    assert not (tmp_path / 'ran').exists() and outside.read_text() == 'precious\n'
    assert code == 4 and 'it is no command for an image' in said


@pytest.mark.parametrize('line', ['not json', '[]', '{"step": 1}', '{"done": 9}', '{"journal": 1, "id": "000001"}',
                                  '{"step": 9, "part": "x", "write": "/etc/../x", "before": [], "data": ""}'])
def test_a_damaged_journal_is_told_with_file_and_line(image, line):
    assert fix(image)[0] == 0
    path = image + '/var/lib/nodeprep/journal/000001.jsonl'
    with open(path, encoding='ascii') as file:
        lines = file.read().split('\n')
    with open(path, 'w', encoding='ascii') as file:
        file.write('\n'.join(lines[:2] + [line] + lines[2:]))
    after = tree(image)
    code, said = undo(image)
    assert code == 2 and f'{path}:3: the journal is damaged' in said and tree(image) == after
    for words in ('fix', '--yes', 'selinux'), ('history',):
        assert nodeprep(image, *words) == (2, said)


def test_a_damaged_journal_is_moved_away_as_it_is_told(image):
    assert fix(image, 'selinux')[0] == 0 and fix(image)[0] == 0
    with open(image + '/var/lib/nodeprep/journal/000001.jsonl', 'a', encoding='ascii') as file:
        file.write('\0\n')
    code, said = fix(image, 'forwarding')
    assert code == 2
    (command,) = re.findall(r'no fix, undo or history: (mv \S+ \S+\.damaged)\. ', said)
    subprocess.run(('sh', '-c', command), check=True)
    code, said = nodeprep(image, 'history')
    assert code == 0 and said.startswith('000002 ') and '000001' not in said
    assert fix(image, 'forwarding')[0] == 0
    assert undo(image)[0] == undo(image)[0] == 1
    assert nodeprep(image, 'check', 'swap')[0] == 1 and nodeprep(image, 'check', 'selinux')[0] == 0
    with open(image + '/var/lib/nodeprep/journal/000001.jsonl.damaged', encoding='ascii') as file:
        before = json.loads(file.read().split('\n')[1])['before'][0]
    assert before['path'] == '/etc/selinux/config' and b'SELINUX=enforcing' in base64.b64decode(before['data'])


def test_not_root(image):
    from nodeprep.cli import people
    from nodeprep.config import ConfigError
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        sys.argv[:] = ['/usr/local/bin/nodeprep', 'fix', 'swap', '--role', 'worker']
        try:
            people.must_be_root('fix', '/', 'see the plan')
        except ConfigError as error:
            os._exit(7 if 'sudo /usr/local/bin/nodeprep fix swap --role worker;' in str(error) else 8)
        os._exit(0)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 7


def test_nobody_to_ask(image):
    before = tree(image)
    code, said = nodeprep(image, 'fix', 'swap')
    assert code == 2 and '--yes does it without asking' in said and tree(image) == before
