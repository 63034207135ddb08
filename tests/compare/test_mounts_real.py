"""Our reading of mountinfo beside findmnt (libmount), and of which mount holds a path beside the kernel itself."""
import json
import os
import subprocess
import sys
import tempfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.host import Host
from nodeprep.linux.mounts import holding, mounts, parse
from tests.tiers import need
from tests.waiting import until

SLOW = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
COLUMNS = 'ID,PARENT,MAJ:MIN,FSROOT,TARGET,VFS-OPTIONS,FSTYPE,SOURCE,FS-OPTIONS'
PARTS = ('/a', '/b', '/c')
POINTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map(''.join)

LETTERS = st.text(st.sampled_from('ab/-.,é=:') | st.sampled_from(' \t\n\\#'), min_size=1, max_size=8)
NAMES = st.sampled_from(['xfs', 'ext4', 'fuse.sshfs', 'tmpfs', 'cgroup2'])


def mangled(text):
    """What the kernel's mangle() makes of a text: seq_escape(..., " \\t\\n\\\\#")."""
    return ''.join(f'\\{ord(letter):03o}' if letter in ' \t\n\\#' else letter for letter in text)


@st.composite
def lines(draw):
    number = draw(st.integers(1, 9999))
    shared = draw(st.sampled_from(['', 'shared:1 ', 'master:2 propagate_from:3 ', 'unbindable ']))
    options = ','.join(['rw'] + draw(st.lists(st.sampled_from(['noexec', 'nodev', 'relatime']), max_size=3)))
    source = draw(st.sampled_from(['/dev/vda1', 'tmpfs', 'server:/x',
                                   'none']) | LETTERS.filter(lambda text: '=' not in text))
    # Not 0:0, of which libmount says nothing: unnamed devices are numbered from 0:1 (get_anon_bdev in fs/super.c).
    return (f'{number} {draw(st.integers(1, 9999))} {draw(st.integers(0, 4095))}:{draw(st.integers(1, 9999))} '
            f'/{mangled(draw(LETTERS))} /{mangled(draw(LETTERS))} {options} {shared}- {draw(NAMES)} {mangled(source)} '
            f'{draw(st.sampled_from(["rw", "ro", "rw,seclabel,noquota"]))}\n')


def asked(*arguments):
    done = subprocess.run(['findmnt', '-J', '-l', '-v', '-o', COLUMNS] + list(arguments), stdout=subprocess.PIPE,
                          env={'LC_ALL': 'C.UTF-8', 'PATH': os.environ['PATH']})
    return [tuple(one[name] for name in COLUMNS.lower().split(','))
            for one in json.loads(done.stdout.decode() or '{"filesystems": []}')['filesystems']]


def ours(found):
    return [(one.id, one.parent, one.device, one.root, one.point, ','.join(one.options), one.kind, one.source or None,
             ','.join(one.super_options)) for one in found]


def test_this_machine():
    need('program', 'findmnt')
    seen = []

    def the_same():
        """Once nobody else mounts something between the two looks."""
        seen[:] = sorted(ours(mounts(Host()))), sorted(asked())
        return seen[0] == seen[1]
    until(the_same, said=lambda: seen)


@SLOW
@given(st.lists(lines(), min_size=1, max_size=6, unique_by=lambda line: line.split()[0]))
def test_any_table(tmp_path_factory, table):
    need('program', 'findmnt')
    path = str(tmp_path_factory.mktemp('tab') / 'mountinfo')
    with open(path, 'w', encoding='utf-8') as out:
        out.write(''.join(table))
    assert sorted(ours(parse(''.join(table)))) == sorted(asked('--tab-file', path))


def in_a_namespace(plan, paths):
    """(mountinfo, device of each path) after these mounts were made in a mount namespace that ends with the call."""
    with tempfile.TemporaryDirectory() as folder:
        child = os.path.join(os.path.dirname(__file__), 'mounts_child.py')
        done = subprocess.run(['unshare', '-m', '--propagation', 'private', sys.executable, child], check=True,
                              input=json.dumps([folder, plan, paths]).encode(), stdout=subprocess.PIPE)
        text, devices = json.loads(done.stdout.decode())
        return folder, text, devices


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(['tmpfs', 'tmpfs', 'bind']), POINTS, POINTS), max_size=6),
       st.lists(POINTS, min_size=3, max_size=8))
def test_which_mount_holds_a_path(plan, paths):
    """Mounts on each other, and on parents of each other in any order: the kernel says which one a path is on."""
    need('root')
    need('program', 'unshare')
    folder, text, devices = in_a_namespace([list(step) for step in plan], paths)
    found = parse(text)
    for path, device in devices.items():
        assert holding(found, folder + path).device == device, (path, plan, text)
