"""Files.links: every link of a folder with where it points."""
import errno
import os

import pytest

from nodeprep.model import CannotTell
from tests.fakes import Link


def test_the_links_of_a_folder_and_nothing_else(host):
    host.files({'/etc/x/a': Link('/dev/null'), '/etc/x/b': Link('../gone'), '/etc/x/c': 'text', '/etc/x/d': {}})
    assert host.links('/etc/x') == {'a': '/dev/null', 'b': '../gone'}


def test_no_folder_has_no_links(host):
    host.files({'/etc/file': 'text'})
    assert host.links('/etc/gone') == {} == host.links('/etc/file')


@pytest.mark.parametrize('error', (errno.ENOENT, errno.EINVAL))
def test_a_link_that_goes_away_meanwhile_hides_no_other(host, monkeypatch, error):
    host.files({'/etc/x/a': Link('/dev/null'), '/etc/x/b': Link('/gone')})
    real = os.readlink

    def readlink(path):
        if path.endswith(b'/x/a'):
            raise OSError(error, os.strerror(error))
        return real(path)
    monkeypatch.setattr(os, 'readlink', readlink)
    assert host.links('/etc/x') == {'b': '/gone'}


def test_a_link_that_cannot_be_read_is_told(host, monkeypatch):
    host.files({'/etc/x/a': Link('/dev/null')})

    def readlink(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    monkeypatch.setattr(os, 'readlink', readlink)
    with pytest.raises(CannotTell, match='/etc/x: input/output error'):
        host.links('/etc/x')


def test_a_folder_that_is_a_loop_cannot_be_told(host):
    host.files({'/etc/a': Link('b'), '/etc/b': Link('a')})
    with pytest.raises(CannotTell, match='/etc/a'):
        host.links('/etc/a')
