"""The changes after which the next boot leaves the wanted values: our file, and the lines that would win over it."""
import re

from nodeprep.linux import confd, lines, sysctld
from nodeprep.linux.release import release
from nodeprep.linux.sysctlboot import IP_FORWARD, Left, left
from nodeprep.model import Write
from nodeprep.typed import Any, Dict, Mapping, Tuple

# zz: digits sort before letters, so that k8s.conf and docker.conf would win over 99-nodeprep.conf.
OURS = '/etc/sysctl.d/zz-nodeprep.conf'
_HEAD = '# What nodeprep wants of the kernel; the name sorts this file after the others.\n'
_ROUNDS = 20


def dotted(path: str) -> str:
    """A key as people write it.

    >>> dotted('net/ipv4/conf/eth0.100/forwarding')
    'net.ipv4.conf.eth0/100.forwarding'
    """
    return path.translate({46: '/', 47: '.'})


def plan(host: Any, wanted: Mapping[str, str]) -> Tuple[Tuple[Write, ...], str]:
    """(changes, '') that make boot leave these values, path below /proc/sys -> value; ((), why) when none would.

    Each change is tried on what systemd-sysctl would make of it before it is offered.
    """
    if host.link(OURS) is not None:
        return (), f'{OURS} is a link to {host.link(OURS)}; remove it so that the file can be written'
    if host.is_folder(OURS):
        return (), f'{OURS} is a folder; remove it so that the file can be written'
    systemd = release(host).systemd
    after = {OURS: with_values(host.read(OURS, missing=_HEAD), wanted, systemd)}
    for _ in range(_ROUNDS):
        found = left(host, after)
        wrong = [path for path, value in wanted.items() if found[path].value != value]
        if not wrong:
            return tuple(_write(host, path, text) for path, text in after.items()), ''
        if not _overcome(host, after, found[wrong[0]], wrong[0], wanted[wrong[0]], systemd):
            return (), _why(found[wrong[0]], wrong[0], wanted[wrong[0]])
    return (), f'more than {_ROUNDS} lines set {dotted(wrong[0])} otherwise'


def with_values(text: str, wanted: Mapping[str, str], systemd: int) -> str:
    r"""A file of ours with these values set: a line that has the key is replaced, others are added at the end.

    >>> with_values('# ours\nnet.ipv4.ip_forward = 0\n', {'net/ipv4/ip_forward': '1', 'kernel/x': '2'}, 252)
    '# ours\nnet.ipv4.ip_forward = 1\nkernel.x = 2\n'
    """
    for path, value in wanted.items():
        line = f'{dotted(path)} = {value}'
        there = [one for one in sysctld.assignments(text, OURS, systemd) if one.key == path]
        text = lines.replaced(text, there[-1].line, line) if there else lines.appended(text, line + '\n')
    return text


def edited(text: str, number: int, value: str, key: str) -> str:
    r"""A text in which one line assigns another value, its key as it was written.

    >>> edited('a = 1\n net.ipv4.ip_forward=0 \n', 2, '1', 'net/ipv4/ip_forward')
    'a = 1\n net.ipv4.ip_forward=1\n'
    """
    line = text.split('\n')[number - 1]
    begin = re.match(r'[^=]*=[ \t]*', line)
    return lines.replaced(text, number, (begin.group() if begin else f'{dotted(key)} = ') + value)


def _overcome(host: Any, after: Dict[str, str], found: Left, path: str, value: str, systemd: int) -> bool:
    """Adds to `after` what ends the rule of the line that wins; False when nothing is known to do so."""
    option = found.option
    if option is None or option.line == 0:
        return False
    same = 'net/ipv4/conf/all/forwarding'
    ours = [one.key for one in sysctld.assignments(after[OURS], OURS, systemd)]
    if path == IP_FORWARD and same not in ours and (option.glob or option.key == same):
        after[OURS] = with_values(after[OURS], {same: value}, systemd)      # the same variable under its other name
        return True
    if option.path == OURS or option.glob:
        return False
    text = after[option.path] if option.path in after else confd.text(host, option.path)
    where = option.path
    if where.startswith('/usr/'):
        # A package's file is not edited: a copy with the same name in /etc takes its place, as sysctl.d(5) says.
        where = '/etc/sysctl.d/' + where.rpartition('/')[2]
        if where in after or host.exists(where) or host.link(where) is not None:
            return False
    mended = edited(text, option.line, value, option.key)
    if mended == text:
        return False
    after[where] = mended
    return True


def _why(found: Left, path: str, value: str) -> str:
    said = f' ({found.note})' if found.note else ''
    return f'set {dotted(path)} = {value} where it is decided: {found.source}{said}'


def _write(host: Any, path: str, text: str) -> Write:
    return Write(path, text, was=host.read(path) if host.exists(path) else None)
