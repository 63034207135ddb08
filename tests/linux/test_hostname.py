"""What may be the name of a node, and the one that the disk keeps."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import hostname


@pytest.mark.parametrize('name', ['k8s-node1', 'a', '1a', 'node1.example.com', 'a' * 63, 'xn--bcher-kva', '1.a'])
def test_names_that_are_fit(name):
    assert hostname.wrong(name) == ''


@pytest.mark.parametrize('name', ['', 'localhost', 'localhost.localdomain', 'localhost4.localdomain4', 'LOCALHOST',
                                  'node_1', '-a', 'a-', 'a.', '.a', 'a..b', 'a b', 'büro', '12', '10.0.0.1', 'a' * 64,
                                  'a' * 63 + '.b', 'a\n', 'Node1', '\udcff'])
def test_names_that_are_not(name):
    assert hostname.wrong(name)


def test_upper_case_alone_is_a_lesser_fault():
    assert hostname.wrong('Node1') == hostname.UPPER
    assert hostname.wrong('Node_1') != hostname.UPPER


@pytest.mark.parametrize('text, name, source', [
    ('node1\n', 'node1', '/etc/hostname:1'), ('# by hand\n\n  node1  \nother\n', 'node1', '/etc/hostname:3'),
    ('node1', 'node1', '/etc/hostname:1'), ('node1\r\n', 'node1', '/etc/hostname:1'), ('', '', '/etc/hostname'),
    ('# only\n', '', '/etc/hostname'), (None, '', '/etc/hostname')])
def test_the_first_line_that_says_something(host, text, name, source):
    assert hostname.kept(host.files({'/etc/hostname': text})) == (name, source)


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(noise):
    assert isinstance(hostname.wrong(noise.decode('utf-8', 'surrogateescape')), str)
