"""One node of the lab: a systemd of its own on a root of its own, for as long as a test needs it.

    node = Node()
    node.boot()
    code, out, err = node.run(['systemctl', 'is-active', 'firewalld'])
    node.stop()

All that it writes lies in memory, on top of the image, in a mount namespace that ends with it. Its network is its own
as well. The kernel, its modules, its clock and its swap are those of the machine that runs the tests: the node may
look at them, and lacks the rights to change modules and clock. Sources: systemd-nspawn(1), cgroups(7), prctl(2).
"""
import os
import shutil
import signal
import subprocess

from tests.lab.asking import Asking
from tests.lab.groups import emptied, own_groups, sweep
from tests.lab.image import TOP, image
from tests.tiers import need
from tests.waiting import until

_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
# $1 image, $2 folder for what is written, $3 one with what lies on the disk beside the image, then the words of
# systemd-nspawn. Each process is killed with the one that started it, so that nothing goes on when the tests are
# killed. 133: the node reboots. /run: nspawn leaves folders.
_HOLDER = '''set -e
mount -t tmpfs tmpfs /run
image=$1 scratch=$2 laid=$3; shift 3
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=$image,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
cp -R "$laid/." "$scratch/root"
code=133
while [ $code = 133 ]; do
    code=0
    setpriv --pdeathsig KILL systemd-nspawn -D "$scratch/root" "$@" || code=$?
done
exit $code
'''
# Not into the group of who runs the tests: nspawn makes groups beside its own, which two nodes would share.
_IN_GROUPS = 'for group in $GROUPS_OF_IT; do echo $$ >"$group/cgroup.procs"; done; exec "$@"'


class Node(Asking):
    """`name` tells nodes apart that run at the same time; `folder` is an empty one that the test owns.

    `shown`: folders of the machine that it can read, each with the path that it has there. `files`: {path: text} of
    what lies on its disk when it boots first. `switch`: the Switch that it is plugged into, as host0.
    """

    def __init__(self, folder, name='n1', shown=(), files=None, switch=None):
        """Skips the test, by name, where no node can run."""
        need('root')
        for program in ('mmdebstrap', 'systemd-nspawn', 'setpriv', 'nsenter', 'unshare', 'mount'):
            need('program', program)
        self.folder, self.name, self.shown = str(folder), name, shown
        self._files, self._switch = files or {}, switch
        self._holder = None
        self._groups = []

    def boot(self, seconds=300):
        """Starts it, and waits until all that starts at boot has started or failed."""
        self.begin()
        self.booted(seconds)

    def begin(self):
        """Starts it. In the thread that goes on: the node is killed with it."""
        assert self._holder is None
        sweep()
        root, scratch = image(), self.folder + '/' + self.name
        os.mkdir(scratch)
        os.mkdir(scratch + '.laid')
        for path, text in self._files.items():
            os.makedirs(os.path.dirname(f'{scratch}.laid{path}'), exist_ok=True)
            with open(f'{scratch}.laid{path}', 'w', encoding='utf-8') as file:
                file.write(text)
        self._groups = [f'{where}/nodeprep-lab-{os.getpid()}-{self.name}' for where in own_groups()]
        for group in self._groups:
            os.mkdir(group)
        with open(f'{self.folder}/{self.name}.log', 'wb') as log:
            self._holder = self._started(root, scratch, log)

    def booted(self, seconds=300):
        """Waits until all that starts at boot has started or failed."""
        until(self._is_up, seconds, self.said, pause=0.1)

    def _started(self, root, scratch, log):
        plugged = self._switch.entered if self._switch else ()
        network = f'--network-bridge={self._switch.bridge}' if self._switch else '--private-network'
        return subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', 'sh', '-c', _IN_GROUPS, 'sh', *plugged, 'unshare', '-m',
             'sh', '-c', _HOLDER, 'sh', root, scratch, scratch + '.laid', '--quiet', '--machine', self.name,
             '--keep-unit', '--register=no', network, '--link-journal=no', '--resolv-conf=off',
             '--timezone=off', '--settings=no', '--console=read-only',
             '--tmpfs=/var/lib/docker', '--tmpfs=/var/lib/containerd',        # overlayfs does not lie on overlayfs
             f'--bind-ro={TOP}/nodeprep:/opt/nodeprep/nodeprep',
             *[f'--bind-ro={here}:{there}' for here, there in self.shown], '/lab-init'],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env={'PATH': _PATH, 'SYSTEMD_SECCOMP': '0', 'GROUPS_OF_IT': ' '.join(self._groups)})

    def _is_up(self, before=0):
        assert self._holder.poll() is None, self.said()
        leader = self.leader
        return leader not in (0, before) and self._enter(
            leader, ['systemctl', 'is-system-running', '--wait'], timeout=600)[1].strip() in ('running', 'degraded')

    @property
    def leader(self):
        """The process that is process 1 in the node; 0 when it is down."""
        todo = [self._holder.pid] if self._holder else []
        while todo:
            one = todo.pop()
            try:
                with open(f'/proc/{one}/status') as file:
                    inner = next(line.split()[1:] for line in file if line.startswith('NSpid:'))
                with open(f'/proc/{one}/comm') as file:
                    command = file.read().strip()
                with open(f'/proc/{one}/task/{one}/children') as file:
                    todo += [int(child) for child in file.read().split()]
            except (OSError, StopIteration):
                continue           # it ended meanwhile
            if len(inner) > 1 and inner[-1] == '1' and command == 'systemd':
                return one
        return 0

    def run(self, argv, stdin=b'', timeout=120):
        """(exit code, standard output, standard error) of a command in the node, as its root."""
        leader = self.leader
        assert leader, f'{self.name} is down\n{self.said()}'
        return self._enter(leader, argv, stdin, timeout)

    def entered(self, argv):
        """The command line that runs a command in the node, for who wants to see it run."""
        return self._entered(self.leader, argv)

    def _entered(self, leader, argv):
        return ['nsenter', '-t', str(leader), '-a', 'env', '-i', 'PATH=' + _PATH, 'LC_ALL=C', 'HOME=/root',
                'PYTHONDONTWRITEBYTECODE=1', 'PYTHONPATH=/opt/nodeprep', *argv]

    def _enter(self, leader, argv, stdin=b'', timeout=60):
        done = subprocess.run(self._entered(leader, argv), input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=timeout, cwd='/')
        return done.returncode, done.stdout.decode(errors='surrogateescape'), done.stderr.decode(errors='replace')

    def reboot(self, seconds=300):
        """A reboot as its administrator does it."""
        before = self.leader
        self.run(['systemctl', 'reboot'])
        until(lambda: self._is_up(before), seconds, self.said, pause=0.1)

    def stop(self):
        """Pulls the plug, and takes away what is left."""
        if self._holder is None:
            return
        leader = self.leader
        if leader:
            os.kill(leader, signal.SIGKILL)
        else:
            os.killpg(self._holder.pid, signal.SIGKILL)
        self._holder.wait(60)
        self._holder = None
        for group in self._groups:
            emptied(group)
        os.rmdir(f'{self.folder}/{self.name}')
        shutil.rmtree(f'{self.folder}/{self.name}.laid')

    def said(self):
        """The end of what its console said."""
        with open(f'{self.folder}/{self.name}.log', errors='replace') as file:
            return file.read()[-3000:]
