"""The package of this checkout for CentOS 9, and the Python of that release that it is compiled for."""
import functools
import glob
import os
import subprocess
import sys
import tempfile

from tests.lab.image import TOP
from tests.tiers import need

_SCRIPTS = os.path.join(TOP, 'packaging', 'rpm')
_ASK = 'import releases; print(releases.stand_in(releases.RELEASES["el9"]))'


def python():
    """The path of a Python 3.9 of this machine; '' when there is none."""
    return subprocess.run([sys.executable, '-c', _ASK], cwd=_SCRIPTS, stdout=subprocess.PIPE,
                          check=True).stdout.decode().strip()


def needed():
    """Skips the calling test, by name, where no package can be built or run."""
    need('program', 'rpmbuild')
    need('program', python() or 'python3.9')


@functools.lru_cache(None)
def package():
    """The bytes of nodeprep's package, of $NODEPREP_RPMS or built as `make rpm` builds it, once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        rpms = os.environ.get('NODEPREP_RPMS') or folder
        if rpms == folder:
            done = subprocess.run([sys.executable, _SCRIPTS + '/build.py', '--out', folder, '--releases', 'el9',
                                   '--arches', 'x86_64'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert done.returncode == 0, done.stdout.decode(errors='replace')[-3000:]
        (path,) = glob.glob(f'{rpms}/el9/nodeprep-[0-9]*.noarch.rpm')
        with open(path, 'rb') as file:
            return file.read()
