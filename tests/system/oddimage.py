"""An image whose files have names and contents that no locale can read as a whole: UTF-8, Latin-1, and neither."""
import os
import shutil
import subprocess
import sys

import pytest

from tests import hosts
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OLDEST = os.path.join(TOP, '.venvs/3.6/bin/python')
# This interpreter, and the oldest that there is: what it takes for the encoding of a locale has changed since.
PYTHONS = [pytest.param(sys.executable, id='python'), pytest.param(OLDEST, id='python3.6', marks=pytest.mark.skipif(
    not os.path.exists(OLDEST), reason='make test has found no Python 3.6'))]
ROOT = 'bild-ü-'.encode() + b'\xfc'
FSTAB = ('# Gerät € 漢\n'.encode() + b'# latin \xfc\xe9\n/swap\xfc\xe9 none swap defaults 0 0\n'
         b'/swap\xc3\xbc\tnone  swap defaults 0 0\r\nLABEL=\xe9t\xc3\xa9 none swap sw 0 0')
WINS = {b'/etc/sysctl.d/zz-\xfc.conf': b'# \xfc \xc3\xbc\nnet.ipv4.ip_forward = 0\n',
        b'/etc/sysctl.d/zzz-\xc3\xbc.conf': b'# \xfc \xc3\xbc\nnet.bridge.bridge-nf-call-iptables = 0\n'}
OTHERS = {b'/etc/modules-load.d/\xc3\xbc\xff.conf': b'# \xfc\nb\xfcgus\n',
          b'/etc/systemd/system/\xc3\xbc\xfc.service': b'[Unit]\nDescription=\xfc \xc3\xbc\n'}
IDS = ('swap', 'forwarding', 'bridge', 'kernel-modules', 'selinux')


def odd(folder):
    """The root, as bytes, of an image of CentOS 7 with such files; five requirements of it have drifted."""
    need('root')
    plain = os.fsencode(hosts.load('centos7', folder, live=False).root)
    os.makedirs(plain + b'/var/lib', exist_ok=True)
    with open(plain + b'/etc/fstab', 'ab') as file:
        file.write(FSTAB)
    for path, text in list(WINS.items()) + list(OTHERS.items()):
        with open(plain + path, 'wb') as file:
            file.write(text)
    root = os.path.join(os.path.dirname(plain), ROOT)
    os.rename(plain, root)
    return root


def copied(root, name):
    """Another image like it, beside it."""
    other = os.path.join(os.path.dirname(root), name + ROOT)
    shutil.copytree(root, other, symlinks=True)
    return other


def nodeprep(python, environment, *words, **more):
    """(exit code, standard output, standard error), both as bytes."""
    paths = {'PATH': os.environ['PATH'], 'PYTHONPATH': TOP, 'PYTHONDONTWRITEBYTECODE': '1'}
    done = subprocess.run([python, '-m', 'nodeprep', *words], cwd='/', env=dict(paths, **environment),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)
    return done.returncode, done.stdout, done.stderr


def tree(root):
    """Everything but the journal."""
    return [entry[:3] for entry in hosts.snapshot(root) if not entry[0].startswith(b'/var/lib/nodeprep')]
