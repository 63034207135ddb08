"""Run on a node, inside and outside the sandbox: tries what a program could do to a host, and prints what came of it.

Nothing stays: what is made is removed, what is set is set to what it is already.
"""
import ctypes
import errno
import json
import mmap
import os
import socket

LIBC = ctypes.CDLL(None, use_errno=True)


def call(name, *words):
    """A function of the C library that gives -1 and errno."""
    if getattr(LIBC, name)(*words) == -1:
        raise OSError(ctypes.get_errno(), name)


def rewrite(path):
    """Writes to a file what it holds."""
    with open(path) as file:
        text = file.read()
    with open(path, 'w') as file:
        file.write(text)


def make(folder):
    """Makes and removes a file."""
    path = folder + '/nodeprep-attempt'
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(path)


def mark(folder):
    """Makes a program that runs as its owner."""
    path = folder + '/nodeprep-attempt'
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700)
    try:
        os.fchmod(handle, 0o4755)
    finally:
        os.close(handle)
        os.unlink(path)


def device(folder):
    """Makes and removes a device, the one that nothing comes of."""
    path = folder + '/nodeprep-attempt'
    os.mknod(path, 0o020600, os.makedev(1, 3))
    os.unlink(path)


def apart(attempt):
    """Tries it in a child, where it does no harm."""
    child = os.fork()
    if child == 0:
        try:
            attempt()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno)
    code = os.WEXITSTATUS(os.waitpid(child, 0)[1])
    if code:
        raise OSError(code, '')


ATTEMPTS = {
    'write in /etc': lambda: make('/etc'),
    'write in /usr/bin': lambda: make('/usr/bin'),
    'write in /var/tmp': lambda: make('/var/tmp'),
    'write in /root': lambda: make('/root'),
    'write in /run/systemd/system': lambda: make('/run/systemd/system'),
    'write in /run/nodeprep': lambda: make('/run/nodeprep'),
    'write in /run/chrony': lambda: make('/run/chrony'),
    'write in /var/lib/nodeprep': lambda: make('/var/lib/nodeprep'),
    'set a sysctl': lambda: rewrite('/proc/sys/net/ipv4/ip_forward'),
    'make a program that runs as root': lambda: mark('/run/nodeprep'),
    'mount': lambda: apart(lambda: call('mount', b'tmpfs', b'/mnt', b'tmpfs', 0, None)),
    'have namespaces of its own': lambda: apart(lambda: call('unshare', 0x04000000)),        # CLONE_NEWUTS
    'change the host name': lambda: socket.sethostname(socket.gethostname()),
    'become another user': lambda: apart(lambda: os.setuid(65534)),
    'give a file away': lambda: os.chown('/var/lib/nodeprep', 0, 0),
    'make a device': lambda: device('/run/nodeprep'),
    'listen to the wire': lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close(),
    'have memory that is written and run': lambda: mmap.mmap(-1, 4096, prot=7).close(),
    'read what root alone may': lambda: os.close(os.open('/etc/shadow', os.O_RDONLY)),
    'see the files of another process': lambda: os.listdir('/proc/1/fd'),
}


def main():
    """Prints {attempt: 'done' or the name of the error}."""
    came = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt()
            came[name] = 'done'
        except OSError as error:
            came[name] = errno.errorcode[error.errno]
    print(json.dumps(came))


if __name__ == '__main__':
    main()
