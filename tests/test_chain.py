"""The chain: what follows, what is missing, what was changed; told apart for any damage."""
import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from nodeprep import chain
from nodeprep.chain import BAD, FORK, GAP, GENESIS, MISSING, NEXT, RESTART, SEEN, judge, verify

TREES = st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False,
                                                                                       allow_infinity=False),
                     lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner,
                                                                                 max_size=3), max_leaves=8)


def chained(count, start=1, previous=GENESIS, mark=''):
    """That many reports, one after another."""
    made = []
    for number in range(start, start + count):
        report = {'sequence': number, 'id': f'{mark}{number}'}
        own = chain.digest(previous, report)
        made.append(dict(report, chain={'previous': previous, 'digest': own}))
        previous = own
    return made


def test_a_whole_chain_follows():
    reports = chained(5)
    assert [link.state for link in verify(reports)] == [NEXT] * 5
    assert [link.state for link in verify(reports[2:], 2, reports[1]['chain']['digest'])] == [NEXT] * 3


@given(st.dictionaries(st.text(max_size=5), TREES, max_size=4))
def test_the_digest_is_that_of_what_json_gives_back(tree):
    tree['sequence'] = 1
    own = chain.digest(GENESIS, tree)
    back = json.loads(json.dumps(tree, indent=1))
    assert chain.digest(GENESIS, back) == own
    assert chain.digest(GENESIS, dict(back, chain={'previous': 'x'})) == own


@given(st.data())
def test_any_change_of_a_report_is_seen(data):
    reports = chained(3)
    report = copy.deepcopy(data.draw(st.sampled_from(reports)))
    spoil = data.draw(st.sampled_from(['id', 'sequence', 'more', 'previous', 'digest', 'chain', 'none']))
    if spoil in ('previous', 'digest'):
        report['chain'][spoil] = data.draw(st.sampled_from(['', None, 7, 'f' * 64, 'F' * 64, 'x' * 64, 'é' * 64]))
    elif spoil == 'chain':
        report['chain'] = data.draw(st.sampled_from([None, [], 'x']))
    elif spoil == 'sequence':
        report['sequence'] = data.draw(st.sampled_from([0, -1, True, 1.5, '1', 9, None]))
    elif spoil == 'none':
        del report['chain']
    else:
        report[spoil] = 'changed'
    assert judge(report, 0).state == BAD


def test_what_is_missing_without_a_word():
    reports = chained(5)
    link = judge(reports[3], 1, reports[0]['chain']['digest'])
    assert link == (MISSING, 'reports 2 to 3 never came')


def test_what_the_node_says_is_lost():
    reports = chained(5)
    reports[3]['chain']['gap'] = [2, 3]
    held = reports[0]['chain']['digest']
    assert judge(reports[3], 1, held) == (GAP, 'reports 2 to 3 are lost, as the node says')
    # The master has one of them already: its answer was lost, and the node does not know.
    assert judge(reports[3], 2, reports[1]['chain']['digest']).state == GAP
    assert [link.state for link in verify([reports[0], reports[3], reports[4]])] == [NEXT, GAP, NEXT]


def test_a_gap_that_does_not_explain_the_hole():
    for gap in ([2, 2], [3, 3], [2, 4], [3, 2], [2], 'x', None, [True, 3], [2.0, 3]):
        report = chained(5)[3]
        report['chain']['gap'] = gap
        assert judge(report, 1, 'a' * 64).state == MISSING, gap


def test_a_fork_and_a_new_beginning():
    one, other = chained(3), chained(3, mark='other')
    assert judge(other[2], 2, one[1]['chain']['digest']).state == FORK
    assert judge(chained(1, start=3)[0], 2, one[1]['chain']['digest']).state == RESTART
    assert judge(chained(1, start=9)[0], 2, one[1]['chain']['digest']).state == RESTART
    assert judge(one[1], 2, one[1]['chain']['digest']).state == SEEN
    assert [link.state for link in verify([one[0], other[1], one[1], one[1]])] == [NEXT, FORK, NEXT, SEEN]


def test_what_cannot_be_written_as_json():
    report = chained(1)[0]
    assert judge(dict(report, id=float('nan'))).state == BAD
    assert judge(dict(report, id=b'x')).state == BAD
