"""What the four releases differ in, as far as a package minds."""
import glob
import os
import shutil
import subprocess
from typing import Dict, NamedTuple, Tuple

ARCHES = ('x86_64', 'aarch64')
# There is no driver of PostgreSQL whose libraries this C library can load.
NO_DRIVER = (('el7', 'aarch64'),)


class Release(NamedTuple):
    """`python`: the first version of the release's own; `interpreter`: where it is, under a name nobody can point
    elsewhere; `glibc`: its 2.N; `requires`: the package that has the interpreter; `drop_ins`: the parts of the units
    that its systemd knows.
    """

    name: str
    python: str
    interpreter: str
    glibc: int
    requires: str
    drop_ins: Tuple[str, ...]

    @property
    def version(self) -> str:
        """3.6 of 3.6.8."""
        return '.'.join(self.python.split('.')[:2])

    @property
    def tag(self) -> str:
        """cp36, as wheels name it."""
        return 'cp' + self.version.replace('.', '')

    @property
    def abi(self) -> str:
        """cp36m: before 3.8 the name tells of an allocator too."""
        return self.tag + ('m' if self.version == '3.6' else '')


# /usr/bin/python3 of CentOS 8 is whatever its alternatives say, or nothing; platform-python is always there, since dnf
# runs on it. 3.9.2: cryptography says that it cannot run on 3.9.0 and 3.9.1.
RELEASES: Dict[str, Release] = {one.name: one for one in (
    Release('el7', '3.6.8', '/usr/bin/python3.6', 17, 'python3', ()),
    Release('el8', '3.6.8', '/usr/libexec/platform-python', 28, 'platform-python', ('10-since-239.conf',)),
    Release('el9', '3.9.2', '/usr/bin/python3.9', 34, 'python3', ('10-since-239.conf', '20-since-252.conf')),
    Release('el10', '3.12.0', '/usr/bin/python3.12', 39, 'python3', ('10-since-239.conf', '20-since-252.conf')),
)}


def platforms(release: Release, arch: str) -> Tuple[str, ...]:
    """The platform tags of wheels that its glibc can load, the newest first (PEP 600)."""
    oldest = 5 if arch == 'x86_64' else 17
    names = [f'manylinux_2_{minor}_{arch}' for minor in range(release.glibc, oldest - 1, -1)]
    old = ('manylinux2014', 'manylinux2010', 'manylinux1') if arch == 'x86_64' else ('manylinux2014',)
    return tuple(names + [f'{name}_{arch}' for name in old])


def stand_in(release: Release) -> str:
    """A Python of this machine that compiles and runs what the release's own does: the path, or '' when none is there.

    Byte code is the same for all of a minor version (importlib's MAGIC_NUMBER).
    """
    candidates = [shutil.which('python' + release.version), release.interpreter]
    candidates += sorted(glob.glob(os.path.expanduser(f'~/.pyenv/versions/{release.version}.*/bin/python3')))
    for path in candidates:
        version, found = _asked(path) if path and os.access(path, os.X_OK) else ('', '')
        if version == release.version:
            return found
    return ''


def _asked(path: str) -> Tuple[str, str]:
    """Its minor version and where it really is: what is called may be a link, or a script of pyenv that chooses one."""
    program = 'import os, sys; print("%d.%d" % sys.version_info[:2], os.path.realpath(sys.executable))'
    done = subprocess.run([path, '-ISc', program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    words = done.stdout.decode().split()
    return (words[0], words[1]) if len(words) == 2 else ('', '')
