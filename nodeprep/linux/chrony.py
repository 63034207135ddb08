"""What chronyd says of the clock: `chronyc tracking`, as CSV since 2.4 and as text before.

Sources: chronyc(1) "tracking"; process_cmd_tracking() of client.c in chrony.
"""
import re

from nodeprep import epoch
from nodeprep.linux.timestate import State
from nodeprep.model import CannotTell
from nodeprep.typed import Any

CSV = ('chronyc', '-n', '-c', 'tracking')
TEXT = ('chronyc', '-n', 'tracking')
LOCAL = '7F7F0101'         # 127.127.1.1: its own clock, by the `local` directive
_MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
_UNSYNCHRONISED = 'Not synchronised'
_LOOK = 'chronyc -n sources'


def tracking(host: Any) -> State:
    """Asks chronyd; CannotTell when it does not answer, or not in words that are known."""
    answer = host.ask(CSV)
    if answer.code == 0:
        return parse_csv(answer.out)
    if 'invalid option' in answer.err or 'nrecogni' in answer.err + answer.out:
        answer = host.ask(TEXT)
        if answer.code == 0:
            return parse_text(answer.out)
    said = (answer.out.strip() or answer.err.strip()).split('\n')[0][:200]
    raise CannotTell(f'chronyc: {said or f"exit code {answer.code}"}', ' '.join(CSV))


def parse_csv(text: str) -> State:
    """The answer as CSV: one line of 14 fields.

    >>> found = parse_csv('C0A80001,192.168.0.1,3,1700000000.5,-0.000012,0,0,1,0,0.1,0.02,0.003,64.2,Normal')
    >>> found.reference, found.synchronised, found.offset, round(found.distance, 3)
    ('192.168.0.1', True, 1.2e-05, 0.013)
    """
    source = ' '.join(CSV)
    fields = text.strip().split(',')
    if len(fields) != 14 or '\n' in text.strip():
        raise CannotTell(f'chronyc answered {text[:80]!r}', source)
    number = [_number(fields[place], source) for place in (2, 3, 4, 10, 11, 12)]
    stratum, updated, offset, delay, dispersion, interval = number
    return State(fields[1] or fields[0], fields[0].upper() == LOCAL,
                 _synchronised(fields[13], fields[0], source), int(stratum), updated, abs(offset),
                 abs(delay) / 2 + dispersion, interval, source, _LOOK)


def parse_text(text: str) -> State:
    """The answer of a chronyc before 2.4: one `Name : value` a line."""
    source = ' '.join(TEXT)
    said = {name.strip(): value.strip() for name, _, value in (line.partition(':') for line in text.splitlines())}
    for name in ('Reference ID', 'Stratum', 'Ref time (UTC)', 'System time', 'Root delay', 'Root dispersion',
                 'Leap status'):
        if name not in said:
            raise CannotTell(f'chronyc did not tell the {name}', source)
    number = {name: _number(said.get(name, '0').split(' ')[0], source)
              for name in ('Stratum', 'System time', 'Root delay', 'Root dispersion', 'Update interval')}
    identifier, _, name = said['Reference ID'].partition(' ')
    return State(name.strip('()') or identifier, identifier.upper() in (LOCAL, '127.127.1.1'),
                 _synchronised(said['Leap status'], identifier, source), int(number['Stratum']),
                 _date(said['Ref time (UTC)'], source), abs(number['System time']),
                 abs(number['Root delay']) / 2 + number['Root dispersion'], number['Update interval'], source, _LOOK)


def _synchronised(leap: str, identifier: str, source: str) -> bool:
    if leap not in ('Normal', 'Insert second', 'Delete second', _UNSYNCHRONISED):
        raise CannotTell(f'chronyc tells an unknown leap status {leap[:40]!r}', source)
    return leap != _UNSYNCHRONISED and identifier not in ('00000000', '0.0.0.0')     # noqa: S104  # no socket: an id


def _number(text: str, source: str) -> float:
    if not re.match(r'^[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?$', text):
        raise CannotTell(f'chronyc tells {text[:40]!r} where a number is expected', source)
    return float(text)


def _date(text: str, source: str) -> float:
    """Seconds since 1970 of a date as asctime(3) writes it.

    >>> _date('Sun Nov 22 21:58:08 2026', ''), _date('Thu Jan  1 00:00:00 1970', '')
    (1795384688.0, 0.0)
    """
    found = re.match(r'^\w{3} (\w{3}) +([0-9]{1,2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([0-9]{4})$', text)
    if not found or found.group(1) not in _MONTHS:
        raise CannotTell(f'chronyc tells {text[:40]!r} where a date is expected', source)
    month, day, hour, minute, second, year = found.groups()
    try:
        return float(epoch.seconds(max(1, int(year)), _MONTHS.index(month) + 1, int(day), int(hour), int(minute),
                                   int(second)))
    except ValueError:
        raise CannotTell(f'chronyc tells {text!r}, which is no date', source) from None
