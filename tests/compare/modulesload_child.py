"""Runs the real systemd-modules-load on trees that come in as JSON lines, in a mount namespace of its own.

/usr/lib gets a layer with modules that look like some to depmod and libkmod, and that no kernel would take.
"""
import json
import os
import struct
import subprocess
import sys

from tests.compare.sysctl_child import fill, leave_the_host, mount, mount_layer

FOLDERS = ('/etc/modules-load.d', '/usr/lib/modules-load.d', '/etc/modprobe.d', '/usr/lib/modprobe.d')


def empty_module():
    """An ELF object with an empty symbol table, which is all that depmod asks for."""
    names = b'\0.shstrtab\0.modinfo\0.symtab\0.strtab\0'
    parts = [(b'.shstrtab', 3, names, 0), (b'.modinfo', 1, b'license=GPL\0', 0), (b'.symtab', 2, bytes(24), 24),
             (b'.strtab', 3, b'\0', 0)]
    body, table = b'', bytes(64)
    for name, kind, data, size in parts:
        link, info = (4, 1) if kind == 2 else (0, 0)
        table += struct.pack('<IIQQQQIIQQ', names.index(name), kind, 0, 0, 64 + len(body), len(data), link, info, 1,
                             size)
        body += data
    body += bytes(-len(body) % 8)
    head = struct.pack('<HHIQQQIHHHHHH', 1, 62, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, 5, 1)
    return b'\x7fELF\x02\x01\x01' + bytes(9) + head + body + table


def main():
    leave_the_host()
    mount_layer('/usr/lib')
    tree = '/usr/lib/modules/' + os.uname().release
    os.makedirs(tree + '/kernel', exist_ok=True)
    for name in json.loads(sys.argv[2]):
        with open(f'{tree}/kernel/{name}.ko', 'wb') as out:
            out.write(empty_module())
    with open(tree + '/modules.builtin', 'w') as out:
        out.write(''.join(f'kernel/{name}.ko\n' for name in json.loads(sys.argv[3])))
    with open(tree + '/modules.order', 'w'):
        pass
    subprocess.run(['depmod', os.uname().release], check=True, stderr=subprocess.DEVNULL)
    for folder in FOLDERS:
        mount(folder)
    for line in sys.stdin:
        order = json.loads(line)
        fill(order['tree'], FOLDERS)
        environment = {'SYSTEMD_LOG_LEVEL': 'debug', 'SYSTEMD_LOG_TARGET': 'console', 'LC_ALL': 'C',
                       'PATH': '/usr/sbin:/usr/bin', 'SYSTEMD_PROC_CMDLINE': order['cmdline']}
        done = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20,
                              env=environment)
        print(json.dumps({'said': done.stdout.decode('utf-8', 'replace')}), flush=True)


if __name__ == '__main__':
    main()
