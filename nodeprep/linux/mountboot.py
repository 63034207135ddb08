"""What the next boot would mount on a folder: /etc/fstab, and mount units that it does not make.

Sources: fstab(5), systemd.mount(5), systemd-fstab-generator(8), systemd-gpt-auto-generator(8).
"""
from nodeprep.linux import fstab
from nodeprep.linux.filesystems import on_disk
from nodeprep.linux.fstab import Entry
from nodeprep.linux.mounts import Mount, covers, holding, mounts, table
from nodeprep.model import CannotTell, Observation, unknown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, List, Optional

_UNITS = ('/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system')
# What generators wrote is written again at the next boot, whatever it came from: a partition's type, ostree, arguments.
_GENERATED = ('/run/systemd/generator', '/run/systemd/generator.early', '/run/systemd/generator.late')
_SCRIPTS = ('/etc/rc.d/rc.local', '/etc/rc.local')
_NO_MOUNT = ('swap', 'none', 'ignore')


class Listed(NamedTuple):
    """Who mounts something on a point at boot: `automatic` is False where somebody still has to ask for it."""

    source: str
    automatic: bool
    entry: Optional[Entry] = None


def entries(host: Any) -> List[Entry]:
    """The entries of fstab that mount something, with their points as the kernel would write them."""
    found: List[Entry] = host.once('fstab mounts', lambda: [
        entry._replace(point=plain(entry.point)) for entry in fstab.parse(host.read(fstab.PATH, missing=''))
        if entry.kind not in _NO_MOUNT and entry.point.startswith('/')])
    return found


def plain(path: str) -> str:
    """A path without needless slashes.

    >>> plain('/var//lib/'), plain('/')
    ('/var/lib', '/')
    """
    return '/' + '/'.join(part for part in path.split('/') if part)


def on_point(host: Any, point: str) -> Optional[Listed]:
    """Who mounts something on just this point; None when nobody does."""
    found = [entry for entry in entries(host) if entry.point == point]
    for entry in found or [entry for entry in entries(host) if host.resolve(entry.point) == point]:
        return Listed(f'{fstab.PATH}:{entry.line_number}', _mounts(entry), entry)
    name = unit_name(point)
    for folder in _UNITS + _GENERATED:
        path = f'{folder}/{name}'
        text = host.read(path, missing='')
        # A unit that came from a line of fstab which is gone now would not be made again.
        if text and not (folder in _GENERATED and 'SourcePath=/etc/fstab' in text):
            return Listed(path, True)
    return None


def mentioned(host: Any, point: str) -> str:
    """The start script that mentions a mount point; '' when none does."""
    for path in _SCRIPTS:
        try:
            text = host.read(path, missing='')
        except CannotTell:
            continue
        for number, line in enumerate(text.split('\n'), 1):
            if point in line and not line.lstrip().startswith('#'):
                return f'{path}:{number}'
    return ''


def deepest(host: Any, path: str) -> Optional[Entry]:
    """The entry that would hold a path after a boot; None when fstab has none for it, not even a root."""
    fitting = [entry for entry in entries(host) if covers(entry.point, path) and _mounts(entry)]
    return max(fitting, key=lambda entry: len(entry.point), default=None)


def again(host: Any, path: str, mount: Mount) -> Observation:
    """Whether what holds a folder now is mounted again at boot. The root file system always is."""
    if mount.point == '/':
        return Observation(path, f'on the root file system ({mount.source}), as now', 'the same file system', True,
                           table(host))
    found = f'{mount.source} on {mount.point}'
    below = holding([one for one in mounts(host) if one.point != mount.point], mount.point)
    listed = on_point(host, mount.point)
    if listed is not None and listed.automatic:
        return Observation(path, found, 'mounted again at boot', True, listed.source)
    if below.device == mount.device:
        return Observation(path, f'{found}, which is a part of {below.point} mounted again', 'the same file system',
                           True, table(host))
    if not on_disk(mount):
        return unknown(path, 'mounted again at boot', CannotTell(
            f'{mount.kind} on {mount.point}: what mounts it at boot is not known', table(host)), advised=True)
    if listed is not None:
        return Observation(path, f'{found} is marked noauto', 'mounted again at boot', False, listed.source,
                           advised=True,
                           hint='Take noauto out of that line, unless something mounts it before the runtime starts.')
    script = mentioned(host, mount.point)
    return Observation(path, f'{found} was mounted by hand' + (f'; {script} mentions it' if script else ''),
                       f'a line in {fstab.PATH} or a mount unit', False, f'{table(host)}, {fstab.PATH}',
                       advised=bool(script), hint=f'Add it to {fstab.PATH}: "UUID=... {mount.point} {mount.kind} '
                       f'defaults 0 0" with the UUID that blkid {mount.source} prints; after a reboot the data would '
                       f'be gone from {path}.')


def not_yet(host: Any, name: str, path: str, mount: Mount) -> Iterator[Observation]:
    """A line of fstab that would put another file system under a folder than holds it now."""
    entry = deepest(host, path)
    if entry is not None and len(entry.point) > len(mount.point) and entry.point != '/':
        yield Observation(name, f'{entry.spec} will be mounted on {entry.point}, and is not now',
                          'the same file system', False, f'{fstab.PATH}:{entry.line_number}', advised=True,
                          hint=f'Mount it now (mount {entry.point}) before anything is written to {name}, or take the '
                          'line out: what lies there now is hidden after a reboot.')


def unit_name(point: str) -> str:
    r"""The unit that mounts a point: unit_name_from_path() of systemd.

    >>> unit_name('/var/lib/docker'), unit_name('/srv/a-b')
    ('var-lib-docker.mount', 'srv-a\\x2db.mount')
    """
    from nodeprep.linux.swapunits import unit_name as of_swap
    return of_swap(point)[:-len('.swap')] + '.mount'


def _mounts(entry: Entry) -> bool:
    return entry.last_of('noauto', 'auto') != 'noauto' or entry.has('x-systemd.automount')
