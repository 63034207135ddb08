"""With scripts the page is live: it changes where something changed, and leaves alone who works with it."""
import pytest

from nodeprep.master.store import covering, settled, waivers
from tests.master.fleet import plan
from tests.master.web.browsing import NOW
from tests.web.scripts import LOOK


@pytest.fixture
def live(serving, chrome):
    """A browser on the front page; its mark would not survive if that were loaded anew."""
    browser = chrome(serving.base).sign_in(serving.site.tokens['approver'])
    browser.run('window.kept = true')
    return browser


def drifts(serving, name='fit', requirement='docker'):
    serving.site.fleet.hosts[name].set(requirement, 'drifted')
    serving.site.fleet.tell(name, after=600)


def test_what_drifts_shows_up_without_loading_the_page_and_is_said_aloud(serving, live):
    drifts(serving)
    live.run(LOOK)
    live.wait(lambda: live.heading().startswith('6 of 9 nodes are not fit'))
    assert live.find('#live').text.startswith('6 of 9 nodes are not fit') and live.run('return window.kept')
    assert live.find('#live').get_attribute('aria-live') == 'polite'
    assert live.driver.title.startswith('6 of 9') and '6' in live.find('#nav').text
    assert live.complaints() == []


def test_it_looks_by_itself_now_and_then(serving, live):
    drifts(serving)
    live.wait(lambda: live.heading().startswith('6 of 9'))
    assert live.run('return window.kept')


def test_the_focus_stays_where_it_is_when_the_page_changes(serving, live):
    live.run("Array.from(document.querySelectorAll('.grid tbody th a')).find(function (one) {"
             " return one.textContent === 'proposing6'; }).focus()")
    drifts(serving)
    live.run(LOOK)
    live.wait(lambda: live.heading().startswith('6 of 9'))
    assert live.focus() == 'proposing6'


def test_who_ticks_or_writes_is_not_disturbed(serving, live):
    live.go('/approvals').run('window.kept = true')
    live.find('input[type=checkbox]').click()
    live.find('input[name=reason]').send_keys('half a sen')
    serving.site.fleet.hosts['waived'].set('ports', 'drifted', mode='approve', changes=plan('mend'))
    serving.site.fleet.tell('waived', after=600)
    live.run(LOOK)
    live.wait(lambda: live.heading().startswith('3 fixes wait'))
    assert live.find('input[type=checkbox]').is_selected() and live.run('return window.kept')
    assert live.find('input[name=reason]').get_attribute('value') == 'half a sen' and live.focus() == 'reason'


def test_what_was_opened_stays_open(serving, live):
    live.go('/nodes/drifted').run('window.kept = true')
    live.find('details#docker summary').click()
    drifts(serving, 'drifted', 'ports')
    live.run(LOOK)
    live.wait(lambda: live.all('article#ports'))
    assert live.find('details#docker').get_attribute('open') and live.run('return window.kept')


def test_live_can_be_paused(serving, live):
    live.find('#live + button').click()
    assert live.find('#live + button').text == 'Go on live'
    drifts(serving)
    live.run(LOOK)
    live.run('return new Promise(function (done) { setTimeout(done, 1500); })')
    assert live.heading().startswith('5 of 9')
    live.find('#live + button').click()
    live.wait(lambda: live.heading().startswith('6 of 9'))


HELD = '''
var real = window.fetch;
window.fetch = function () {
  return real.apply(window, arguments).then(function (answer) {
    return new Promise(function (done) { window.go = function () { done(answer); }; });
  });
};
'''


def test_what_was_asked_for_before_it_was_paused_is_not_put_in_after(serving, live):
    drifts(serving)
    live.run(HELD + LOOK)
    live.wait(lambda: live.run('return Boolean(window.go)'))
    live.find('#live + button').click()
    live.run('window.go(); return new Promise(function (done) { setTimeout(done, 500); })')
    assert live.heading().startswith('5 of 9')


def test_a_session_that_is_over_is_said_and_nothing_is_asked_any_more(serving, live):
    serving.store.do(lambda cursor: cursor.run('DELETE FROM session'))
    live.run(LOOK)
    live.wait(lambda: 'The session is over' in live.find('#live').text)
    assert live.heading().startswith('5 of 9')


def test_that_a_waiver_does_not_count_everywhere_yet_is_said_and_goes_when_it_does(serving, live, monkeypatch):
    store = serving.store
    monkeypatch.setattr(covering.decided, '__defaults__', (0,))
    store.do(lambda cursor: waivers.add(cursor, 'all', '', 'swap', 'why', 'ops', '2023-12-31', 'ada', NOW))
    live.run(LOOK)
    live.wait(lambda: 'A waiver was given or ended a moment ago' in live.find('main').text)
    assert live.find('[data-part=settling] [role=status]').is_displayed()
    settled.finish(store, NOW)
    live.run(LOOK)
    live.wait(lambda: not live.all('[data-part=settling] [role=status]'))
    assert live.heading().startswith('2 of 9 nodes are not fit') and live.run('return window.kept')
    assert live.complaints() == []
