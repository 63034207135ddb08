"""The page over a real PostgreSQL: every page is there, and a form does what it says."""
import pytest

from nodeprep.master.store import open_store
from tests.master.web.browsing import NOW, Site, csrf, fleet, parsed, text_of
from tests.master.web.test_pages import PAGES


@pytest.fixture
def full(postgres):
    opened = open_store(postgres.database())
    site = Site(opened)
    site.fleet = fleet(opened)
    yield site
    opened.close()


def test_every_page_is_there(full):
    ada = full.browser('admin')
    for path in PAGES:
        answer = ada.ask('GET', path, headers={'accept': 'text/html'})
        assert answer.status == (404 if path in ('/nodes/nobody', '/nothing') else 200), path
        parsed(answer)
    assert text_of(parsed(ada.get('/')).find('.//h1')) == '5 of 9 nodes are not fit, 1 cannot be told, 1 silent'
    assert not full.lines


def test_what_is_decided_is_decided(full):
    ann = full.browser('approver')
    digest = full.rows("SELECT digest FROM approval")[0][0]
    assert ann.submit('/approvals', {'csrf': csrf(ann), 'do': 'approve-all', 'digest': digest,
                                       'seen': str(NOW)}).status == 303
    assert full.rows('SELECT DISTINCT state FROM approval') == [('approved',)]
    waiver = {'do': 'waive', 'scope_kind': 'all', 'scope': '', 'requirement': 'swap', 'reason': 'x', 'owner': 'y',
              'until': '2023-12-31', 'csrf': csrf(ann)}
    assert ann.submit('/waivers', waiver).headers['location'] == '/waivers?done=waived'
    assert full.rows("SELECT COUNT(*) FROM state WHERE outcome = 'waived' AND requirement = 'swap'") == [(3,)]
