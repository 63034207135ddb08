"""Runs the real systemd-sysctl on trees that come in as JSON lines, in a network and a mount namespace of its own."""
import ctypes
import json
import os
import shutil
import subprocess
import sys

FOLDERS = ('/etc/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d')


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
