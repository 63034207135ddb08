"""The value of a sysctl that the next boot would leave, and the line that decides it.

Sources: systemd-sysctl of each release, as told in sysctld; of the kernel net/ipv4/devinet.c (ip_forward is the
variable of conf/all/forwarding), net/ipv6/addrconf.c (conf/all/forwarding sets conf/default/forwarding),
net/bridge/br_netfilter_hooks.c (any number but 0 becomes 1; 1 to begin with), kernel/sysctl.c (numbers),
fs/proc/proc_sysctl.c (sysctl. arguments, since 5.8).
"""
import re

from nodeprep.linux import bootargs, confd, sysctld, unitfiles
from nodeprep.linux.release import release
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

CONF = '/etc/sysctl.conf'
IP_FORWARD = 'net/ipv4/ip_forward'
IPV6_ALL = 'net/ipv6/conf/all/forwarding'
IPV6_DEFAULT = 'net/ipv6/conf/default/forwarding'
BRIDGE_4 = 'net/bridge/bridge-nf-call-iptables'
BRIDGE_6 = 'net/bridge/bridge-nf-call-ip6tables'
DEFAULTS = {IP_FORWARD: '0', IPV6_ALL: '0', IPV6_DEFAULT: '0', BRIDGE_4: '1', BRIDGE_6: '1'}
_SAME = {'net/ipv4/conf/all/forwarding': IP_FORWARD}
PATHS = tuple(DEFAULTS) + tuple(_SAME)

# As proc_get_long() takes it: decimal, 0x or octal, then white space or the end; what follows is not looked at.
_NUMBER = r'[ \t\n\v\f\r]*(-?)(0[xX][0-9a-fA-F]{1,18}|0[0-7]{0,20}|[1-9][0-9]{0,19})(?:[ \t\n]|\Z)'
_UNIT = 'systemd-sysctl.service'


class Left(NamedTuple):
    """What boot would leave. `source`: path:line of what decides it. `option`: that assignment; None: none is made.

    `note`: what is to be known about it, as 'the kernel refuses "yes"'; '' when nothing.
    """

    value: str
    source: str
    option: Optional[sysctld.Option] = None
    note: str = ''


def left(host: Any, overlay: Optional[Dict[str, str]] = None) -> Dict[str, Left]:
    """For each key of DEFAULTS, what the next boot leaves, its bridge keys taken to be there when values are applied.

    `overlay`: path -> text of files as they would be after a change. CannotTell when a file of sysctl.d cannot be read,
    or when it is not known which systemd reads it.
    """
    if overlay:
        return _left(host, overlay)
    return dict(host.once('sysctls at boot', lambda: _left(host, {})))


def _left(host: Any, overlay: Dict[str, str]) -> Dict[str, Left]:
    systemd = _systemd(host)
    state = _at_first(host)
    mask = _masked(host)
    if mask:
        note = f'{_UNIT} is masked, so no file of sysctl.d is applied'
        return {path: one._replace(source=mask, note=note) for path, one in state.items()}
    found = sysctld.options(_texts(host, overlay), systemd)
    for path, option in sysctld.writes(found, PATHS, systemd):
        apply(state, path, option, systemd)
    for path in DEFAULTS:
        if path in found and found[path].value is None:
            state[path] = state[path]._replace(source=found[path].source, option=found[path],
                                               note='a line without a value takes it out')
    return state


def apply(state: Dict[str, Left], path: str, option: sysctld.Option, systemd: int) -> None:
    """What the kernel makes of one write. A value that it refuses leaves what was there."""
    path = _SAME.get(path, path)
    before, said = state[path], option.value or ''
    number = as_number(said)
    if number is None:
        refusal = f'the kernel refuses {said[:40]!r}'
        state[path] = before._replace(source=option.source, option=option, note=refusal)
        return
    value = str(number)
    if path in (BRIDGE_4, BRIDGE_6):
        value = '1' if number else '0'
    state[path] = Left(value, option.source, option)
    if path == IPV6_ALL and (systemd < sysctld.SKIPS_SAME or said != before.value):
        state[IPV6_DEFAULT] = state[path]


def as_number(text: str) -> Optional[int]:
    """What the kernel takes a text for that is written to a sysctl that is one number; None: it refuses it.

    >>> as_number('1'), as_number(' 0x1 # on'), as_number('yes'), as_number(''), as_number('3000000000')
    (1, 1, None, None, None)
    """
    if text in ('0', '1'):           # as nearly all are; a regular expression takes a while to compile
        return int(text)
    match = re.match(_NUMBER, text)
    if not match:
        return None
    sign, digits = match.groups()
    base = 16 if digits[:2] in ('0x', '0X') else 8 if digits[0] == '0' else 10
    number = int(digits, base)
    if len(sign + digits) > 20 or number > 2**31 - (0 if sign else 1):
        return None
    return -number if sign else number


def files(host: Any) -> List[str]:
    """The files that are read, in order. EL7's systemd-sysctl reads /etc/sysctl.conf by its name after all others."""
    found = confd.files(host, 'sysctl.d', folders_hide=_systemd(host) >= 239)
    return found + [CONF] if reads_conf_last(host) else found


def reads_conf_last(host: Any) -> bool:
    """Whether systemd-sysctl reads /etc/sysctl.conf by its name: EL7 has back what systemd 207 had dropped."""
    here = release(host)
    return bool(here.family == 'el' and here.major == 7)


def _texts(host: Any, overlay: Dict[str, str]) -> Iterable[Tuple[str, str]]:
    """(path, text) in the order of reading; the path is the file's own, behind every link."""
    before = host.once('sysctl.d', lambda: [(path, _real(host, path), confd.text(host, path)) for path in files(host)])
    if not overlay:
        return [(real, text) for _, real, text in before]
    by_name: Dict[str, Tuple[str, str]] = {}
    last: List[Tuple[str, str]] = []
    for path, real, text in before:
        entry = (real, overlay.get(real, text))
        if path == CONF:
            last.append(entry)
        else:
            by_name[path.rpartition('/')[2]] = entry
    for path, text in overlay.items():
        if path.startswith('/etc/sysctl.d/'):
            by_name[path.rpartition('/')[2]] = (path, text)
    return [by_name[name] for name in sorted(by_name, key=lambda name: name.encode('utf-8', 'surrogateescape'))] + last


def _at_first(host: Any) -> Dict[str, Left]:
    """Before any file: the kernel's defaults, and since 5.8 its sysctl. arguments, which come before any module."""
    nowhere = 'no line in ' + ', '.join(confd.folders(host, 'sysctl.d'))
    state = {path: Left(value, nowhere, note='the default of the kernel') for path, value in DEFAULTS.items()}
    args = bootargs.arguments(host)
    for word, place in args.words:
        if word.startswith(('sysctl.', 'sysctl/')) and args.kernel >= (5, 8):
            key, equals, value = word[7:].partition('=')
            path = key.replace('.', '/')
            if equals and path in PATHS and path not in (BRIDGE_4, BRIDGE_6):
                apply(state, path, sysctld.Option(path, value, place, 0), 0)
    return state


def _systemd(host: Any) -> int:
    found: int = release(host).systemd
    if not found:
        raise CannotTell('which systemd applies sysctl.d at boot cannot be told', release(host).source)
    return found


def _masked(host: Any) -> str:
    """The link that masks systemd-sysctl.service; '' when it is not masked."""
    found = unitfiles.tree(host, at_boot=True).find(_UNIT)
    return found.source if found.kind == unitfiles.MASKED else ''


def _real(host: Any, path: str) -> str:
    """Where a file itself lies: /etc/sysctl.conf for /etc/sysctl.d/99-sysctl.conf. Following links is dear."""
    return path if host.link(path) is None else str(host.resolve(path))
