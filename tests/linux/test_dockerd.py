"""What the next start of dockerd would have."""
import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux import dockerd
from nodeprep.linux.dockerd import edited, next_start
from nodeprep.model import CannotTell
from tests.fakes import FakeHost

UNIT, FILE = '/usr/lib/systemd/system/docker.service', '/etc/docker/daemon.json'
STOCK = '[Service]\nExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock\n'


def test_doctests():
    assert doctest.testmod(dockerd).failed == 0


def problems(host):
    return [(one.found, one.source, one.fatal) for one in next_start(host).problems]


def test_nothing_is_configured(host):
    start = next_start(host.files({UNIT: STOCK}))
    assert (start.text, start.file, start.problems, start.cgroup_driver()) == (None, (), (), None)


@pytest.mark.parametrize('text, found, source, fatal', [
    ('{\n "hosts": ["unix:///x"]\n}', f'hosts is also a flag ({UNIT}:2)', FILE + ':2', True),
    ('{"proxies": {"containerd": ""}}', f'containerd is also a flag ({UNIT}:2)', FILE + ':1', True),
    ('{\n "debug": true,\n}', 'line 3, column 1: a key in double quotes is missing', FILE + ':3', True),
    ('[]', 'line 1, column 1: the file does not hold one JSON object', FILE + ':1', True),
    ('{"x": Infinity}', 'Infinity is not JSON', FILE, True),
    ('{"registry-mirrors": "https://m"}', 'registry-mirrors is not a list of texts', FILE + ':1', True),
    ('{"debug": 1, "debug": true}', 'debug stands there more than once', FILE + ':1', False),
    ('{"registry-mirror": []}', 'registry-mirror has no effect', FILE + ':1', False),
    (' \n', 'empty', FILE, False),
    ('null\n', 'null', FILE, False),
])
def test_problems(host, text, found, source, fatal):
    assert (found, source, fatal) in problems(host.files({UNIT: STOCK, FILE: text}))


@pytest.mark.parametrize('text', ['{}', '{"log-driver": "journald", "runtimes": {}}', '{"debug": null}'])
def test_no_problems(host, text):
    assert problems(host.files({UNIT: STOCK + '# --log-driver\n', FILE: text})) == []


def test_a_flag_of_sysconfig_is_named_with_its_line(host):
    host.files({UNIT: '[Service]\nEnvironmentFile=/etc/sysconfig/docker\nExecStart=/usr/bin/dockerd $OPTIONS\n',
                '/etc/sysconfig/docker': '#\nOPTIONS="--log-driver=journald"\n', FILE: '{"log-driver": "json-file"}'})
    assert problems(host) == [('log-driver is also a flag (/etc/sysconfig/docker:2)', FILE + ':1', True)]


@pytest.mark.parametrize('unit, text, driver', [
    (STOCK, '{\n"exec-opts": ["a=b", "native.cgroupdriver=systemd"]}', ('systemd', FILE + ':2')),
    (STOCK, '{"exec-opts": ["native.cgroupdriver=cgroupfs", "native.cgroupdriver=systemd"]}',
     ('cgroupfs', FILE + ':1')),
    (STOCK.replace('-H fd://', '--exec-opt native.cgroupdriver=systemd'), '{}', ('systemd', UNIT + ':2')),
    (STOCK.replace('-H fd://', '--exec-opt=native.cgroupdriver=systemd'), '{}', ('systemd', UNIT + ':2')),
])
def test_cgroup_driver(host, unit, text, driver):
    assert tuple(next_start(host.files({UNIT: unit, FILE: text})).cgroup_driver()) == driver


def test_another_config_file(host):
    host.files({UNIT: STOCK.replace('-H fd://', '--config-file=/etc/d.json'), FILE: '{',
                '/etc/d.json': '{"debug": true}'})
    assert [tuple(value) for value in next_start(host).values('debug')] == [(True, '/etc/d.json:1')]


def test_what_cannot_be_read_is_told(host):
    host.files({FILE: '{}'}).denied.add(FILE)
    with pytest.raises(CannotTell):
        next_start(host)


@pytest.mark.parametrize('unit, text, changes, result', [
    (STOCK, None, {'exec-opts': ['native.cgroupdriver=systemd']},
     ('{\n  "exec-opts": ["native.cgroupdriver=systemd"]\n}\n', '')),
    (STOCK, '{"exec-opts": ["a=b", "native.cgroupdriver=cgroupfs"]}', {'exec-opts': ['native.cgroupdriver=systemd']},
     ('{"exec-opts": ["a=b", "native.cgroupdriver=systemd"]}', '')),
    (STOCK, '{"registry-mirrors": ["https://a"]}', {'registry-mirrors': ['https://b']},
     ('{"registry-mirrors": ["https://a", "https://b"]}', '')),
    (STOCK.replace('-H fd://', '-s vfs'), '{}', {'storage-driver': 'overlay2'},
     ('', f'storage-driver is set by a flag at {UNIT}:2; change it there')),
    (STOCK, '{', {'storage-driver': 'overlay2'}, ('', FILE + ' must be mended first')),
    (STOCK, '{"exec-opts": 1}', {'exec-opts': ['a=b']}, ('', FILE + ' must be mended first')),
])
def test_edited(host, unit, text, changes, result):
    assert edited(next_start(host.files({UNIT: unit, FILE: text})), changes) == result


@settings(deadline=None, max_examples=200)
@given(some.binary(max_size=120) | some.text('{}[]":, -=\nhostsexecpd', max_size=60).map(str.encode),
       some.text('[]Service\nExcStart=/ -H$O"\'\\', max_size=60))
def test_any_bytes_give_facts_or_cannot_tell(tmp_path_factory, text, unit):
    root = tmp_path_factory.mktemp('any')
    host = FakeHost(str(root)).files({UNIT: '[Service]\nExecStart=' + unit, FILE: text})
    try:
        start = next_start(host)
    except CannotTell:
        return
    start.cgroup_driver()
    edited(start, {'exec-opts': ['native.cgroupdriver=systemd'], 'storage-driver': 'overlay2'})


@pytest.mark.parametrize('mounted, driver', [
    ('30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n', 'systemd'),
    ('30 23 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw\n',
     'cgroupfs'),
])
def test_the_driver_that_dockerd_chooses(host, mounted, driver):
    host.files({'/proc/self/mountinfo': mounted, '/proc/cmdline': 'quiet\n'})
    value, source = dockerd.chosen_driver(host)
    assert value == driver and '/proc/self/mountinfo' in source


def test_no_driver_is_guessed(host):
    with pytest.raises(CannotTell):
        dockerd.chosen_driver(host.files({'/etc/os-release': 'ID=gentoo\n', '/proc/cmdline': ''}))
