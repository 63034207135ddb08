"""ntpd, systemd-timesyncd and openntpd."""
import contextlib
import doctest
import os

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.host import Answer
from nodeprep.host.kernel import Clock
from nodeprep.linux import ntp
from nodeprep.linux.ntp import RV, ntpd_sources, openntpd_sources, parse_rv, timesyncd_sources, variables
from nodeprep.model import CannotTell

# ntp 4.2.6 of EL7.
GOOD = '''associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,
version="ntpd 4.2.6p5@1.2349-o Tue Jun 23 15:38:19 UTC 2020 (1)",
processor="x86_64", system="Linux/3.10.0-1160.el7.x86_64", leap=00,
stratum=3, precision=-24, rootdelay=20.420, rootdisp=36.251,
refid=192.168.0.1, reftime=e8fe6f80.80000000  Tue, Nov 14 2023 22:13:20.500,
clock=e8fe6f80.1e64c4a7  Tue, Nov 14 2023 22:13:41.118, peer=38110, tc=10,
mintc=3, offset=-1.542, frequency=-12.283, sys_jitter=0.000,
clk_jitter=0.615, clk_wander=0.030
'''


def test_doctests():
    assert doctest.testmod(ntp).failed == 0


def test_ntpd(host):
    host.answers = {RV: Answer(0, GOOD, '')}
    said = variables(host)
    assert (said.reference, said.synchronised, said.stratum, said.updated) == ('192.168.0.1', True, 3, 1700000000.0)
    assert (round(said.offset, 6), round(said.distance, 6)) == (0.001542, 0.046461)


@pytest.mark.parametrize('text', [GOOD.replace('leap=00', 'leap=11').replace('leap_none', 'leap_alarm'),
                                  GOOD.replace('stratum=3', 'stratum=16'),
                                  GOOD.replace('leap=00,', '').replace('leap_none', 'leap_alarm')])
def test_unsynchronised(text):
    assert parse_rv(text).synchronised is False


@pytest.mark.parametrize('answer', [
    Answer(0, '', 'ntpq: read: Connection refused\n'), Answer(1, '', ''), Answer(0, 'leap\n', ''),
    Answer(0, GOOD.replace('offset=-1.542', 'offset=x'), ''), Answer(0, GOOD.replace('stratum=3, ', ''), ''),
])
def test_no_good_answer_is_unknown(host, answer):
    host.answers = {RV: answer}
    with pytest.raises(CannotTell):
        variables(host)


@given(some.text() | some.lists(some.sampled_from(GOOD.split()), max_size=30).map(' '.join))
def test_any_answer_gives_facts_or_cannot_tell(text):
    with contextlib.suppress(CannotTell):
        parse_rv(text)


def test_the_sources_of_ntpd(host):
    host.files({'/etc/ntp.conf': 'server -4 a iburst # x\n#server b\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 10\n'
                                 'includefile /etc/ntp.d\nserver 127.127.20.0\n',
                '/etc/ntp.d': 'pool c\nincludefile /etc/ntp.conf\n'})
    assert [tuple(one) for one in ntpd_sources(host)] == [
        ('a', '/etc/ntp.conf:1'), ('127.127.20.0', '/etc/ntp.conf:6'), ('c', '/etc/ntp.d:1')]


def test_no_ntp_conf_is_told(host):
    with pytest.raises(CannotTell):
        ntpd_sources(host)


def test_the_sources_of_openntpd(host):
    assert [one.name for one in openntpd_sources(host.files({
        '/etc/openntpd/ntpd.conf': 'servers pool.ntp.org\nsensor *\nlisten on *\n'}))] == ['pool.ntp.org', '*']


@pytest.mark.parametrize('files, names', [
    ({}, ['the servers that it was built with']),
    ({'/etc/systemd/timesyncd.conf': '[Time]\n#NTP=\nFallbackNTP=f1 f2\n'}, ['f1', 'f2']),
    ({'/etc/systemd/timesyncd.conf': '[Time]\nFallbackNTP=\n'}, []),
    ({'/etc/systemd/timesyncd.conf': '[Time]\nNTP=a b\n', '/etc/systemd/timesyncd.conf.d/x.conf': '[Time]\nNTP=c\n'},
     ['a', 'b', 'c']),
    ({'/etc/systemd/timesyncd.conf': '[Time]\nNTP=a\n', '/etc/systemd/timesyncd.conf.d/x.conf': '[Time]\nNTP=\nNTP=c\n',
      '/usr/lib/systemd/timesyncd.conf.d/x.conf': '[Time]\nNTP=hidden\n'}, ['c']),
])
def test_the_sources_of_timesyncd(host, files, names):
    assert [one.name for one in timesyncd_sources(host.files(files))] == names


def test_timesyncd_tells_by_its_mark(host):
    host.timex = Clock(0, 0, -0.02, 0.01, 0.001)
    assert ntp.timesyncd(host).synchronised is False
    host.files({ntp.SYNCHRONIZED: ''})
    os.utime(host.root + ntp.SYNCHRONIZED, (5, 1700000000))
    said = ntp.timesyncd(host)
    assert (said.synchronised, said.updated, said.offset) == (True, 1700000000.0, 0.02)
