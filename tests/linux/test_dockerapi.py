"""Docker's answers, Podman's, and those of nobody."""
import contextlib
import doctest
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.host import Answer
from nodeprep.host.network import Reply
from nodeprep.linux import dockerapi
from nodeprep.linux.dockerapi import DOCKER, PODMAN, engine, info
from nodeprep.linux.dockersocket import ASK
from nodeprep.model import CannotTell
from tests.fakes import FakeHost

SOCKET = '/run/docker.sock'
PING = Reply(200, {'server': 'Docker/24.0.7 (linux)', 'api-version': '1.43'}, b'OK')
VERSION = {'Version': '24.0.7', 'ApiVersion': '1.43', 'Components': [{'Name': 'Engine'}, {'Name': 'containerd'}]}
INFO = {'Driver': 'overlay2', 'CgroupDriver': 'systemd', 'CgroupVersion': '2', 'ContainersRunning': 3, 'Warnings': None,
        'DriverStatus': [['Backing Filesystem', 'xfs']], 'RegistryConfig': {'Mirrors': ['https://m.example/']}}


def open_door():
    """Whoever connects reaches the engine."""


def answering(host, ping=PING, version=VERSION, info=INFO):
    bodies = {'/version': version, '/info': info}
    host.replies = {f'unix:{SOCKET} GET {target}': body if isinstance(body, (Exception, Reply))
                    else Reply(200, {}, body if isinstance(body, bytes) else json.dumps(body).encode())
                    for target, body in dict(bodies, **{'/_ping': ping}).items()}
    host.answers[ASK] = Answer(0, 'ActiveState=active\n', '')
    return host


def test_doctests():
    assert doctest.testmod(dockerapi).failed == 0


def test_docker(host):
    assert engine(answering(host), SOCKET, open_door) == (DOCKER, '24.0.7', (1, 43), '/run/docker.sock GET /version')


def test_docker_1_13_of_el7_names_no_components(host):
    answering(host, ping=Reply(200, {'server': 'Docker/1.13.1 (linux)'}, b'OK'),
              version={'Version': '1.13.1', 'ApiVersion': '1.26'})
    assert engine(host, SOCKET, open_door)[:3] == (DOCKER, '1.13.1', (1, 26))


@pytest.mark.parametrize('headers', [{'libpod-api-version': '4.9.4'}, {'server': 'Libpod/4.9.4 (linux)'}])
def test_podman_is_told_by_its_headers(host, headers):
    assert engine(answering(host, ping=Reply(200, headers, b'OK')), SOCKET, open_door).product == PODMAN


def test_podman_is_told_by_its_component(host):
    version = {'Version': '4.9.4', 'ApiVersion': '1.41', 'Components': [{'Name': 'Podman Engine'}]}
    assert engine(answering(host, version=version), SOCKET, open_door)[:2] == (PODMAN, '4.9.4')


@pytest.mark.parametrize('answers', [
    {'ping': Reply(500, {}, b'')}, {'ping': Reply(200, {}, b'<html>')}, {'ping': CannotTell('timed out', SOCKET)},
    {'version': b'{'}, {'version': []}, {'version': {'Version': 4}}, {'version': Reply(404, {}, b'{}')},
    {'version': {'Version': '1', 'ApiVersion': '1.1', 'Components': [{'Name': 'Else'}]}},
    {'version': b'[' * 100000},
])
def test_an_answer_that_no_engine_gives_is_unknown(host, answers):
    with pytest.raises(CannotTell):
        engine(answering(host, **answers), SOCKET, open_door)


def test_info(host):
    assert info(answering(host), SOCKET, open_door) == ('overlay2', '', 'systemd', '2', ('https://m.example/',), (), 3,
                                             '/run/docker.sock GET /info')


def test_info_of_docker_1_13(host):
    old = {'Driver': 'overlay2', 'CgroupDriver': 'cgroupfs', 'RegistryConfig': {}}
    found = info(answering(host, info=old), SOCKET, open_door)
    assert (found.cgroup_version, found.mirrors, found.running) == ('', (), 0)


def test_images_in_containerd(host):
    status = [['driver-type', 'io.containerd.snapshotter.v1']]
    found = info(answering(host, info=dict(INFO, Driver='overlayfs', DriverStatus=status)), SOCKET, open_door)
    assert (found.driver, found.driver_type) == ('overlayfs', 'io.containerd.snapshotter.v1')


@pytest.mark.parametrize('changed', [
    {'Driver': None}, {'Driver': 5}, {'CgroupDriver': ''}, {'Warnings': 'x'}, {'Warnings': [1]},
    {'RegistryConfig': {'Mirrors': {}}}, {'ContainersRunning': 'x'}, {'DriverStatus': 'x'},
    {'RegistryConfig': [1]}, {'CgroupVersion': 2},
])
def test_info_of_another_shape_is_unknown(host, changed):
    with pytest.raises(CannotTell):
        info(answering(host, info=dict(INFO, **changed)), SOCKET, open_door)


anything = some.recursive(some.none() | some.booleans() | some.integers() | some.text(),
                          lambda inner: some.lists(inner, max_size=2), max_leaves=4)


@settings(deadline=None)
@given(some.binary() | anything | some.dictionaries(some.sampled_from(sorted(INFO)), anything))
def test_any_answer_gives_facts_or_cannot_tell(tmp_path_factory, body):
    host = answering(FakeHost(str(tmp_path_factory.mktemp('any'))), version=body, info=body)
    for ask in (engine, info):
        with contextlib.suppress(CannotTell):
            ask(host, SOCKET, open_door)
