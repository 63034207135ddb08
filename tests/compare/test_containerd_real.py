"""What containerd itself makes of a config.toml (`config dump`), beside what nodeprep reads from its lines."""
import re
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux.containerdconf import CONFIG, CRI, containerd
from nodeprep.model import CannotTell
from tests.fakes import FakeHost
from tests.tiers import need

LONG = '"io.containerd.grpc.v1.cri"'
names = some.lists(some.sampled_from(['"cri"', "'cri'", LONG, '"aufs"', '"io.containerd.snapshotter.v1.zfs"']),
                   max_size=3, unique=True)
versions = some.sampled_from(['', 'version = 1\n', 'version = 2\n'])
options = some.sampled_from(['', 'SystemdCgroup = true\n', '  SystemdCgroup=false # no\n', 'BinaryName = "SystemdC"\n'])
tables = some.tuples(some.sampled_from(['cri', LONG, '"cri"']), some.sampled_from(['runc', 'kata']), options).map(
    lambda parts: '[plugins.{}.containerd.runtimes.{}.options]\n{}'.format(*parts))
lists = some.tuples(names, some.booleans()).map(
    lambda parts: 'disabled_plugins = [{}]\n'.format((',\n' if parts[1] else ', ').join(parts[0])))
files = some.tuples(versions, some.just('') | lists, some.just('') | tables).map(''.join)


@pytest.fixture(scope='module', autouse=True)
def program():
    need('program', 'containerd')


def dumped(path):
    """(is the plugin for Kubernetes off, SystemdCgroup or None when it is not shown); None when containerd refuses."""
    done = subprocess.run(['containerd', '--config', str(path), 'config', 'dump'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 0:
        return None
    text = done.stdout.decode()
    off = re.search(r'(?m)^disabled_plugins = \[(.*)\]$', text).group(1)
    option = re.search(r'runtimes\.runc\.options\]\n(?:[ ]+\w+ = .*\n)*?[ ]+SystemdCgroup = (true|false)', text)
    return any(f'"{name}"' in off for name in CRI), option and option.group(1) == 'true'


@settings(deadline=None, max_examples=300)
@given(files, some.none() | files)
def test_config_dump(tmp_path_factory, main, more):
    root = tmp_path_factory.mktemp('host')
    if more is not None:
        main = re.sub(r'^(version = .\n)?', lambda found: found.group() + 'imports = ["more.toml"]\n', main)
    host = FakeHost(str(root)).files({CONFIG: main, '/etc/containerd/more.toml': more})
    real = dumped(str(root) + CONFIG)
    try:
        ours = containerd(host)
    except CannotTell:
        return
    assert (ours.refused is not None) == (real is None)
    if real is not None:
        assert (ours.disabled is not None) == real[0]
    if real is not None and real[1] is not None:
        assert bool(ours.systemd_cgroup and ours.systemd_cgroup.value) == real[1]
