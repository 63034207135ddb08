"""A whole virtual machine of the lab, with the same words as a Node: its own kernel, SELinux, swap, modules and clock.

    machine = Machine(folder)
    machine.boot()
    code, out, err = machine.run(['getenforce'])
    machine.stop()

All that it writes goes into a file that nobody else can open and that ends with it. KVM is used where a processor of
it starts at all; else the processor is emulated, some twenty times slower. It is on no network.
"""
import base64
import json
import os
import socket
import subprocess
import time

from tests.lab.asking import Asking
from tests.lab.disk import disk
from tests.tiers import need
from tests.waiting import until

_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
QEMU = 'qemu-system-x86_64'
# No programs in it: just that the processor begins. Some hosts offer KVM and stop there, with an error or without.
_TRIAL = ('-nodefaults', '-no-user-config', '-display', 'none', '-S', '-m', '64', '-monitor', 'stdio')
_KVM, _TCG = ('-accel', 'kvm', '-cpu', 'host'), ('-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max')


def accelerators(seconds=20):
    """The ways in which a processor may be made, each as words for qemu; the faster one first, if there are two."""
    try:
        done = subprocess.run([QEMU, *_KVM, '-smp', '2', *_TRIAL], input=b'cont\nquit\n',
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
        if done.returncode == 0:
            return _KVM, _TCG
    except subprocess.TimeoutExpired:
        pass
    return (_TCG,)


class Machine(Asking):
    """`folder` is an empty one that the test owns."""

    def __init__(self, folder, name='m1'):
        """Skips the test, by name, where no machine can run."""
        need('root')
        for program in (QEMU, 'mmdebstrap', 'mke2fs', 'sfdisk', 'setpriv', 'unshare', 'mount'):
            need('program', program)
        self.folder, self.name = str(folder), name
        self.boots = []                # the boot_id of each
        self._process = self._line = None
        self._rest, self._number = b'', 0

    def boot(self, seconds=1200):
        """Starts it, and waits until all that starts at boot has started or failed."""
        made = disk()
        with open(made + '/arguments') as file:
            arguments = file.read()
        for words in accelerators():
            self._start(made, words, arguments)
            # KVM that hangs says nothing for minutes; one that works has booted long before.
            if self._hello(60 if words == _KVM else seconds):
                break
            said = self.said()
            self.stop()
        else:
            raise AssertionError('it does not come up\n' + said)
        self._settled(seconds)

    def _start(self, made, words, arguments):
        path = f'{self.folder}/{self.name}.socket'
        with open(f'{self.folder}/{self.name}.log', 'ab') as log:
            self._process = subprocess.Popen(
                ['setpriv', '--pdeathsig', 'KILL', QEMU, *words, '-smp', '2', '-m', '2048', '-nodefaults',
                 '-no-user-config', '-display', 'none', '-uuid', '8c0f6a52-9f0e-4d5b-8a56-3f1d6c1b7a03',
                 '-kernel', made + '/kernel', '-initrd', made + '/initrd', '-append', arguments,
                 '-drive', f'file={made}/disk,if=virtio,format=raw,snapshot=on,cache=unsafe',
                 '-netdev', 'user,id=net,restrict=on', '-device', 'virtio-net-pci,netdev=net,mac=52:54:00:6e:70:31',
                 '-serial', f'file:{self.folder}/{self.name}.console', '-device', 'virtio-serial', '-chardev',
                 f'socket,id=lab,path={path},server=on,wait=off', '-device', 'virtserialport,chardev=lab,name=lab'],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={'PATH': _PATH, 'TMPDIR': self.folder})
        until(lambda: self._connected(path), said=self.said)

    def _connected(self, path):
        self._line = socket.socket(socket.AF_UNIX)
        try:
            self._line.connect(path)
            return True
        except OSError:
            self._line.close()
            assert self._process.poll() is None, self.said()
            return False

    def _hello(self, seconds):
        """Waits for a boot that is not known yet; False when there is none in time."""
        end = time.time() + seconds
        while True:
            tree = self._heard(end)
            if tree is None:
                return False
            if tree.get('boot', '') not in ('', *self.boots):
                self.boots.append(tree['boot'])
                return True

    def _settled(self, seconds):
        code, out, err = self.run(['systemctl', 'is-system-running', '--wait'], timeout=seconds)
        assert out.strip() in ('running', 'degraded'), f'{code}\n{out}\n{err}\n{self.said()}'

    def _heard(self, end):
        """The next message, or None when there is none until `end` or the machine is gone."""
        while True:
            while b'\n' in self._rest:
                line, self._rest = self._rest.split(b'\n', 1)
                try:
                    return json.loads(line)
                except ValueError:
                    continue           # empty, or the end of one that a reboot cut short
            left = end - time.time()
            if left <= 0:
                return None
            self._line.settimeout(left)
            try:
                some = self._line.recv(1 << 20)
            except socket.timeout:
                return None
            if not some:
                return None
            self._rest += some

    def run(self, argv, stdin=b'', timeout=300):
        """(exit code, standard output, standard error) of a command in the machine, as its root; 124: too late."""
        self._number += 1
        asked = {'id': self._number, 'argv': list(argv), 'timeout': timeout, 'stdin': base64.b64encode(stdin).decode(),
                 'env': {'PATH': _PATH, 'LC_ALL': 'C', 'HOME': '/root'}}
        self._line.settimeout(60)
        self._line.sendall(json.dumps(asked).encode() + b'\n')
        end = time.time() + timeout + 60
        while True:
            tree = self._heard(end)
            assert tree is not None, f'{self.name} does not answer: {argv}\n{self.said()}'
            if tree.get('id') == self._number:
                out, err = (base64.b64decode(tree[name]) for name in ('out', 'err'))
                return tree['code'], out.decode(errors='surrogateescape'), err.decode(errors='replace')

    def reboot(self, seconds=1200):
        """A reboot as its administrator does it."""
        self.ask('systemctl', 'reboot')
        assert self._hello(seconds), f'it does not come back\n{self.said()}'
        self._settled(seconds)

    def stop(self):
        """Pulls the plug, and takes away what is left."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(30)
        self._line.close()
        self._process, self._rest = None, b''
        os.unlink(f'{self.folder}/{self.name}.socket')

    def said(self):
        """The end of what qemu and its console said."""
        told = ''
        for ending in ('log', 'console'):
            with open(f'{self.folder}/{self.name}.{ending}', errors='replace') as file:
                told += file.read()[-3000:]
        return told
