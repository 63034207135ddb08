"""What the parser gets to see: whole requests, however TCP cut them, and nothing that can be read in two ways."""
import random

import httptools
import pytest

from nodeprep.master.http.framing import Framing, Malformed

HEAD = b'POST /told HTTP/1.1\r\nHost: a\r\n'
CHUNKED = HEAD + b'Transfer-Encoding: chunked\r\n\r\n'
LENGTH = HEAD + b'Content-Length: 3\r\n\r\n'
GET = b'GET /two?x=1 HTTP/1.1\r\nHost: a\r\nAccept:\r\n\r\n'


class Reading:
    """What is read in some parts of a stream: (method, target, body) of each whole request, and what is `wrong`."""

    def __init__(self, *parts):
        self.requests, self.wrong = [], None
        self._framing, self._parser = Framing(), httptools.HttpRequestParser(self)
        try:
            for part in parts:
                for some in self._framing.parts(part):
                    self._parser.feed_data(some)
        except (Malformed, httptools.HttpParserError) as error:
            self.wrong = error

    def on_message_begin(self):
        self._url, self._body, self._headers = b'', b'', []

    def on_url(self, url):
        self._url += url

    def on_header(self, name, value):
        self._headers.append((name, value))

    def on_headers_complete(self):
        self._framing.begin(self._headers, self._parser.get_http_version() == '1.0')

    def on_body(self, body):
        self._body += body

    def on_message_complete(self):
        self._framing.end()
        self.requests.append((self._parser.get_method(), self._url, self._body))


POST = b'POST', b'/told'
RIGHT = [
    (GET, [(b'GET', b'/two?x=1', b'')]),
    (b'\r\n\r\n\r\n' + GET + b'\r\n' + GET, [(b'GET', b'/two?x=1', b'')] * 2),
    (LENGTH + b'a\nb' + GET, [(*POST, b'a\nb'), (b'GET', b'/two?x=1', b'')]),
    (HEAD + b'Content-Length: 0\r\n\r\n' + LENGTH + b'\r\n\r', [(*POST, b''), (*POST, b'\r\n\r')]),
    (CHUNKED + b'3\r\na\nb\r\n0A;x="y z";z=1;q\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n' + GET,
     [(*POST, b'a\nb0123456789'), (b'GET', b'/two?x=1', b'')]),
    (CHUNKED + b'00\r\n\r\n' + CHUNKED + b'2\r\n\r\n\r\n0\r\n\r\n', [(*POST, b''), (*POST, b'\r\n')]),
    (b'GET /\x21~ HTTP/1.0\r\nX: \t\xc3\xa9 \r\n\r\n', [(b'GET', b'/!~', b'')])]


@pytest.mark.parametrize('data, requests', RIGHT)
def test_requests_are_the_same_however_they_are_cut(data, requests):
    whole = Reading(data)
    assert whole.wrong is None and whole.requests == requests
    for at in range(len(data) + 1):
        two = Reading(data[:at], data[at:])
        assert two.wrong is None and two.requests == requests, at
    assert Reading(*(data[at:at + 1] for at in range(len(data)))).requests == requests


WRONG = [
    b'GET / HTTP/1.1\nHost: a\n\n', b'GET / HTTP/1.1\r\nHost: a\n\r\n', b'GET / HTTP/1.1\r\nHost: a\r\n\n',
    b'GET / HTTP/1.1\r\nHost: a\rX: 1\r\n\r\n', b'GET / HTTP/1.1\r\nHost: a\r\r\n\r\n', b'\nGET / HTTP/1.1\r\n\r\n',
    b'\rGET / HTTP/1.1\r\n\r\n', b'GET / HTTP/1.1\r\nX: 1\r\n 2\r\n\r\n', b'GET / HTTP/1.1\r\nX: 1\r\n\t2\r\n\r\n',
    b'GET / HTTP/1.1\r\n X: 1\r\n\r\n', b'GET / HTTP/1.1\r\nX : 1\r\n\r\n', b'GET / HTTP/1.1\r\n: 1\r\n\r\n',
    b'GET / HTTP/1.1\r\nX\r\n\r\n', b'GET / HTTP/1.1\r\nX\x00: 1\r\n\r\n', b'GET / HTTP/1.1\r\nX: \x00\r\n\r\n',
    b'GET / HTTP/1.1\r\nX: \x7f\r\n\r\n', b'GET / HTTP/1.1\r\nX: a\x0bb\r\n\r\n', b'GET / HTTP/1.1\r\nX@: 1\r\n\r\n',
    b'GET  / HTTP/1.1\r\n\r\n', b'GET /  HTTP/1.1\r\n\r\n', b'GET / HTTP/1.1 \r\n\r\n', b'GET\t/ HTTP/1.1\r\n\r\n',
    b'GET /a b HTTP/1.1\r\n\r\n', b'GET /\xff HTTP/1.1\r\n\r\n', b'GET /\x7f HTTP/1.1\r\n\r\n', b'GET /\r\n\r\n',
    b'GET HTTP/1.1\r\n\r\n', b'GET / HTTP/1.10\r\n\r\n', b'GET / HTTP/11\r\n\r\n', b'GET / http/1.1\r\n\r\n',
    b'GET / HTTP/2.0\r\n\r\n', b'GET / HTTP/0.9\r\n\r\n', b'get / HTTP/1.1\r\n\r\n', b' GET / HTTP/1.1\r\n\r\n',
    HEAD + b'Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc', HEAD + b'Content-Length: +3\r\n\r\nabc',
    HEAD + b'Content-Length: 3, 3\r\n\r\nabc', HEAD + b'Content-Length: 0x3\r\n\r\nabc',
    HEAD + b'Content-Length: 3 3\r\n\r\nabc', HEAD + b'Content-Length:\r\n\r\nabc',
    HEAD + b'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: identity\r\n\r\n', HEAD + b'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
    HEAD + b'Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n', HEAD + b'Transfer-Encoding:\r\n\r\n',
    b'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    CHUNKED + b'3\nabc\r\n0\r\n\r\n', CHUNKED + b'3\r\nabc\n0\r\n\r\n', CHUNKED + b'3\r\nabcd\r\n0\r\n\r\n',
    CHUNKED + b'3\r\nabcXY0\r\n\r\n', CHUNKED + b'3 \r\nabc\r\n0\r\n\r\n', CHUNKED + b' 3\r\nabc\r\n0\r\n\r\n',
    CHUNKED + b'0x3\r\nabc\r\n0\r\n\r\n', CHUNKED + b'-1\r\n\r\n', CHUNKED + b'\r\n0\r\n\r\n',
    CHUNKED + b'3;a\nabc\r\n0\r\n\r\n',
    CHUNKED + b'3 ;a\r\nabc\r\n0\r\n\r\n', CHUNKED + b'3;a="\r\nabc\r\n0\r\n\r\n',
    CHUNKED + b'3;\x00\r\nabc\r\n0\r\n\r\n', CHUNKED + b'3;a\r\r\nabc\r\n0\r\n\r\n', CHUNKED + b'0\r\n\n',
    CHUNKED + b'0\n\r\n',
    CHUNKED + b'0\r\nX: 1\n\r\n', CHUNKED + b'0\r\nX\r\n\r\n', CHUNKED + b'0\r\n X: 1\r\n\r\n',
    CHUNKED + b'1' + b'0' * 15 + b'\r\n', CHUNKED + b'3;' + b'x' * 5000, CHUNKED + b'g\r\n']


@pytest.mark.parametrize('data', WRONG)
def test_what_can_be_read_in_two_ways_is_refused_however_it_is_cut(data):
    for parts in [(data,), tuple(data[at:at + 1] for at in range(len(data)))] + [
            (data[:at], data[at:]) for at in range(0, len(data), 3)]:
        found = Reading(*parts, GET)
        assert found.wrong is not None and not found.requests


def test_what_comes_before_what_is_wrong_counts():
    found = Reading(GET + LENGTH + b'abc' + WRONG[0] + GET)
    assert found.wrong is not None and [one[0] for one in found.requests] == [b'GET', b'POST']


def test_what_is_wrong_by_chance_is_the_same_however_it_is_cut():
    """One byte is another, or one more."""
    luck = random.Random(5)
    for _ in range(3000):
        data, _ = luck.choice(RIGHT)
        at = luck.randrange(len(data))
        byte = luck.choice(b'\r\n\0 \t:;09aX\x0b')
        changed = data[:at] + bytes([byte]) + data[at + luck.randrange(2):]
        found = Reading(changed)
        for _, target, _ in found.requests:
            assert b' ' not in target and b'\n' not in target
        cut = luck.randrange(len(changed))
        again = Reading(changed[:cut], changed[cut:])
        assert again.requests == found.requests and (again.wrong is None) == (found.wrong is None), changed
