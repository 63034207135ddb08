"""The folder of reports: whole files, the newest few, and nothing of others is touched."""
import os
import stat

import pytest

from nodeprep.config import ConfigError
from nodeprep.master.delivery import shelf
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from tests.compliance import sample

TEXTS = {'html': b'<p>', 'csv': b'a,b', 'json': b'{}'}


def content(path):
    with open(path, 'rb') as file:
        return file.read()


def days(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith('.json'))


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path)


def test_a_report_is_written_in_all_forms_for_its_owner_and_group(folder):
    paths = shelf.write(folder, '2027-01-31', TEXTS)
    assert paths == [f'{folder}/compliance-2027-01-31.{form}' for form in ('html', 'csv', 'json')]
    for path, form in zip(paths, shelf.FORMS):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o640 and content(path) == TEXTS[form]
    assert len(os.listdir(folder)) == 3 and shelf.whole(folder, '2027-01-31') and not shelf.whole(folder, '2027-01-30')


def test_what_was_cut_short_is_written_again(folder):
    with open(f'{folder}/compliance-2027-01-31.html', 'w') as file:
        file.write('half')
    assert not shelf.whole(folder, '2027-01-31')
    shelf.write(folder, '2027-01-31', TEXTS)
    assert shelf.whole(folder, '2027-01-31') and content(f'{folder}/compliance-2027-01-31.html') == b'<p>'


def test_the_newest_stay_and_nothing_else_is_touched(folder):
    for day in range(1, 8):
        shelf.write(folder, f'2027-01-0{day}', TEXTS)
    others = ['compliance-2026-01-01.xml', 'compliance-2026-01-01.html.bak', 'my-compliance-2026-01-01.csv',
              'compliance-2026-1-1.json', 'agent.log']
    for name in others:
        open(f'{folder}/{name}', 'w').close()
    os.symlink('agent.log', f'{folder}/compliance-2026-01-01.html')
    os.mkdir(f'{folder}/compliance-2026-01-02.csv')
    gone = shelf.prune(folder, 3)
    assert len(gone) == 12 and not [name for name in gone if os.path.lexists(f'{folder}/{name}')]
    assert days(folder) == ['compliance-2026-1-1.json'] + [f'compliance-2027-01-0{day}.json' for day in (5, 6, 7)]
    assert set(others) <= set(os.listdir(folder)) and os.path.islink(f'{folder}/compliance-2026-01-01.html')
    assert os.path.isdir(f'{folder}/compliance-2026-01-02.csv') and shelf.prune(folder, 3) == []


def test_a_daily_report_is_not_that_of_the_week_which_ends_on_the_same_day(folder):
    tree = dict(sample.small(), since='2027-01-30T00:00:00Z')
    shelf.write(folder, '2027-01-31', dict(TEXTS, json=renderer('json')(tree, Options()).encode()))
    assert shelf.whole(folder, '2027-01-31') and shelf.whole(folder, '2027-01-31', '2027-01-30T00:00:00Z')
    assert not shelf.whole(folder, '2027-01-31', '2027-01-24T00:00:00Z')
    shelf.write(folder, '2027-01-31', TEXTS)
    assert not shelf.whole(folder, '2027-01-31', '2027-01-24T00:00:00Z')


def test_what_was_just_written_stays_though_there_are_newer_ones(folder):
    for day in ('2027-01-01', '2027-01-02', '2027-02-01', '2027-02-02'):
        shelf.write(folder, day, TEXTS)
    assert len(shelf.prune(folder, 1, '2027-01-02')) == 6
    assert days(folder) == ['compliance-2027-01-02.json', 'compliance-2027-02-02.json']


def test_a_link_in_the_way_is_not_written_through_or_replaced(folder):
    with open(f'{folder}/precious', 'w') as file:
        file.write('kept')
    os.symlink('precious', f'{folder}/compliance-2027-01-31.csv')
    with pytest.raises(ConfigError, match='is there already, and not a file of this user'):
        shelf.write(folder, '2027-01-31', TEXTS)
    assert content(f'{folder}/precious') == b'kept' and os.path.islink(f'{folder}/compliance-2027-01-31.csv')


def test_a_folder_that_is_not_there_is_told_with_what_names_it(folder):
    with pytest.raises(ConfigError, match=r'No such file.*folder: '):
        shelf.whole(f'{folder}/none', '2027-01-31')
