"""HTML: read back by html5lib in its strict mode; every text is text, and nothing in the page is active."""
import html5lib
import pytest
from hypothesis import HealthCheck, example, given, settings

from nodeprep.output import Options, renderer
from nodeprep.output.words import change, outcome, shown, verdict
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees

render = renderer('html')
ELEMENTS = {'html', 'head', 'meta', 'title', 'style', 'body', 'main', 'section', 'h1', 'h2', 'h3', 'p', 'table',
            'thead', 'tbody', 'tr', 'th', 'td', 'span', 'ul', 'li', 'strong', 'dl', 'dt', 'dd', 'code', 'pre',
            'details', 'summary'}
NAMES = ('found', 'wanted', 'source', 'hint', 'kubeadm')
OUTSIDE = ('src=', 'href=', '@import', 'url(', '<link', '<img', '<script')
ATTRIBUTES = {'lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'scope'}


def read(tree):
    """The page as an element tree. html5lib raises at the first thing that HTML calls an error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(render(tree, Options()))


def text_of(element):
    """All the text in it."""
    return ''.join(element.itertext())


@given(trees(RUDE))
@example(SAMPLES['hostile'])
@example(SAMPLES['empty'])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_another_program_reads_every_text_as_text(tree):
    page = read(tree)
    assert {part.tag for part in page.iter()} <= ELEMENTS
    assert {name for part in page.iter() for name in part.attrib} <= ATTRIBUTES
    assert text_of(page.find('.//h1')) == shown(tree['node']['name'])
    told = [text_of(part) for part in page.iter('dd')]
    codes = [text_of(part) for part in page.iter('code')]
    for one in tree['findings']:
        for seen in one['observations']:
            assert all(shown(seen[name]) in told for name in NAMES if seen[name])
            assert all(change(step) in codes for step in seen['fix'])


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_the_table_has_now_and_boot_of_every_requirement(sample):
    page = read(SAMPLES[sample])
    rows = page.findall('.//tbody/tr')
    assert [row.find('th').text for row in rows] == [one['requirement'] for one in SAMPLES[sample]['findings']]
    assert all(row.find('th').get('scope') == 'row' and len(row.findall('td')) == 2 for row in rows)
    assert [part.get('scope') for part in page.findall('.//thead/tr/th')] == (['col'] * 3 if rows else [])


@pytest.mark.parametrize('sample', sorted(SAMPLES))
def test_headings_go_down_by_one_and_the_page_has_a_language_and_a_title(sample):
    page = read(SAMPLES[sample])
    levels = [int(part.tag[1]) for part in page.iter() if part.tag in ('h1', 'h2', 'h3')]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    assert page.get('lang') == 'en' and page.find('.//title').text
    assert page.find('.//p[@class]/..') is not None
    assert verdict(SAMPLES[sample]) in text_of(page)


def test_nothing_outside_is_loaded():
    text = render(SAMPLES['hostile'], Options())
    assert "default-src 'none'" in text
    assert not [word for word in OUTSIDE if word in text.lower()]


def test_what_is_wrong_is_shown_whole_with_its_plan_and_the_worst_first():
    page = read(SAMPLES['drifted'])
    titles = [text_of(part) for part in page.findall('.//section/h3')]
    assert titles == ['firewall: drifted', 'memory: drifted', 'selinux: drifted', 'swap: drifted', 'docker: unknown',
                      'time-sync: advised']
    wrong = [one for one in SAMPLES['drifted']['findings'] if outcome(one) in ('drifted', 'unknown', 'advised')]
    assert len(titles) == len(wrong)
    assert any('+# off, says nodeprep: /dev/mapper/centos-swap' in text_of(part) for part in page.iter('pre'))
