"""What docs/fix.md and the README show is what nodeprep says, word for word, in 80 columns. Only times differ."""
import os
import pty
import re
import shutil
import subprocess
import sys

import pytest

from nodeprep import output, plan
from nodeprep.output import plans
from tests import hosts
from tests.drifted import Machine
from tests.system.swapping import swapping
from tests.system.test_half_done import DYING
from tests.test_live_fix import joined
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The program under the name that people give it, and an image where the document has it.
PROGRAM = '#!{python}\nimport sys\nsys.path.insert(0, {top!r})\n{more}from nodeprep.cli import main\nmain()\n'
# On the README's machine nothing is swapped out; how much the kernel swaps out here, and when, is its affair.
UNUSED = ('from nodeprep.linux import swaps\nparse = swaps.parse\n'
          'swaps.parse = lambda text: [one._replace(used=0) for one in parse(text)]\n')
MOUNTED = 'mount -t tmpfs tmpfs /mnt; mkdir /mnt/image; mount --bind "$1" /mnt/image; eval "$2"'
# A namespace of mounts in which this machine has the README's files.
AS_SHOWN = ('mount --bind "$1/etc" /etc; mount --bind "$1/lib" /var/lib; mount -t tmpfs tmpfs /run; '
            'cd "$1/checkout"; shift; exec "$@"')


def blocks(path):
    """The fenced blocks of a document."""
    with open(os.path.join(TOP, path), encoding='utf-8') as file:
        found = re.findall('^```\n(.*?)^```$', file.read(), re.M | re.S)
    assert found
    return found


def timeless(text):
    """The text with all times alike, and who did it."""
    text = re.sub(r'by \S+ \(person\)', 'by root (person)', text)           # whoever logged in
    return re.sub(r'20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ', '2026-01-31T12:00:00Z', text)


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with SELinux enforcing."""
    for name in ('unshare', 'mount'):
        need('program', name)
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


def program(path, more=''):
    """Puts the program there; `more` is run before it."""
    os.makedirs(os.path.dirname(path))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(PROGRAM.format(python=sys.executable, top=TOP, more=more))
    os.chmod(path, 0o755)


def shell(image, line):
    """What a line of a document says, run where that image is mounted as the document has it."""
    if not os.path.exists(image + '.bin'):
        program(image + '.bin/nodeprep')
    done = subprocess.run(('unshare', '-m', '--propagation', 'private', 'sh', '-ec', MOUNTED, 'sh', image, line),
                          cwd='/', env=dict(os.environ, PATH=image + '.bin:' + os.environ['PATH']),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=60)
    return timeless(done.stdout)


def session(image, number):
    """A session of docs/fix.md as it is written, and as it goes."""
    written = [one for one in blocks('docs/fix.md') if one.startswith('$ ')][number]
    lines = [line[2:] for line in written.splitlines() if line.startswith('$ ')]
    return written, ''.join(f'$ {line}\n' + shell(image, line) for line in lines)


def test_somebody_has_changed_the_file_since(image):
    shell(image, 'nodeprep fix --yes --root /mnt/image selinux')
    written, goes = session(image, 0)
    assert goes == written


def test_a_fix_that_was_cut_short(image):
    done = subprocess.run([sys.executable, '-c', DYING, '1', 'fix', '--yes', '--root', image, 'selinux'], cwd=TOP,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == -9
    written, goes = session(image, 1)
    assert goes == written


def test_what_is_left_on_a_node_that_runs_pods(tmp_path):
    (written,) = [one for one in blocks('docs/fix.md') if one.startswith('Left to you:')]
    machine = joined(('centos7', ''), tmp_path, force_live=False)
    page = plans.Page(output.Options())
    tree = machine.plan(('swap',)).tree()
    assert written in page.plan(tree, {'node': {'name': 'x'}, 'findings': [], 'verdict': 'drifted'})


def test_what_waits_for_a_reboot(tmp_path):
    (written,) = [one for one in blocks('docs/fix.md') if one.startswith('A reboot is needed')]
    machine = Machine('centos7', 'enforcing-wanted', tmp_path)
    outcomes, _ = machine.fix(('selinux',))
    told = {'outcomes': [one._asdict() for one in outcomes], 'transaction': '',
            'reboot': plan.waiting(machine.look(('selinux',)))}
    assert plans.Page(output.Options()).outcomes(told).endswith(written)


def test_the_fix_of_the_readme(tmp_path):
    """A real terminal, a real swapoff, the files in a namespace of their own; README's machine is a Debian."""
    for name in ('unshare', 'mount', 'systemctl'):
        need('program', name)
    assert not os.path.lexists('/swapfile'), 'the README has a swap file of that name, and this is somebody\'s'
    (written,) = [one for one in blocks('README.md') if 'Make these 3 changes?' in one]
    subprocess.run(('cp', '-a', '/etc', str(tmp_path / 'etc')), check=True)
    (tmp_path / 'lib').mkdir()
    program(str(tmp_path / 'checkout/.venv/bin/nodeprep'), UNUSED)
    (tmp_path / 'etc/fstab').write_text('# UNCONFIGURED FSTAB FOR BASE SYSTEM\n/swapfile none swap sw 0 0\n')
    shutil.rmtree(str(tmp_path / 'etc/nodeprep'), ignore_errors=True)
    (tmp_path / 'etc/nodeprep').mkdir()
    (tmp_path / 'etc/nodeprep/nodeprep.yaml').write_text('requirements: {os: {fix: true}}\n')
    with swapping('/swapfile', alone=True):
        said = answered(['unshare', '-m', '--propagation', 'private', 'sh', '-ec', AS_SHOWN, 'sh', str(tmp_path),
                         '.venv/bin/nodeprep', 'fix', 'swap'])
    name = os.uname().nodename
    said = said.replace('  ... swapoff: 0 of 0 left\n', '')           # each half second that it takes on a slow machine
    assert 'vm' + said[said.index(f'{name}: NOT FIT') + len(name):] == written


def answered(argv):
    """What a command says on a terminal of 80 columns where its question is answered with yes."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, dict(os.environ, TERM='dumb', COLUMNS='80'))
    said, asked = b'', False
    while True:
        try:
            said += os.read(master, 1000)
        except OSError:                     # the other end of the terminal is closed: it has ended
            break
        if said.endswith(b'[y/N]: '):
            os.write(master, b'n\n' if asked else b'y\n')        # nothing waits for an answer to another question
            asked = True
    os.close(master)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, said.decode()
    return said.decode().replace('\r\n', '\n')


@pytest.mark.parametrize('path', ['README.md', 'docs/fix.md'])
def test_what_is_shown_fits_80_columns(path):
    assert [line for block in blocks(path) for line in block.splitlines() if len(line) > 80] == []
