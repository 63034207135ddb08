"""What the page and the interface say while a waiver does not count everywhere yet."""
import pytest

from nodeprep.master import chores
from nodeprep.master.api.routes import routes
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.master.store import covering, settled, unsettled, waivers
from tests.master.asking import Asking
from tests.master.web.browsing import NOW, csrf, parsed, text_of

SAID = 'A waiver was given or ended a moment ago: some of what it covers is counted as before until all of it is done.'
PAGES = ('/', '/drift', '/nodes/drifted', '/waivers', '/approvals', '/fixes')


@pytest.fixture
def slow(full, monkeypatch):
    """A fleet in which no waiver counts at once, and none that is given is waited for."""
    monkeypatch.setattr(covering.decided, '__defaults__', (0,))
    monkeypatch.setattr(settled, '_LONGEST', -1.0)           # the first slice, and no more
    monkeypatch.setattr(covering.settle, '__defaults__', (1,))
    return full


def notes(site, path):
    return [text_of(one) for one in parsed(site.browser().get(path)).findall('.//*[@data-part="settling"]/p')]


def waive(site):
    ann = site.browser('approver')
    answer = ann.submit('/waivers', {'csrf': csrf(ann, '/waivers'), 'do': 'waive', 'scope_kind': 'all', 'scope': '',
                                     'requirement': 'swap', 'reason': 'why', 'owner': 'ops', 'until': '2023-12-31'})
    assert answer.status == 303 and answer.headers['location'] == '/waivers?done=waived'


def waived(site):
    return site.rows("SELECT COUNT(*) FROM state WHERE outcome = 'waived' AND requirement = 'swap'")[0][0]


def test_every_page_says_that_some_counts_as_before_until_it_does_not(slow):
    assert not any(notes(slow, path) for path in PAGES)
    waive(slow)
    assert waived(slow) == 1
    assert [notes(slow, path) for path in PAGES] == [[SAID]] * len(PAGES)
    chores.lapse(slow.master)
    assert waived(slow) == 3 and not any(notes(slow, path) for path in PAGES)


def test_the_interface_says_it_too(slow):
    app = App(slow.master, Table(routes()))
    ann = Asking(app, slow.person('ann', 'approver'))
    given = ann.post('/v1/waivers', {'all': True, 'requirement': 'swap', 'reason': 'why', 'owner': 'ops',
                                     'until': '2023-12-31'})
    assert given.status == 201 and given.tree['settling'] is True
    for path in ('/v1/nodes', '/v1/nodes/drifted', '/v1/drift', '/v1/waivers'):
        assert ann.get(path).tree['settling'] is True
    assert [one['settling'] for one in ann.get('/v1/waivers').tree['waivers']] == [True, False]
    chores.lapse(slow.master)
    for path in ('/v1/nodes', '/v1/nodes/drifted', '/v1/drift', '/v1/waivers'):
        assert ann.get(path).tree['settling'] is False
    assert not any(one['settling'] for one in ann.get('/v1/waivers').tree['waivers'])


def test_who_gives_or_ends_one_hears_of_it_when_it_counts_everywhere(full, monkeypatch):
    monkeypatch.setattr(covering.decided, '__defaults__', (0,))
    waive(full)
    assert (waived(full), full.store.read(unsettled.waivers), notes(full, '/waivers')) == (3, [], [])
    ann = full.browser('approver')
    answer = ann.submit('/waivers', {'csrf': csrf(ann, '/waivers'), 'do': 'end', 'id': '2'})
    assert answer.status == 303 and (waived(full), full.store.read(unsettled.waivers)) == (0, [])


def test_compliance_is_told_when_every_waiver_counts(full, monkeypatch):
    monkeypatch.setattr(covering.decided, '__defaults__', (0,))
    full.store.do(lambda cursor: waivers.add(cursor, 'all', '', 'swap', 'why', 'ops', '2023-12-31', 'ada', NOW - 60))
    assert waived(full) == 0
    app = App(full.master, Table(routes()))
    tree = Asking(app, full.person('ann', 'viewer')).get('/v1/compliance').tree
    assert waived(full) == 3
    assert [one['nodes'] for one in tree['waivers'] if one['requirement'] == 'swap'] == [3]
    assert [row['seconds']['waived'] for row in tree['requirements'] if row['requirement'] == 'swap'] == [3 * 60.0]
    full.store.do(lambda cursor: waivers.end(cursor, 2, 'ada', NOW - 30))
    full.browser().get('/compliance')
    assert (waived(full), notes(full, '/compliance')) == (0, [])
