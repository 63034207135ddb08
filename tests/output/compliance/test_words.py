"""What every form says of the whole."""
from nodeprep.output.compliance import words
from tests.output.compliance.fleet import fleet


def beside(seconds, share=0.981, trend=0.01):
    tree = fleet(3)
    tree['overall']['before'].update(share=share, **({'seconds': seconds} if seconds else {}))
    tree['overall']['trend'] = trend
    return words.trend(tree)


def test_a_trend_against_a_time_of_which_hardly_anything_is_on_record_says_so():
    now = fleet(3)['overall']['seconds']
    assert beside(now) == '+1.0 points, against 98.1 % in the 30 d before'
    assert beside({'met': 60.0, 'silent': 60.0}) == (
        '+1.0 points, against 98.1 % in the 30 d before, of which less than half as much is on record')
    assert beside({'met': 60.0}, trend=0).startswith('no change against') and 'less than half' in beside({'met': 60.0})
    assert 'record' not in beside(None)                  # of a report from before this was written down


def test_a_time_without_a_share_says_whether_nothing_was_told_or_nothing_counts():
    tree = fleet(0)
    assert words.headline(tree) == 'Nothing is on record of this time' and words.counted(tree) == 'No node counts.'
    tree['overall']['seconds'] = {'waived': 60.0}
    tree['overall']['nodes'].update(counted=1, met=1)
    assert words.headline(tree) == 'Nothing in this time counts'
    assert words.counted(tree) == '1 node counts. At the end: 1 met.'
    tree['overall']['nodes'].update(counted=0, met=0, quarantined=1)
    assert words.counted(tree) == '0 nodes count. At the end: 1 quarantined.'


def test_a_trend_against_nothing_is_none():
    assert beside({}, share=None) == 'nothing is on record of the period before'


def test_a_share_of_less_than_was_asked_for_says_since_when_there_is_a_record():
    tree = fleet(3)
    assert 'record begins' not in words.counted(tree)
    for node, begin in zip(tree['nodes'], (None, '2100-01-02T03:04:05Z', '2100-01-03T00:00:00Z')):
        node['counts_from'] = begin
    assert words.counted(tree).endswith('. The record begins on 2100-01-02 03:04 UTC.')
