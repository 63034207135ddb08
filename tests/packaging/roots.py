"""A root to install packages into: the programs of this machine with the files, and the Python, of a CentOS release.

    with Root(folder, 'el9') as root:
        code, out, err = root.run(['nodeprep', 'check'])

It is an overlay on the machine's own root, in memory, in a mount and a network namespace that end with it. No systemd
runs in it: it is what an image is while it is built. rpm works from outside (`rpm --root`), scriptlets inside.
"""
import os
import subprocess

from tests.packaging import TOP
from tests.packaging.built import PYTHONS
from tests.tiers import need

_HOLDER = '''set -e
ip link set lo up
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
for one in run tmp; do mount -t tmpfs tmpfs "$1/root/$one"; done
mkdir -p "$1/root/opt/python"
mount --bind "$2" "$1/root/opt/python"
echo ready
cat >"$1/held" 2>&1
'''
HOSTS = {'el7': 'centos7', 'el8': 'stream8', 'el9': 'stream9', 'el10': 'stream10'}
_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
# The machine's own, which are in the way: rpm's database and settings, the marks of a container.
_LAID = {'/etc/rpm/macros': '%_dbpath /var/lib/rpm\n',
         '/usr/lib/systemd/system-preset/00-lab.preset': 'disable *\n'}


class Root:
    """`folder` is an empty one that the test owns."""

    def __init__(self, folder, release):
        """Skips the test, by name, where no such root can be."""
        from releases import RELEASES, stand_in
        need('root')
        need('netns')
        for program in ('unshare', 'nsenter', 'mount', 'ip', 'chroot', 'rpm'):
            need('program', program)
        need('python', PYTHONS[release])
        self.release, self.folder, self.path = RELEASES[release], str(folder), f'{folder}/root'
        self._python = os.path.dirname(os.path.dirname(stand_in(self.release)))
        self._holder = None

    def __enter__(self):
        self._holder = subprocess.Popen(['unshare', '-m', '-n', 'sh', '-c', _HOLDER, 'sh', self.folder, self._python],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._holder.stdout.readline() == b'ready\n'
        for path, text in _LAID.items():
            self.write(path, text)
        with open(f'{TOP}/tests/hosts/{HOSTS[self.release.name]}/root/etc/os-release', encoding='utf-8') as file:
            self.ask('rm', '-f', '/etc/os-release')
            self.write('/etc/os-release', file.read())
        # Called by another name, Python looks for its library beside what the link points to.
        self.ask('ln', '-sf', f'/opt/python/bin/python{self.release.version}', self.release.interpreter)
        self.write('/etc/ld.so.conf.d/python.conf', '/opt/python/lib\n')     # it may have a library of its own
        self.ask('ldconfig')
        return self

    def __exit__(self, *error):
        self._holder.stdin.close()
        self._holder.wait(30)
        self._holder.stdout.close()

    def entered(self, argv, inside=True):
        """The command line that runs a command in the root, or (`inside` false) beside it, for rpm --root."""
        words = ['nsenter', '-t', str(self._holder.pid), '-m', '-n', 'env', '-i', 'PATH=' + _PATH, 'LC_ALL=C',
                 'HOME=/root']
        return words + (['chroot', self.path] if inside else []) + list(argv)

    def run(self, argv, stdin=b'', inside=True, timeout=120):
        """(exit code, standard output, standard error) of a command."""
        done = subprocess.run(self.entered(argv, inside), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=timeout, cwd='/')
        return done.returncode, done.stdout.decode(errors='replace'), done.stderr.decode(errors='replace')

    def ask(self, *argv):
        """Standard output of a command that must succeed."""
        code, out, err = self.run(argv)
        assert code == 0, f'{argv}: {code}\n{out}\n{err}'
        return out

    def write(self, path, text):
        """Writes a file, with its folder."""
        self.ask('mkdir', '-p', os.path.dirname(path))
        assert self.run(['tee', path], stdin=text.encode())[0] == 0

    def rpm(self, *words):
        """`rpm --root`, as who builds an image calls it. What it printed; it must succeed and print no error."""
        done = self.run(['rpm', '--root', self.path, '--define', '_dbpath /var/lib/rpm', '--force-debian', *words]
                        if words[0].startswith(('-i', '-U', '-e', '-F')) else
                        ['rpm', '--root', self.path, '--define', '_dbpath /var/lib/rpm', *words], inside=False)
        assert done[0] == 0 and not done[2], (words, done)
        return done[1]

    def changed(self):
        """What was written on top of the machine's root: the paths of files and folders, and of what was removed."""
        out = self.run(['find', self.folder + '/upper', '-mindepth', '1', '-printf', '/%P\n'], inside=False)[1]
        return set(out.split('\n')) - {''}
