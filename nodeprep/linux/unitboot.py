"""Would the next boot start a unit? The closure of what the default target pulls in, told from the files alone.

Source: bootup(7). What only a socket, a timer, a path or the bus would start counts as started on demand, not at boot.
Generators (fstab, GPT, SysV) are not run, and Conflicts= between two units that are both wanted is not weighed.
"""
from nodeprep.linux import unitcondition, unitsyntax
from nodeprep.linux.unitdefault import asked_by_kernel, default_target
from nodeprep.linux.unitfiles import ABSENT, MASKED, Tree, tree
from nodeprep.linux.unitneeds import Needs
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Dict, List, Tuple

_FROM_FILES = ('service', 'socket', 'target', 'timer', 'path')
_SYSV = ('/etc/rc.d/init.d', '/etc/init.d')          # EL7's network.service is made of such a script
_MOST = 5000              # units looked at; a whole desktop has some five hundred


def starts_at_boot(host: Any, name: str) -> Tuple[bool, str]:
    """(would the default target pull this unit in, the link or file that says so, or where its end was looked for).

    A condition of its own that surely fails keeps it from starting; those of what pulls it in are not weighed.
    """
    files = tree(host, at_boot=True)
    unit = files.loaded(name)
    if unit.kind in (MASKED, ABSENT):
        return False, unit.source or ', '.join(files.folders)
    closure: Closure = host.once('boot closure', lambda: Closure(host, files))
    if unit.name in closure.masked:
        return False, closure.masked[unit.name]
    where = closure.source(unit.name) or _preset_at_boot(host, closure, unit.name)
    if where:
        skipped = unitcondition.failing(host, files, unit)
        return not skipped, skipped or where
    trigger = _triggered(host, closure, unit.name)
    return False, trigger or closure.start


def on_demand(host: Any, name: str) -> str:
    """The socket, timer or path unit that the next boot starts and that would start this unit; '' without one."""
    files = tree(host, at_boot=True)
    unit = files.loaded(name)
    if unit.kind in (MASKED, ABSENT):
        return ''
    closure: Closure = host.once('boot closure', lambda: Closure(host, files))
    return _triggered(host, closure, unit.name)


class Closure:
    """The units that a boot starts, each with what pulled it in. Grown only as far as somebody asks."""

    def __init__(self, host: Any, files: Tree) -> None:
        """Starts at the default target. CannotTell without one."""
        self.host, self.files = host, files
        target, self.start = default_target(host, files)
        self.needs = Needs(host, files)
        self.masked = asked_by_kernel(host, 'systemd.mask')
        self._sources: Dict[str, str] = {}
        if self._can_start(target):
            self._sources[target] = self.start
            self._sources.update((name, where) for name, where in asked_by_kernel(host, 'systemd.wants').items()
                                 if unitsyntax.is_name(name) and self._loadable(name))
        self._targets: List[str] = list(self._sources)   # looked at first: most of what is asked for hangs on a target
        self._others: List[str] = []

    def source(self, name: str) -> str:
        """What pulls a unit in; '' when nothing does. CannotTell when a file that may do so cannot be read."""
        while name not in self._sources and (self._targets or self._others):
            if len(self._sources) > _MOST:
                raise CannotTell(f'more than {_MOST} units hang on the default target', self.start)
            here = (self._targets or self._others).pop()
            for other, where, _ in self.needs.of(here):
                if other not in self._sources and self._loadable(other):
                    self._sources[other] = where
                    (self._targets if other.endswith('.target') else self._others).append(other)
        if name not in self._sources and self.needs.unread:
            raise self.needs.unread[0]
        return self._sources.get(name, '')

    def _can_start(self, target: str) -> bool:
        """Whether all can be loaded that the default target requires: if not, the boot ends in an emergency shell.

        A unit that is merely wanted stays in systemd's transaction even when something that it requires is masked or
        absent (transaction_add_job_and_dependencies() of src/core/transaction.c), so only this chain is looked at.
        """
        seen, todo = {target}, [target]
        while todo:
            here = todo.pop()
            if not self._loadable(here):
                return False
            needed = {one.name for one in self.needs.of(here) if one.hard} - seen
            seen |= needed
            todo.extend(needed)
        return True

    def _loadable(self, name: str) -> bool:
        if name in self.masked:
            return False
        kind = self.files.loaded(name).kind
        if kind != ABSENT or unitsyntax.split(name).type not in _FROM_FILES:
            return kind != MASKED        # devices, mounts, slices and scopes are there without a file
        return any(self.host.exists(f'{folder}/{name[:-8]}') for folder in _SYSV) and name.endswith('.service')


def _preset_at_boot(host: Any, closure: Closure, name: str) -> str:
    """Why the first boot of an image enables and starts a unit that is disabled on its disk; '' when it does not."""
    from nodeprep.linux import unitenabled, unitpresets
    first = unitpresets.first_boot(host)
    if not first or unitenabled.enablement(host, name, at_boot=True).state != 'disabled':
        return ''
    enables, source = unitpresets.preset(host, name)
    wanted_by = unitenabled.install_of(host, name).wanted_by if enables else ()
    return f'{source} ({first}, so the next boot applies the presets)' if any(map(closure.source, wanted_by)) else ''


def _triggered(host: Any, closure: Closure, name: str) -> str:
    """A unit that the boot starts and that starts this one later: NAME.socket, NAME.timer or NAME.path."""
    stem = name.rpartition('.')[0]
    for kind in ('socket', 'timer', 'path'):
        where = closure.source(f'{stem}.{kind}')
        if where:
            return where
    return ''
