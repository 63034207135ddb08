"""Whether a unit runs, told without asking systemd: from its control group and from what systemd leaves in /run.

systemd moves the processes of a service into a control group named after it (systemd.resource-control(5), Slice=) and
removes the group when the unit stops (unit_prune_cgroup() of src/core/unit.c). A service that stays active after its
processes exited (RemainAfterExit=) has none; since 235 /run/systemd/units/invocation:NAME stands for as long as a unit
that ran something is not inactive (unit_export_state_files(), unit_unlink_state_files() in the same file). That
includes one that waits to be started again, so for the other services the link does not count. That there is none does
where the stop of a service ends its main process alone (KillMode= of systemd.kill(5)): others go on in its group.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.release import release
from nodeprep.linux.unitfiles import REGULAR, tree
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Iterator, Tuple

ACTIVE, INACTIVE = 'active', 'inactive'
RUNNING = '/run/systemd/system'          # sd_booted(3): it is there when systemd is the init of this machine
_ROOTS = ('/sys/fs/cgroup', '/sys/fs/cgroup/systemd')
_DEEPEST = 200                           # groups looked into below one unit


def active(host: Any, name: str) -> Tuple[str, str]:
    """('active' | 'inactive', where that shows). CannotTell when systemd does not run here, or it leaves no trace."""
    if not host.live:
        raise CannotTell(f'{name}: nothing runs in an image', name)
    if not host.exists(RUNNING):
        raise CannotTell('systemd does not run here', RUNNING)
    name = tree(host).loaded(name).name
    group = '/'.join(part for part in (_root(host), _slice(host, name), name) if part)
    holder = next(_populated(host, group), '')
    invocation = f'/run/systemd/units/invocation:{name}'
    if holder:
        return (INACTIVE, invocation) if _left_behind(host, name, invocation) else (ACTIVE, holder)
    kind = unitsyntax.split(name).type
    if kind == 'socket':
        from nodeprep.linux import unitlistens
        return ACTIVE if unitlistens.listening(host, name) else INACTIVE, unitlistens.UNIX
    if kind != 'service':
        raise CannotTell(f'{name}: only a service shows in the control groups', group)
    if not _outlives_its_processes(host, name):
        return INACTIVE, group
    if _version(host) < 235:
        raise CannotTell(f'{name} stays active without processes, which this release shows to systemctl alone', group)
    return ACTIVE if host.link(invocation) is not None else INACTIVE, invocation


def _root(host: Any) -> str:
    # cgroup.controllers at the top: the unified hierarchy; else systemd keeps a named one beside the controllers.
    if host.exists('/sys/fs/cgroup/cgroup.controllers'):
        return _ROOTS[0]
    if host.is_folder(_ROOTS[1]):
        return _ROOTS[1]
    raise CannotTell('the control groups of systemd are not mounted here', _ROOTS[0])


def _populated(host: Any, group: str, left: int = _DEEPEST) -> Iterator[str]:
    """The file that shows a process in this group or below it: a service may have groups of its own (Delegate=)."""
    events = host.read(f'{group}/cgroup.events', missing='')
    if 'populated 1' in events:
        yield f'{group}/cgroup.events'
    if events:
        return
    todo = [group]
    while todo and left:
        here, left = todo.pop(), left - 1
        if host.read(f'{here}/cgroup.procs', missing='').strip():
            yield f'{here}/cgroup.procs'
        todo.extend(f'{here}/{entry}' for entry in host.names(here) if '.' not in entry or entry.endswith(_GROUPS))


_GROUPS = ('.service', '.scope', '.slice')


def _slice(host: Any, name: str) -> str:
    """The folder of a unit's slice: 'system.slice', for an instance 'system.slice/system-getty.slice'; '' the root."""
    parts = unitsyntax.split(name)
    slice_name = _setting(host, name, 'Slice')
    if slice_name == '-.slice':
        return ''
    if not slice_name.endswith('.slice') or not unitsyntax.is_name(slice_name):
        stem = parts.prefix.replace('-', '\\x2d')
        slice_name = f'system-{stem}.slice' if parts.kind == unitsyntax.INSTANCE else 'system.slice'
    pieces = slice_name[:-6].split('-')
    return '/'.join('-'.join(pieces[:count]) + '.slice' for count in range(1, len(pieces) + 1))


def _left_behind(host: Any, name: str, invocation: str) -> bool:
    """Whether what runs in the group of a service is but what its stop has left; not told before systemd 235, nor where
    the folder is not there in which a systemd that runs here keeps these links.
    """
    return (host.link(invocation) is None and host.exists(invocation.rpartition('/')[0]) and _version(host) >= 235
            and _setting(host, name, 'KillMode').lower() in ('process', 'none'))


def _outlives_its_processes(host: Any, name: str) -> bool:
    return _setting(host, name, 'RemainAfterExit').lower() in ('yes', 'true', 'on', '1')


def _setting(host: Any, name: str, key: str) -> str:
    files = tree(host)
    unit = files.find(name)
    if unit.kind != REGULAR:
        return ''
    value = ''
    parts = unitsyntax.split(unit.name)
    folders = [f'{unit.name}.d'] + ([f'{parts.template}.d'] if parts.kind == unitsyntax.INSTANCE else [])
    for path in [unit.path] + files.drop_ins(folders):
        text = host.read(path, missing='')
        if key in text:
            value = ([found for section, name_, found, _ in unitsyntax.settings(text, path)
                      if name_ == key and section in ('Service', 'Socket')] or [value])[-1]
    return value


def _version(host: Any) -> int:
    try:
        return release(host).systemd or 999
    except CannotTell:
        return 999
