"""Files.links: every link of a folder with where it points."""
import pytest

from nodeprep.model import CannotTell
from tests.fakes import Link


def test_the_links_of_a_folder_and_nothing_else(host):
    host.files({'/etc/x/a': Link('/dev/null'), '/etc/x/b': Link('../gone'), '/etc/x/c': 'text', '/etc/x/d': {}})
    assert host.links('/etc/x') == {'a': '/dev/null', 'b': '../gone'}


def test_no_folder_has_no_links(host):
    host.files({'/etc/file': 'text'})
    assert host.links('/etc/gone') == {} == host.links('/etc/file')


def test_a_link_that_goes_away_meanwhile_hides_no_other(host, monkeypatch):
    host.files({'/etc/x/a': Link('/dev/null'), '/etc/x/b': Link('/gone')})
    real = host.link
    monkeypatch.setattr(host, 'link', lambda path: None if path == '/etc/x/a' else real(path))
    assert host.links('/etc/x') == {'b': '/gone'}


def test_a_folder_that_is_a_loop_cannot_be_told(host):
    host.files({'/etc/a': Link('b'), '/etc/b': Link('a')})
    with pytest.raises(CannotTell, match='/etc/a'):
        host.links('/etc/a')
