"""What was fixed on nodes, by the interface: all that the page of fixes shows."""
import pytest

from nodeprep.master.shapes import stamp
from nodeprep.master.store import approvals
from tests.master.api.conftest import drifted
from tests.master.fleet import Host
from tests.master.web.browsing import DAY, fixed

POLICY = 'mode: fix, by the configuration of the node'


@pytest.fixture
def fixing(master):
    """Two nodes that tell of four fixes: one is older than a month and was taken back, one failed, one was approved."""
    now, master.ann = master.clock.now, master.person('ann', 'viewer')
    fit, host = master.join('fit'), Host(1, 'fit', start=now - 60)
    fit.post('/v1/reports', host.report(fixes=[
        fixed(now - 40 * DAY, 'disk', 1, undone=now - 39 * DAY, undone_by='bob'), fixed(now - 2 * DAY, 'swap', 2)]))
    bad, host = drifted(master, 'bad', 2)
    one = master.store.read(approvals.waiting)[0]
    master.store.do(lambda cursor: approvals.decide(cursor, one['id'], 'approved', 'eve', now - 300, now + DAY,
                                                    'window'))
    bad.post('/v1/reports', host.report(fixes=[
        fixed(now - 3600, 'docker', 1, 'person', 'root', result='failed', why='it did not start'),
        fixed(now - 200, 'swap', 2, 'approval', 'mallory', approval=one['id'])]))
    return master


def told(master, query=''):
    return master.ann.get('/v1/fixes' + query).tree


def test_fixes_are_told_the_newest_first_with_who_allowed_them_and_what_came_of_them(fixing):
    tree, now = told(fixing), fixing.clock.now
    assert (tree['counts'], tree['page'], tree['per']) == ({'all': 3, 'failed': 1, 'undone': 0}, 1, 100)
    assert tree['fixes'][0] == {
        'node': 'bad', 'requirement': 'swap', 'at': stamp(now - 200), 'transaction': '000002', 'result': 'done',
        'why': '', 'how': 'approval', 'allowed': 'approved', 'who': 'eve', 'reason': 'window', 'undone': None,
        'undone_by': ''}
    assert [(one['node'], one['how'], one['result'], one['why']) for one in tree['fixes'][1:]] == [
        ('bad', 'person', 'failed', 'it did not start'), ('fit', 'policy', 'done', '')]
    old = told(fixing, '?since=90d')['fixes'][-1]
    assert (old['allowed'], old['undone'], old['undone_by']) == (POLICY, stamp(now - 39 * DAY), 'bob')


@pytest.mark.parametrize('query, found', [
    ('kind=failed', ['docker']), ('since=400d&kind=undone', ['disk']), ('how=policy', ['swap']),
    ('how=approval&search=ba', ['swap']), ('node=fit&since=90d', ['swap', 'disk']), ('node=fi', []),
    ('requirement=docker', ['docker']), ('label=rack=r02', ['swap', 'docker']), ('role=control-plane', []),
    ('per=1&page=2', ['docker']), ('since=1h', ['swap', 'docker']), ('page=9', [])])
def test_fixes_are_narrowed(fixing, query, found):
    assert [one['requirement'] for one in told(fixing, '?' + query)['fixes']] == found


@pytest.mark.parametrize('query', ['standing=met', 'show=failed', 'kind=x', 'how=magic', 'since=never', 'per=0',
                                   'days=7'])
def test_a_question_about_fixes_that_is_not_understood_is_a_bad_request(fixing, query):
    answer = fixing.ann.get('/v1/fixes?' + query)
    assert answer.status == 400 and answer.tree['detail'].startswith(('query: ', query.partition('=')[0]))


def test_a_fix_that_names_an_approval_that_was_never_given_is_told_as_that(fixing):
    node, host = fixing.join('liar'), Host(7, 'liar', start=fixing.clock.now)
    made = fixed(fixing.clock.now - 60, 'swap', 1, 'approval', 'ann', approval='x')
    node.post('/v1/reports', host.report(fixes=[made]))
    one, = told(fixing, '?node=liar')['fixes']
    assert one['how'] == 'approval' and one['allowed'].startswith('approved, as the node says; this master gave it no')
