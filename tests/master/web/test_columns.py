"""The grid of the fleet has the columns that the master knows or several nodes agree on, whatever one node makes up."""
import pytest

from nodeprep import catalogue
from nodeprep.master.store import grid
from tests.master.fleet import Host
from tests.master.web.browsing import NAMES, NOW, parsed, text_of
from tests.master.whole import Whole


def odd(site, number, names):
    """A node that tells of requirements of its own making."""
    name = f'odd{number}'
    host = site.fleet.hosts[name] = Host(number, name, requirements=names, start=NOW - 3600)
    for one in names:
        host.set(one, ('met', 'drifted', 'unknown')[number % 3])
    from nodeprep.master.store import nodes
    site.fleet.ids[name] = site.store.do(lambda cursor: nodes.make(cursor, name, NOW - 86400))
    site.fleet.tell(name)


def columns(page):
    return [text_of(cell) for cell in page.find('.//table[@class="grid"]').findall('./thead/tr/th')][2:]


def left_out(page):
    return [text_of(part) for part in page.iter('p') if 'left out' in text_of(part)]


@pytest.mark.parametrize('path', ['/', '/?group=role'])
@pytest.mark.parametrize('number', [30, 31, 32])
def test_what_one_node_alone_tells_of_is_on_its_own_page_and_left_out_of_the_grid(full, path, number):
    odd(full, number, [f'made-up-{one}' for one in range(250)] + ['swap', 'hostname'])
    ann = full.browser()
    page = parsed(ann.get(path))
    assert columns(page) == sorted({*NAMES, 'hostname'}), 'hostname is known, though one node alone tells of it'
    assert left_out(page) == ['250 requirements that this master does not know and one node alone tells of are left '
                              'out; the page of that node has them.']
    assert 'made-up' not in text_of(page.find('.//*[@data-part="head"]')) and 'made-up-249' in ann.get(
        f'/nodes/odd{number}').text
    assert not [part for part in page.findall('.//*[@data-part="worst"]') if 'made-up' in text_of(part)]


def test_what_two_nodes_agree_on_is_a_column(full):
    odd(full, 30, ['new-one', 'mine'])
    odd(full, 31, ['new-one'])
    page = parsed(full.browser().get('/'))
    assert columns(page) == sorted({*NAMES, 'new-one'})
    assert left_out(page) == ['1 requirement that this master does not know and one node alone tells of is left out; '
                              'the page of that node has it.']


def test_however_many_agree_there_is_an_end_to_the_columns_and_those_that_are_known_stay(full):
    for number in (30, 31):
        odd(full, number, [f'a{one:03}' for one in range(250)])
    page = parsed(full.browser().get('/'))
    assert len(columns(page)) == grid.COLUMNS and set(NAMES) < set(columns(page))
    assert left_out(page) == [f'{250 + len(NAMES) - grid.COLUMNS} requirements that this master does not know are left '
                              f'out: there are too many of them.']


def test_nothing_is_said_of_what_is_not_left_out(full):
    assert left_out(parsed(full.browser().get('/'))) == []


def test_what_is_measured_of_the_fleet_has_no_names_that_one_node_made_up(full):
    odd(full, 31, [f'made-up-{one}' for one in range(50)] + ['swap'])
    master = Whole(full.store, now=NOW)
    said = master.person().get('/metrics').text
    master.pool.shutdown()
    master.pages.shutdown()
    assert 'made-up' not in said and 'requirement="swap"' in said
    assert 'nodeprep_requirements_left_out 50' in said


def test_the_ids_that_are_known_are_those_of_the_catalogue():
    assert set(NAMES) < set(catalogue.ids())
