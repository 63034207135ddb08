"""What containerd's configuration says, as far as lines can settle it."""
import contextlib
import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux import containerdconf
from nodeprep.linux.containerdconf import CONFIG, containerd, scan
from nodeprep.model import CannotTell

OPTIONS = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]'
# What the containerd.io package ships: centos.md chapter 7.
SHIPPED = '#   Copyright 2018-2022 Docker Inc.\n\ndisabled_plugins = ["cri"]\n\n#root = "/var/lib/containerd"\n'


def test_doctests():
    assert doctest.testmod(containerdconf).failed == 0


@pytest.mark.parametrize('text, off, systemd', [
    ('', None, None),
    (SHIPPED, (True, 3), None),
    ('disabled_plugins = []\nversion = 2\n' + OPTIONS + '\n  SystemdCgroup = true # yes\n', (False, 1), (True, 4)),
    ("disabled_plugins = [\n  'io.containerd.grpc.v1.cri', # off\n  \"zfs\",\n]\n", (True, 1), None),
    ('disabled_plugins = ["io.containerd.internal.v1.opt"]\n', (False, 1), None),
    ('version = 2\n' + OPTIONS + '\nSystemdCgroup = false', None, (False, 3)),
    ("version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]\nSystemdCgroup = true",
     None, (True, 3)),
    ('[plugins.cri.containerd.runtimes.runc.options]\nSystemdCgroup = true', None, (True, 2)),
    ('[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.kata.options]\nSystemdCgroup = true', None, None),
    ('#' + OPTIONS + '\n# SystemdCgroup = true\n[grpc]\naddress = "a # b"\n', None, None),
    ('[other]\ndisabled_plugins = ["cri"]\n', None, None),
])
def test_scan(text, off, systemd):
    found, _ = scan(text, 'x')
    assert (found.disabled and (found.cri_off, found.disabled.number)) == off
    assert (found.systemd_cgroup and (found.systemd_cgroup.value, found.systemd_cgroup.number)) == systemd


@pytest.mark.parametrize('text', [
    'disabled_plugins = ["cri"', 'disabled_plugins = cri', 'a = """x"""', OPTIONS + '\nSystemdCgroup = maybe',
    'plugins.x.options = {SystemdCgroup = true}', '[plugins', 'disabled_plugins = ["cri" "x"]',
])
def test_what_lines_cannot_settle_is_unknown(text):
    with pytest.raises(CannotTell):
        scan(text, 'x')


def test_imported_files_win(host):
    host.files({CONFIG: 'imports = ["conf.d/*.toml"]\ndisabled_plugins = ["cri"]\n',
                '/etc/containerd/conf.d/10.toml': OPTIONS + '\nSystemdCgroup = true\n',
                '/etc/containerd/conf.d/20.toml': 'disabled_plugins = []\n'})
    found = containerd(host)
    assert (found.cri_off, found.disabled.source) == (False, '/etc/containerd/conf.d/20.toml:1')
    assert found.systemd_cgroup.source == '/etc/containerd/conf.d/10.toml:2'


def test_unreadable(host):
    host.files({CONFIG: ''}).denied.add(CONFIG)
    with pytest.raises(CannotTell):
        containerd(host)


@settings(deadline=None)
@given(some.text() | some.text('[]"\'#=, \ndisabled_plugins SystemdCgroup.true', max_size=200))
def test_any_text_gives_facts_or_cannot_tell(text):
    with contextlib.suppress(CannotTell):
        scan(text, 'x')


def test_a_list_without_an_end_is_not_gone_through_again_and_again():
    with pytest.raises(CannotTell):
        scan('disabled_plugins = [\n' + '"a",\n' * 150000, 'x')
