"""log: fields for the journal, lines for everybody else."""
import errno
import io
import os
import struct

import pytest

from nodeprep.agent import log
from nodeprep.model import CannotChange


def parsed(data):
    """The fields of a datagram as systemd-journald reads them."""
    fields = {}
    while data:
        line, _, data = data.partition(b'\n')
        if b'=' in line:
            name, _, value = line.partition(b'=')
        else:
            size = struct.unpack('<Q', data[:8])[0]
            name, value, data = line, data[8:8 + size], data[8 + size + 1:]
        fields[name.decode()] = value.decode()
    return fields


def test_the_journal_gets_fields():
    sent = []
    out = io.StringIO()
    log.Log(out, True, lambda address, data: sent.append((address, data))).tell(
        'state', 'swap: drifted', log.WARNING, requirement='swap', state='drifted', now='drifted', boot='')
    assert [address for address, _ in sent] == [log.SOCKET] and out.getvalue() == ''
    assert parsed(sent[0][1]) == {
        'MESSAGE': 'swap: drifted', 'PRIORITY': '4', 'MESSAGE_ID': log.IDS['state'], 'SYSLOG_IDENTIFIER': 'nodeprep',
        'NODEPREP_REQUIREMENT': 'swap', 'NODEPREP_STATE': 'drifted', 'NODEPREP_NOW': 'drifted'}


def test_nothing_can_add_a_field_or_a_terminal_sequence():
    sent = []
    log.Log(io.StringIO(), True, lambda address, data: sent.append(data)).tell(
        'state', 'a\nPRIORITY=0\x1b[2J', requirement='x\nPRIORITY=0')
    fields = parsed(sent[0])
    assert fields['PRIORITY'] == '6' and '\x1b' not in fields['MESSAGE']
    assert fields['NODEPREP_REQUIREMENT'].startswith('x')


def test_without_a_journal_lines_go_to_standard_output():
    def nobody(address, data):
        raise CannotChange('nobody listens')
    for journal in (False, True):
        out = io.StringIO()
        log.Log(out, journal, nobody, marks=True).tell('start', 'a\nb\x1b[1m', log.ERROR)
        assert out.getvalue().count('\n') == 1 and out.getvalue().startswith('<3>a') and '\x1b' not in out.getvalue()


def test_a_person_and_a_file_get_no_priority_and_a_poor_terminal_gets_escapes():
    raw = io.BytesIO()
    terminal = io.TextIOWrapper(raw, encoding='ascii')
    log.Log(terminal, False).tell('start', 'n\u00e9 agent')
    assert raw.getvalue() == b'n\\xe9 agent\n'


class Broken(io.StringIO):
    """A standard output that takes nothing."""

    def __init__(self, number):
        io.StringIO.__init__(self)
        self.number = number

    def flush(self):
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize('number, marks', [(errno.ENOSPC, False), (errno.EIO, False), (errno.EPIPE, True)])
def test_a_line_that_nothing_takes_does_not_end_the_agent(number, marks):
    log.Log(Broken(number), False, marks=marks).tell('start', 'a')


def test_a_person_who_reads_no_more_ends_it():
    with pytest.raises(BrokenPipeError):
        log.Log(Broken(errno.EPIPE), False).tell('start', 'a')


def test_every_kind_has_an_id_of_its_own():
    assert len(set(log.IDS.values())) == len(log.IDS) and all(len(one) == 32 for one in log.IDS.values())
