"""Runs the real systemd-sysctl on trees that come in as JSON lines, in a network and a mount namespace of its own."""
import ctypes
import json
import os
import shutil
import subprocess
import sys

FOLDERS = ('/etc/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d')


def mount(target):
    os.makedirs(target, exist_ok=True)
    if ctypes.CDLL(None, use_errno=True).mount(b'tmpfs', target.encode(), b'tmpfs', 0, b'') != 0:
        raise OSError(ctypes.get_errno(), 'mount ' + target)


def bind(source, target):
    if ctypes.CDLL(None, use_errno=True).mount(source.encode(), target.encode(), b'', 4096, b'') != 0:
        raise OSError(ctypes.get_errno(), 'bind ' + target)


def clear():
    for folder in FOLDERS:
        for name in os.listdir(os.fsencode(folder)):
            path = os.path.join(os.fsencode(folder), name)
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)


def fill(tree):
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
        clear()
        fill({'/etc/sysctl.conf': ('text', ''), **order['tree']})
        for path, value in order['before'].items():
            write(path, value)
        done = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
        print(json.dumps({'values': {path: read(path) for path in order['read']}, 'code': done.returncode,
                          'said': done.stdout.decode('utf-8', 'replace')[-3000:]}), flush=True)


if __name__ == '__main__':
    main()
