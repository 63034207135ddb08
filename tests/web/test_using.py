"""Using the page by the keyboard alone, and without scripts."""
import pytest

from tests.web.scripts import ORDER

TAB, ENTER, SPACE = '\ue004', '\ue007', ' '         # as WebDriver has them


def approvals(serving):
    return dict(serving.site.rows('SELECT n.name, a.state FROM approval a JOIN node n ON n.id = a.node'))


@pytest.mark.parametrize('width', [1280, 400])
def test_signing_in_and_approving_by_the_keyboard_alone(serving, chrome, width):
    browser = chrome(serving.base, width)
    browser.go('/approvals')              # leads to the sign-in, and back
    assert browser.focus() == 'token'
    browser.press(serving.site.tokens['approver'], ENTER)
    browser.wait(lambda: browser.path() == '/approvals')
    browser.press(TAB)
    assert browser.focus() == 'Skip to the content'
    assert browser.run('return document.activeElement.getBoundingClientRect().top >= 0')       # seen when it is reached
    browser.press(ENTER)
    browser.wait(lambda: browser.run('return document.activeElement.id') == 'main')
    browser.tab_to('reason')
    browser.press('looked at', ENTER)     # which decides nothing by itself
    browser.tab_to('id')                  # a tick, of the first node
    assert browser.run('return getComputedStyle(document.activeElement).outlineStyle') != 'none'
    browser.press(SPACE)
    browser.tab_to('Approve the ticked')
    browser.press(ENTER)
    browser.wait(lambda: 'One fix is approved.' in browser.find('main [role=status]').text)
    assert approvals(serving) == {'proposing5': 'approved', 'proposing6': 'proposed'}


def test_every_page_is_reached_by_the_keyboard_in_the_order_in_which_it_is_read(serving, chrome):
    browser = chrome(serving.base).sign_in(serving.site.tokens['admin'])
    for name in ('Drift', 'Approvals', 'Fixes', 'Waivers', 'Clones', 'Compliance', 'Audit'):
        browser.tab_to(name)
        browser.press(ENTER)
        browser.wait(lambda name=name: browser.path() == '/' + name.lower())
        order = browser.run(ORDER)
        assert order == sorted(order) and 0 in order
        assert browser.all('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])') == []


def test_without_scripts_everything_is_read_and_decided(serving, chrome):
    browser = chrome(serving.base, scripts=False).sign_in(serving.site.tokens['approver'])
    assert browser.heading() == '5 of 9 nodes are not fit, 1 cannot be told, 1 silent'
    assert browser.all('#live + button') == []                      # what only a script can do is not offered
    browser.find('#q').send_keys('propos')
    browser.find('.filter button').click()
    browser.wait(lambda: 'q=propos' in browser.path())
    assert [one.text for one in browser.all('.grid tbody th a')] == ['proposing5', 'proposing6']
    browser.go('/').choose('#group', 'label site')
    browser.find('.filter button').click()
    browser.wait(lambda: 'group=label' in browser.path())
    assert [one.text for one in browser.all('.grid tbody th a')] == ['a', 'c', 'b']
    browser.go('/nodes/fit').find('details summary').click()
    assert 'Wanted' in browser.find('details').text
    browser.go('/approvals').find('button[value="approve-all"]').click()
    browser.wait(lambda: '2 fixes are approved.' in browser.find('main [role=status]').text)
    browser.go('/nodes/drifted')
    next(one for one in browser.all('#swap a') if one.text == 'Waive it').click()
    browser.wait(lambda: browser.path().startswith('/waivers?'))
    assert browser.find('#scope').get_attribute('value') == 'drifted'
    browser.find('#reason').send_keys('old')
    browser.find('#owner').send_keys('ops')
    browser.find('#until').send_keys('12312023')
    browser.find('button[value="waive"]').click()
    browser.wait(lambda: 'The waiver holds.' in browser.find('main [role=status]').text)
    assert serving.site.rows("SELECT COUNT(*) FROM state WHERE outcome = 'waived'") == [(2,)]
    browser.find('.who button').click()
    browser.wait(lambda: browser.path().startswith('/sign-in'))


def test_without_scripts_what_was_fixed_is_found_from_the_node(serving, chrome):
    browser = chrome(serving.base, scripts=False).sign_in(serving.site.tokens['viewer'])
    browser.go('/nodes/fit')
    assert [one.text.split('\n')[0] for one in browser.all('[data-part=fixed] li')] == [
        '2023-11-12 22:13:20 UTC', '2023-10-05 22:13:20 UTC']
    browser.find('[data-part=fixed] .pages a').click()
    browser.wait(lambda: browser.path().startswith('/fixes?'))
    assert [one.text for one in browser.all('tbody th')] == ['fit', 'fit']
    browser.choose('#days', '30 days')
    browser.find('.filter button').click()
    browser.wait(lambda: 'days=30' in browser.path())
    assert browser.heading() == 'One fix was tried' and [one.text for one in browser.all('tbody th')] == ['fit']
    browser.find('.filter a.button').click()
    browser.wait(lambda: browser.heading() == '3 fixes were tried')
    next(one for one in browser.all('.tabs a') if one.text.startswith('Not done')).click()
    browser.wait(lambda: browser.heading() == '2 fixes were not done')
    assert browser.complaints() == []
