"""Whatever comes, and however TCP cuts it: a master that knows many heads and one that knows none do the same."""
import asyncio
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.master import letters, secret
from nodeprep.master.api.routes import routes
from nodeprep.master.store import Beat, Taken
from tests.master.fleet import Host
from tests.master.http.wire import Wires, post
from tests.master.small import SmallMaster

ONE, TWO, STRANGER = ('npn_' + letter * 43 for letter in 'abc')
BODIES = (b'{}', b'[]', b'', b'x', b'\r\n\r\n', json.dumps({'reports': [Host().report()]}).encode(),
          b'{"a":"\r\nAuthorization: Bearer ' + TWO.encode() + b'"}', post(TWO))
PIECES = (b'\r\n', b'\n', b'\r', b' ', b'\t', b'\0', b':', b'1', b'0', b'a', b'\xe9', b'{}', b'npn_', b'Bearer ',
          ONE.encode(), TWO.encode(), b'Authorization: Bearer ' + TWO.encode() + b'\r\n',
          b'\r\nAuthorization: Bearer ' + TWO.encode(), b'authorization: bearer ' + TWO.encode() + b'\r\n',
          b'Content-Length: 2\r\n', b'\r\nContent-Length: ', b'Transfer-Encoding: chunked\r\n', b'0\r\n\r\n',
          b'\r\n\r\n', b'Expect: 100-continue\r\n', b'Connection: close\r\n', b'\r\n X', b'HTTP/1.0', b'Host: b\r\n',
          b'GET / HTTP/1.1\r\nHost: a\r\n\r\n', b'Content-Encoding: gzip\r\n')
SEAMS = (b'Authorization', b'npn_', b'Content-Length: ', b'HTTP/', b'Bearer ', b'\r\n\r\n', b'Accept')


@st.composite
def requests(draw):
    """One request, often with something in it that does not belong there."""
    body, more = draw(st.sampled_from(BODIES)), {}
    if draw(st.integers(0, 5)) == 0:
        body, more = gzip.compress(body, 6), {'Content_Encoding': 'gzip'}
    path = draw(st.sampled_from(('/v1/heartbeats', '/v1/heartbeats', '/v1/reports', '/v1/heartbeats?a', '/')))
    data = post(draw(st.sampled_from((ONE, ONE, TWO, STRANGER, ONE + 'a'))), body, path, **more)
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2)))):
        seam = draw(st.sampled_from(SEAMS))
        at = data.find(seam) + draw(st.sampled_from((0, len(seam), len(seam) + 43)))
        gone = draw(st.sampled_from((0, 0, 0, 1, 2, 4)))
        data = data[:at] + draw(st.sampled_from(PIECES)) + data[at + gone:]
    return data


@st.composite
def segments(draw):
    """Requests as they come: each some times over, whole, cut or together; None: what waits is written now."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        data = draw(requests()) + (draw(requests()) if draw(st.integers(0, 6)) == 0 else b'')
        at = draw(st.integers(0, len(data))) if draw(st.integers(0, 2)) == 0 else 0
        for _ in range(draw(st.sampled_from((1, 3, 4)))):
            found += [one for one in (data[:at], data[at:]) if one] + [None] * (draw(st.integers(0, 4)) > 0)
    return [*found, None, None]


class Scribe:
    """Answers when it is let, with what is counted."""

    def __init__(self):
        self.told, self._held = [], []

    def put(self, what, load, future=None):
        future = asyncio.get_event_loop().create_future() if future is None else future
        plain, = letters.Reader().read(load)
        self.told.append((what, plain))
        self._held.append((what, future))
        return future

    def answer(self):
        held, self._held = self._held, []
        for number, (what, future) in enumerate(held):
            if not future.done():
                count = len(self.told)
                future.set_result(Taken(number, count, '') if what == letters.REPORTS else Beat(count, (), None))


@pytest.fixture(scope='module')
def both():
    """A master with memory and one without."""
    found = []
    for memory in (True, False):
        small = SmallMaster()
        for number, token in ((1, ONE), (2, TWO)):
            small.store.cursor.run('insert into node values (?, ?, ?)', (number, f'n{number}', 'member'))
            small.store.cursor.run('insert into credential values (?, ?, 0, NULL)', (secret.hashed(token), number))
        found.append(Wires(small.store, routes(), memory, Scribe()))
    yield found
    for made in found:
        made.__exit__()
        made.store.close()
    assert found[0].quick > 20 and found[1].quick == 0


def lived(made, parts):
    """What a master did while some bytes came: on a new connection whenever one has ended."""
    asyncio.set_event_loop(made.loop)
    told, ended, lines = len(made.scribe.told), len(made.ended), len(made.lines)
    line, answers = made.line(), []
    for one in parts:
        if one is None:
            made.scribe.answer()
            made.turn()
        else:
            line.send(one)
        patience = line.connection.patience
        answers.append((line.got(), line.transport.closing, line.transport.held, line.connection in made.crowd.idle,
                        patience._deadline, patience._then))
        if line.transport.closing:
            line = made.line()
    line.transport.abort()
    made.scribe.answer()
    made.turn()
    made.monotonic.now += 100
    return ([(*one[:-1], one[-1].__name__) for one in answers], made.scribe.told[told:], made.ended[ended:],
            made.lines[lines:], made.faults, made.context.budgets._hands, made.context.budgets._full)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(parts=segments())
def test_one_that_knows_many_heads_does_what_one_does_that_knows_none(both, parts):
    first, second = (lived(made, parts) for made in both)
    assert first == second
