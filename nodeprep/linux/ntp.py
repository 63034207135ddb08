"""ntpd, systemd-timesyncd and openntpd: what they say of the clock, and the sources they are given.

Sources: ntpq(1) "rv"; ntp.conf(5); timesyncd.conf(5) and src/timesync/timesyncd-manager.c; ntpd.conf(5) of OpenNTPD.
"""
import re

from nodeprep.linux import unitsyntax
from nodeprep.linux.lines import numbered
from nodeprep.linux.timestate import State
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List

RV = ('ntpq', '-c', 'rv')
SYNCHRONIZED = '/run/systemd/timesync/synchronized'      # touched at each adjustment
_ERA = 2208988800                                        # seconds from 1900 to 1970
_NTP_CONF = ('/etc/ntp.conf', '/etc/ntpsec/ntp.conf')
_OPENNTPD = ('/etc/openntpd/ntpd.conf', '/etc/ntpd.conf')
_TIMESYNCD = '/etc/systemd/timesyncd.conf'
_DROP_INS = tuple(f'{folder}/systemd/timesyncd.conf.d' for folder in ('/etc', '/run', '/usr/local/lib', '/usr/lib'))


class Given(NamedTuple):
    """A configured source and the path:line that gives it."""

    name: str
    source: str


def variables(host: Any) -> State:
    """Asks ntpd; CannotTell when it does not answer."""
    answer = host.ask(RV)
    if answer.code != 0 or 'leap' not in answer.out:
        said = (answer.err.strip() or answer.out.strip()).split('\n')[0][:200]
        raise CannotTell(f'ntpq: {said or f"exit code {answer.code}"}', ' '.join(RV))
    return parse_rv(answer.out)


def parse_rv(text: str) -> State:
    """The system variables of ntpd; it counts in milliseconds.

    >>> said = parse_rv('associd=0 leap=00, stratum=3, rootdelay=20.0, rootdisp=5.5, refid=10.0.0.1, offset=-1.5')
    >>> said.reference, said.synchronised, said.stratum, said.offset, said.distance
    ('10.0.0.1', True, 3, 0.0015, 0.0155)
    """
    source = ' '.join(RV)
    found = dict(re.findall(r'\b(\w+)=("[^"]*"|[^\s,]*)', text[:20000]))
    leap = found.get('leap', '').replace('0b', '')
    # ntpd answers leap=00, or leap_none in the first line and no variable of that name.
    if not leap:
        leap = '11' if 'leap_alarm' in text or 'sync_alarm' in text else '00' if 'leap_' in text else ''
    if not re.match(r'^[0-3]{1,2}$', leap):
        raise CannotTell(f'ntpq does not tell the leap indicator: {text[:80]!r}', source)
    stratum, delay, dispersion, offset = (_number(found, name, source)
                                          for name in ('stratum', 'rootdelay', 'rootdisp', 'offset'))
    stamp = re.match(r'^([0-9a-f]{8})\.', found.get('reftime', ''))
    updated = int(stamp.group(1), 16) - _ERA if stamp else 0
    return State(found.get('refid', '')[:60], False, leap not in ('11', '3') and stratum < 16, int(stratum),
                 float(max(0, updated)), abs(offset) / 1000, (abs(delay) / 2 + dispersion) / 1000, 0.0, source,
                 'ntpq -pn')


def timesyncd(host: Any) -> State:
    """systemd-timesyncd's mark, touched at each adjustment, and what the kernel has left to adjust."""
    mark = host.status(SYNCHRONIZED)
    return State('', False, mark is not None, 0, mark.st_mtime if mark else 0.0, abs(host.clock().offset), 0.0, 0.0,
                 SYNCHRONIZED, 'timedatectl status')


def _number(found: Any, name: str, source: str) -> float:
    text = found.get(name, '')
    if not re.match(r'^[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?$', text):
        raise CannotTell(f'ntpq tells {name}={text[:40]!r}', source)
    return float(text)


def ntpd_sources(host: Any) -> List[Given]:
    """Servers, pools, peers and reference clocks of ntp.conf, includefile followed; the local clock is none."""
    todo, seen = [next((path for path in _NTP_CONF if host.exists(path)), _NTP_CONF[0])], set()    # type: list, set
    found: List[Given] = []
    while todo:
        path = todo.pop()
        seen.add(path)
        for number, line in numbered(host.read(path)):
            words = [word for word in line.partition('#')[0].split() if word not in ('-4', '-6')]
            if words[:1] == ['includefile'] and words[1:] and words[1].startswith('/') and words[1] not in seen:
                todo.append(words[1])
                seen.add(words[1])
            elif words[1:] and words[0].lower() in ('server', 'pool', 'peer', 'refclock') \
                    and not words[1].startswith('127.127.1.'):        # type 1: the undisciplined local clock
                found.append(Given(words[1], f'{path}:{number}'))
    return found


def openntpd_sources(host: Any) -> List[Given]:
    """server, servers and sensor lines of OpenNTPD's ntpd.conf."""
    path = next((path for path in _OPENNTPD if host.exists(path)), _OPENNTPD[0])
    lines = ((number, line.partition('#')[0].split()) for number, line in numbered(host.read(path)))
    return [Given(words[1], f'{path}:{number}') for number, words in lines
            if words[1:] and words[0] in ('server', 'servers', 'sensor')]


def timesyncd_sources(host: Any) -> List[Given]:
    """NTP= of timesyncd.conf and its drop-ins, else FallbackNTP=, else the servers that it was built with."""
    chosen: Dict[str, str] = {}
    for folder in reversed(_DROP_INS):
        chosen.update((name, f'{folder}/{name}') for name in host.names(folder) if name.endswith('.conf'))
    found: Dict[str, List[Given]] = {
        'NTP': [], 'FallbackNTP': [Given('the servers that it was built with', _TIMESYNCD)]}
    for path in [_TIMESYNCD] + [chosen[name] for name in sorted(chosen)]:
        for section, key, value, line in unitsyntax.settings(host.read(path, missing=''), path):
            if section == 'Time' and key in found:
                names = [Given(name, f'{path}:{line}') for name in value.split()]
                found[key] = (found[key] if key == 'NTP' else []) + names if names else []
    return found['NTP'] or found['FallbackNTP']
