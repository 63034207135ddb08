"""What shows that a host is a container."""
import doctest

import pytest

from nodeprep.linux import containers
from nodeprep.model import Observation, Run
from tests.fakes import Link


def test_doctests():
    assert doctest.testmod(containers).failed == 0


@pytest.mark.parametrize('files, evidence', [
    ({}, ''),
    ({'/run/systemd/container': 'systemd-nspawn\n'}, '/run/systemd/container (systemd-nspawn)'),
    ({'/run/systemd/container': ''}, '/run/systemd/container'),
    ({'/.dockerenv': ''}, '/.dockerenv'),
    ({'/run/.containerenv': 'engine="podman-4.4"\n'}, '/run/.containerenv'),
    ({'/proc/1/environ': b'HOME=/\0container=lxc\0'}, '/proc/1/environ (container=lxc)'),
    ({'/proc/1/environ': b'HOME=/\0container_host=x\0\xff\xfe'}, ''),
    ({'/proc/1/environ': b'KUBERNETES_SERVICE_HOST=10.96.0.1\0'}, '/proc/1/environ (KUBERNETES_SERVICE_HOST)'),
])
def test_evidence(host, files, evidence):
    assert containers.in_container(host.files(files)) == evidence


def test_an_unreadable_environment_says_nothing(host):
    host.files({'/proc/1/environ': b'container=docker\0'}).denied.add('/proc/1/environ')
    assert containers.in_container(host) == ''


def test_an_image_is_no_container(image):
    assert containers.in_container(image.files({'/.dockerenv': ''})) == ''


def test_in_a_container_things_are_only_told(host):
    host.files({'/.dockerenv': ''})
    change = Run(('systemctl', 'enable', 'x'))
    told = list(containers.only_told(host, iter([Observation('x', 'off', 'on', False, 's', (change,)),
                                                 Observation('y', 'on', 'on', True, 's')])))
    assert [one.fix for one in told] == [(), ()]
    assert told[0].hint == 'this is a container (/.dockerenv): nothing is fixed in it' and told[1].hint == ''


def test_elsewhere_the_changes_stay(host):
    one = Observation('x', 'off', 'on', False, 's', (Run(('systemctl', 'enable', 'x')),))
    assert list(containers.only_told(host, iter([one]))) == [one]


OWN = {'/.dockerenv': '', '/proc/self/ns/pid': Link('pid:[4026531836]'), '/proc/self/ns/uts': Link('uts:[4026531838]'),
       '/proc/self/ns/ipc': Link('ipc:[4026531839]'),
       '/proc/self/mountinfo': '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n'}


@pytest.mark.parametrize('changed, evidence', [
    ({}, ''),
    ({'/proc/self/ns/pid': Link('pid:[4026532449]')}, '/.dockerenv'),
    ({'/proc/self/ns/uts': None}, '/.dockerenv'),
    ({'/proc/self/mountinfo': '27 1 0:45 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/x\n'}, '/.dockerenv'),
    ({'/proc/self/mountinfo': None}, '/.dockerenv'),
    ({'/run/systemd/container': 'docker\n'}, '/run/systemd/container (docker)'),
])
def test_a_machine_made_from_an_image_of_docker_is_no_container(host, changed, evidence):
    assert containers.in_container(host.files(OWN).files(changed)) == evidence
