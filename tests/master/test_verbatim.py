"""A report that stands in a request as its agent wrote it is read as any other; what is odd, in the ordinary way."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.agent.segments import sealed
from nodeprep.chain import GENESIS, canonical, digest, hashed
from nodeprep.master import ingest, prepared, verbatim
from nodeprep.master.http.problem import Problem
from tests.master.fleet import Host

TEXT = st.text(max_size=20) | st.sampled_from(['"findings":[', '}]}', '{"chain":{', '\\"', ']', '\u00e9\U0001f600'])


def sent(tree, chain=None):
    """The body that an agent sends."""
    content = canonical({name: item for name, item in tree.items() if name != 'chain'})
    return b'{"reports":[{"chain":' + canonical(chain or tree['chain']) + b',' + content[1:] + b']}'


def made(number=1, **more):
    return Host(number).report(**more)


def test_what_an_agent_sends_is_read_as_it_stands():
    tree = made(gap=None)
    found = verbatim.read(sent(tree))
    assert found.tree == tree and len(found.findings) == 21
    assert [json.loads(one) for one in found.findings] == tree['findings']
    assert prepared.report(found.tree, found) == prepared.report(tree)
    assert ingest.prepare(5, [found.tree], 1.5, found) == ingest.prepare(5, [tree], 1.5)


def test_a_chain_may_name_a_gap_and_a_report_may_have_no_findings():
    for tree in (Host(1).report(gap=(1, 3)), Host(1, requirements=()).report()):
        assert prepared.report(tree, verbatim.read(sent(tree))) == prepared.report(tree)


@given(TEXT, TEXT, st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-10, 10))
def test_whatever_its_texts_are_both_ways_give_the_same(one, other, number):
    host = Host(1, requirements=('swap', 'disk'))
    host.set('swap', 'drifted', found=one)
    tree = dict(host.unnumbered(), sequence=1, config={'problem': other, 'findings': [other]}, took_ms=abs(number))
    tree['chain'] = {'previous': GENESIS, 'digest': digest(GENESIS, tree)}
    try:
        found = verbatim.read(sent(tree))
    except Problem as problem:
        assert '\0' in one + other and problem.status == 400
        return
    if found is not None:
        assert found.tree == tree and prepared.report(tree, found) == prepared.report(tree)


@pytest.mark.parametrize('change', [
    lambda body: body.replace(b'"sequence":1', b'"sequence":2'), lambda body: body.replace(b'"', b'" ', 1),
    lambda body: body.replace(b'"findings":[{', b'"findings":[ {'), lambda body: body[:-1], lambda body: body + b' ',
    lambda body: body.replace(b'"findings":[', b'"findings":[],"findings":[', 1),
    lambda body: body.replace(b'"node":', b'"findings":[],"node":', 1), lambda body: body.replace(b'},{', b'} {'),
    lambda body: body[:-2] + b',{}]}', lambda body: b'{"reports":[{"chain":{}]}',
    lambda body: b'{"reports":[{"chain":{', lambda body: body.replace(b'"digest":"', b'"digest":"0', 1),
    lambda body: body.replace(b'swap', b'\xc3\xa9')])
def test_what_is_otherwise_is_left_to_the_ordinary_way(change):
    body = sent(made())
    assert verbatim.read(body) is not None
    assert verbatim.read(change(body)) is None


def test_what_means_no_good_is_a_problem_as_ever():
    tree = made(why='\ud800')
    with pytest.raises(Problem):
        verbatim.read(sent(tree))
    deep = b'{"reports":[{"chain":{' + b'[' * 100 + b']' * 100 + b'}]}'
    with pytest.raises(Problem):
        verbatim.read(deep)


def as_written(content, chain='"x":0'):
    """A body with a text as its report's content, and the digest of just that text."""
    own = hashed(GENESIS, content.encode())
    return f'{{"reports":[{{"chain":{{{chain},"digest":"{own}","previous":"{GENESIS}"}},{content[1:]}]}}'.encode()


def content_of(tree):
    return canonical({name: item for name, item in tree.items() if name != 'chain'}).decode()


@pytest.mark.parametrize('change', [
    lambda text: text[:-1] + ',"find\\u0069ngs":[]}', lambda text: text[:-1] + ',"findings" :[]}',
    lambda text: text.replace('"node":{', '"node":{"name":"innocent",', 1),
    lambda text: text.replace('"node":{', '"node": {', 1), lambda text: '{"zz":1,' + text[1:]])
def test_what_two_readers_may_understand_in_two_ways_is_not_taken_as_it_stands(change):
    content = content_of(made())
    assert verbatim.read(as_written(content)) is not None
    assert verbatim.read(as_written(change(content))) is None


def test_a_chain_with_more_in_it_does_not_make_a_report_that_nobody_can_read_again():
    rest = content_of(made())[1:]
    own = hashed(GENESIS, ('{"y":1},' + rest).encode())
    body = f'{{"reports":[{{"chain":{{"digest":"{own}","previous":"{GENESIS}","x":{{}},"y":1}},{rest}]}}'
    assert verbatim.read(body.encode()) is None


def test_a_finding_with_a_name_twice_is_refused():
    content = content_of(made()).replace('"state":"met"', '"state":"drifted","state":"met"', 1)
    found = verbatim.read(as_written(content))
    with pytest.raises(prepared.Refused, match='canonical'):
        prepared.report(found.tree, found)


def test_the_findings_are_those_of_the_report_not_those_of_a_member():
    tree = dict(Host(1, requirements=()).report(), config={'problem': '', 'findings': [{'a': 1}]})
    found = verbatim.read(as_written(content_of(tree)))
    assert (found.tree['findings'], found.tree['config'], found.findings) == ([], tree['config'], ())


def test_what_is_not_as_the_schema_has_it_is_left_to_the_ordinary_way_which_says_why():
    for change in ({'verdict': 'fine'}, {'summary': {}}, {'took_ms': '1'}, {'node': []}, {'format': True}):
        tree = dict(made(), **change)
        assert verbatim.read(as_written(content_of(tree))) is None
        with pytest.raises(prepared.Refused, match=f'report.{list(change)[0]}'):
            prepared.report(dict(tree, chain={'previous': GENESIS, 'digest': digest(GENESIS, tree)}))
    for name in ('verdict', 'node', 'findings'):
        assert verbatim.read(as_written(content_of({key: one for key, one in made().items() if key != name}))) is None


def test_what_the_agents_spool_and_client_make_is_written_so():
    content = {name: item for name, item in made().items() if name != 'chain'}
    line, own = sealed(canonical(content), GENESIS)
    body = json.dumps({'reports': [json.loads(line)]}, separators=(',', ':'), allow_nan=False).encode('ascii')
    assert verbatim.read(body).tree['chain']['digest'] == own
