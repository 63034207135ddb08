"""The page of a compliance report: read back by html5lib in its strict mode and by tidy, at 0 to 10,000 nodes."""
import subprocess

import html5lib
import pytest

from nodeprep.output import Options
from nodeprep.output.compliance import figures, renderer, words
from nodeprep.output.compliance.times import MOST_NODES
from nodeprep.output.words import shown
from tests.compliance import sample
from tests.output.compliance.fleet import RUDE, fleet
from tests.tiers import need

render = renderer('html')
ELEMENTS = {'html', 'head', 'meta', 'title', 'style', 'body', 'main', 'section', 'nav', 'h1', 'h2', 'h3', 'p', 'div',
            'table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'span', 'ul', 'li', 'strong', 'dl', 'dt', 'dd',
            'code', 'pre', 'a', 'time', 'figure', 'figcaption', 'svg', 'defs', 'pattern', 'path', 'circle', 'rect',
            'line', 'text', 'g'}
OUTSIDE = ('src=', '@import', '<link', '<img', '<script', 'javascript:', 'http://', 'https://', '//')
ORDER = ['requirements', 'nodes', 'open', 'reboot', 'fights', 'clones', 'silent', 'waivers', 'changes', 'groups',
         'systems', 'days', 'gaps', 'evidence', 'about']


def read(tree):
    """The page as an element tree. html5lib raises at the first thing that HTML calls an error."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(render(tree, Options()))


def text_of(element):
    return ''.join(element.itertext())


def local(part):
    return part.tag.rsplit('}', 1)[-1]


@pytest.fixture(scope='module')
def large():
    return fleet(10000)


@pytest.mark.parametrize('count, rude', [(0, False), (1, False), (3, False), (70, False), (70, True)])
def test_another_program_reads_it_and_nothing_in_it_is_active(count, rude):
    page = read(fleet(count, rude=rude, evidence=True))
    assert {local(part) for part in page.iter()} <= ELEMENTS
    attributes = {name for part in page.iter() for name in part.attrib}
    assert not [name for name in attributes if name.startswith('on') or name in ('src', 'style', 'action')]
    assert all(part.get('href').startswith('#') for part in page.iter('a'))
    ids = [part.get('id') for part in page.iter() if part.get('id')]
    assert len(ids) == len(set(ids)) and {part.get('href')[1:] for part in page.iter('a')} <= set(ids)
    levels = [int(part.tag[1]) for part in page.iter() if part.tag in ('h1', 'h2', 'h3')]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:]))
    for row in page.iter('tr'):
        assert len(row.findall('th')) >= 1
        assert len(list(row)) == len(page_heads(page, row))


def page_heads(page, row):
    """The columns of the table that a row is in."""
    return next(table.findall('thead/tr/th') for table in page.iter('table') if row in list(table.iter('tr')))


def test_what_nodes_say_is_text_and_loads_nothing():
    tree = fleet(70, rude=True, evidence=True)
    page, whole = read(tree), render(tree, Options())
    assert "default-src 'none'" in whole
    bare = whole
    for said in ('https://evil.example/', 'https:&#x2F;'):
        bare = bare.replace(said, '')
    assert not [word for word in OUTSIDE if word in bare]
    assert 'url(' in whole and all(part.startswith('#p-') for part in whole.split('url(')[1:])
    told = text_of(page)
    for said in RUDE:
        assert shown(said)[:250] in told, said
    assert '\x1b' not in whole and '\u202e' not in whole and '\ud800' not in whole


def test_what_a_reader_looks_for_first_comes_first():
    tree = fleet(250, evidence=True)
    page = read(tree)
    assert [part.get('id') for part in page.iter('h2')] == ORDER
    first = next(part for part in page.iter('div') if part.get('class') == 'first')
    assert text_of(first).strip().startswith(figures.percent(tree['overall']['share']))
    assert words.trend(tree) in text_of(first)
    order = [local(part) for part in page.find('.//main')]
    assert order.index('h1') < order.index('div') < order.index('nav') < order.index('figure') < order.index('h2')
    rows = tables(page)
    assert [row[0].split(' ')[0] for row in rows['requirements']] == [
        one['requirement'] for one in tree['requirements']]
    assert [row[0].split(' ')[0] for row in rows['nodes']] == [one['name'] for one in tree['nodes']][:MOST_NODES]
    assert rows['open'][0][0] == words.failing(tree)[0]['node'] and len(rows['reboot']) == min(50, len(tree['reboot']))
    assert 'swap, drifted' in text_of(page.find('.//section/h3'))


def tables(page):
    """By id of the heading above it, the texts of the cells of the first table."""
    found, heading = {}, ''
    for part in page.find('.//main').iter():
        heading = part.get('id') if part.tag == 'h2' else heading
        if part.tag == 'tbody':
            found.setdefault(heading, [[text_of(cell) for cell in row] for row in part])
    return found


def test_every_picture_has_its_numbers_beside_it():
    tree = fleet(3)
    page = read(tree)
    rows = tables(page)
    assert [row[0] for row in rows['days']] == [one['day'] for one in tree['days']][::-1]
    assert all(row[1].strip().endswith('%') for row in rows['days'] + rows['requirements']
               if row[1].strip() not in ('does not apply', 'advised, not met'))
    charts = [part for part in page.iter() if local(part) == 'svg' and part.get('role') == 'img']
    assert [part.get('class') for part in charts] == ['chart', 'chart narrow'] and charts[0].get('aria-label')
    assert len([part for part in charts[0].iter() if local(part) == 'g']) == len(tree['days']) == 30


def test_a_nought_that_was_found_stands_as_what_was_found_and_is_never_hidden():
    tree = fleet(70)
    words.failing(tree)[0].update(found='0', wanted='1')
    cells = [part for part in read(tree).iter('td') if part.get('data-of') == 'Found']
    assert text_of(cells[0]) == '0' and not [part for part in cells if part.get('class')]


def test_of_what_is_only_advised_it_is_not_said_that_no_node_misses_it():
    tree = fleet(3)
    for number, (severity, failing, said) in enumerate([('advised', 0, ''), ('advised', 1, '1'), ('required', 0, '0')]):
        tree['requirements'][number].update(severity=severity, failing=failing)
        cell = tables(read(tree))['requirements'][number][-1]
        assert cell.startswith(said) and bool(cell) == bool(said)


def test_a_report_of_a_host_says_nothing_of_fights():
    tree = dict(fleet(1), fights=None)
    assert 'not known any more' in render(tree, Options())
    assert 'not known any more' not in render(dict(tree, scope='host'), Options())


def test_the_foot_of_a_report_of_a_host_speaks_of_that_host_and_of_no_master_that_it_joined():
    tree = dict(fleet(1), scope='host', signature=None)
    page = read(tree)
    foot = [text_of(part) for part in page.iter('p')][-3:]
    assert 'when its agent began to write its history' in foot[0] and 'nobody else vouches for it' in foot[2]
    assert not any(word in ' '.join(foot) for word in ('joined', 'quarantine', 'each node', 'CA'))
    assert 'when it joined' in text_of(read(fleet(1)))


def test_what_is_not_there_is_said_and_takes_no_room():
    tree = dict(fleet(3), fights=None, clones=[])
    page = read(tree)
    nav = text_of(page.find('.//nav'))
    assert 'clones' in nav and 'None: ' in nav and 'not known any more' in nav
    assert not {'clones', 'fights'} & {part.get('id') for part in page.iter('h2')}
    nothing = read(fleet(0))
    first = ' '.join(text_of(nothing.find('.//div[@class="first"]')).split())
    assert 'Nothing is on record of this time; ' in first and 'No node counts.' in first
    assert 'Nothing is on record of this time' in text_of(nothing.find('.//title'))


def test_what_is_not_known_is_said_and_not_left_empty():
    rows = tables(read(sample.small()))
    assert [row[4] for row in rows['open']] == ['/dev/sdb1 <img src=x onerror=alert(1)>', 'not kept any more']
    assert [row[5] for row in rows['waivers']] == ['ann, 2026-11-09 00:00', 'in the configuration of the node']


def test_waivers_that_are_over_come_last():
    tree = fleet(30)
    ends = [row[-1] for row in tables(read(tree))['waivers']]
    assert ends == sorted(ends, key=lambda one: one == 'over') and 'over' in ends and 'holds' in ends


def test_ten_thousand_nodes_are_a_page_that_can_be_read(large):
    whole = render(large, Options())
    assert len(whole.encode()) < 3e6
    page = read(large)
    told = text_of(page)
    assert 'and 9,950 more (in the CSV and the JSON)' in told and 'How the nodes are spread' in told
    assert f'and {len(words.failing(large)) - 50:,} more (in the CSV and the JSON)' in told
    assert '10,000 nodes count' in told


def test_no_node_makes_the_page_long():
    tree = fleet(400, rude=True, evidence=True)
    for one in tree['open'] + tree['reboot']:
        one.update(found='"<&' * 40000, wanted='x' * 100000)
    for findings in tree['evidence'].values():
        findings['swap']['observations'] *= 200
    assert len(render(tree, Options()).encode()) < 3e6


@pytest.mark.reaches_machine
@pytest.mark.parametrize('rude', [False, True])
def test_tidy_has_nothing_against_it(rude, tmp_path):
    need('program', 'tidy')
    path = tmp_path / 'page.html'
    path.write_text(render(fleet(70, rude=rude, evidence=True), Options()), encoding='utf-8')
    done = subprocess.run(['tidy', '-errors', '-quiet', '-utf8', '--drop-empty-elements', 'no', str(path)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert (done.returncode, done.stdout.decode()) == (0, '')
