"""The two lines of containerd's configuration that matter to a kubelet.

Source: containerd's docs/cri/config.md. The file is TOML; without a TOML library it is read line by line, and what that
cannot settle is said to be unknown.
"""
import re
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple

from nodeprep.linux.cri import Line
from nodeprep.model import CannotTell

CONFIG = '/etc/containerd/config.toml'
CRI = ('cri', 'io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.runtime', 'io.containerd.cri.v1.images')
_RUNC = ('containerd', 'runtimes', 'runc', 'options')
_MOST = 2**20             # characters of a configuration that is looked at


class Containerd(NamedTuple):
    """`disabled` is the list of plugins that are off, `systemd_cgroup` the runc option; None: not said anywhere."""

    disabled: Optional[Line]
    systemd_cgroup: Optional[Line]

    @property
    def cri_off(self) -> bool:
        """Whether the plugin that the kubelet talks to is off."""
        return self.disabled is not None and any(name in CRI for name in self.disabled.value)


def containerd(host: Any) -> Containerd:
    """What config.toml and the files it imports say; later files win. CannotTell for what lines cannot settle."""
    text = host.read(CONFIG, missing='')
    found, imports = scan(text, CONFIG)
    for pattern in imports:
        if not pattern.startswith('/'):
            pattern = f'/etc/containerd/{pattern}'
        for path in host.glob(pattern):
            more, _ = scan(host.read(path), path)
            found = Containerd(more.disabled or found.disabled, more.systemd_cgroup or found.systemd_cgroup)
    return found


def scan(text: str, path: str) -> Tuple[Containerd, List[str]]:
    """(what one file says, the patterns of the files that it imports)."""
    if len(text) > _MOST or '"""' in text or "'''" in text:
        raise CannotTell(f'{path}: texts over several lines (or more than {_MOST >> 20} MiB) are not read here', path)
    disabled, option, imports = None, None, []     # type: Optional[Line], Optional[Line], List[str]
    section: Tuple[str, ...] = ()
    for number, line in _logical(text):
        if line.startswith('['):
            section = _section(line, f'{path}:{number}')
            continue
        key, _, value = (part.strip() for part in line.partition('='))
        if not section and key == 'disabled_plugins':
            disabled = Line(_list(value, f'{path}:{number}'), path, number)
        elif not section and key == 'imports':
            imports = _list(value, f'{path}:{number}')
        elif 'SystemdCgroup' in line:
            if key != 'SystemdCgroup':
                raise CannotTell(f'{path}:{number}: SystemdCgroup in a place not looked at', f'{path}:{number}')
            if section[:1] == ('plugins',) and section[1:2] and section[1] in CRI and section[2:] == _RUNC:
                if value not in ('true', 'false'):
                    raise CannotTell(f'{path}:{number}: SystemdCgroup is neither true nor false', f'{path}:{number}')
                option = Line(value == 'true', path, number)
    return Containerd(disabled, option), imports


def _logical(text: str) -> Iterator[Tuple[int, str]]:
    """(number of the first line, text) of each statement: comments off, a list over several lines put together."""
    begun, first, depth = '', 0, 0
    for number, raw in enumerate(text.split('\n'), 1):
        line = _without_comment(raw).strip()
        if not line:
            continue
        if not begun and line.startswith('['):
            yield number, line
            continue
        first = first if begun else number
        begun = f'{begun} {line}' if begun else line
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', '', line)
        depth += bare.count('[') - bare.count(']')
        if depth <= 0 or len(begun) > 20000:
            yield first, begun
            begun, depth = '', 0
    if begun:
        yield first, begun


def _without_comment(line: str) -> str:
    found = re.match(r'(?:[^#"\']|"(?:[^"\\]|\\.)*"|\'[^\']*\')*', line)
    return found.group() if found else line


def _section(line: str, source: str) -> Tuple[str, ...]:
    """The parts of a table's name.

    >>> _section('[plugins."io.containerd.grpc.v1.cri".containerd]', 'x')
    ('plugins', 'io.containerd.grpc.v1.cri', 'containerd')
    """
    inner = line.strip('[] \t')
    parts = re.findall(r'"([^"]*)"|\'([^\']*)\'|([A-Za-z0-9_-]+)', inner)
    if not parts or not line.endswith(']'):
        raise CannotTell(f'{source}: not understood: {line[:60]!r}', source)
    return tuple(''.join(part) for part in parts)


def _list(value: str, source: str) -> List[str]:
    """The texts of a list in one line.

    >>> _list('["cri", \\'a\\',]', 'x'), _list('[]', 'x')
    (['cri', 'a'], [])
    """
    if not re.match(r'^\[\s*((?:"[^"\\]*"|\'[^\']*\')\s*(?:,\s*|(?=\])))*\]$', value):
        raise CannotTell(f'{source}: not understood: {value[:60]!r}', source)
    return [one or other for one, other in re.findall(r'"([^"\\]*)"|\'([^\']*)\'', value)]
