"""What was fixed, as the page tells it: of all nodes, and of each."""
from urllib.parse import quote

from nodeprep.master.store import approvals
from tests.master.web.browsing import DAY, EVIL, NOW, SCRIPT, fixed, parsed, text_of
from tests.master.web.test_pages import rows

BOB = ('2023-11-14 19:13:20 UTC', 'drifted', 'swap', 'by hand at the host (bob)',
       '\u00d7 failed, and taken back transaction 000001 /dev/sda2 is used: swapoff failed with 4')
POLICY = 'mode: fix, by the configuration of the node (/etc/nodeprep/nodeprep.yaml:3)'


def shown(site, path, role='viewer'):
    """The rows of a list, but for its head."""
    return [tuple(row) for row in rows(parsed(site.browser(role).get(path)))[1:]]


def test_each_says_when_where_who_allowed_it_and_what_came_of_it_the_newest_first(full):
    page = parsed(full.browser().get('/fixes'))
    assert text_of(page.find('.//h1')) == '3 fixes were tried'
    found = shown(full, '/fixes')
    assert [row[0] for row in found] == sorted((row[0] for row in found), reverse=True)
    assert found[1:] == [BOB, ('2023-11-12 22:13:20 UTC', 'fit', 'swap', POLICY, '\u2713 done transaction 000001')]
    assert shown(full, '/fixes?days=all')[-1] == (
        '2023-10-05 22:13:20 UTC', 'fit', 'disk', POLICY,
        '\u2713 done transaction 000002 Taken back 2023-10-06 22:13:20 UTC by bob')


def test_what_a_node_makes_up_is_shown_as_it_is_and_runs_nowhere(full):
    answer = full.browser().get('/fixes')
    row = rows(parsed(answer))[1]
    assert row[3].startswith('approved, as the node says; this master gave it no such approval (' + SCRIPT)
    assert row[4].startswith('? ' + SCRIPT) and row[4].count(SCRIPT) == 2 and '\\u202e' in row[4]
    assert SCRIPT.encode() not in answer.body and b'\xe2\x80\xae' not in answer.body


def test_an_approval_is_told_with_who_gave_it_and_why(full):
    one = next(one for one in full.store.read(approvals.waiting) if one['name'] == 'proposing5')
    full.store.do(lambda cursor: approvals.decide(cursor, one['id'], 'approved', 'ann', NOW - 300, NOW + DAY,
                                                  'window 7'))
    full.fleet.hosts['proposing5'].set('swap', 'met')
    full.fleet.tell('proposing5', fixes=[fixed(NOW - 200, how='approval', who='mallory', approval=one['id'])])
    assert shown(full, '/fixes?how=approval&q=propos')[0][3:] == (
        'approved (ann) window 7', '\u2713 done transaction 000001')


def test_the_lists_are_counted_and_narrowed_and_stay_so_from_one_to_the_next(full):
    page = parsed(full.browser().get('/fixes?days=all&requirement=disk'))
    tabs = page.findall('.//ul[@class="tabs"]//a')
    assert [text_of(one) for one in tabs] == ['All 2', 'Not done 1', 'Taken back 2']
    assert [one.get('href') for one in tabs] == [
        '/fixes?days=all&requirement=disk', '/fixes?days=all&requirement=disk&show=failed',
        '/fixes?days=all&requirement=disk&show=undone']
    assert shown(full, '/fixes?show=failed&q=drift') == [BOB]
    assert shown(full, '/fixes?how=person') == [BOB] == shown(full, '/fixes?label=rack=r02')
    page = parsed(full.browser().get('/fixes?q=nobody'))
    assert text_of(page.find('.//h1')) == 'No fix was tried' and page.find('.//table') is None
    assert text_of(page.find('.//p[@class="empty"]')) == 'Nothing is like that.'
    page = parsed(full.browser().get('/fixes?page=9999'))
    assert text_of(page.find('.//h1')) == '3 fixes were tried'


def test_many_are_on_several_pages(full):
    full.fleet.tell('fit', fixes=[fixed(NOW - 3600 - one, number=100 + one) for one in range(100)])
    full.fleet.tell('drifted', fixes=[fixed(NOW - 7200 - one, number=100 + one) for one in range(30)])
    page = parsed(full.browser().get('/fixes'))
    assert text_of(page.find('.//nav[@class="pages"]')) == 'Page 1 of 2 Next'
    first, second = shown(full, '/fixes'), shown(full, page.find('.//a[@rel="next"]').get('href'))
    assert (len(first), len(second)) == (100, 33) and not set(first) & set(second)


def test_a_node_shows_its_last_ones_and_leads_to_all_of_them(full):
    page = parsed(full.browser().get('/nodes/fit'))
    part = page.find('.//section[@data-part="fixed"]')
    assert [text_of(one) for one in part.findall('.//li')] == [
        f'2023-11-12 22:13:20 UTC swap \u2713 done transaction 000001 {POLICY}',
        '2023-10-05 22:13:20 UTC disk \u2713 done transaction 000002 Taken back 2023-10-06 22:13:20 UTC by bob '
        f'{POLICY}']
    link = part.find('.//a').get('href')
    assert {row[1] for row in shown(full, link)} == {'fit'} and len(shown(full, link)) == 2
    full.fleet.tell('fit', fixes=[fixed(NOW - one, number=100 + one) for one in range(12)])
    part = parsed(full.browser().get('/nodes/fit')).find('.//section[@data-part="fixed"]')
    assert len(part.findall('.//li')) == 10 and text_of(part.find('.//a')) == 'All of its fixes'
    none = parsed(full.browser().get('/nodes/untold')).find('.//section[@data-part="fixed"]')
    assert text_of(none.find('.//li')) == 'It has told of no fix.' and none.find('.//a') is None


def test_the_list_of_one_node_stays_with_it_whatever_its_name(full):
    evil = next(name for name in full.fleet.hosts if SCRIPT in name)
    path = parsed(full.browser().get('/nodes/' + quote(evil, safe=''))).find(
        './/section[@data-part="fixed"]//a').get('href')
    page = parsed(full.browser().get(path))
    assert len(rows(page)) == 2 and page.find('.//input[@name="node"]').get('value').startswith(SCRIPT + EVIL[:20])
    assert page.find('.//input[@name="q"]') is None
    assert text_of(page.find('.//p[@class="lead"]')).startswith('On ' + SCRIPT)
