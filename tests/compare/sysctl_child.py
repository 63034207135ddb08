"""Runs the real systemd-sysctl on trees that come in as JSON lines, in a network and a mount namespace of its own."""
import ctypes
import json
import os
import shutil
import subprocess
import sys

FOLDERS = ('/etc/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d')


def leave_the_host():
    """Enters namespaces of its own before anything is mounted: whoever calls this can no longer touch the machine's.

    unshare(2) with CLONE_NEWNS and CLONE_NEWNET, then mount(2) with MS_REC | MS_PRIVATE on /.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    before = [os.stat(f'/proc/self/ns/{kind}').st_ino for kind in ('mnt', 'net')]
    if libc.unshare(0x00020000 | 0x40000000) != 0 or libc.mount(b'none', b'/', None, 0x4000 | 0x40000, None) != 0:
        raise OSError(ctypes.get_errno(), 'no namespaces of its own')
    after = [os.stat(f'/proc/self/ns/{kind}').st_ino for kind in ('mnt', 'net')]
    if before[0] == after[0] or before[1] == after[1]:
        raise RuntimeError('still in the namespaces of the host')


def covering(paths):
    """The mounts that lie over these paths in the namespace of whoever asks."""
    with open('/proc/self/mountinfo') as source:
        return [line for line in source if line.split()[4] in paths]


def mount(target, source='tmpfs', kind='tmpfs', flags=0, data=''):
    """mount(2); an empty memory file system unless told otherwise."""
    os.makedirs(target, exist_ok=True)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), kind.encode(), flags, data.encode()) != 0:
        raise OSError(ctypes.get_errno(), 'mount ' + target)


def bind(source, target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), target.encode(), b'', 4096, b'') != 0:
        raise OSError(ctypes.get_errno(), 'bind ' + target)


def mount_layer(target):
    """A layer over a folder that takes what is written to it, so that the folder itself stays as it is."""
    mount('/mnt')
    os.makedirs('/mnt/upper')
    os.makedirs('/mnt/work')
    mount(target, 'overlay', 'overlay', 0, f'lowerdir={target},upperdir=/mnt/upper,workdir=/mnt/work')


def fill(tree, folders):
    """Empties the folders and makes the tree in them: path -> (text | link | folder, what)."""
    for folder in folders:
        for name in os.listdir(os.fsencode(folder)):
            path = os.path.join(os.fsencode(folder), name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
    for path, (kind, said) in tree.items():
        path = os.fsencode(path)
        if kind == 'text':
            with open(path, 'wb') as out:
                out.write(said.encode('utf-8', 'surrogateescape'))
        elif kind == 'link':
            os.symlink(said, path)
        else:
            os.mkdir(path)


def read(path):
    with open('/proc/sys/' + path) as source:
        return source.read().strip()


def write(path, value):
    with open('/proc/sys/' + path, 'w') as out:
        out.write(value)


def main():
    leave_the_host()
    mount('/usr/local/lib')
    for folder in FOLDERS:
        mount(folder)
    mount('/run')                                # what a boot starts with: nothing in /run/sysctl.d
    with open('/run/sysctl.conf', 'w'):
        pass
    bind('/run/sysctl.conf', '/etc/sysctl.conf')
    program = sys.argv[1:]
    for line in sys.stdin:
        order = json.loads(line)
        fill({'/etc/sysctl.conf': ('text', ''), **order['tree']}, FOLDERS)
        for path, value in order['before'].items():
            write(path, value)
        done = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
        print(json.dumps({'values': {path: read(path) for path in order['read']}, 'code': done.returncode,
                          'said': done.stdout.decode('utf-8', 'replace')[-3000:]}), flush=True)


if __name__ == '__main__':
    main()
