"""Who mounts a point at boot: fstab, mount units, generators, scripts."""
import pytest

from nodeprep.linux import mountboot
from tests.fakes import Link

FSTAB = '/dev/sda1 / xfs defaults 0 0\n/dev/sdb1 /var/lib/docker/ xfs defaults 0 0\n/dev/sda2 none swap sw 0 0\n'


@pytest.mark.parametrize('fstab, automatic', [
    (FSTAB, True), (FSTAB.replace('/docker/ xfs defaults', '/docker xfs noauto'), False),
    (FSTAB.replace('/docker/ xfs defaults', '/docker xfs noauto,x-systemd.automount'), True),
    (FSTAB.replace('/docker/ xfs defaults', '/docker xfs noauto,auto'), True)])
def test_fstab(host, fstab, automatic):
    host.files({'/etc/fstab': fstab})
    listed = mountboot.on_point(host, '/var/lib/docker')
    assert (listed.source, listed.automatic) == ('/etc/fstab:2', automatic)


def test_a_point_of_fstab_that_is_a_link(host):
    host.files({'/etc/fstab': FSTAB, '/data/docker': {}, '/var/lib/docker': Link('/data/docker')})
    assert mountboot.on_point(host, '/data/docker').source == '/etc/fstab:2'


@pytest.mark.parametrize('folder, text, found', [
    ('/etc/systemd/system', '[Mount]\nWhat=/dev/sdb1\n', True), ('/usr/lib/systemd/system', '[Mount]\n', True),
    ('/run/systemd/generator.late', '[Unit]\nDocumentation=man:systemd-gpt-auto-generator(8)\n', True),
    ('/run/systemd/generator', '[Unit]\nSourcePath=/etc/fstab\n', False)])
def test_units(host, folder, text, found):
    path = folder + '/var-lib-my\\x2ddocker.mount'
    host.files({path: text})
    listed = mountboot.on_point(host, '/var/lib/my-docker')
    assert (listed.source == path) if found else listed is None


def test_nobody(host):
    host.files({'/etc/fstab': FSTAB})
    assert mountboot.on_point(host, '/data') is None


def test_scripts(host):
    host.files({'/etc/rc.d/rc.local': '#!/bin/sh\n# mount /data\nmount /dev/sdb1 /data\n'})
    assert mountboot.mentioned(host, '/data') == '/etc/rc.d/rc.local:3'
    assert mountboot.mentioned(host, '/srv') == ''


@pytest.mark.parametrize('path, line', [('/var/lib/docker/x', 2), ('/var/lib/dockerx', 1), ('/var/log', 1)])
def test_the_deepest_entry_holds_a_path(host, path, line):
    host.files({'/etc/fstab': FSTAB})
    assert mountboot.deepest(host, path).line_number == line


def test_no_fstab_holds_nothing(host):
    assert mountboot.deepest(host, '/var') is None
