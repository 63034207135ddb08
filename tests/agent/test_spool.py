"""The spool: what is on disk, what is believed, what goes first, and what it says of itself."""
import json
import os

import pytest

from nodeprep.agent import unwritten
from nodeprep.agent.spool import LEAST, Spool
from nodeprep.chain import GAP, GENESIS, NEXT, RESTART, verify


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / 'nodeprep' / 'spool')


def numbers(spool, count=1000, size=2**30):
    return [report['sequence'] for report in spool.oldest(count, size)]


def lines(folder):
    return sorted(name for name in os.listdir(folder) if name.endswith('.jsonl'))


def filled(folder, count, size=0, limit=LEAST):
    spool = Spool(folder, limit)
    for number in range(count):
        spool.append({'id': f'r{number + 1}', 'text': 'x' * size})
    return spool


def test_a_report_is_numbered_and_chained_and_stays(folder):
    spool = Spool(folder)
    one, two = spool.append({'id': 'a', 'sequence': 0, 'chain': 'of others'}), spool.append({'id': 'b'})
    assert (one['sequence'], two['sequence']) == (1, 2)
    assert one['chain']['previous'] == GENESIS and two['chain']['previous'] == one['chain']['digest']
    spool.close()
    again = Spool(folder)
    assert again.oldest(9, 10**6) == [one, two]
    assert [link.state for link in verify(again.oldest(9, 10**6))] == [NEXT, NEXT]
    facts = again.facts()
    assert (facts.count, facts.first, facts.last, facts.sequence, facts.trouble) == (2, 1, 2, 2, '')
    assert facts.head == two['chain']['digest'] and facts.bytes == os.path.getsize(f'{folder}/{lines(folder)[0]}')
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert {os.stat(f'{folder}/{name}').st_mode & 0o777 for name in os.listdir(folder)} == {0o600}


def test_what_is_not_json_is_refused_and_costs_no_number(folder):
    spool = Spool(folder)
    with pytest.raises(ValueError):
        spool.append({'id': float('nan')})
    with pytest.raises(TypeError):
        spool.append({'id': b'x'})
    assert spool.append({'id': 'a'})['sequence'] == 1


def test_numbers_go_on_when_all_was_delivered_and_removed(folder):
    spool = filled(folder, 3)
    spool.delivered(3)
    assert lines(folder) == [] and spool.facts().count == 0
    head = spool.facts().head
    spool.close()
    spool = Spool(folder)
    four = spool.append({'id': 'd'})
    assert four['sequence'] == 4 and four['chain']['previous'] == head
    assert spool.oldest(9, 999) == [four]


def test_a_part_is_delivered(folder):
    spool = filled(folder, 5)
    spool.delivered(3)
    spool.delivered(2)                        # an old answer that comes late takes nothing back
    spool.delivered(0)
    assert numbers(spool) == [4, 5]
    assert spool.facts()._replace(head='', bytes=0) == (2, 0, 4, 5, '', 5, 0, 0, '')
    spool.delivered(99)                       # what was never made was not delivered
    assert spool.append({})['sequence'] == 6
    assert numbers(spool) == [6]


def test_as_much_as_is_asked_for(folder):
    spool = filled(folder, 5, 1000)
    assert numbers(spool, 2) == [1, 2]
    assert numbers(spool, 9, 2600) == [1, 2]
    assert numbers(spool, 9, 1) == [1]        # one that is larger than all must go too


def test_over_the_bound_the_oldest_go_first_and_that_is_told(folder):
    spool = filled(folder, 100, 1000)
    first = spool.oldest(1, 1)[0]
    assert first['sequence'] > 60 and first['chain']['gap'] == [1, first['sequence'] - 1]
    assert spool.facts().dropped == first['sequence'] - 1
    assert spool.facts().bytes <= LEAST
    states = [link.state for link in verify(spool.oldest(1000, 2**30))]
    assert states == [GAP] + [NEXT] * (100 - first['sequence'])
    spool.close()
    again = Spool(folder, LEAST)
    assert again.facts().dropped == first['sequence'] - 1 and again.oldest(1, 1) == [first]


def test_the_newest_stays_however_large_it_is(folder):
    spool = filled(folder, 10, 1000)
    spool.append({'text': 'x' * 2 * LEAST})
    assert numbers(spool) == [11]
    spool.append({'text': 'small'})
    assert numbers(spool) == [12] and spool.facts().bytes < LEAST


def test_a_torn_line_is_cut_off(folder):
    spool = filled(folder, 2)
    spool.close()
    with open(f'{folder}/{lines(folder)[0]}', 'ab') as file:
        file.write(b'{"chain":{"digest":"')
    spool = Spool(folder)
    spool.append({'id': 'c'})
    spool.close()
    assert [link.state for link in verify(Spool(folder).oldest(9, 10**6))] == [NEXT] * 3


@pytest.mark.parametrize('damage', ['bit', 'zeros', 'words'])
def test_a_damaged_line_is_not_sent_and_its_number_not_used_again(folder, damage):
    spool = filled(folder, 3)
    spool.close()
    path = f'{folder}/{lines(folder)[0]}'
    with open(path, 'rb') as file:
        raw = file.read().splitlines(True)
    raw[2] = {'bit': raw[2].replace(b'r3', b'r2'), 'zeros': b'\0' * 99 + b'\n', 'words': b'{}\n'}[damage]
    with open(path, 'wb') as file:
        file.write(b''.join(raw))
    spool = Spool(folder)
    spool.append({'id': 'd'})
    reports = spool.oldest(9, 10**6)
    assert [report['sequence'] for report in reports] == [1, 2, 4]
    assert [link.state for link in verify(reports)] == [NEXT, NEXT, GAP]
    assert reports[2]['chain']['gap'] == [3, 3]


def test_a_file_whose_every_line_is_damaged(folder):
    spool = filled(folder, 3)
    spool.close()
    path = f'{folder}/{lines(folder)[0]}'
    with open(path, 'wb') as file:
        file.write(b'x\ny\nz\n')
    for _ in range(2):                        # opened twice: it is not forgotten by the first
        spool = Spool(folder)
        assert numbers(spool) == []
        spool.close()
    spool = Spool(folder)
    assert spool.append({'id': 'd'})['sequence'] == 4
    assert spool.oldest(9, 10**6)[0]['chain']['gap'] == [1, 3]
    spool.delivered(4)
    assert lines(folder) == []


def test_the_place_is_lost_but_not_the_reports(folder):
    spool = filled(folder, 3)
    spool.delivered(1)
    spool.close()
    with open(f'{folder}/cursor', 'wb') as file:
        file.write(b'\0' * 100)
    spool = Spool(folder)
    assert numbers(spool) == [1, 2, 3]        # the first again: the master knows it by its number
    assert spool.append({})['sequence'] == 4


def test_half_a_place_leaves_the_one_before(folder):
    spool = filled(folder, 3)
    spool.delivered(1)
    spool.delivered(2)
    spool.close()
    with open(f'{folder}/cursor', 'r+b') as file:
        raw = file.read()
        newest = max((0, 4096), key=lambda offset: json.loads(raw[offset + 65:offset + 4096])[0])
        file.seek(newest + 70)
        file.write(b'####')
    assert numbers(Spool(folder)) == [2, 3]


def test_a_lost_spool_learns_its_number_from_the_master(folder):
    spool = filled(folder, 1)
    spool.delivered(1)
    spool.learn(50)
    made = spool.append({})
    assert made['sequence'] == 51
    assert verify(spool.oldest(1, 1), 50, 'a' * 64)[0].state == RESTART
    assert 'gap' not in spool.oldest(1, 1)[0]['chain']
    spool.learn(10)
    spool.learn(2**60)
    spool.close()
    assert Spool(folder).append({})['sequence'] == 52


def test_only_one_writes(folder):
    spool = filled(folder, 1)
    other = Spool(folder)
    assert other.facts().trouble == 'another agent writes this spool'
    assert other.append({'id': 'x'})['sequence'] == 0 and other.oldest(9, 999) == []
    spool.close()
    assert other.append({'id': 'y'})['sequence'] == 3
    assert [report['id'] for report in other.oldest(9, 9999)] == ['r1', 'x', 'y']


@pytest.mark.parametrize('mode', [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_is_not_used(folder, mode):
    os.makedirs(folder)
    os.chmod(folder, mode)
    spool = Spool(folder)
    assert f'others may write it (mode 0{mode:o})' in spool.facts().trouble
    assert spool.append({'id': 'x'})['sequence'] == 0
    os.chmod(folder, 0o700)
    assert spool.append({'id': 'y'})['sequence'] == 2 and numbers(spool) == [1, 2]


@pytest.mark.parametrize('what', ['link', 'loose', 'folder', 'fifo'])
def test_a_file_that_is_not_ours_is_put_away(folder, tmp_path, what):
    filled(folder, 2).close()
    name = '0000000000000009.jsonl'
    path = f'{folder}/{name}'
    if what == 'link':
        os.rename(f'{folder}/{lines(folder)[0]}', str(tmp_path / 'elsewhere'))
        os.symlink(str(tmp_path / 'elsewhere'), path)
    elif what == 'folder':
        os.mkdir(path)
    elif what == 'fifo':
        os.mkfifo(path)
    else:
        os.rename(f'{folder}/{lines(folder)[0]}', path)
        os.chmod(path, 0o666)
    spool = Spool(folder)
    assert name in spool.facts().trouble and name not in os.listdir(folder)
    assert f'{name}.untrusted' in os.listdir(folder)
    assert all(number < 3 for number in numbers(spool))


def test_a_place_that_is_not_ours_stops_it(folder, tmp_path):
    filled(folder, 2).close()
    os.rename(f'{folder}/cursor', str(tmp_path / 'cursor'))
    os.symlink(str(tmp_path / 'cursor'), f'{folder}/cursor')
    assert 'cursor: is not a file' in Spool(folder).facts().trouble


def test_in_memory_only_the_newest_stay(folder):
    os.makedirs(folder)
    os.chmod(folder, 0o777)
    spool = filled(folder, unwritten.MEMORY_REPORTS + 10)
    assert spool.facts().count == unwritten.MEMORY_REPORTS
    os.chmod(folder, 0o700)
    assert [report['id'] for report in spool.oldest(1, 1)] == ['r11']
    assert spool.facts().dropped == 10


def test_a_file_that_went_away_is_told_as_a_gap(folder):
    spool = filled(folder, 20, 1000)
    first = lines(folder)[0]
    os.unlink(f'{folder}/{first}')
    reports = spool.oldest(99, 10**6)
    assert reports[0]['chain']['gap'] == [1, reports[0]['sequence'] - 1]
    assert first in spool.facts().trouble
    spool.delivered(20)
    assert lines(folder) == [] and spool.facts().trouble == ''


@pytest.mark.parametrize('refused, after, gap', [
    ([2], 2, [2, 2]), ([2, 3], 3, [2, 3]), ([1, 2], 2, [1, 2]), ([1], 2, None), ([1, 3], 3, [3, 3])])
def test_what_the_master_refuses_is_told_as_a_gap(folder, refused, after, gap):
    spool = filled(folder, 5)
    for report in spool.oldest(9, 10**6):
        if report['sequence'] in refused:
            spool.refuse(report, 'no')
    spool.delivered(after)
    assert spool.oldest(9, 10**6)[0]['chain'].get('gap') == gap
    spool.close()
    spool = Spool(folder)
    first = spool.oldest(1, 1)[0]
    assert first['sequence'] == after + 1 and first['chain'].get('gap') == gap
    spool.refuse(first, 'no')
    spool.delivered(after + 1)
    assert spool.oldest(1, 1)[0]['chain']['gap'] == [gap[0] if gap else after + 1, after + 1]
    spool.delivered(after + 2)
    spool.append({})
    assert 'gap' not in spool.oldest(1, 1)[0]['chain']


def test_what_the_master_refuses_is_set_aside(folder):
    spool = filled(folder, 40)
    for report in spool.oldest(25, 10**6):
        spool.refuse(report, '422: findings: required')
        spool.delivered(report['sequence'])
    assert numbers(spool)[0] == 26 and spool.facts().refused == 25
    kept = sorted(os.listdir(f'{folder}/refused'))
    assert len(kept) == 20 and kept[-1] == '0000000000000025.json'
    with open(f'{folder}/refused/{kept[-1]}', encoding='ascii') as file:
        held = json.load(file)
    assert held['refused'] == '422: findings: required' and held['report']['id'] == 'r25'
    spool.close()
    assert Spool(folder).facts().refused == 25
