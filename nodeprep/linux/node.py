"""Who this host is: the `node` part of a report. What cannot be told is left empty; `identity` judges it."""
from nodeprep.linux.release import Release, release
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Dict, List


def describe(host: Any, role: str, labels: Dict[str, str]) -> Dict[str, Any]:
    """The node of CONTRACT.md's report, with boot_id beside it."""
    live = host.live
    name = (_read(host, '/proc/sys/kernel/hostname') if live else '') or _read(host, '/etc/hostname')
    system = _release(host)
    kernel = host.uname() if live else None
    image = {} if live else {'root': host.root}
    return {
        **image,
        'name': name or 'localhost', 'role': role, 'machine_id': _read(host, '/etc/machine-id'),
        'product_uuid': _read(host, '/sys/class/dmi/id/product_uuid').lower() if live else '',
        'macs': _macs(host) if live else [], 'addresses': _addresses(host) if live else [],
        'os': {'id': system.id, 'version': system.version, 'name': system.name},
        'kernel': kernel.release if kernel else '', 'arch': kernel.machine if kernel else '', 'labels': dict(labels),
        'boot_id': _read(host, '/proc/sys/kernel/random/boot_id') if live else ''}


def _release(host: Any) -> Release:
    try:
        return release(host)
    except CannotTell:
        return Release('', '', 'unknown system', 'other', 0, 0, '')


def _read(host: Any, path: str) -> str:
    try:
        return next((line.strip() for line in host.read(path, missing='').splitlines()
                     if line.strip() and not line.startswith('#')), '')
    except CannotTell:
        return ''


def _macs(host: Any) -> List[str]:
    from nodeprep.linux import interfaces
    try:
        return list(interfaces.macs(host))
    except CannotTell:
        return []


def _addresses(host: Any) -> List[str]:
    from nodeprep.linux import interfaces
    try:
        return list(interfaces.addresses(host))
    except CannotTell:
        return []
