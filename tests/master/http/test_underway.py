"""While a quick request is under way anything may happen, as with any other."""
import pytest

from nodeprep.master import budget
from nodeprep.master.api.routes import routes
from nodeprep.master.http import crowd, patience
from nodeprep.master.http.heads import MOST
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import NODE, Route, Work
from nodeprep.master.store.trouble import StoreFull, StoreGone
from tests.master.http.wire import Wires, post, status
from tests.master.small import SmallMaster

GET = b'GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n'


@pytest.fixture(params=[True, False])
def sure(request, store):
    """A master with memory, and one without, which must do the same."""
    with Wires(store, routes(), request.param) as made:
        made.token = made.node('node00001')
        yield made


def begun(made):
    """A client with a request under way: the quick way, where the master remembers."""
    line = made.line()
    for _ in range(3):
        assert status(line.ask(post(made.token))) == [200]
    before = made.quick
    line.send(post(made.token))
    assert made.quick - before == made.memory and made.scribe.waiting() == 1 and line.got() == b''
    assert line.connection not in made.crowd.idle
    made.ended.clear()
    return line


def written(made):
    made.scribe.answer()
    made.turn()


def test_requests_that_came_meanwhile_are_answered_in_order(sure):
    line = begun(sure)
    line.send(GET, post(sure.token, b'[]'), post(sure.token)[:50])
    assert line.got() == b'' and line.transport.held
    written(sure)
    assert status(line.got()) == [200, 404, 400]
    line.send(post(sure.token)[50:])
    written(sure)
    assert status(line.got()) == [200] and not line.transport.held and sure.context.budgets._hands == {}


def test_a_client_that_goes_meanwhile_is_forgotten(sure):
    line = begun(sure)
    line.transport.abort()
    sure.turn()
    assert line.connection not in sure.crowd.all
    written(sure)
    assert line.got() == b'' and sure.ended == ['/v1/heartbeats'] and sure.faults == [] and sure.lines == []
    assert list(sure.crowd.all) == [] and list(sure.crowd.idle) == []


def test_a_client_that_has_said_goodbye_gets_no_answer(sure):
    line = begun(sure)
    line.transport.close()
    written(sure)
    assert line.got() == b'' and sure.ended == ['/v1/heartbeats'] and sure.faults == []


def test_a_client_that_reads_nothing_is_answered_and_asks_no_more_until_it_reads(sure):
    line = begun(sure)
    line.connection.pause_writing()
    written(sure)
    assert status(line.got()) == [200]
    before = sure.quick
    line.send(post(sure.token))
    assert sure.scribe.waiting() == 0 and sure.quick == before
    line.connection.resume_writing()
    sure.turn()
    written(sure)
    assert status(line.got()) == [200]


def test_the_answer_is_the_last_when_the_master_ends(sure):
    line = begun(sure)
    sure.crowd.end()
    assert not line.transport.closing
    written(sure)
    answer = line.got()
    assert status(answer) == [200] and b'\r\nConnection: close\r\n' in answer and line.transport.closing


def test_the_answer_is_the_last_when_what_came_meanwhile_is_no_http(sure):
    line = begun(sure)
    line.send(b'\x00\r\n\r\n')
    assert line.got() == b''
    written(sure)
    assert b'\r\nConnection: close\r\n' in line.got() and line.transport.closing and sure.ended == ['/v1/heartbeats']


def test_it_is_no_idle_one_until_it_is_answered_and_one_again_then(sure):
    line = begun(sure)
    sure.monotonic.now += 10 * crowd.KEPT
    sure.crowd.look(sure.monotonic.now)
    assert not line.transport.closing
    written(sure)
    assert status(line.got()) == [200] and list(sure.crowd.idle) == [line.connection]
    sure.monotonic.now += crowd.KEPT - 1
    sure.crowd.look(sure.monotonic.now)
    assert not line.transport.closing
    sure.monotonic.now += 1
    sure.crowd.look(sure.monotonic.now)
    assert line.transport.closing and not line.transport.lost
    sure.monotonic.now += patience.BRIEF
    sure.crowd.look(sure.monotonic.now)
    assert line.transport.lost


def test_a_head_that_drips_after_it_has_its_time(sure):
    line = begun(sure)
    written(sure)
    line.send(post(sure.token)[:20])
    sure.monotonic.now += patience.PATIENCE
    sure.crowd.look(sure.monotonic.now)
    assert line.transport.lost


@pytest.mark.parametrize('error, said', [
    (StoreFull('database or disk is full'), b'503'), (StoreGone('the server is gone'), b'503'),
    (KeyError('x'), b'500')])
def test_what_could_not_be_written_is_told(sure, error, said):
    line = begun(sure)
    sure.scribe.answer(error)
    sure.turn()
    answer = line.got()
    assert answer.startswith(b'HTTP/1.1 ' + said) and (b'\r\nRetry-After: ' in answer) == (said == b'503')
    assert sure.ended == ['/v1/heartbeats'] and sure.context.budgets._hands == {} and sure.faults == []
    assert len(sure.lines) == (1 if said == b'503' else 2)     # a fault: in both processes
    assert status(line.ask(post(sure.token))) == [200]


def test_what_cannot_be_sent_is_told_now_and_then(sure):
    line = begun(sure)
    written(sure)
    line.got()
    sure.scribe.refuses = StoreGone('the process that writes is not there')
    answers = {line.ask(post(sure.token)) for _ in range(3)}
    assert len(answers) == 1 and answers.pop().startswith(b'HTTP/1.1 503')
    assert len(sure.lines) == 1 and len(sure.ended) == 4 and sure.context.budgets._hands == {}


def test_a_third_at_once_waits_and_is_refused(sure):
    lines = [begun(sure)] + [sure.line() for _ in range(2)]
    before = sure.quick
    lines[1].send(post(sure.token))
    assert sure.quick - before == sure.memory and sure.scribe.waiting() == budget.AT_ONCE == 2
    lines[2].send(post(sure.token))
    assert sure.scribe.waiting() == 2 and b'under way already' in lines[2].got()
    written(sure)
    assert [status(one.got()) for one in lines] == [[200], [200], []]
    assert sure.context.budgets._hands == {} and len(sure.ended) == 2


def test_who_is_in_debt_waits_and_is_refused_when_that_is_long(sure):
    line = begun(sure)
    written(sure)
    line.got()
    sure.context.budgets.spend(1, budget.REQUESTS + 100, 0)
    before, now = sure.quick, sure.monotonic.now
    assert status(line.ask(post(sure.token))) == [200] and sure.quick == before and sure.monotonic.now > now
    sure.context.budgets.spend(1, budget.REQUESTS, 0)
    answer = line.ask(post(sure.token))
    assert status(answer) == [429] and b'Retry-After' in answer and sure.context.budgets._hands == {}


def test_it_is_paid_for(sure):
    line = begun(sure)
    written(sure)
    line.got()
    full = sure.context.budgets._full[1]
    body = b'{"a":"' + b'x' * 1000 + b'"}'
    for _ in range(3):
        line.ask(post(sure.token, body))
    paid = [after - before for before, after in zip(full, sure.context.budgets._full[1])]
    assert paid == pytest.approx([3 / budget.REQUESTS_AGAIN, 3 * len(body) / budget.BYTES_AGAIN])


def test_heads_that_are_too_many_are_forgotten_and_learned_again(store):
    with Wires(store, routes()) as made:
        made.token = made.node('node00001')
        line = begun(made)
        written(made)
        for number in range(MOST):
            made.app.quick._heads.remember(post(made.token, X=str(number)), None)
        before, asked = made.quick, 0
        while made.quick == before:
            line.ask(post(made.token))
            asked += 1
        assert asked == 2


async def never(asked, master):
    raise AssertionError('this goes the quick way')


def faulty(asked, master):
    raise KeyError('x')


def odd(asked, master):
    return Work('beats', b'\0\0\0\1N', lambda result: Response(200, b'', '', (('X', 'a\r\nb'),)))


def late(asked, master):
    return Work('beats', b'\0\0\0\1N', lambda result: {}['x'])


@pytest.mark.parametrize('work', [faulty, odd, late])
def test_a_fault_is_told_once_and_ends_what_it_must(work):
    class Scribe:
        def put(self, what, load, future):
            future.set_result(None)
    with SmallMaster() as small, Wires(small.store, [Route('POST', '/v1/x', never, NODE, at_once=work)],
                                       scribe=Scribe()) as made:
        token, line = small.node('n', 1), made.line()
        data = post(token, path='/v1/x')
        made.loop.run_until_complete(made.context.known.bearer(token, 'x'))
        made.app.quick.learn(data, made_incoming(line, data))
        line.send(data)
        assert made.quick == 1 and made.ended == ['/v1/x'] and made.context.budgets._hands == {}
        if work is odd:
            assert line.got() == b'' and line.transport.lost and len(made.faults) == 1 and made.lines == []
        else:
            assert status(line.got()) == [500] and not line.transport.closing and made.faults == []
            assert len(made.lines) == 1 and 'KeyError' in made.lines[0] and 'POST /v1/x' in made.lines[0]


def made_incoming(line, data):
    """The request that a parser makes of some bytes; nobody answers it."""
    taken = []
    line.connection._begin = lambda: taken.append(line.connection._waiting.pop())
    line.transport.feed(data)
    del line.connection._begin
    line.connection.crowd.rest(line.connection)
    return taken[0]
