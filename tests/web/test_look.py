"""What every page looks like to a browser: at 1280 and 400 pixels, light and dark; what axe says to it.

NODEPREP_SHOTS=FOLDER keeps a picture of each.
"""
import pytest

from nodeprep.language import speaking
from nodeprep.output.compliance import palette
from tests.master.web.browsing import HOUR, NOW, fixed
from tests.tiers import need
from tests.web.scripts import AXE, DRAWN, FAINT, LINES, OUTSIDE, SMALL

PAGES = {'fleet': '/', 'groups': '/?group=label:site', 'node': '/nodes/drifted', 'proposal': '/nodes/proposing5',
         'silent': '/nodes/away', 'drift': '/drift', 'waived': '/drift?show=waived', 'fixes': '/fixes?days=all',
         'approvals': '/approvals', 'waivers': '/waivers', 'clones': '/clones', 'compliance': '/compliance',
         'audit': '/audit', 'problem': '/nodes/nobody'}
TAGS = ['wcag2a', 'wcag2aa', 'best-practice']          # those of every version of axe
VIEWS = [(1280, False, 'en'), (1280, True, 'en'), (400, False, 'en'), (400, True, 'en'), (1280, False, 'zh-CN'),
         (400, True, 'zh-CN')]


@pytest.mark.parametrize('width, dark, language', VIEWS)
def test_every_page_fits_is_legible_and_the_browser_complains_of_nothing(serving, chrome, width, dark, language):
    browser = chrome(serving.base, width, dark, language=language)
    browser.go('/sign-in')
    browser.picture('sign-in')
    browser.sign_in(serving.site.tokens['admin'])
    for name, path in PAGES.items():
        browser.go(path)
        browser.picture(name)
        assert browser.run('return document.documentElement.lang') == language
        assert browser.run('return document.documentElement.scrollWidth') == width, name
        assert browser.run(FAINT) == [], name
        assert browser.run(SMALL) == [], name
        assert browser.run(OUTSIDE) == [], name
        assert not [one for one in browser.all('[hidden]') if one.is_displayed()], name
        assert browser.run('return getComputedStyle(document.body).backgroundColor') == (
            'rgb(16, 20, 24)' if dark else 'rgb(247, 248, 249)')
        complaints = [one for one in browser.complaints() if '404' not in one or name != 'problem']
        assert complaints == [], name
    assert not serving.site.lines


@pytest.mark.parametrize('width, dark', [(1280, False), (400, True)])
def test_the_chart_of_compliance_fits_and_has_the_colours_of_a_report(serving, chrome, width, dark):
    browser = chrome(serving.base, width, dark).sign_in(serving.site.tokens['viewer']).go('/compliance')
    shown = [one for one in browser.all('svg.chart') if one.is_displayed()]
    assert [one.get_attribute('class') for one in shown] == (['chart narrow'] if width < 600 else ['chart'])
    assert browser.run('return arguments[0].getBoundingClientRect().right', shown[0]) <= width
    assert browser.run('return [...document.querySelectorAll("main .figure, main .scroll")].filter('
                       'one => one.scrollWidth > one.clientWidth).length') == 0
    fills = [browser.run('return getComputedStyle(arguments[0]).fill', one) for one in browser.all('.legend rect')]
    assert [one.startswith('url("#p-') for one in fills] == [False, True, True, True]
    colours = palette.DARK if dark else palette.LIGHT
    assert fills[0] == rgb(colours['met'])
    drawn = [browser.run('return getComputedStyle(arguments[0]).fill', one) for one in browser.all('pattern rect')]
    assert drawn == [rgb(colours[name]) for name in ('drifted', 'unknown', 'silent')]


def rgb(colour):
    """What a browser calls #rrggbb."""
    return 'rgb({}, {}, {})'.format(*(int(colour[at:at + 2], 16) for at in (1, 3, 5)))


@pytest.mark.parametrize('path', ['/fixes?days=all', '/drift'])
def test_names_are_not_broken_in_the_middle_where_there_is_room(serving, chrome, path):
    name = 'k8s-prod-worker-0017.dc1.example.com'
    why = '/dev/sda2 is used by 3 processes: swapoff failed with 4 after 20 s'
    made = fixed(NOW - HOUR, 'kernel-modules', who='/etc/nodeprep/nodeprep.d/50-site.yaml:13', result='failed', why=why)
    serving.site.fleet.join(name, 30, [made], time_sync=dict(state='drifted', found=why))
    browser = chrome(serving.base).sign_in(serving.site.tokens['viewer']).go(path)
    named = [one for one in browser.all('table.list tbody th a, table.list .id a')
             if one.text in (name, 'kernel-modules', 'time-sync')]
    assert len(named) >= 2 and [browser.run(LINES, one) for one in named] == [1] * len(named)
    assert browser.run('return [...document.querySelectorAll(".scroll")].filter('
                       'one => one.scrollWidth > one.clientWidth).length') == 0


@pytest.mark.parametrize('width, dark', [(1280, False), (400, True)])
def test_axe_finds_nothing_against_any_page(serving, chrome, width, dark):
    need('module', 'axe_selenium_python')
    from axe_selenium_python import Axe
    browser = chrome(serving.base, width, dark).sign_in(serving.site.tokens['admin'])
    for name, path in dict(PAGES, sign='/sign-in').items():
        browser.go(path)
        Axe(browser.driver).inject()
        assert browser.driver.execute_async_script(AXE, TAGS) == [], name


@pytest.mark.parametrize('width', [1280, 400])
def test_a_table_stays_one_for_those_who_listen_however_narrow_it_is(serving, chrome, width):
    browser = chrome(serving.base, width).sign_in(serving.site.tokens['viewer'])
    for path in ('/', '/drift', '/fixes', '/waivers'):
        browser.go(path)
        nodes = [node for node in browser.driver.execute_cdp_cmd('Accessibility.getFullAXTree', {})['nodes']
                 if not node.get('ignored')]
        roles = [node['role']['value'] for node in nodes]
        assert 'table' in roles and roles.count('row') > 1 and roles.count('rowheader') >= 1, path
        assert 'LayoutTable' not in roles
        assert [node for node in nodes if node['role']['value'] in ('link', 'button')
                and not node.get('name', {}).get('value')] == []


def test_what_a_host_says_never_runs(serving, chrome):
    """Its name, what was found and who answers for a waiver are scripts."""
    browser = chrome(serving.base).sign_in(serving.site.tokens['admin'])
    for path in ('/', '/drift', '/fixes', '/waivers', '/audit'):
        browser.go(path)                  # an alert would end this with an exception
        assert '<script>alert(1)</script>' in browser.find('main').text, path
        assert browser.all('main img, main script') == []
    next(one for one in browser.go('/').all('.grid tbody th a') if '<script>' in one.text).click()
    browser.wait(lambda: '<script>alert(1)</script>' in browser.heading())
    assert browser.complaints() == []


def test_the_letters_of_a_chinese_page_are_drawn(serving, chrome):
    """Not as the boxes that stand for letters no font of this machine has."""
    need('font', 'zh')
    browser = chrome(serving.base, language='zh-CN').sign_in(serving.site.tokens['viewer'])
    wide = ''.join(letter for letter in browser.find('main').text if '\u4e00' <= letter <= '\u9fff')
    drawn = browser.run(DRAWN, wide + '\U000f0000')
    assert len(wide) > 100 and drawn == [True] * len(wide) + [False]
    assert browser.find('#live + button').text == speaking('zh_CN', 'page')('Pause live')
