"""GPT swap beside the real systemd-gpt-auto-generator, on a real GPT disk.

The disk is an image behind a loop device; its first partition is the root in which the generator runs (chroot). What
udev would keep of each partition is what blkid prints for it, which is where udev takes it from.
"""

import os
import re
import shutil
import struct
import subprocess
import uuid
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nodeprep.linux import fstab, gptswap, swapargs, swapboot
from nodeprep.model import CannotTell
from tests.fakes import FakeHost, Link
from tests.tiers import need

GENERATOR = '/usr/lib/systemd/system-generators/systemd-gpt-auto-generator'
LINUX, HOME = '0fc63daf-8483-4772-8e79-3d69d8477de4', '933ac7e1-2eb4-4f13-b844-0e14e2aef915'
PARTS = ((2048, 40960), (43008, 16384), (59392, 16384), (75776, 16384))  # first sector, sectors
SECTORS = 64 * 2048


def table(parts):
    """The bytes at both ends of a disk with these (type, flags) partitions: UEFI specification, chapter 5."""
    disk = uuid.uuid4().bytes_le
    entries = b''.join(
        uuid.UUID(kind).bytes_le
        + uuid.uuid4().bytes_le
        + struct.pack('<QQQ', first, first + size - 1, flags)
        + bytes(72)
        for (kind, flags), (first, size) in zip(parts, PARTS)
    ).ljust(128 * 128, b'\0')

    def header(here, other, at):
        head = struct.pack(
            '<8sIIIIQQQQ16sQIII',
            b'EFI PART',
            0x10000,
            92,
            0,
            0,
            here,
            other,
            34,
            SECTORS - 34,
            disk,
            at,
            128,
            128,
            zlib.crc32(entries),
        )
        return (head[:16] + struct.pack('<I', zlib.crc32(head)) + head[20:]).ljust(512, b'\0')

    mbr = (
        bytes(446)
        + struct.pack('<B3sB3sII', 0, b'\0\2\0', 0xEE, b'\xff\xff\xff', 1, SECTORS - 1)
        + bytes(48)
        + b'\x55\xaa'
    )
    return mbr + header(1, SECTORS - 1, 2) + entries, entries + header(SECTORS - 1, 1, SECTORS - 33)


def run(*argv, **more):
    path = os.environ['PATH'] + ':/usr/sbin:/sbin'
    return subprocess.run(
        argv, stdout=subprocess.PIPE, env=dict({'PATH': path}, **more), timeout=60, check=True
    ).stdout.decode()


class Disk:
    """The loop device, its root and what the generator and blkid make of it."""

    def __init__(self, folder):
        self.image, self.root = os.path.join(folder, 'disk'), os.path.join(folder, 'root')
        os.mkdir(self.root)
        self.mounted = []
        self.device = ''

    def start(self):
        with open(self.image, 'wb') as out:
            out.truncate(SECTORS * 512)
        self.device = run('losetup', '-fP', '--show', self.image).strip()
        for number, (first, size) in enumerate(PARTS, 1):
            run('addpart', self.device, str(number), str(first), str(size))
        run('mkfs.ext4', '-q', '-F', self.device + 'p1')
        self.mount(self.device + 'p1', self.root)
        libraries = re.findall(r'/\S+', run('ldd', GENERATOR))
        self.version = int(re.search(r'libsystemd-shared-(\d+)', ' '.join(libraries)).group(1))
        # libblkid is opened by name, so ldd does not tell of it.
        libraries += [
            f'{folder}/libblkid.so.1'
            for folder in {os.path.dirname(path) for path in libraries}
            if os.path.exists(f'{folder}/libblkid.so.1')
        ]
        for path in [GENERATOR] + libraries:
            os.makedirs(self.root + os.path.dirname(path), exist_ok=True)
            shutil.copy(path, self.root + path)
        for path in ('/proc', '/sys', '/dev'):
            os.mkdir(self.root + path)
            self.mount('--bind', path, self.root + path)

    def mount(self, *argv):
        run('mount', *argv)
        self.mounted.append(argv[-1])

    def stop(self):
        for point in reversed(self.mounted):
            run('umount', point)
        if self.device:
            run('losetup', '-d', self.device)

    def write(self, parts):
        begin, end = table(parts)
        with open(self.device, 'r+b') as disk:
            disk.write(begin)
            disk.seek(SECTORS * 512 - len(end))
            disk.write(end)
            disk.flush()
            os.fsync(disk.fileno())

    def generated(self, text, arguments):
        """The devices that the real generator turns on."""
        shutil.rmtree(self.root + '/out', ignore_errors=True)
        for name in ('1', '2', '3'):
            os.makedirs(f'{self.root}/out/{name}')
        with open(self.root + '/fstab', 'w') as out:
            out.write(text)
        run(
            'chroot',
            self.root,
            GENERATOR,
            '/out/1',
            '/out/2',
            '/out/3',
            SYSTEMD_FSTAB='/fstab',
            SYSTEMD_PROC_CMDLINE='root=x ' + arguments,
        )
        folder = self.root + '/out/3/swap.target.wants'
        return ['/' + name[:-5].replace('-', '/') for name in os.listdir(folder)] if os.path.isdir(folder) else []

    def host(self, folder):
        """What a host with this disk looks like to us."""
        name = os.path.basename(self.device)
        files = {'/proc/self/mountinfo': '', f'/sys/devices/virtual/block/{name}/dev': number(name)}
        for part in range(1, len(PARTS) + 1):
            own = f'{name}p{part}'
            files[f'/sys/dev/block/{number(own)}'] = Link(f'../../devices/virtual/block/{name}/{own}')
            files[f'/sys/devices/virtual/block/{name}/{own}/dev'] = number(own) + '\n'
            files[f'/sys/devices/virtual/block/{name}/{own}/partition'] = f'{part}\n'
            told = run('blkid', '-p', '-o', 'udev', '-c', '/dev/null', f'/dev/{own}')
            files[f'/run/udev/data/b{number(own)}'] = ''.join(f'E:{line}\n' for line in told.splitlines())
        files['/proc/self/mountinfo'] = f'1 0 {number(name + "p1")} / / rw - ext4 {self.device}p1 rw\n'
        return FakeHost(str(folder)).files(files)


def number(name):
    with open(f'/sys/class/block/{name}/dev') as source:
        return source.read().strip()


@pytest.fixture(scope='module')
def disk(tmp_path_factory):
    need('root')
    need('program', GENERATOR)
    for program in ('losetup', 'addpart', 'mkfs.ext4', 'blkid', 'ldd', 'chroot'):
        need('program', program)
    made = Disk(str(tmp_path_factory.mktemp('disk')))
    try:
        made.start()
        yield made
    finally:
        made.stop()


KINDS = st.sampled_from([gptswap.TYPE, gptswap.TYPE, LINUX, HOME])
FLAGS = st.sampled_from([0, 0, 1 << 63, 1 << 60, 4, 1 << 63 | 1 << 60])
TABLES = st.sampled_from(
    ['', '#/dev/x none swap sw\n', '/dev/x none swap noauto\n', '/dev/x none swap sw\n', '/dev/x /swap xfs swap\n']
)
ARGUMENTS = st.lists(
    st.sampled_from(
        [
            'quiet',
            'systemd.gpt_auto=0',
            'systemd.gpt_auto',
            'systemd.gpt-auto=no',
            'systemd.gpt_auto=1',
            'systemd.swap=0',
            'rd.systemd.gpt_auto=0',
            'fstab=0',
            'systemd.gpt_auto=x',
        ]
    ),
    max_size=2,
).map(' '.join)


@given(st.lists(st.tuples(KINDS, FLAGS), min_size=3, max_size=3), TABLES, ARGUMENTS)
@example([(gptswap.TYPE, 0), (LINUX, 0), (LINUX, 0)], '/dev/x none swap sw\n', '')
@example([(gptswap.TYPE, 0), (LINUX, 0), (LINUX, 0)], '#nodeprep# /dev/x none swap sw\n', '')
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_comes_back_is_what_we_say(disk, tmp_path_factory, parts, text, arguments):
    disk.write([(LINUX, 0)] + parts)
    systemd = swapargs.Systemd(disk.version, disk.version >= 254)
    said = swapargs.parse([(word, 'x') for word in arguments.split()], systemd)
    ways, why = swapboot.from_gpt(disk.host(tmp_path_factory.mktemp('host')), fstab.parse(text), said, systemd)
    assert [way.subject for way in ways if not way.off] == disk.generated(text, arguments)
    assert bool(why) is not bool(ways)


def test_without_what_udev_knows_it_is_unknown(disk, tmp_path):
    disk.write([(LINUX, 0)] * 4)
    host = disk.host(tmp_path)
    assert gptswap.search(host, 252).partitions == []
    for name in host.names('/run/udev/data'):
        host.files({'/run/udev/data/' + name: None})
    with pytest.raises(CannotTell):
        gptswap.search(host, 252)
