"""Swap as systemd units: swap.target and its mask, hand-written .swap units, the names of those that generators write.

Sources: systemd.swap(5); systemd.special(7) "swap.target"; sysinit.target of every release wants swap.target, so only a
mask keeps it out; unit_name_from_path() of src/basic/unit-name.c; systemd.generator(7) for masked generators;
swap_supported() of src/core/swap.c: in a container no swap unit starts at all.
"""
from nodeprep.linux import unitfiles, unitsyntax
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List

TARGET = 'swap.target'
ETC = unitfiles.ETC
TARGET_FOLDERS = tuple(f'{TARGET}.{kind}' for kind in ('wants', 'requires', 'upholds'))
_PLAIN = frozenset(b'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:_.')
_GENERATORS = ('/etc/systemd/system-generators', '/usr/local/lib/systemd/system-generators',
               '/usr/lib/systemd/system-generators', '/lib/systemd/system-generators')


class Target(NamedTuple):
    """swap.target at the next boot."""

    masked: str                    # the mask, '' without one
    own: str                       # a swap.target that an administrator wrote: systemctl would not mask over it


def target(host: Any) -> Target:
    """Whether swap.target is masked for good; a mask in /run is gone after a boot."""
    files = unitfiles.tree(host, at_boot=True)
    first = files.first(TARGET)
    found = files.find(TARGET)
    if found.kind == unitfiles.MASKED:
        return Target(found.path, '')
    return Target('', first if first.startswith('/etc/') else '')


def mask(host: Any, name: str) -> str:
    """The mask that keeps a unit from starting at the next boot, whoever generates it; '' without one."""
    try:
        found = unitfiles.tree(host, at_boot=True).find(name)
    except (ValueError, CannotTell):
        return ''
    return found.path if found.kind == unitfiles.MASKED else ''


class Unit(NamedTuple):
    """A .swap unit that somebody wrote, and what starts it."""

    name: str
    what: str                      # the device or file that it swaps on, '' when it is not said
    hook: str                      # the link or file:line that pulls it in
    by_target: bool                # hooked into swap.target alone, so that its mask covers it


def written(host: Any, generated: List[str]) -> Iterator[Unit]:
    """The hand-written .swap units that the next boot starts; `generated` names units that generators will have made.

    A link in swap.target.wants counts also when its unit is only generated. Other hooks are followed from the default
    target on, and only for units that have a file.
    """
    files = unitfiles.tree(host, at_boot=True)
    hooks = _hooks(host, files)
    here = {name for names in files.names.values() for name in names if name.endswith('.swap')}
    for name in sorted(here | set(hooks)):
        found = _find(files, name)
        if found is None or found.kind == unitfiles.MASKED or found.kind == unitfiles.ABSENT and name not in generated:
            continue
        elsewhere = _elsewhere(host, name) if found.path else ''
        if elsewhere or name in hooks:
            yield Unit(name, _what(host, found.path), elsewhere or hooks[name], not elsewhere)


def _hooks(host: Any, files: Any) -> Dict[str, str]:
    found: Dict[str, str] = {}
    for folder in (path for kind in TARGET_FOLDERS for path in files.folders_named(kind)):
        links = files.links(folder)
        for name in host.names(folder):
            # A link to /dev/null hides the dependency of the same name in a folder of lower priority.
            if name.endswith('.swap'):
                found.setdefault(name, '' if links.get(name) == '/dev/null' else f'{folder}/{name}')
    return {name: hook for name, hook in found.items() if hook}


def _find(files: Any, name: str) -> Any:
    try:
        return files.find(name) if unitsyntax.is_name(name) else None
    except CannotTell:
        return None                    # systemd refuses such a unit


def _elsewhere(host: Any, name: str) -> str:
    """What pulls a unit in other than swap.target; '' when nothing does."""
    from nodeprep.linux.unitboot import starts_at_boot
    starts, hook = starts_at_boot(host, name)
    return hook if starts and hook.split('/')[-2] not in TARGET_FOLDERS else ''


def _what(host: Any, path: str) -> str:
    if not path:
        return ''
    try:
        return next((value for section, key, value, _ in unitsyntax.settings(host.read(path), path)
                     if section == 'Swap' and key == 'What'), '')
    except CannotTell:
        return ''


def unit_name(path: str) -> str:
    r"""The name of the .swap unit for a device or file: unit_name_from_path().

    >>> unit_name('/dev/mapper/centos-swap'), unit_name('/.swap//file'), unit_name('/')
    ('dev-mapper-centos\\x2dswap.swap', '\\x2eswap-file.swap', '-.swap')
    """
    inner = '/'.join(part for part in path.split('/') if part not in ('', '.')).encode('utf-8', 'surrogateescape')
    escaped = ''.join('-' if byte == 0x2f else chr(byte) if byte in _PLAIN and (place or byte != 0x2e)
                      else f'\\x{byte:02x}' for place, byte in enumerate(inner))
    return (escaped or '-') + '.swap'


def generator_mask(host: Any, name: str) -> str:
    """The empty file or link to /dev/null that turns a generator off; '' when nothing does."""
    for folder in _GENERATORS[:2]:
        path = f'{folder}/{name}'
        if host.link(path) is not None or host.exists(path):
            return path if host.link(path) == '/dev/null' or unitfiles.empty(host, path) else ''
    return ''


def generator(host: Any, name: str) -> str:
    """The path of a generator that is installed and not masked; '' otherwise."""
    if generator_mask(host, name):
        return ''
    return next((f'{folder}/{name}' for folder in _GENERATORS if host.exists(f'{folder}/{name}')), '')
