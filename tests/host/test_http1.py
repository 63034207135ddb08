"""HTTP/1.1: answers come out the same however the network cuts them; what is none is refused, none is endless."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.host import http1
from nodeprep.host.http1 import Answers, Closed, NotHttp


class Pipe:
    """Gives its bytes in pieces, then nothing."""

    def __init__(self, data, sizes=(2**20,)):
        self.data, self.sizes, self.asked = data, list(sizes), 0

    def __call__(self):
        size = self.sizes[self.asked % len(self.sizes)]
        self.asked += 1
        part, self.data = self.data[:size], self.data[size:]
        return part


def answers(raw, most=1000, sizes=(2**20,)):
    return Answers(Pipe(raw, sizes), most)


CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=8)
HEAD = b'HTTP/1.1 200 OK\r\n'


@given(body=st.binary(max_size=200), cuts=CUTS)
def test_a_length(body, cuts):
    one = answers(HEAD + b'X-a:  b \r\nContent-Length: %d\r\n\r\n' % len(body) + body, sizes=cuts)
    reply = one.read()
    assert (reply.status, reply.body, reply.headers['x-a'], one.last) == (200, body, 'b', False)


@given(parts=st.lists(st.binary(min_size=1, max_size=40), max_size=5), cuts=CUTS,
       trailer=st.sampled_from([b'', b'X: y\r\n']), extension=st.sampled_from([b'', b';a=b', b' ']))
def test_chunks(parts, cuts, trailer, extension):
    raw = b''.join(b'%x' % len(part) + extension + b'\r\n' + part + b'\r\n' for part in parts) + b'0\r\n' + trailer
    one = answers(HEAD + b'Transfer-Encoding: chunked\r\n\r\n' + raw + b'\r\n', sizes=cuts)
    assert one.read().body == b''.join(parts) and not one.last


def test_until_the_end():
    one = answers(HEAD + b'\r\n' + b'x' * 50, sizes=(7,))
    assert one.read().body == b'x' * 50 and one.last


@pytest.mark.parametrize('raw, last', [
    (b'HTTP/1.1 204 No\r\n\r\n', False), (b'HTTP/1.1 304\r\nContent-Length: 9\r\n\r\n', False),
    (HEAD + b'Content-Length: 0\r\nConnection: Foo, Close\r\n\r\n', True),
    (b'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', True),
    (b'HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n', False),
    (b'HTTP/1.1 100 Continue\r\n\r\n' * 5 + HEAD + b'Content-Length: 0\r\n\r\n', False),
    (HEAD + b'Content-Length: 0\r\n\r\nHTTP/1.1 200 an answer that nobody asked for', True)])
def test_whether_another_may_follow(raw, last):
    one = answers(raw)
    assert one.read().body == b'' and one.last is last


def test_two_answers_on_one_connection():
    pipe = Pipe(b'')
    one = Answers(pipe, 100)
    for body in (b'abc', b'', b'de'):
        pipe.data = HEAD + b'Content-Length: %d\r\n\r\n' % len(body) + body
        assert one.read().body == body and not one.last


@pytest.mark.parametrize('raw', [
    b'', b'\r\n\r\n', b'SSH-2.0-OpenSSH\r\n', b'HTTP/2 200\r\n\r\n', b'HTTP/1.1 99999\r\n\r\n', b'HTTP/1.1 x\r\n\r\n',
    b'HTTP/1.1 200 OK', b'HTTP/1.1 200 OK\r\n', b'HTTP/1.1 101 Switching\r\n\r\n',
    b'HTTP/1.1 100 Continue\r\n\r\n' * 50, HEAD + b'no colon\r\n\r\n', HEAD + b' folded: x\r\n\r\n',
    HEAD + b': x\r\n\r\n', HEAD + b'Content-Length: x\r\n\r\n', HEAD + b'Content-Length: -1\r\n\r\n',
    HEAD + b'Content-Length: 1_0\r\n\r\n0123456789', HEAD + b'Content-Length: 9\r\n\r\n12345',
    HEAD + b'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab', HEAD + b'Content-Length: 2000\r\n\r\n' + b'x' * 2000,
    HEAD + b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\n\r\n', HEAD + b'Transfer-Encoding: chunked\r\n\r\nx\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\n\r\n-1\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\n\r\n' + (b'200\r\n' + b'x' * 512 + b'\r\n') * 2 + b'0\r\n\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\n\r\n0\r\n' + b'a: b\r\n' * 200 + b'\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\n\r\n' + b'0' * 5000, HEAD + b'\r\n' + b'x' * 2000,
    HEAD + b'X: ' + b'y' * 33000 + b'\r\n\r\n', b'\xff\xfe' * 50])
def test_what_is_no_answer(raw):
    for sizes in ((2**20,), (1,), (3, 100)):
        one = answers(raw, sizes=sizes)
        with pytest.raises(NotHttp):
            one.read()
        assert one.last


def test_nothing_is_read_without_end():
    for begin in (b'', HEAD, HEAD + b'\r\n', HEAD + b'Transfer-Encoding: chunked\r\n\r\n',
                  HEAD + b'Transfer-Encoding: chunked\r\n\r\n1\r\n'):
        pipe = Pipe(begin + b'a' * 10**6, (1000,))
        with pytest.raises(NotHttp):
            Answers(pipe, 5000).read()
        assert pipe.asked < 50


def test_closed_before_an_answer_is_told_apart():
    with pytest.raises(Closed):
        answers(b'').read()
    with pytest.raises(NotHttp) as told:
        answers(b'HTTP/1.1 200').read()
    assert not isinstance(told.value, Closed)


@given(st.binary(max_size=300), CUTS)
def test_any_bytes_end_in_an_answer_or_a_reason(raw, cuts):
    try:
        assert answers(HEAD + raw, sizes=cuts).read().status == 200
    except NotHttp as error:
        assert str(error)


@pytest.mark.parametrize('value', ['a\r\nX: b', 'a\nb', 'a\0b', 'é', 'a\tb'])
def test_a_header_cannot_end_early(value):
    with pytest.raises(ValueError):
        http1.request('POST', '/', {'Authorization': value}, b'')
    with pytest.raises(ValueError):
        http1.request('POST', '/' + value, {}, b'')
