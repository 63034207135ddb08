"""Would the next boot start a unit? The closure of what the default target pulls in, told from the files alone.

Sources: bootup(7); systemd.special(7) default.target; systemd.unit(5) Wants=, Requires=, BindsTo=, Upholds=; and
"*.wants/, *.requires/ folders"; kernel-command-line(7) systemd.unit= and the run levels. What only a socket, a timer,
a path or the bus would start counts as started on demand, not at boot. Generators (fstab, GPT, SysV) are not run, and
Conflicts= between two units that are both wanted is not weighed.
"""
from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

from nodeprep.linux import unitsyntax
from nodeprep.linux.unitfiles import ABSENT, MASKED, Found, Tree, tree
from nodeprep.model import CannotTell

# Requisite= starts nothing; RequiresOverridable= is EL7's; Upholds= came with 249; Sockets= of [Service] wants too.
_PULLS = ('Wants', 'Requires', 'BindsTo', 'BindTo', 'RequiresOverridable', 'Upholds', 'Sockets')
_HARD = ('Requires', 'BindsTo', 'BindTo')
_FROM_FILES = ('service', 'socket', 'target', 'timer', 'path')
_SYSV = ('/etc/rc.d/init.d', '/etc/init.d')          # EL7's network.service is made of such a script
_FOLDERS = ('.wants', '.requires', '.upholds')
# parse_proc_cmdline_item() of src/core/main.c and runlevel_to_target() of src/basic/proc-cmdline.c.
_LEVELS = {'1': 'rescue.target', 's': 'rescue.target', 'S': 'rescue.target', 'single': 'rescue.target',
           'rescue': 'rescue.target', '-s': 'rescue.target', 'emergency': 'emergency.target', '-b': 'emergency.target',
           '2': 'multi-user.target', '3': 'multi-user.target', '4': 'multi-user.target', '5': 'graphical.target'}
_MOST = 5000              # units looked at; a whole desktop has some five hundred


def starts_at_boot(host: Any, name: str) -> Tuple[bool, str]:
    """(would the default target pull this unit in, the link or file that says so, or where its end was looked for)."""
    files = tree(host, at_boot=True)
    unit = files.loaded(name)
    if unit.kind in (MASKED, ABSENT):
        return False, unit.source or ', '.join(files.folders)
    closure: Closure = host.once('boot closure', lambda: Closure(host, files))
    where = closure.source(unit.name)
    if where:
        return True, where
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


class Dependency(NamedTuple):
    """`hard`: Requires= or BindsTo=, not merely Wants=."""

    name: str
    where: str
    hard: bool


class Closure:
    """The units that a boot starts, each with what pulled it in. Grown only as far as somebody asks."""

    def __init__(self, host: Any, files: Tree) -> None:
        """Starts at the default target. CannotTell without one."""
        self.host, self.files = host, files
        target, self.start = default_target(host, files)
        self._folders = _dependency_folders(files)
        self._known: Dict[str, List[Dependency]] = {}
        self._steps = 0
        self._unread: List[CannotTell] = []
        self._sources: Dict[str, str] = {target: self.start} if self._can_start(target) else {}
        self._targets: List[str] = list(self._sources)   # looked at first: most of what is asked for hangs on a target
        self._others: List[str] = []

    def source(self, name: str) -> str:
        """What pulls a unit in; '' when nothing does. CannotTell when a file that may do so cannot be read."""
        while name not in self._sources and (self._targets or self._others):
            here = (self._targets or self._others).pop()
            for other, where, _ in self._dependencies(here):
                if other not in self._sources and self._loadable(other):
                    self._sources[other] = where
                    (self._targets if other.endswith('.target') else self._others).append(other)
        if name not in self._sources and self._unread:
            raise self._unread[0]
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
            needed = {one.name for one in self._dependencies(here) if one.hard} - seen
            seen |= needed
            todo.extend(needed)
        return True

    def _loadable(self, name: str) -> bool:
        kind = self.files.loaded(name).kind
        if kind != ABSENT or unitsyntax.split(name).type not in _FROM_FILES:
            return kind != MASKED        # devices, mounts, slices and scopes are there without a file
        return any(self.host.exists(f'{folder}/{name[:-8]}') for folder in _SYSV) and name.endswith('.service')

    def _dependencies(self, name: str) -> List[Dependency]:
        """What a unit pulls in, under the other units' own names."""
        if name in self._known:
            return self._known[name]
        self._steps += 1
        if self._steps > _MOST:
            raise CannotTell(f'more than {_MOST} units hang on the default target', self.start)
        unit = self.files.loaded(name)
        found = list(self._by_folder(name, unitsyntax.split(name).template))
        found.extend(self._by_file(name, unit))
        own = [(self._own_name(one.name, name), one) for one in found]
        self._known[name] = [one._replace(name=other) for other, one in own if other]
        return self._known[name]

    def _own_name(self, name: str, asked_by: str) -> str:
        """The name behind an alias; of a template the instance that is called after who asks: resolve_template()."""
        try:
            if unitsyntax.split(name).kind == unitsyntax.TEMPLATE:
                asking = unitsyntax.split(asked_by)
                name = unitsyntax.of_instance(name, asking.instance or asking.prefix)
            found = self.files.loaded(name)
        except (ValueError, CannotTell):
            return ''                    # systemd refuses such a dependency and boots on without it
        return found.name if found.kind != ABSENT else name

    def _by_folder(self, name: str, template: str) -> Iterator[Dependency]:
        hidden: Set[Tuple[str, str]] = set()
        parts = unitsyntax.split(name)
        for folder in self._folders.get(name, []) + (self._folders.get(template, []) if parts.instance else []):
            links = self.files.links(folder)
            for entry in self.host.names(folder):
                if (folder[-6:], entry) in hidden or not unitsyntax.is_name(entry):
                    continue
                hidden.add((folder[-6:], entry))
                if links.get(entry) == '/dev/null':
                    continue             # a mask of just this dependency: since 235; process_deps() of load-dropin.c
                yield Dependency(entry, f'{folder}/{entry}', folder.endswith('.requires'))

    def _by_file(self, name: str, unit: Found) -> Iterator[Dependency]:
        paths = [unit.path] if unit.path else []
        parts = unitsyntax.split(name)
        folders = self._folders.get(name + '.d', []) + self._folders.get(parts.template + '.d', [])
        if folders:
            paths += self.files.drop_ins(sorted({folder.rpartition('/')[2] for folder in folders}))
        for path in paths:
            text = self._text(path)
            if not any(key in text for key in _PULLS):
                continue
            for section, key, value, line in unitsyntax.settings(text, path):
                if key in _PULLS and section in ('Unit', 'Service'):
                    for word in unitsyntax.words(value):
                        yield Dependency(_expanded(word, name), f'{path}:{line}', key in _HARD)

    def _text(self, path: str) -> str:
        try:
            text: str = self.host.read(path, missing='')
        except CannotTell as error:
            self._unread.append(error)
            return ''
        return text


def default_target(host: Any, files: Tree) -> Tuple[str, str]:
    """(the target that a boot starts, the kernel argument or file that says so). CannotTell without one."""
    asked, where = _from_kernel(host)
    found = files.loaded(asked) if asked else None
    if found is None or found.kind in (MASKED, ABSENT):
        found, where = files.loaded('default.target'), ''
    if found.kind in (MASKED, ABSENT):
        raise CannotTell('there is no default.target to start', found.source or '/etc/systemd/system/default.target')
    return found.name, where or (found.links[0] if found.links else found.path)


def _from_kernel(host: Any) -> Tuple[str, str]:
    try:
        from nodeprep.linux.kernelargs import at_boot
        arguments = at_boot(host)
    except (CannotTell, ImportError):
        return '', ''                    # an image without a boot loader: default.target is what it will start
    target, where = '', ''
    for word in arguments.words:
        if word.startswith('systemd.unit='):
            target, where = word[13:], 'systemd.unit'
        elif word in _LEVELS:
            target, where = _LEVELS[word], word
    if not unitsyntax.is_name(target):
        return '', ''
    return target, f'{arguments.where(where)} ({where})'


def _dependency_folders(files: Tree) -> Dict[str, List[str]]:
    """The wants, requires and drop-in folders by the unit that they belong to; those of an alias are the unit's own."""
    found: Dict[str, List[str]] = {}
    for folder in files.folders:
        for entry in files.names[folder]:
            stem, dot, kind = entry.rpartition('.')
            if '.' + kind not in _FOLDERS + ('.d',) or not unitsyntax.is_name(stem):
                continue
            try:
                owner = files.loaded(stem).name
            except CannotTell:
                continue
            found.setdefault(owner + ('.d' if kind == 'd' else ''), []).append(f'{folder}/{entry}')
    return found


def _expanded(word: str, name: str) -> str:
    """A dependency with the specifiers of systemd.unit(5) that name the unit itself filled in."""
    if '%' not in word:
        return word
    parts = unitsyntax.split(name)
    values = {'%i': parts.instance, '%I': parts.instance, '%n': name, '%N': name.rpartition('.')[0],
              '%p': parts.prefix, '%P': parts.prefix, '%j': parts.prefix.rpartition('-')[2], '%%': '%'}
    done, rest = '', word
    while '%' in rest:
        before, _, rest = rest.partition('%')
        done += before + values.get('%' + rest[:1], '%' + rest[:1])
        rest = rest[1:]
    return done + rest


def _triggered(host: Any, closure: Closure, name: str) -> str:
    """A unit that the boot starts and that starts this one later: NAME.socket, NAME.timer or NAME.path."""
    stem = name.rpartition('.')[0]
    for kind in ('socket', 'timer', 'path'):
        where = closure.source(f'{stem}.{kind}')
        if where:
            return where
    return ''
