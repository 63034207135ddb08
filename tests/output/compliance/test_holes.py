"""Whatever is noted of a gap in the record is read in Chinese too, with the same numbers."""
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep import chain
from nodeprep.agent import account
from nodeprep.agent.remembered import Remembered
from nodeprep.language import CHINESE, ENGLISH_TEXTS, speaking
from nodeprep.output import Options
from nodeprep.output.compliance import holes, renderer
from tests.compliance import sample

_ = speaking(CHINESE)
HEADS = st.sampled_from([chain.GENESIS, 'a' * 64, 'b' * 64])
NUMBERS = st.integers(1, 30)


def check(said):
    """That a text is said in Chinese, with its numbers and no letter of English."""
    told = holes.noted(said, _)
    assert not re.search('[A-Za-z]', told), told
    assert sorted(re.findall('[0-9]+', told)) == sorted(re.findall('[0-9]+', said))
    assert holes.noted(said, ENGLISH_TEXTS) == said


@given(NUMBERS, HEADS, st.none() | st.tuples(NUMBERS, NUMBERS), NUMBERS, HEADS)
def test_what_a_master_notes_of_a_chain_is_known(number, previous, gap, sequence, head):
    link = chain.placed(number, previous, gap, sequence, head)
    if link.state not in (chain.NEXT, chain.SEEN):
        check(link.said)
        assert holes.kind(link.state, _) != link.state == holes.kind(link.state, ENGLISH_TEXTS)


def test_what_a_master_notes_of_two_reports_with_one_number_is_known():
    check('there are two different reports 12')


def test_what_a_host_notes_of_its_own_history_is_known():
    known = Remembered([], {}, {}, {}, {}, 4.0, 9.0, True, True, [5.0])
    told = [one['said'] for one in account._gaps(known, 'web-1', 0.0, 9.0)]
    assert len(told) == 2
    for said in told:
        check(said)


@pytest.mark.parametrize('said', ['', 'reports x to 9 never came', 'reports 1 to 2 never came, or did', 'a\nb', '{0}'])
def test_what_nobody_knows_is_shown_as_it_is(said):
    assert holes.noted(said, _) == said and holes.kind('odd', _) == 'odd'


@pytest.mark.parametrize('form', ['html', 'table'])
def test_the_report_says_it_in_chinese(form):
    tree = dict(sample.small(), gaps=[dict(sample.small()['gaps'][0], state=state, said='reports 17 to 19 never came')
                                      for state in sorted(holes.KINDS)])
    said = renderer(form)(tree, Options(language=_))
    assert 'never came' not in said and holes.noted('reports 17 to 19 never came', _) in said
    if form == 'html':
        assert all(f'>{_(name)}</td>' in said and f'>{state}</td>' not in said for state, name in holes.KINDS.items())
    assert 'never came' in renderer(form)(tree, Options())
