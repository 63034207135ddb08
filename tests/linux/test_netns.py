"""Telling another network namespace than the host's."""
import pytest

from nodeprep.host import Host
from nodeprep.linux import netns
from nodeprep.model import CannotTell
from tests.fakes import Link

LINKS = ('/proc/self/ns/net', '/proc/1/ns/net')


@pytest.mark.parametrize('mine, first, apart', [('net:[1]', 'net:[1]', False), ('net:[2]', 'net:[1]', True)])
def test_the_links_are_compared(host, mine, first, apart):
    host.files({LINKS[0]: Link(mine), LINKS[1]: Link(first)})
    assert bool(netns.apart(host)) is apart
    assert not apart or (mine in netns.apart(host) and first in netns.apart(host))


def test_without_the_right_to_read_the_link_the_inodes_are_compared(host, monkeypatch):
    def refuse(path):
        raise CannotTell(f'{path}: permission denied', path)
    monkeypatch.setattr(host, 'link', refuse)
    host.files({'/proc/self/net/dev': '', '/proc/1/net/dev': ''})
    assert 'inode' in netns.apart(host)
    host.files({'/proc/1/net/dev': None, '/proc/self/net/dev': None})
    assert netns.apart(host) == ''


def test_nothing_to_compare_says_nothing(host):
    assert netns.apart(host) == ''


@pytest.mark.reaches_machine
def test_on_the_running_host_the_same_namespace_is_the_same_without_rights_too(monkeypatch):
    class Barred(Host):
        def link(self, path):
            raise CannotTell(f'{path}: permission denied', path)
    assert netns.apart(Barred()) == ''
