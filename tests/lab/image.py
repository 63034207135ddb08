"""The root of a node: Debian's programs under the name and with the packages of a CentOS Stream 9, made once and kept.

What is real: systemd, D-Bus, firewalld, chronyd, dockerd and containerd, rpm and dnf 4, all as the Debian at hand
builds them. What stands in: /etc/os-release, the units and files as the packages of CentOS lay them out, and those
packages themselves, made by tests/lab/rpms.py. No CentOS binary is in it.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import time

from nodeprep.linux.release import parse
from tests.lab import files, rpms

# conntrack, socat and ethtool are left out: dnf brings them. The last four are what the master needs.
PACKAGES = ('systemd-sysv', 'dbus', 'kmod', 'iproute2', 'iptables', 'procps', 'python3', 'python3-click',
            'python3-yaml', 'python3-distro', 'python3-jeepney', 'chrony', 'rpm', 'dnf', 'createrepo-c', 'firewalld',
            'nftables', 'docker.io', 'python3-uvicorn', 'python3-httptools', 'python3-jinja2', 'python3-cryptography')
_UNUSED = 7 * 86400.0     # seconds after which an image that nobody has used is removed
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))


def image():
    """The folder of the root. It is made when it is not there yet (a minute), and never changed afterwards.

    It lies in .lab of the checkout, or in $NODEPREP_LAB, which other checkouts may use too; others than the wanted one
    are removed when nobody has used them for a week.
    """
    folder = os.environ.get('NODEPREP_LAB') or os.path.join(TOP, '.lab')
    os.makedirs(folder, exist_ok=True)
    root = os.path.join(folder, 'node-' + _key())
    with open(os.path.join(folder, 'lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(root):
            _make(root + '.part')
            os.rename(root + '.part', root)
            for old in os.listdir(folder):
                path = os.path.join(folder, old)
                if old.startswith('node-') and path != root and os.stat(path).st_mtime < time.time() - _UNUSED:
                    shutil.rmtree(path)
        os.utime(root)
    return root


def suite():
    """The name of the Debian release of this machine, such as bookworm; '' when it is no Debian."""
    with open('/etc/os-release') as file:
        fields = parse(file.read())
    return fields.get('VERSION_CODENAME', '') if fields.get('ID') == 'debian' else ''


def _key():
    text = ' '.join((suite(),) + PACKAGES)
    for name in ('image.py', 'files.py', 'rpms.py'):
        with open(os.path.join(HERE, name)) as file:
            text += file.read()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _make(root):
    shutil.rmtree(root, ignore_errors=True)
    command = ['mmdebstrap', '--quiet', '--variant=minbase', '--include=' + ','.join(PACKAGES)]
    proxies = [line for line in _said('apt-config', 'dump') if line.startswith(('Acquire::http', 'Acquire::https'))
               and '::Proxy ' in line]
    done = subprocess.run(command + ['--aptopt=' + line for line in proxies] + [suite(), root, '-'],
                          input='\n'.join(_mirrors()).encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode(errors='replace')[-3000:]
    files.lay_out(root)
    rpms.package(root)              # after the presets, which their scriptlets heed


def _mirrors():
    """The lines of the machine's own sources that bring its Debian release."""
    lines = _said('apt-get', 'indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)',
                  'Created-By: Packages')
    wanted = [suite() + more for more in ('', '-updates', '-security')]
    return sorted({'deb ' + line for line in lines if line.split()[1] in wanted})


def _said(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
