"""The two lines of containerd's configuration that matter to a kubelet.

Source: containerd's docs/cri/config.md. The file is TOML; without a TOML library it is read line by line, and what that
cannot settle is said to be unknown.
"""
import re

from nodeprep.linux.cri import Line
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Tuple

CONFIG = '/etc/containerd/config.toml'
# The plugin for Kubernetes: a file without a version, or of version 1, calls it `cri`; version 2 and 3 by a whole name.
SHORT, V2, V3 = 'cri', 'io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.runtime'
CRI = (SHORT, V2, V3, 'io.containerd.cri.v1.images')
_RUNC = ('containerd', 'runtimes', 'runc', 'options')
_MOST = 2**20             # characters of a configuration that is looked at


class Containerd(NamedTuple):
    """What the files say together; None: not said anywhere.

    `disabled` is the list that turns the plugin for Kubernetes off, `systemd_cgroup` the option of runc, `refused` a
    name that containerd does not start with.
    """

    disabled: Optional[Line] = None
    systemd_cgroup: Optional[Line] = None
    refused: Optional[Line] = None


class File(NamedTuple):
    """What one file says: its version, disabled plugins and imports, and by plugin its first line and SystemdCgroup."""

    version: Optional[Line]
    disabled: Optional[Line]
    imports: Tuple[str, ...]
    plugins: Dict[str, Line]
    options: Dict[str, Line]


def containerd(host: Any) -> Containerd:
    """config.toml and the files it imports. CannotTell for what lines cannot settle.

    As containerd 1.6 merges them: the last version counts for all, lists add up, and a plugin's settings replace those
    of the files before, which later releases do otherwise.
    """
    files = [scan(host.read(CONFIG, missing=''), CONFIG)]
    for pattern in files[0].imports:
        for path in host.glob(pattern if pattern.startswith('/') else f'/etc/containerd/{pattern}'):
            files.append(scan(host.read(path), path))
            if files[-1].imports:
                raise CannotTell(f'{path} imports other files itself, which is not followed', path)
    version = next((file.version for file in files[::-1] if file.version), None)
    name = {'1': SHORT, '2': V2, '3': V3}[version.value if version else '1']
    holders = [file for file in files if name in file.plugins]
    if len(holders) > 1 and name not in holders[-1].options and any(name in file.options for file in holders):
        line = holders[-1].plugins[name]
        raise CannotTell(f'{line.path} has the plugin {name} too, and which settings of the files before it then last '
                         'depends on the release of containerd', line.source)
    off = [file.disabled for file in files if file.disabled and any(one in CRI for one in file.disabled.value)]
    return Containerd(off[0] if off else None, holders[-1].options.get(name) if holders else None,
                      _refused(files) if name != SHORT else None)


def _refused(files: List[File]) -> Optional[Line]:
    """A name of a plugin that is not whole, as it must be from version 2 on."""
    for file in files:
        names = [file.disabled._replace(value=one) for one in file.disabled.value] if file.disabled else []
        for line in names + list(file.plugins.values()):
            if not line.value.startswith('io.containerd.'):
                return line
    return None


def scan(text: str, path: str) -> File:
    """What the lines of one file say. CannotTell for what they cannot settle."""
    if len(text) > _MOST or '"""' in text or "'''" in text:
        raise CannotTell(f'{path}: texts over several lines (or more than {_MOST >> 20} MiB) are not read here', path)
    said: Dict[str, Line] = {}
    plugins: Dict[str, Line] = {}
    options: Dict[str, Line] = {}
    section: Tuple[str, ...] = ()
    for number, line in _logical(text):
        if line.startswith('['):
            section = _section(line, f'{path}:{number}')
            if section[0] == 'plugins' and section[1:]:
                plugins.setdefault(section[1], Line(section[1], path, number))
        elif not section:
            said.update(_at_the_top(line, path, number))
        elif 'SystemdCgroup' in line:
            option = _systemd_cgroup(line, path, number)
            if section[0] == 'plugins' and section[2:] == _RUNC:
                options[section[1]] = option
    return File(said.get('version'), said.get('disabled_plugins'),
                tuple(said['imports'].value) if 'imports' in said else (), plugins, options)


def _at_the_top(line: str, path: str, number: int) -> Dict[str, Line]:
    """One of the settings outside of tables that matter."""
    key, _, value = (part.strip() for part in line.partition('='))
    source = f'{path}:{number}'
    if key in ('disabled_plugins', 'imports'):
        return {key: Line(_list(value, source), path, number)}
    if key == 'version' and value in ('1', '2', '3'):
        return {key: Line(value, path, number)}
    if key == 'version' or 'SystemdCgroup' in line or key.startswith(('plugins', '"plugins')):
        raise CannotTell(f'{source}: not understood: {line[:60]!r}', source)
    return {}


def _systemd_cgroup(line: str, path: str, number: int) -> Line:
    key, _, value = (part.strip() for part in line.partition('='))
    if key != 'SystemdCgroup' or value not in ('true', 'false'):
        raise CannotTell(f'{path}:{number}: not understood: {line[:60]!r}', f'{path}:{number}')
    return Line(value == 'true', path, number)


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
