"""Heads that came before are known by their bytes, but for secret and length, and nothing else is taken for one."""
import pytest

from nodeprep.master import secret
from nodeprep.master.http import heads
from tests.master.http.wire import post

TOKEN, OTHER = 'npn_' + 'a' * 43, 'npn_' + 'Z-_0' * 10 + 'xyz'
HEAD = post(TOKEN, b'')


def found(data, *known):
    """What is found of some bytes by one who was told these heads."""
    made = heads.Heads()
    for number, one in enumerate(known):
        made.remember(one, number)
    return made.find(data)


LENGTH_FIRST = post(None, b'', Authorization=None)[:-2] + b'Authorization: Bearer ' + TOKEN.encode() + b'\r\n\r\n'


def test_a_head_that_came_before_is_found_with_another_secret_and_length_and_whatever_comes_after_it():
    body = b'{}' + HEAD
    assert found(HEAD + body, b'GET /', HEAD) == (1, TOKEN.encode(), len(HEAD), 0)
    assert found(post(OTHER, b'') + body, HEAD) == (0, OTHER.encode(), len(HEAD), 0)
    assert found(post(OTHER, body, length=54321), HEAD) == (0, OTHER.encode(), len(HEAD) + 4, 54321)
    other = LENGTH_FIRST.replace(b'Length: 0', b'Length: 7').replace(TOKEN.encode(), OTHER.encode())
    assert found(other + body, HEAD, LENGTH_FIRST) == (1, OTHER.encode(), len(other), 7)
    assert secret.is_one(secret.NODE, OTHER)


@pytest.mark.parametrize('length', [
    '', '00', '01', '+1', '-1', ' 1', '1 ', '1a', '0x1', '1, 1', '1\t', '1\x0b', '100000', '9' * 30, '\xb2'])
def test_a_length_that_is_none_or_has_more_than_five_digits_is_not_found(length):
    for known in (HEAD, LENGTH_FIRST):
        data = known.replace(b'Length: 0', b'Length: ' + length.encode('latin-1'))
        assert found(data + b'x' * 99, known) is None and found(data, data) is None


@pytest.mark.parametrize('data', [
    b'', b'\r\n\r\n', HEAD[:-1], HEAD[:-4], HEAD[1:], b'\r\n' + HEAD, HEAD.replace(b'POST', b'PUT'),
    HEAD.replace(b'1.1', b'1.0'), HEAD.replace(b'Host: master', b'Host: Master'), HEAD.replace(b'Host: ', b'Host:'),
    HEAD.replace(b'npn_a', b'npu_a'), HEAD.replace(b'npn_a', b'npn_'), HEAD.replace(b'npn_a', b'npn_aa'),
    HEAD.replace(b'npn_a', b'npn_.'), HEAD.replace(b'npn_a', b'npn_\xe9'), HEAD.replace(b'npn_a', b'npn_\n'),
    HEAD.replace(b'Bearer', b'bearer'), HEAD.replace(b'Authorization', b'authorization'),
    HEAD.replace(b'Bearer ', b'Bearer  '), HEAD.replace(TOKEN.encode(), b''), HEAD.replace(b'\r\nAcc', b' \r\nAcc'),
    HEAD.replace(b'\r\nAcc', b'a\r\nAcc'), HEAD.replace(b'\r\nHost', b'\nHost'), LENGTH_FIRST,
    HEAD.replace(b'Content-Length', b'content-length'), HEAD.replace(b'Length: 0', b'Length:0'),
    HEAD[:-2] + b'Content-Length: 0\r\n\r\n', HEAD.replace(b'\r\nContent-Length: 0', b''),
    HEAD.replace(b'heartbeats', TOKEN.encode() + b'heartbeats'),
    HEAD[:-2] + b'Authorization: Bearer ' + TOKEN.encode() + b'\r\n\r\n', HEAD[:-2] + TOKEN.encode() + b'\r\n\r\n',
    HEAD.replace(b'\r\nAuthorization', TOKEN.encode() + b'\r\nAuthorization'),
    HEAD.replace(b'\r\nAuthorization: Bearer ' + TOKEN.encode(), b''),
    HEAD.replace(b'Bearer ' + TOKEN.encode(), b'Bearer ') + TOKEN.encode() + b'\r\n\r\n'])
def test_whatever_is_otherwise_is_not(data):
    assert found(HEAD + data[:0], HEAD) is not None and data != HEAD
    assert found(data, HEAD) is None
    assert found(data + b'{}', HEAD) is None


@pytest.mark.parametrize('head', [
    HEAD.replace(b'Authorization', b'authorization'), HEAD.replace(b'npn_', b'npu_'), post('x', b''),
    post(TOKEN, Content_Length=None), post(None, b'', Authorization=None), HEAD[:-4], post(TOKEN + 'a', b''),
    post(TOKEN + ' ', b''),
    post(TOKEN + ', Bearer ' + TOKEN, b''), b'\r\n\r\n' + HEAD, post(TOKEN, b'', X='a' * heads.LONGEST)])
def test_what_has_no_secret_of_a_node_alone_in_its_line_or_is_long_is_not_remembered(head):
    assert found(head, head) is None


def test_the_longest_that_is_remembered():
    room = heads.LONGEST - len(post(TOKEN, b'', X=''))
    assert found(post(TOKEN, b'', X='a' * room), post(OTHER, b'', X='a' * room)) is not None
    assert found(post(TOKEN, b'', X='a' * (room + 1)), post(OTHER, b'', X='a' * (room + 1))) is None


def test_when_they_are_too_many_all_are_forgotten():
    few = heads.Heads(2)
    for number in range(2):
        few.remember(post(TOKEN, b'', X=str(number)), number)
    assert [few.find(post(OTHER, b'', X=str(number))).meaning for number in range(2)] == [0, 1]
    few.remember(post(TOKEN, b'', X='2'), 2)
    assert [few.find(post(OTHER, b'', X=str(number))) is not None for number in range(3)] == [False, False, True]


def test_a_head_that_is_remembered_again_means_what_it_means_now():
    assert found(HEAD, HEAD, HEAD).meaning == 1
