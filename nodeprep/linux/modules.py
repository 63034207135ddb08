"""Is a kernel module there now, and could a kernel load it: from /proc, /sys and /lib/modules, without modprobe."""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict

_NEWLINE = '\n'
BUILT_IN, FILE, ABSENT, UNKNOWN = 'built in', 'a module', 'absent', 'unknown'

# What a module's presence makes appear: the only proof that holds on every kernel. Until 3.18 (EL7 before 7.2) the
# bridge netfilter was a part of `bridge`, with no module of its own.
_PROOF = {'br_netfilter': '/proc/sys/net/bridge/bridge-nf-call-iptables'}


class Shipped(NamedTuple):
    """How a kernel comes with a module: BUILT_IN, FILE, ABSENT, or UNKNOWN when its folder is not there to be read."""

    kind: str
    source: str


def same(name: str) -> str:
    """A module's name as the kernel writes it; modprobe takes - and _ for the same.

    >>> same('br-netfilter')
    'br_netfilter'
    """
    return name.replace('-', '_')


def loaded(host: Any, name: str) -> str:
    """The file that shows that the running kernel has the module, loaded or built in; '' when nothing shows it.

    CannotTell when /proc/modules cannot be read and nothing else shows it.
    """
    name = same(name)
    proof = _PROOF.get(name, '')
    if proof and host.exists(proof):
        return proof
    if name == 'overlay' and '\toverlay\n' in host.read('/proc/filesystems', missing=''):
        return '/proc/filesystems'
    line = _listed(host).get(name)
    if line:
        return f'/proc/modules:{line}'
    if host.exists(f'/sys/module/{name}'):
        return f'/sys/module/{name}'
    built_in = shipped(host, name, host.uname().release)
    return built_in.source if built_in.kind == BUILT_IN else ''


def shipped(host: Any, name: str, release: str) -> Shipped:
    """How the kernel of this release comes with a module, from modules.builtin and modules.dep (depmod(8), kbuild)."""
    folder, name = f'/lib/modules/{release}', same(name)
    for file, kind in (('modules.builtin', BUILT_IN), ('modules.dep', FILE)):
        text = host.once(('read', folder, file), lambda file=file: host.read(f'{folder}/{file}', missing=''))
        named = text and re.match(r'\w+$', name) and re.compile('/' + name.replace('_', '[-_]') + r'\.ko(?:[.:\n]|\Z)')
        match = named.search(text) if named else None
        if match:
            return Shipped(kind, f'{folder}/{file}:{text.count(_NEWLINE, 0, match.start()) + 1}')
        if kind == FILE and not text:
            return _without_tree(host, name, release, f'{folder}/{file}')
    return Shipped(ABSENT, f'{folder}/modules.dep')


def _without_tree(host: Any, name: str, release: str, source: str) -> Shipped:
    """A kernel without modules.dep: one that was built without module support has what it has, for good."""
    running = host.live and host.uname().release == release
    if running and host.exists('/proc/filesystems') and not host.exists('/proc/modules'):
        shown = '/proc/filesystems' if name == 'overlay' else _PROOF.get(name, f'/sys/module/{name}')
        there = '\toverlay\n' in host.read(shown, missing='') if name == 'overlay' else host.exists(shown)
        return Shipped(BUILT_IN if there else ABSENT, f'{shown} (the kernel has no modules: there is no /proc/modules)')
    return Shipped(UNKNOWN, source)


def _listed(host: Any) -> Dict[str, int]:
    """Loaded modules by name, with their line of /proc/modules; a kernel without modules has no such file."""
    def look() -> Dict[str, int]:
        text = host.read('/proc/modules', missing='')
        return {line.partition(' ')[0]: number for number, line in enumerate(text.split('\n'), 1) if line}
    found: Dict[str, int] = host.once('/proc/modules', look)
    return found


def locked(host: Any) -> str:
    """Why no module can be loaded until the next boot; '' when nothing forbids it (kernel/module.c)."""
    path = '/proc/sys/kernel/modules_disabled'
    try:
        value = host.read(path, missing='').strip()
    except CannotTell:
        return ''
    return f'{path} is 1: no module can be loaded until the next boot' if value == '1' else ''
