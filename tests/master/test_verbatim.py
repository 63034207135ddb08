"""A report that stands in a request as its agent wrote it is read as any other; what is odd, in the ordinary way."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.agent.segments import sealed
from nodeprep.chain import GENESIS, canonical, digest, hashed
from nodeprep.master import ingest, prepared, verbatim
from nodeprep.master.familiar import Familiar
from nodeprep.master.http import bodies
from nodeprep.master.http.problem import Problem
from tests.master.fleet import Host

TEXT = st.text(max_size=20) | st.sampled_from([
    '"findings":[', '}]}', '{"chain":{', '\\"', ']', '\u00e9\U0001f600', '"took_ms":1,"waiver":null}', ',"node":{}',
    ',"findings":[', ',"sequence":1', ',"format":1,"id":"', '","node":'])
NUMBER = st.floats(0, allow_nan=False, allow_infinity=False, width=32) | st.integers(0, 10**12) | \
    st.integers(0, 10**7).map(lambda number: number / 1000)
FIXED = [{'requirement': 'swap', 'transaction': '20270131T220000Z-1', 'begun': '2027-01-31T22:00:00Z', 'result': 'done',
          'why': 'x', 'by': {'how': 'hand', 'who': 'root'}, 'undone': '', 'undone_by': ''}]


def sent(tree, chain=None):
    """The body that an agent sends."""
    content = canonical({name: item for name, item in tree.items() if name != 'chain'})
    return b'{"reports":[{"chain":' + canonical(chain or tree['chain']) + b',' + content[1:] + b']}'


def chained(tree):
    return dict(tree, chain={'previous': GENESIS, 'digest': digest(GENESIS, tree)})


def made(number=1, **more):
    return Host(number).report(**more)


def test_what_an_agent_sends_is_read_as_it_stands():
    tree = made()
    found = verbatim.read(sent(tree))
    assert len(found.parts) == 21 and [one.tree for one in found.parts] == tree['findings']
    assert found.tree == {name: item for name, item in tree.items() if name != 'chain'}
    assert found == prepared.report(tree) == verbatim.read(sent(tree))
    assert ingest.Load(5, 1.5, (found,), '') == ingest.prepare(5, [tree], 1.5)


def test_a_report_may_have_no_findings_and_may_tell_of_fixes():
    for tree in (Host(1, requirements=()).report(), chained(dict(Host(1).unnumbered(), sequence=3, fixes=FIXED)),
                 chained(dict(Host(1).unnumbered(), sequence=3, fixes=[]))):
        found = verbatim.read(sent(tree))
        assert found == prepared.report(tree) and found.fixed == bool(tree.get('fixes'))


def test_one_that_names_a_gap_goes_the_ordinary_way():
    assert verbatim.read(sent(Host(1).report(gap=(1, 3)))) is None


@given(TEXT, TEXT, TEXT, NUMBER, NUMBER)
def test_whatever_its_texts_are_both_ways_give_the_same(one, other, third, number, took):
    host = Host(1, requirements=('swap', 'disk'))
    host.set('swap', 'drifted', found=one)
    host.findings['disk'].update(took_ms=took, more=[third])
    tree = dict(host.unnumbered(), sequence=1, config={'problem': other, 'findings': [other]}, took_ms=number)
    tree['node'] = dict(tree['node'], labels={'a': one, 'sequence': third})
    tree = chained(tree)
    for _ in range(2):                     # as what is new, and as what is familiar
        found = verbatim.read(sent(tree))
        assert found is None or found == prepared.report(tree) and '\0' not in one + other + third


def test_texts_that_look_like_the_seams_of_a_report_do_not_hide_it():
    host = Host(1, requirements=('swap', 'disk'))
    host.set('swap', 'drifted', found='"took_ms":1,"waiver":null},{"boot"')
    tree = chained(dict(host.unnumbered(), sequence=1, config={'problem': ',"findings":[{"boot"'}))
    assert verbatim.read(sent(tree)) == prepared.report(tree)


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


def test_what_means_no_good_is_a_problem_of_the_ordinary_way():
    host = Host(1)
    host.findings['swap']['more'] = json.loads('[' * 100 + ']' * 100)
    for body in (sent(chained(dict(Host(1).unnumbered(), sequence=1, config={'problem': '\ud800'}))),
                 sent(host.report())):
        assert verbatim.read(body) is None
        with pytest.raises(Problem):
            bodies.tree(body)


@pytest.mark.parametrize('where', [
    lambda tree, deep: dict(tree, findings=[dict(tree['findings'][0], more=deep)]),
    lambda tree, deep: dict(tree, config={'problem': '', 'more': deep}),
    lambda tree, deep: dict(tree, node=dict(tree['node'], more=deep)),
    lambda tree, deep: dict(tree, fixes=[dict(FIXED[0], more=deep)])])
def test_a_part_is_no_deeper_than_it_may_be_within_the_whole_body(where):
    host = Host(1, requirements=('swap',))
    read = set()
    for depth in range(bodies.DEEPEST - 10, bodies.DEEPEST + 1):
        body = sent(chained(where(dict(host.unnumbered(), sequence=1), json.loads('[' * depth + ']' * depth))))
        found = verbatim.read(body)
        assert found is None or found == prepared.report(bodies.tree(body)['reports'][0])
        read.add(found is not None)
    assert read == {True, False}
    with pytest.raises(Problem):
        bodies.tree(body)


def test_a_body_may_have_as_many_values_as_ever():
    host = Host(1)
    for one in host.findings.values():
        one['more'] = [0] * (bodies.MANY // 20)
    body = sent(host.report())
    assert verbatim.read(body) is None
    with pytest.raises(Problem, match='values'):
        bodies.tree(body)


@pytest.mark.parametrize('change', [
    lambda tree: dict(tree, findings=[dict(tree['findings'][0], more=[[]] * 70 + [{'took_ms': 1, 'waiver': None}])]),
    lambda tree: dict(tree, config={'problem': '', 'a': [[]] * 70, 'more': {'a': 1, 'findings': []}}),
    lambda tree: dict(tree, node=dict(tree['node'], more=[[]] * 70 + [{'a': 1, 'sequence': 1}])),
    lambda tree: dict(tree, fixes=[dict(FIXED[0], more=[[]] * 70 + [{'a': 1, 'format': 1, 'id': ''}])])])
def test_what_looks_like_a_seam_after_many_brackets_is_no_problem(change):
    tree = chained(change(dict(Host(1, requirements=('swap',)).unnumbered(), sequence=1)))
    assert verbatim.read(sent(tree)) in (None, prepared.report(tree))
    assert bodies.tree(sent(tree))['reports'] == [tree]


def as_written(content, chain=''):
    """A body with a text as its report's content, and the digest of just that text."""
    own = hashed(GENESIS, content.encode())
    return f'{{"reports":[{{"chain":{{{chain}"digest":"{own}","previous":"{GENESIS}"}},{content[1:]}]}}'.encode()


def content_of(tree):
    return canonical({name: item for name, item in tree.items() if name != 'chain'}).decode()


@pytest.mark.parametrize('change', [
    lambda text: text[:-1] + ',"find\\u0069ngs":[]}', lambda text: text[:-1] + ',"findings" :[]}',
    lambda text: text.replace('"node":{', '"node":{"name":"innocent",', 1),
    lambda text: text.replace('"node":{', '"node": {', 1), lambda text: '{"zz":1,' + text[1:],
    lambda text: text.replace('"state":"met"', '"state":"drifted","state":"met"', 1),
    lambda text: text.replace('"took_ms":0.5', '"took_ms":0.50', 1),
    lambda text: text.replace('"took_ms":12.5', '"took_ms":12.50', 1),
    lambda text: text.replace('"took_ms":12.5', '"took_ms":012.5', 1),
    lambda text: text.replace('"sequence":1', '"sequence":01', 1),
    lambda text: text.replace('"met":', '"m\\u0065t":', 1),
    lambda text: text.replace('"format":1', '"format":1,"format":1', 1),
    lambda text: text.replace('"config":{"problem":""}', '"config":{"problem":"","problem":""}', 1)])
def test_what_two_readers_may_understand_in_two_ways_is_not_taken_as_it_stands(change):
    content = content_of(made())
    assert verbatim.read(as_written(content)) is not None and change(content) != content
    assert verbatim.read(as_written(change(content))) is None


def test_a_chain_with_more_in_it_is_left_to_the_ordinary_way():
    assert verbatim.read(as_written(content_of(made()), '"a":0,')) is None


def test_a_second_chain_which_would_be_the_one_that_counts_is_left_to_the_ordinary_way():
    tree = made()
    other = dict(tree, chain={'previous': 'ab' * 32, 'digest': digest('ab' * 32, tree)})
    for chain in ('{}', canonical(other['chain']).decode()):
        content = content_of(tree).replace(',"config":', f',"chain":{chain},"config":', 1)
        assert verbatim.read(as_written(content)) is None
    assert bodies.tree(as_written(content))['reports'] == [other]


def test_the_findings_are_those_of_the_report_not_those_of_a_member():
    plain = dict(Host(1, requirements=()).unnumbered(), sequence=1)
    tree = chained(dict(plain, config={'problem': '', 'findings': [{'a': 1}]}))
    assert verbatim.read(sent(tree)) == prepared.report(tree) and prepared.report(tree).parts == ()
    tree = chained(dict(plain, config={'a': 0, 'problem': '', 'findings': []}))
    assert verbatim.read(sent(tree)) is None and prepared.report(tree).parts == ()
    content = content_of(tree)
    assert verbatim.read(as_written(content.replace('"fights":[],"findings":[],', '"fights":[],', 1))) is None


def test_a_member_between_those_that_are_known_is_left_to_the_ordinary_way():
    for name in ('g', 'm', 'p', 'sf', 'tb', 'u', 'w', 'x'):
        tree = chained(dict(Host(1).unnumbered(), sequence=1, **{name: 1}))
        assert verbatim.read(sent(tree)) is None and prepared.report(tree).sequence == 1
    tree = chained(dict(Host(1).unnumbered(), sequence=1, b=1))
    assert verbatim.read(sent(tree)) == prepared.report(tree)


def test_what_is_not_as_the_schema_has_it_is_left_to_the_ordinary_way_which_says_why():
    for change in ({'verdict': 'fine'}, {'summary': {}}, {'took_ms': '1'}, {'node': []}, {'format': True},
                   {'boot_id': 1}, {'agent': {}}, {'id': '0' * 36}, {'taken': '2027-01-31T22:00:00ZZ'}):
        tree = dict(made(), **change)
        assert verbatim.read(as_written(content_of(tree))) is None
        with pytest.raises(prepared.Refused, match=f'report.{list(change)[0]}'):
            prepared.report(dict(tree, chain={'previous': GENESIS, 'digest': digest(GENESIS, tree)}))
    for name in ('verdict', 'node', 'findings', 'boot_id'):
        assert verbatim.read(as_written(content_of({key: one for key, one in made().items() if key != name}))) is None


def test_bounds_hold_for_what_is_written_as_agents_do():
    host = Host(1, requirements=('swap',))
    for tree, said in (
            (dict(host.unnumbered(), findings=host.unnumbered()['findings'] * 2), 'another requirement'),
            (dict(host.unnumbered(), findings=[dict(host.findings['swap'], requirement='a' * 65)]), '64 letters'),
            (dict(host.unnumbered(), node=dict(host.about, kernel='k' * 1001)), '1000 bytes'),
            (dict(host.unnumbered(), node=dict(host.about, labels={f'l{one}': '' for one in range(257)})), 'labels'),
            (dict(host.unnumbered(), taken='2027-02-30T22:00:00Z'), 'taken')):
        tree = chained(dict(tree, sequence=1))
        assert verbatim.read(sent(tree)) is None
        with pytest.raises(prepared.Refused, match=said):
            prepared.report(tree)


def test_how_long_a_check_took_does_not_make_it_another():
    host = Host(1, requirements=('swap',))
    seen = set()
    for took in (0.5, 7, 123.456, 0):
        host.findings['swap']['took_ms'] = took
        tree = chained(dict(host.unnumbered(), sequence=1))
        found = verbatim.read(sent(tree))
        assert found == prepared.report(tree) and found.parts[0].tree['took_ms'] == took
        seen.add(found.parts[0].seen)
    assert len(seen) == 1


def test_a_second_such_number_in_a_finding_is_left_to_the_ordinary_way():
    host = Host(1, requirements=('swap',))
    host.findings['swap']['more'] = {'took_ms': 1}
    tree = chained(dict(host.unnumbered(), sequence=1))
    assert verbatim.read(sent(tree)) is None and prepared.report(tree).sequence == 1


def test_what_the_agents_spool_and_client_make_is_written_so():
    content = {name: item for name, item in made().items() if name != 'chain'}
    line, own = sealed(canonical(content), GENESIS)
    body = json.dumps({'reports': [json.loads(line)]}, separators=(',', ':'), allow_nan=False).encode('ascii')
    assert verbatim.read(body).digest == own


def test_what_is_familiar_is_forgotten_when_it_is_too_much():
    few = Familiar(lambda text: text.upper(), 2)
    assert [few.means(one) for one in 'abcab'] == list('ABCAB')


def test_what_is_familiar_holds_no_more_than_a_bound_however_much_it_means():
    looked = []
    light = Familiar(lambda text: looked.append(text) or (text, text * 1000), heavy=3000)
    assert [light.means(one)[0] for one in 'aabba'] == list('aabba')
    assert looked == ['a', 'b'] and len(light.means('c')[1]) == 1000
    assert light.means('a')[0] == 'a' and looked == ['a', 'b', 'c', 'a']
