"""The packages, built as `make rpm` builds them, and the stubs of what a CentOS has and the roots here have not."""
import glob
import os
import re
import subprocess
import sys

from tests.packaging import TOP
from tests.tiers import need

RELEASES = ('el7', 'el8', 'el9', 'el10')
PYTHONS = {'el7': '3.6', 'el8': '3.6', 'el9': '3.9', 'el10': '3.12'}
STUB = '''Name: stub
Version: 1
Release: 1
Summary: What a CentOS has beside nodeprep
License: Apache-2.0
BuildArch: noarch
Provides: /bin/sh {python} = {version}.99 systemd = 219 shadow-utils = 4.1
%description
%files
'''


def stand_in(version):
    """The path of the Python of this minor version that the packages are built and tried with; '' for none."""
    import releases  # of packaging/rpm
    return releases.stand_in(next(one for one in releases.RELEASES.values() if one.version == version))


def needs(release):
    """Skips the calling test unless this machine can build the packages of a release and run them."""
    for program in ('rpmbuild', 'rpm', 'cpio', 'rpm2cpio'):
        need('program', program)
    need('python', PYTHONS[release])


def build(out, *words, before=(), **environment):
    """Runs build.py, by the command `before`; wheels that it has not got yet stay for the next time."""
    done = subprocess.run([*before, sys.executable, TOP + '/packaging/rpm/build.py', '--out', out] + list(words),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, **environment))
    assert done.returncode == 0, done.stdout.decode(errors='replace')[-3000:]
    return done.stdout.decode()


def packages(folder, release, arch='x86_64'):
    """{name: path} of what is for one machine."""
    found = {}
    for path in glob.glob(f'{folder}/{release}/*.rpm'):
        name, machine = re.match(r'(.+?)-[0-9].*\.([^.]+)\.rpm$', os.path.basename(path)).groups()
        if machine in (arch, 'noarch'):
            found[name] = path
    return found


def stub(folder, release):
    """The path of a package that provides what those of a release require: their Python, systemd and the like."""
    text = STUB.format(python='platform-python' if release == 'el8' else 'python3', version=PYTHONS[release])
    with open(f'{folder}/stub.spec', 'w', encoding='ascii') as file:
        file.write(text)
    subprocess.run(['rpmbuild', '-bb', '--quiet', '--define', f'_topdir {folder}/stub', '--define',
                    f'_dbpath {folder}/stub/db', f'{folder}/stub.spec'], check=True, stdout=subprocess.DEVNULL)
    return glob.glob(f'{folder}/stub/RPMS/*/*.rpm')[0]


def query(path, *words):
    """What rpm says of a package that is not installed, as lines."""
    done = subprocess.run(['rpm', '-qp', *words, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()
