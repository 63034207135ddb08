"""What systemctl is told to do to an image is refused where it would leave the image."""
import pytest

from nodeprep.linux import systemctl
from tests.fakes import Link


def strange(image, *words):
    return systemctl.strange(image, ('systemctl', f'--root={image.root}') + words)


@pytest.fixture
def units(image):
    """An image with units in the usual places."""
    return image.files({'/etc/systemd/system/multi-user.target.wants/a.service': Link('/usr/lib/systemd/system/a'),
                        '/etc/systemd/system/dbus-x.service': Link('/usr/lib/systemd/system/x.service')})


@pytest.mark.parametrize('verb', ['enable', 'disable', 'mask', 'unmask'])
def test_links_of_the_image_are_its_own(units, verb):
    assert strange(units, verb, 'a.service', 'swap.target') == ''


@pytest.mark.parametrize('words', [
    ('start', 'a.service'), ('enable',), ('enable', '--now', 'a.service'), ('enable', '--root=/', 'a.service'),
    ('enable', '-H', 'elsewhere', 'a.service'), ('mask', '--runtime', 'a.service'), ('enable', '/tmp/a.service'),
    ('--root=/', 'enable', 'a.service'), ('link', '/tmp/a.service'), ('set-default', 'a.target')])
def test_other_words_are_not(units, words):
    assert strange(units, *words) == 'it is no command for an image'


@pytest.mark.parametrize('argv', [('true',), ('systemctl', 'enable', 'a.service'), (),
                                  ('/image/bin/systemctl', '--root={root}', 'enable', 'a.service'),
                                  ('systemctl', '--root={root}/etc', 'enable', 'a.service')])
def test_nor_are_other_programs_and_roots(units, argv):
    said = systemctl.strange(units, [word.replace('{root}', units.root) for word in argv])
    assert said == 'it is no command for an image'


@pytest.mark.parametrize('files, link', [
    ({'/etc/systemd/system': Link('/srv')}, '/etc/systemd/system'),
    ({'/etc/systemd': Link('/srv')}, '/etc/systemd/system'),
    ({'/etc/systemd/system/x.target.wants': Link('/etc')}, '/etc/systemd/system/x.target.wants'),
    ({'/etc/systemd/system/x.target.requires': Link('/etc')}, '/etc/systemd/system/x.target.requires')])
def test_a_link_where_systemctl_writes(image, files, link):
    image.files(files)
    assert strange(image, 'mask', 'a.service') == f'{link} is a link, by which systemctl would leave the image'


def test_a_script_of_init_d_is_not_set_up(units):
    units.files({'/etc/rc.d/init.d/a': '#!/bin/sh\n'})
    assert strange(units, 'enable', 'a.service').startswith('/etc/rc.d/init.d/a is a script of the image')
    assert strange(units, 'enable', 'b.service') == ''
