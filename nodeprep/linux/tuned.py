"""What tuned would set at boot, after systemd-sysctl: the [sysctl] section of its active profile and those it includes.

Sources: tuned-profiles(7), tuned.conf(5); tuned/profiles/loader.py (include= first, the including profile on top) and
tuned/plugins/plugin_sysctl.py (reapply_sysctl: /etc/sysctl.d and /etc/sysctl.conf once more, /usr/lib/sysctl.d not).
"""
import re

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

_FOLDERS = ('/etc/tuned/profiles', '/etc/tuned', '/usr/lib/tuned/profiles', '/usr/lib/tuned')
_MOST = 16                # profiles that include each other


class Setting(NamedTuple):
    """A value that a profile gives a sysctl; `path` as below /proc/sys."""

    value: str
    source: str
    profile: str


def settings(host: Any) -> Dict[str, Setting]:
    """What the active profile sets, by path below /proc/sys; empty when tuned has none."""
    found: Dict[str, Setting] = host.once('tuned', lambda: _settings(host))
    return found


def reapplies(host: Any) -> bool:
    """Whether tuned applies /etc/sysctl.d and /etc/sysctl.conf again after its own values; it does by default."""
    for line in host.read('/etc/tuned/tuned-main.conf', missing='').split('\n'):
        match = re.match(r'\s*reapply_sysctl\s*=\s*(\w+)', line)
        if match:
            return match.group(1).lower() in ('1', 'true', 'yes', 'on')
    return True


def parse(text: str) -> Tuple[List[str], Dict[str, Tuple[str, int]]]:
    r"""(profiles included, key -> (value, line) of [sysctl]) of a tuned.conf.

    >>> parse('[main]\ninclude=a, b\n[sysctl]\nnet.ipv4.ip_forward = 0 # no\n')
    (['a', 'b'], {'net.ipv4.ip_forward': ('0', 4)})
    """
    section, included = '', []      # type: str, List[str]
    found: Dict[str, Tuple[str, int]] = {}
    for number, line in enumerate(text.split('\n'), 1):
        line = line.strip()
        if line.startswith('[') and line.endswith(']'):
            section = line[1:-1].strip()
            continue
        key, equals, value = line.partition('=')
        key, value = key.strip(), re.split(r'\s[#;]', value, maxsplit=1)[0].strip().strip('"')
        if not equals or key[:1] in ('#', ';', ''):
            continue
        if section == 'main' and key == 'include':
            included += [name for name in re.split(r'[,;\s]+', value) if name]
        elif section == 'sysctl':
            found[key] = (value, number)
    return included, found


def _settings(host: Any) -> Dict[str, Setting]:
    found: Dict[str, Setting] = {}
    todo = host.read('/etc/tuned/active_profile', missing='').split()[::-1]
    seen: List[str] = []
    while todo and len(seen) < _MOST:
        name = todo.pop()
        if name in seen or not re.match(r'[\w+-][\w.+-]{0,99}$', name):
            continue
        seen.append(name)
        files = [f'{folder}/{name}/tuned.conf' for folder in _FOLDERS]
        path = next((file for file in files if host.exists(file)), '')
        if not path:
            continue
        included, values = parse(host.read(path))
        todo += included[::-1]
        for key, (value, number) in values.items():
            # The including profile was read first, and wins.
            found.setdefault(key.replace('.', '/'), Setting(value, f'{path}:{number}', name))
    return found
