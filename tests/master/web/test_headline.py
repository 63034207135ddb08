"""The first sentence of the page."""
import pytest

from nodeprep.master.web.pages.fleet import Fleet, headline


@pytest.mark.parametrize('standings, said', [
    ({}, 'No node has joined yet'),
    ({'new': 3}, 'No node has reported yet'),
    ({'met': 1}, 'The one node is fit'),
    ({'met': 2}, 'Both nodes are fit'),
    ({'met': 10000}, 'All 10,000 nodes are fit'),
    ({'met': 1, 'new': 2}, 'The one node that has reported is fit'),
    ({'met': 5, 'new': 2}, 'All 5 nodes that have reported are fit'),
    ({'drifted': 1}, 'The one node is not fit'),
    ({'unknown': 1}, 'The one node cannot be told'),
    ({'silent': 1}, 'The one node is silent'),
    ({'drifted': 1, 'met': 9}, '1 of 10 nodes is not fit'),
    ({'unknown': 2, 'met': 9}, '2 of 11 nodes cannot be told'),
    ({'drifted': 1200, 'unknown': 3, 'silent': 2, 'quarantined': 1, 'met': 1},
     '1,200 of 1,207 nodes are not fit, 3 cannot be told, 2 silent, 1 quarantined'),
    ({'silent': 2, 'met': 2}, '2 of 4 nodes are silent')])
def test_it_says_first_what_is_wrong(standings, said):
    assert headline(Fleet(standings, standings, [], {}, [], [], [], {}, {}, None)) == said
