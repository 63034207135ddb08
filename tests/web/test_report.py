"""The page of a compliance report in a browser, of 3 nodes and of 10,000: at 1280 and 400 pixels, light and dark, and
printed on A4 and Letter.

NODEPREP_SHOTS=FOLDER keeps pictures and PDFs for people to look at.
"""
import os
import re
import subprocess

import pytest

from nodeprep.language import ENGLISH_TEXTS
from nodeprep.output import Options
from nodeprep.output.compliance import figures, renderer
from nodeprep.output.compliance.html_ import PARTS
from tests.output.compliance.fleet import fleet
from tests.tiers import need
from tests.web.scripts import AXE, FAINT, SMALL

SIZES = {'a4': (8.27, 11.69), 'letter': (8.5, 11.0)}           # inches
TAGS = ['wcag2a', 'wcag2aa', 'best-practice']
MARGIN = 13 / 25.4 * 72                                        # points, as the sheet has it
KINDS = ('three', 'many', 'rude')


@pytest.fixture(scope='module')
def pages(tmp_path_factory):
    """Trees by kind, and the files of their pages."""
    folder = tmp_path_factory.mktemp('pages')
    trees = {'three': fleet(3), 'many': fleet(10000), 'rude': fleet(70, rude=True, evidence=True)}
    for name, tree in trees.items():
        folder.joinpath(name + '.html').write_text(renderer('html')(tree, Options()), encoding='utf-8')
    return trees, folder


@pytest.mark.parametrize('width, dark', [(1280, False), (1280, True), (400, False), (400, True)])
def test_it_fits_is_legible_and_the_browser_complains_of_nothing(pages, chrome, width, dark):
    browser = chrome(f'file://{pages[1]}/', width, dark)
    for name in KINDS:
        browser.go(name + '.html')
        browser.picture('report-' + name)
        assert browser.run('return document.documentElement.scrollWidth') == width, name
        assert browser.run(FAINT) == [], name
        assert browser.run(SMALL) == [], name
        assert browser.run("return performance.getEntriesByType('resource').length") == 0
        assert browser.complaints() == [], name
        shown = [one.get_attribute('class') for one in browser.all('svg.chart') if one.is_displayed()]
        assert shown == (['chart narrow'] if width < 600 else ['chart'])
        assert browser.find('.big').text.endswith('%') and browser.run(
            "return document.querySelector('.chart').getBoundingClientRect().top") < 1000
        dark_paper = 'rgb(16, 20, 24)' if dark else 'rgb(255, 255, 255)'
        assert browser.run('return getComputedStyle(document.body).backgroundColor') == dark_paper


@pytest.mark.parametrize('width, dark', [(1280, False), (400, True)])
def test_axe_finds_nothing_against_it(pages, chrome, width, dark):
    need('module', 'axe_selenium_python')
    from axe_selenium_python import Axe

    browser = chrome(f'file://{pages[1]}/', width, dark)
    for name in ('three', 'rude'):                 # what 10,000 nodes have beside that is more of the same
        browser.go(name + '.html')
        Axe(browser.driver).inject()
        assert browser.driver.execute_async_script(AXE, TAGS) == [], name


def test_a_table_stays_one_for_those_who_listen_however_narrow_it_is(pages, chrome):
    browser = chrome(f'file://{pages[1]}/', 400).go('three.html')
    roles = [node['role']['value'] for node in browser.driver.execute_cdp_cmd(
        'Accessibility.getFullAXTree', {})['nodes'] if not node.get('ignored')]
    assert roles.count('table') > 5 and roles.count('row') > 60 and roles.count('rowheader') > 50
    assert 'LayoutTable' not in roles


def test_what_a_bar_says_is_told_by_its_pattern_too(pages, chrome):
    browser = chrome(f'file://{pages[1]}/').go('three.html')
    fills = [browser.run('return getComputedStyle(arguments[0]).fill', one) for one in browser.all('.key rect')]
    assert len(set(fills)) == 4 and [one.startswith('url("#p-') for one in fills] == [False, True, True, True]
    drawn = [browser.run('return arguments[0].lastElementChild.outerHTML', one) for one in browser.all('pattern')]
    assert len(set(drawn)) == 3


def test_what_a_node_says_never_runs(pages, chrome):
    browser = chrome(f'file://{pages[1]}/').go('rude.html')
    assert '<script>alert(1)</script>' in browser.find('main').text           # an alert would end this
    assert browser.all('main img, main script, main iframe') == []


@pytest.mark.parametrize('name, size', [('three', 'a4'), ('three', 'letter'), ('many', 'a4'), ('many', 'letter'),
                                        ('rude', 'letter')])
def test_it_prints_well(pages, chrome, name, size, tmp_path):
    need('program', 'pdftotext')
    tree, width = pages[0][name], SIZES[size][0] * 72
    sheets = printed(chrome(f'file://{pages[1]}/', dark=True).go(name + '.html'), name, size, tmp_path)
    heads = [part(tree, ENGLISH_TEXTS).head for part in PARTS]
    assert len(sheets) <= {'three': 7, 'many': 24, 'rude': 45}[name]
    for number, sheet in enumerate(sheets):
        assert sheet.lines[-1].replace(' ', '') == f'{number + 1}/{len(sheets)}'
        # Neither a heading nor the heads of a table stand alone at the end of a sheet.
        assert sheet.lines[-2] not in heads and not re.match('(Node|Day|Label|When|Requirement)  ', sheet.lines[-2])
        assert sheet.left >= MARGIN - 1 and sheet.right <= width - MARGIN + 1, (number, sheet.left, sheet.right)
    told = [' '.join(sheet.text.split()) for sheet in sheets]
    assert figures.percent(tree['overall']['share']) in told[0] and 'Worst requirements' in told[0]
    for one in tree['requirements']:               # a row is on one sheet, the next has the heads of the table again
        (there,) = [number for number, text in enumerate(told) if one['title'] in text and number < 3]
        assert re.search(rf'\b{one["requirement"]}\b', told[there])
        assert 'Requirement' in told[there] and 'Silent' in told[there]


class Sheet:
    """One of paper: its text, and from where to where it is written on (points)."""

    def __init__(self, text, left, right):
        self.text, self.left, self.right = text, left, right
        self.lines = [line.strip() for line in text.split('\n') if line.strip()]


def printed(browser, name, size, folder):
    """The sheets, with what a person's browser would print: colours are kept where the page asks for that."""
    import base64
    width, height = SIZES[size]
    done = browser.driver.execute_cdp_cmd('Page.printToPDF', {
        'paperWidth': width, 'paperHeight': height, 'printBackground': False, 'preferCSSPageSize': False})
    path = os.path.join(os.environ.get('NODEPREP_SHOTS') or str(folder), f'report-{name}-{size}.pdf')
    with open(path, 'wb') as file:
        file.write(base64.b64decode(done['data']))

    def said(*options):
        return subprocess.check_output(['pdftotext', *options, path, '-']).decode('utf-8')
    texts = said('-layout').split('\f')[:-1]
    boxes = [re.findall(r'xMin="([0-9.]+)" yMin="[0-9.]+" xMax="([0-9.]+)"', part)
             for part in said('-bbox').split('<page ')[1:]]
    assert len(texts) == len(boxes)
    return [Sheet(text, min(float(left) for left, _ in box), max(float(right) for _, right in box))
            for text, box in zip(texts, boxes)]
