"""Other programs that turn swap on: services that do nothing else, cloud-init, Azure's agent, rc.local.

Sources: dphys-swapfile(8), zramswap(8) of zram-tools, swapspace(8), zram-config of Ubuntu; handle_swapcfg() in
cloud-init's cloudinit/config/cc_mounts.py (a swap file needs `filename` and a `size` that is not 0);
ResourceDiskHandler.run() of WALinuxAgent's daemon/resourcedisk/default.py (only with ResourceDisk.Format=y and a
size); rc-local.service (ConditionFileIsExecutable=/etc/rc.d/rc.local).
"""
import re

from nodeprep.linux.unitboot import starts_at_boot
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List

_CLOUD = ('/etc/cloud/cloud.cfg', '/etc/cloud/cloud.cfg.d')
_WAAGENT = '/etc/waagent.conf'
_WAAGENT_SERVICES = ('waagent.service', 'walinuxagent.service')


class Tool(NamedTuple):
    """Something that would turn swap on."""

    subject: str
    what: str                      # stands before 'is turned on'
    source: str
    hint: str


def services(host: Any, names: List[str]) -> Iterator[Tool]:
    """Those of these swap services that the next boot starts."""
    for name in names:
        starts, source = starts_at_boot(host, name)
        if starts:
            yield Tool(name, 'its swap', source, f'Disable it: systemctl disable {name}')


def settings(host: Any) -> Iterator[Tool]:
    """What cloud-init, waagent and rc.local are set to do about swap."""
    yield from _cloud_init(host)
    yield from _waagent(host)
    yield from _rc_local(host)


def _cloud_init(host: Any) -> Iterator[Tool]:
    if host.exists('/etc/cloud/cloud-init.disabled'):
        return
    paths = [_CLOUD[0]] + [f'{_CLOUD[1]}/{name}' for name in host.names(_CLOUD[1]) if name.endswith('.cfg')]
    for path in paths:
        line = swap_file(host.read(path, missing=''))
        if line:
            yield Tool('cloud-init', 'the swap file that cloud-init makes for a new instance', f'{path}:{line}',
                       f'Take the key swap out of {path}.')


def swap_file(text: str) -> int:
    r"""The line of a cloud-config's top-level key `swap` that asks for a swap file; 0 when none does.

    >>> swap_file('users: []\nswap:\n  filename: /swap.img\n  size: "auto"\n')
    2
    >>> swap_file('swap:\n   size: 0\n   filename: /x\n'), swap_file('swap: {filename: /x, size: 1G}')
    (0, 1)
    """
    begun = 0
    keys: Dict[str, str] = {}
    for number, line in enumerate(text.split('\n'), 1):
        if not line.strip() or line.lstrip().startswith('#'):
            continue
        if not line[0].isspace():
            if begun and _asks(keys):
                return begun
            name, colon, rest = line.partition(':')
            begun, keys = (number, {}) if colon and name.strip().strip('"\'') == 'swap' else (0, {})
            if begun and rest.strip().startswith('{'):
                line = rest.strip().strip('{}')
            else:
                continue
        for part in line.split(',') if begun else ():
            key, _, value = part.partition(':')
            keys[key.strip().strip('"\'')] = value.split('#')[0].strip().strip('"\'')
    return begun if begun and _asks(keys) else 0


def _asks(keys: Any) -> bool:
    return bool(keys.get('filename')) and keys.get('size', '0') not in ('', '0', 'null', '~')


def _waagent(host: Any) -> Iterator[Tool]:
    text = host.read(_WAAGENT, missing='')
    if not text:
        return
    said, line = {}, 0
    for number, raw in enumerate(text.split('\n'), 1):
        name, equals, value = raw.partition('#')[0].strip().partition('=')
        if equals:
            said[name] = value.strip().strip('"').lower()
            line = number if name == 'ResourceDisk.EnableSwap' else line
    if said.get('ResourceDisk.EnableSwap') != 'y' or said.get('ResourceDisk.Format') != 'y' \
            or not re.match(r'^0*[1-9]', said.get('ResourceDisk.SwapSizeMB', '0')):
        return
    try:
        starts = any(starts_at_boot(host, name)[0] for name in _WAAGENT_SERVICES)
    except CannotTell:
        starts = True
    if starts:
        yield Tool('waagent', "the swap file of Azure's agent", f'{_WAAGENT}:{line}',
                   f'Set ResourceDisk.EnableSwap=n in {_WAAGENT}.')


def _rc_local(host: Any) -> Iterator[Tool]:
    for path in ('/etc/rc.d/rc.local', '/etc/rc.local'):
        status = host.status(path)
        if status is None or not status.st_mode & 0o111:
            continue
        for number, line in enumerate(host.read(path).split('\n'), 1):
            if re.match(r'^[^#]*\bswapon\b', line[:500]):
                yield Tool(path, 'what a swapon in it names', f'{path}:{number}', f'Take swapon out of {path}.')
        return
