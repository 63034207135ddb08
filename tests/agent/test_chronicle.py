"""chronicle: what an agent writes is read back, whatever a crash, a disk or a reader in between does to it."""
import os

import pytest

from nodeprep.agent.chronicle import DAY, MARK, NAME, OLDER, Chronicle, line_of, read
from nodeprep.agent.remembered import remember

AT = 1700006400.0
NODE = {'name': 'host', 'role': 'worker', 'os': {'id': 'centos', 'version': '7', 'name': 'CentOS 7'}, 'labels': {},
        'macs': ['is not kept']}


def report(found='4 GiB', **states):
    return {'node': NODE, 'findings': [
        {'requirement': name, 'state': state, 'now': state, 'boot': state, 'severity': 'required', 'mode': 'report',
         'waiver': None, 'observations': [
             {'when': 'now', 'met': state == 'met', 'advised': False, 'found': found, 'wanted': 'none', 'source': 'a'}]}
        for name, state in states.items()]}


class Agent:
    """A chronicle with a clock."""

    def __init__(self, home, limit=4 * 2**20, at=AT):
        self.home, self.at, self.now = str(home), at, 1000.0
        self.chronicle = Chronicle(self.home, {'pid': 1, 'started': '1', 'boot': 'b'}, limit)

    def pass_time(self, seconds):
        self.at, self.now = self.at + seconds, self.now + seconds

    def see(self, **states):
        self.chronicle.see(report(**states), {name: state for name, state in states.items() if name != 'found'},
                           self.at, self.now)

    def mark(self):
        self.chronicle.mark(self.at, self.now)

    def known(self):
        return remember(read(self.home), self.at)


def raw(home, name=NAME):
    return home.joinpath(name).read_bytes()


def test_what_became_of_a_requirement_is_read_back(tmp_path):
    agent = Agent(tmp_path)
    agent.see(swap='met', disk='met')
    agent.pass_time(60)
    agent.see(swap='met', disk='met')
    assert raw(tmp_path).count(b'\n') == 1                              # nothing new, and not long ago
    agent.see(swap='drifted', disk='met')
    agent.pass_time(60)
    agent.chronicle.end(agent.at)
    lines = read(str(tmp_path))
    assert lines[0]['first'] and lines[0]['began'] and set(lines[0]['all']) == {'swap', 'disk'}
    assert lines[0]['node'] == {name: NODE[name] for name in ('name', 'role', 'os', 'labels')}
    assert lines[1:] == [{'at': AT + 60, 'of': {'swap': [
        'drifted', 'drifted', 'drifted', 'drifted', 'required', None, ['4 GiB', 'none', 'a']]}},
        {'at': AT + 120, 'ended': True}]
    assert agent.known().turns == {'swap': [(AT, 'met'), (AT + 60, 'drifted')], 'disk': [(AT, 'met')]}
    assert os.stat(str(tmp_path / NAME)).st_mode & 0o777 == 0o600


def test_by_how_much_something_fails_is_no_news(tmp_path):
    agent = Agent(tmp_path)
    agent.see(disk='drifted')
    agent.see(found='5 GiB', disk='drifted')
    assert raw(tmp_path).count(b'\n') == 1


def test_presence_is_a_short_line_each_few_minutes_and_everything_once_a_day(tmp_path):
    agent = Agent(tmp_path)
    agent.see(swap='met')
    begun = len(raw(tmp_path))
    for _ in range(24 * 60 - 1):
        agent.pass_time(60)
        agent.see(swap='met')
        agent.mark()
    marks = raw(tmp_path)[begun:].split(b'\n')[:-1]
    assert {len(line) for line in marks} == {21} and 24 * 60 * 60 / MARK - 1 > len(marks) >= 24 * 12 - 1 - 24 * 3
    assert all(isinstance(one, float) for one in read(str(tmp_path))[1:])
    agent.pass_time(60)
    agent.see(swap='met')
    assert 'all' in read(str(tmp_path))[-1] and 'began' not in read(str(tmp_path))[-1]
    known = agent.known()
    assert known.events == [(AT, 'joined')] and known.turns == {'swap': [(AT, 'met')]} and known.last == AT + DAY


def test_nothing_is_marked_before_anything_was_seen_or_after_the_end(tmp_path):
    agent = Agent(tmp_path)
    agent.mark()
    agent.chronicle.end(agent.at)
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path))


def test_a_requirement_that_is_no_more_is_untold(tmp_path):
    agent = Agent(tmp_path)
    agent.see(swap='met', disk='met')
    agent.pass_time(60)
    agent.see(swap='met')
    assert agent.known().turns['disk'] == [(AT, 'met'), (AT + 60, '')]


def history(home):
    agent = Agent(home)
    agent.see(swap='met')
    agent.pass_time(60)
    agent.see(swap='drifted')
    agent.pass_time(MARK)
    agent.mark()
    return agent


def test_one_that_is_cut_at_any_byte_loses_the_torn_line_alone_and_goes_on(tmp_path):
    whole = raw(history(tmp_path) and tmp_path)
    ends = [number + 1 for number, byte in enumerate(whole) if byte == 0x0a]
    complete = read(str(tmp_path))
    for size in range(1, len(whole)):
        (tmp_path / NAME).write_bytes(whole[:size])
        kept = sum(1 for end in ends if end <= size)
        assert read(str(tmp_path)) == complete[:kept]
        later = Agent(tmp_path, at=AT + 1000)
        later.see(swap='met')
        found = read(str(tmp_path))
        torn = size not in ends
        if size + 1 in ends:          # but for its end the line was whole, and that it gets
            kept, torn = kept + 1, False
        assert found[:kept] == complete[:kept] and found[kept:-1] == [None] * torn and 'began' in found[-1]
        known = later.known()
        assert known.turns['swap'][-1][1] == 'met' and known.last == AT + 1000
        if kept:                      # what was between the last whole line and the new begin is silent
            assert known.events[-2:] == [(remember(complete[:kept], AT + 1000).last, 'silent'), (AT + 1000, 'heard')]


def test_no_byte_can_be_changed_unseen(tmp_path):
    history(tmp_path)
    whole, complete = raw(tmp_path), read(str(tmp_path))
    for number in range(len(whole)):
        changed = bytearray(whole)
        changed[number] ^= 0x04
        (tmp_path / NAME).write_bytes(bytes(changed))
        found = read(str(tmp_path))
        assert found != complete and all(one is None or one in complete for one in found)


@pytest.mark.parametrize('junk', [b'', b'\n', b'\x00' * 64 + b'\n', b'\xff\n', line_of('[]'), line_of('{"at":"x"}'),
                                  line_of('{}'), b'0 1\n'])
def test_a_file_of_something_else_holds_nothing(tmp_path, junk):
    (tmp_path / NAME).write_bytes(junk)
    assert remember(read(str(tmp_path)), AT).first is None
    agent = Agent(tmp_path)
    agent.see(swap='met')
    assert agent.known().first == AT


def test_it_is_bounded_and_says_what_is_not_kept(tmp_path):
    agent = Agent(tmp_path, limit=8 * 2**10)
    most = 0
    for number in range(1000):
        agent.see(swap='drifted' if number % 2 else 'met')
        agent.pass_time(10)
        most = max(most, sum(os.path.getsize(str(tmp_path / name)) for name in os.listdir(str(tmp_path))))
    assert 4 * 2**10 < most < 9 * 2**10 and sorted(os.listdir(str(tmp_path))) == [NAME, OLDER]
    known = agent.known()
    assert known.cut and AT < known.first < agent.at and known.damaged == [] and len(known.events) == 1
    assert known.turns['swap'] == [(AT + 10 * number, 'drifted' if number % 2 else 'met')
                                   for number in range(int(known.first - AT) // 10, 1000)]


def test_a_crash_while_it_turns_over_leaves_what_there_is(tmp_path):
    history(tmp_path)
    os.rename(str(tmp_path / NAME), str(tmp_path / OLDER))
    before = read(str(tmp_path))
    agent = Agent(tmp_path, at=AT + 400)
    agent.see(swap='met')
    assert read(str(tmp_path))[:-1] == before and not agent.known().cut


def test_one_that_turns_over_while_it_is_read_is_read_once(tmp_path):
    history(tmp_path)
    (tmp_path / OLDER).write_bytes(raw(tmp_path) + line_of('001700007000'))
    assert len(read(str(tmp_path))) == 4


def test_a_disk_that_takes_nothing_is_told_and_all_is_written_when_it_does(tmp_path, mocker):
    agent = history(tmp_path)
    full = mocker.patch('nodeprep.agent.chronicle.os.fdatasync', side_effect=OSError(28, 'No space left on device'))
    before = raw(tmp_path)
    agent.pass_time(60)
    agent.see(swap='met')
    assert agent.chronicle.trouble.endswith('chronicle: no space left on device') and raw(tmp_path) == before
    full.side_effect = None
    agent.pass_time(60)
    agent.see(swap='met')
    assert agent.chronicle.trouble == '' and 'all' in read(str(tmp_path))[-1]
    assert agent.known().turns['swap'][-1] == (agent.at, 'met')


def test_a_file_that_others_may_write_is_not_written_and_not_read(tmp_path):
    agent = history(tmp_path)
    os.chmod(str(tmp_path / NAME), 0o666)
    agent.see(swap='met')
    assert 'others may write it' in agent.chronicle.trouble
    with pytest.raises(OSError, match='others may write it'):
        read(str(tmp_path))


def test_a_clock_that_was_set_back_takes_nothing_back(tmp_path):
    agent = Agent(tmp_path)
    agent.see(swap='met')
    agent.pass_time(MARK)
    agent.mark()
    agent.at -= 3600
    agent.pass_time(MARK)
    agent.see(swap='drifted')
    assert remember(read(str(tmp_path)), AT + 1000).turns['swap'] == [(AT, 'met'), (AT + MARK, 'drifted')]
