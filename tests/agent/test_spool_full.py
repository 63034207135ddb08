"""A disk that takes nothing: said, the newest kept in memory and sent from there, and no number given twice."""
import pytest

from nodeprep.agent import unwritten
from nodeprep.agent.spool import Spool
from nodeprep.chain import GAP, NEXT, verify
from tests.agent.disk import Disk


@pytest.fixture
def disk():
    with Disk() as made:
        yield made


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / 'nodeprep' / 'spool')


def test_a_full_disk_is_told_and_the_reports_go_from_memory(disk, folder):
    spool = Spool(folder)
    spool.append({'id': 'a'})
    disk.room = 100
    spool.append({'id': 'b'})
    assert spool.facts().trouble == 'no space left on device'
    assert [report['id'] for report in spool.oldest(9, 9999)] == ['a', 'b']
    spool.delivered(2)
    assert spool.facts().count == 0
    disk.mend()
    spool = Spool(folder)                      # killed meanwhile: 2 was never in a line, yet it is not used again
    assert spool.append({'id': 'c'})['sequence'] == 3
    assert 'gap' not in spool.oldest(1, 1)[0]['chain']


def test_what_is_in_memory_is_written_when_there_is_room(disk, folder):
    spool = Spool(folder)
    disk.room = 150
    made = [spool.append({'id': name}) for name in 'abc']
    disk.room = None
    assert spool.oldest(9, 9999) == made and spool.facts().trouble == ''
    disk.mend()
    assert Spool(folder).oldest(9, 9999) == made


def test_killed_with_reports_in_memory_the_loss_is_told(disk, folder):
    spool = Spool(folder)
    spool.append({'id': 'a'})
    disk.room = 0
    spool.append({'id': 'b'})
    disk.mend()
    spool = Spool(folder)
    spool.append({'id': 'c'})
    reports = spool.oldest(9, 9999)
    assert [report['id'] for report in reports] == ['a', 'c']
    assert reports[1]['chain']['gap'] == [2, 2]
    assert [link.state for link in verify(reports)] == [NEXT, GAP]


def test_a_broken_disk_sends_nothing_whose_number_could_come_again(disk, folder):
    spool = Spool(folder)
    spool.append({'id': 'a'})
    disk.broken = True
    assert spool.append({'id': 'b'})['sequence'] == 2
    assert spool.facts().trouble == 'input/output error'
    assert [report['id'] for report in spool.oldest(9, 9999)] == ['a']
    disk.broken = False
    assert [report['id'] for report in spool.oldest(9, 9999)] == ['a', 'b']


def test_of_those_in_memory_the_oldest_go_first_and_that_is_told(disk, folder):
    spool = Spool(folder)
    spool.append({'id': 'r1'})
    disk.room = 0
    for number in range(2, 60):
        spool.append({'id': f'r{number}'})
    reports = spool.oldest(99, 10**6)
    first = 60 - unwritten.MEMORY_REPORTS
    assert [report['sequence'] for report in reports] == [1] + list(range(first, 60))
    assert reports[1]['chain']['gap'] == [2, first - 1] and spool.facts().dropped == first - 2
    disk.room = None
    spool.append({'text': 'x' * 2 * unwritten.MEMORY_BYTES})
    disk.room = 0
    spool.append({'text': 'x' * 2 * unwritten.MEMORY_BYTES})
    assert spool.oldest(99, 10**9)[-1]['sequence'] == 61


def test_a_first_start_on_a_full_disk(disk, folder):
    disk.room = 0
    spool = Spool(folder)
    assert spool.append({'id': 'a'})['sequence'] == 0 and spool.oldest(9, 999) == []
    assert spool.facts().count == 1 and spool.facts().trouble == 'no space left on device'
    disk.room = None
    assert [report['sequence'] for report in spool.oldest(9, 9999)] == [1]
