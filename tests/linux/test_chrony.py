"""What chronyd says, as every release of chronyc words it."""
import contextlib
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.host import Answer
from nodeprep.linux import chrony
from nodeprep.linux.chrony import CSV, TEXT, parse_csv, parse_text, tracking
from nodeprep.model import CannotTell

GOOD = 'C0A80001,192.168.0.1,3,1700000000.50,-0.000012,0.1,0.2,1.5,0.0,0.1,0.020,0.003,64.2,Normal\n'
UNSYNCHRONISED = '00000000,,0,0.000000000,0.0,0.0,0.0,0.000,0.000,0.000,1.0,1.0,0.0,Not synchronised\n'
LOCAL = '7F7F0101,,10,1795384688.008508438,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,Normal\n'
OLD = '''Reference ID    : 192.168.0.1 (ntp1.example.com)
Stratum         : 3
Ref time (UTC)  : Tue Nov 14 22:13:20 2023
System time     : 0.000012000 seconds slow of NTP time
Last offset     : -0.000004735 seconds
RMS offset      : 0.000101 seconds
Frequency       : 10.982 ppm slow
Residual freq   : -0.000 ppm
Skew            : 0.031 ppm
Root delay      : 0.020 seconds
Root dispersion : 0.003 seconds
Update interval : 64.2 seconds
Leap status     : Normal
'''


def test_doctests():
    assert doctest.testmod(chrony).failed == 0


def test_csv():
    said = parse_csv(GOOD)
    assert (said.reference, said.local, said.synchronised, said.stratum) == ('192.168.0.1', False, True, 3)
    assert (said.updated, said.offset, said.interval, round(said.distance, 6)) == (1700000000.5, 0.000012, 64.2, 0.013)


def test_text_says_the_same():
    said, csv = parse_text(OLD), parse_csv(GOOD)
    assert said.reference == 'ntp1.example.com' and said.updated == 1700000000
    assert said[1:4] + said[5:8] == csv[1:4] + csv[5:8]


def test_unsynchronised():
    assert parse_csv(UNSYNCHRONISED).synchronised is False
    assert parse_text(OLD.replace(': Normal', ': Not synchronised')).synchronised is False
    assert parse_text(OLD.replace('192.168.0.1 (ntp1.example.com)', '0.0.0.0 ()')).synchronised is False


def test_its_own_clock():
    assert parse_csv(LOCAL).local and parse_csv(LOCAL).synchronised
    assert parse_text(OLD.replace('192.168.0.1 (ntp1.example.com)', '127.127.1.1 ()')).local     # chrony before 3
    assert parse_text(OLD.replace('192.168.0.1 (ntp1.example.com)', '7F7F0101 ()')).local


@pytest.mark.parametrize('text', [
    '', '506 Cannot talk to daemon', GOOD + GOOD, GOOD.replace('Normal', 'Fine'), GOOD.replace('64.2', 'nan'),
    GOOD.replace('-0.000012', '1e400'), GOOD.replace(',Normal', ''), GOOD.replace('3,', '\u0663,'),
])
def test_other_csv_is_unknown(text):
    with pytest.raises(CannotTell):
        parse_csv(text)


@pytest.mark.parametrize('text', [
    '', OLD.replace('Leap status     : Normal', ''), OLD.replace('22:13:20', 'x'), OLD.replace(': 3', ': three'),
    OLD.replace('Nov', 'Nix'),
])
def test_other_text_is_unknown(text):
    with pytest.raises(CannotTell):
        parse_text(text)


def test_one_command_is_asked(host):
    host.answers = {CSV: Answer(0, GOOD, '')}
    assert tracking(host).stratum == 3 and host.asked == [CSV]


@pytest.mark.parametrize('answer', [Answer(1, '', "chronyc: invalid option -- 'c'\n"),
                                    Answer(1, 'Unrecognized option -c\n', '')])
def test_a_chronyc_without_csv_is_asked_for_text(host, answer):
    host.answers = {CSV: answer, TEXT: Answer(0, OLD, '')}
    assert tracking(host).source == 'chronyc -n tracking'


def test_a_daemon_that_does_not_answer(host):
    host.answers = {CSV: Answer(1, '506 Cannot talk to daemon\n', '')}
    with pytest.raises(CannotTell) as told:
        tracking(host)
    assert told.value.reason == 'chronyc: 506 Cannot talk to daemon'


@given(some.text() | some.lists(some.sampled_from(['1', '-0.1', 'Normal', '', 'x', '9' * 30]),
                                max_size=16).map(','.join))
def test_any_csv_gives_facts_or_cannot_tell(text):
    with contextlib.suppress(CannotTell):
        parse_csv(text)


@given(some.lists(some.tuples(some.sampled_from([line.partition(':')[0] for line in OLD.splitlines()]),
                              some.sampled_from(['1', 'x', '', 'Normal', 'Tue Nov 99 22:13:20 0000', '7F7F0101 ()'])),
                  max_size=14))
def test_any_text_gives_facts_or_cannot_tell(lines):
    with contextlib.suppress(CannotTell):
        parse_text('\n'.join(f'{name}: {value}' for name, value in lines))
