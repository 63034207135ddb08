"""What containerd's configuration says, as far as lines can settle it. tests/compare asks a real containerd."""
import contextlib
import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux import containerdconf
from nodeprep.linux.containerdconf import CONFIG, containerd, scan
from nodeprep.model import CannotTell

OPTIONS = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]'
SHORT = '[plugins.cri.containerd.runtimes.runc.options]'
THIRD = "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]"
# What the containerd.io package ships: centos.md chapter 7.
SHIPPED = '#   Copyright 2018-2022 Docker Inc.\n\ndisabled_plugins = ["cri"]\n\n#root = "/var/lib/containerd"\n'


def test_doctests():
    assert doctest.testmod(containerdconf).failed == 0


@pytest.mark.parametrize('text, off, systemd', [
    ('', None, None),
    (SHIPPED, 3, None),
    ('disabled_plugins = []\nversion = 2\n' + OPTIONS + '\n  SystemdCgroup = true # yes\n', None, (True, 4)),
    ("disabled_plugins = [\n  'io.containerd.grpc.v1.cri', # off\n  \"zfs\",\n]\n", 1, None),
    ('disabled_plugins = ["io.containerd.internal.v1.opt"]\n', None, None),
    ('version = 2\n' + OPTIONS + '\nSystemdCgroup = false', None, (False, 3)),
    ('version = 3\n' + THIRD + '\nSystemdCgroup = true', None, (True, 3)),
    (SHORT + '\nSystemdCgroup = true', None, (True, 2)),
    (OPTIONS + '\nSystemdCgroup = true', None, None),          # without a version the long name is nobody's
    ('version = 2\n' + OPTIONS.replace('runc', 'kata') + '\nSystemdCgroup = true', None, None),
    ('#' + OPTIONS + '\n# SystemdCgroup = true\n[grpc]\naddress = "a # b"\n', None, None),
    ('[other]\ndisabled_plugins = ["cri"]\n', None, None),
])
def test_one_file(host, text, off, systemd):
    found = containerd(host.files({CONFIG: text}))
    assert (found.disabled and found.disabled.number) == off
    assert (found.systemd_cgroup and (found.systemd_cgroup.value, found.systemd_cgroup.number)) == systemd
    assert found.refused is None


@pytest.mark.parametrize('text, name, number', [('version = 2\ndisabled_plugins = ["cri"]', 'cri', 2),
                                                ('version = 2\n[plugins.cri]\n', 'cri', 2)])
def test_a_short_name_in_a_file_of_version_2_is_refused(host, text, name, number):
    refused = containerd(host.files({CONFIG: text})).refused
    assert (refused.value, refused.number) == (name, number)


@pytest.mark.parametrize('text', [
    'disabled_plugins = ["cri"', 'disabled_plugins = cri', 'a = """x"""', OPTIONS + '\nSystemdCgroup = maybe',
    'x.options = {SystemdCgroup = true}', '[plugins', 'disabled_plugins = ["cri" "x"]', 'version = 9',
    'plugins.cri.x = 1', 'version = "2"',
])
def test_what_lines_cannot_settle_is_unknown(text):
    with pytest.raises(CannotTell):
        scan(text, 'x')


def test_lists_of_imported_files_add_up_and_settings_replace(host):
    host.files({CONFIG: 'imports = ["conf.d/*.toml"]\n' + SHORT + '\nSystemdCgroup = false\n',
                '/etc/containerd/conf.d/10.toml': 'version = 2\n' + OPTIONS + '\nSystemdCgroup = true\n',
                '/etc/containerd/conf.d/20.toml': 'disabled_plugins = ["cri"]\n',
                '/etc/containerd/conf.d/30.toml': 'disabled_plugins = []\n'})
    found = containerd(host)
    assert found.disabled.source == '/etc/containerd/conf.d/20.toml:1'
    assert found.systemd_cgroup.source == '/etc/containerd/conf.d/10.toml:3'
    assert found.refused == ('cri', CONFIG, 2), 'the version of one file counts for all'


@pytest.mark.parametrize('more', ['[plugins.cri]\nsandbox_image = "x"\n', 'imports = ["y"]\n'])
def test_imports_that_releases_read_otherwise_are_unknown(host, more):
    host.files({CONFIG: f'imports = ["/etc/x.toml"]\n{SHORT}\nSystemdCgroup = true\n', '/etc/x.toml': more})
    with pytest.raises(CannotTell):
        containerd(host)


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
