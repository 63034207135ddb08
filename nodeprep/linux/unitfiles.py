"""Where systemd looks for unit files, which one it takes for a name, and where links lead.

Sources: systemd.unit(5) "Unit File Load Path"; src/basic/path-lookup.c lookup_paths_init(); install_info_traverse() and
unit_file_search() of src/shared/install.c in the sources of EL7 (219), EL8 (239) and EL9 (252).
"""
import posixpath
import stat

from nodeprep.linux import unitsyntax
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, FrozenSet, Iterator, List, Optional, Tuple

ETC = '/etc/systemd/system'
CONTROL = '/etc/systemd/system.control'
# Highest priority first. Those below /run are gone after a boot; the generators fill theirs anew.
FOLDERS = (CONTROL, '/run/systemd/system.control', '/run/systemd/transient', '/run/systemd/generator.early', ETC,
           '/etc/systemd/system.attached', '/run/systemd/system', '/run/systemd/system.attached',
           '/run/systemd/generator', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system',
           '/lib/systemd/system', '/run/systemd/generator.late')
REGULAR, MASKED, ABSENT = 'regular', 'masked', 'absent'
_FOLLOW = 64               # UNIT_FILE_FOLLOW_SYMLINK_MAX


class Found(NamedTuple):
    """What a name led to. `name` is the unit's own name, `path` its file (or the mask), `links` what was followed.

    `loop` is a link to the same name in another unit folder. The manager passes over it; systemctl since 250 refuses
    it ("Too many levels of symbolic links"), older ones follow it.
    """

    name: str
    path: str
    kind: str
    links: Tuple[str, ...] = ()
    loop: str = ''

    @property
    def source(self) -> str:
        """The file that decides: the mask or unit file, or the link that leads nowhere."""
        return self.path or (self.links[-1] if self.links else '')


class Tree:
    """The unit files of a host: as systemd sees them now, or as the next boot would."""

    def __init__(self, host: Any, at_boot: bool) -> None:
        """Lists every folder of unit files once."""
        self.host, self.at_boot = host, at_boot
        self.folders = [folder for folder in FOLDERS if not (at_boot and folder.startswith('/run/'))]
        merged = host.link('/lib') is not None
        self.names: Dict[str, FrozenSet[str]] = {}
        for folder in self.folders:
            self.names[folder] = frozenset(() if merged and folder.startswith('/lib/') else _names(host, folder))
        self.folders = [folder for folder in self.folders if self.names[folder]]
        self._found: Dict[Tuple[str, bool], Found] = {}
        self._links: Dict[str, Dict[str, str]] = {}
        self._real: Dict[str, str] = {}

    def find(self, name: str) -> Found:
        """What systemctl takes for a name: ABSENT, MASKED, or the file after every link was followed."""
        if (name, False) not in self._found:
            self._found[name, False] = self._traverse(name, False)
        return self._found[name, False]

    def loaded(self, name: str) -> Found:
        """What the manager takes for a name: of an alias's target it heeds only the name, and looks that up anew."""
        if (name, True) not in self._found:
            self._found[name, True] = self._traverse(name, True)
        return self._found[name, True]

    def first(self, name: str) -> str:
        """The path of a name in the folder with the highest priority; '' when none has it."""
        for folder in self.folders:
            if name in self.names[folder]:
                return f'{folder}/{name}'
        return ''

    def links(self, folder: str) -> Dict[str, str]:
        """The links in a folder, by name, with where they point."""
        if folder not in self._links:
            self._links[folder] = self.host.once(('links', folder), lambda: _sorted(self.host.links(folder)))
        return self._links[folder]

    def folders_named(self, name: str) -> Iterator[str]:
        """Every folder of this name, such as multi-user.target.wants, highest priority first."""
        return (f'{folder}/{name}' for folder in self.folders if name in self.names[folder])

    def drop_ins(self, names: List[str]) -> List[str]:
        """The .conf files of these folders (docker.service.d), in the order in which they are read.

        A name in a folder of higher priority hides the same name below it; an empty file or a link to /dev/null
        hides it for good: conf_files_list_strv() of src/basic/conf-files.c.
        """
        chosen: Dict[str, str] = {}
        for name in names:
            for folder in self.folders_named(name):
                for entry in self.host.names(folder):
                    if entry.endswith('.conf'):
                        chosen.setdefault(entry, f'{folder}/{entry}')
        paths = [chosen[entry] for entry in sorted(chosen, key=lambda entry: entry.encode('utf-8', 'surrogateescape'))]
        return [path for path in paths if not empty(self.host, path)]

    def _traverse(self, name: str, by_name: bool) -> Found:
        links: List[str] = []
        path, asked, loop = self._locate(name), name, ''
        for _ in range(_FOLLOW):
            if not path:
                return Found(asked, '', ABSENT, tuple(links), loop)
            target = self._link(path)
            if target is None:
                plain = self._plain(asked, path, links)
                return plain._replace(loop=loop) if loop else plain
            target = self._absolute(path, target)
            other = target.rpartition('/')[2]
            inside = any(target.startswith(folder + '/') for folder in FOLDERS)
            here = path.rpartition('/')[2]
            if inside and other == here:
                loop = path
            elif inside and not _may_alias(here, other):
                raise CannotTell(f'{path} links to {other}, which systemd refuses', path)
            if not (inside and by_name) and empty(self.host, target):
                return Found(asked, path, MASKED, tuple(links), loop)
            links.append(path)
            if not inside or other == asked:
                path = target if self.host.link(target) is not None or self.host.exists(target) else ''
                continue
            asked, path = self._alias(asked, other, target)
        raise CannotTell(f'{name}: too many links', links[0])

    def _alias(self, asked: str, other: str, target: str) -> Tuple[str, str]:
        """The name and path behind an alias: a template takes over the instance of the name that was asked for."""
        here, there = unitsyntax.split(asked), unitsyntax.split(other)
        if here.kind == unitsyntax.INSTANCE and there.kind == unitsyntax.TEMPLATE:
            other = unitsyntax.of_instance(other, here.instance)
            if other == asked:
                return asked, target
        return other, self._locate(other)

    def _locate(self, name: str) -> str:
        parts = unitsyntax.split(name)
        return self.first(name) or (self.first(parts.template) if parts.kind == unitsyntax.INSTANCE else '')

    def _plain(self, name: str, path: str, links: List[str]) -> Found:
        status = self.host.once(('status', path), lambda: self.host.status(path))       # for both trees, and an alias
        if status is None:
            return Found(name, '', ABSENT, tuple(links))
        if stat.S_ISREG(status.st_mode) and status.st_size:
            return Found(name, path, REGULAR, tuple(links))
        if stat.S_ISREG(status.st_mode) or stat.S_ISCHR(status.st_mode):
            return Found(name, path, MASKED, tuple(links))
        raise CannotTell(f'{path} is not a regular file', path)

    def _absolute(self, path: str, target: str) -> str:
        """A link's target without dots and with the links in its folders followed, but not the last one."""
        whole = posixpath.join(path.rpartition('/')[0], target)
        folder, _, name = posixpath.normpath(whole).rpartition('/')
        if folder not in self._real:
            self._real[folder] = self.host.resolve(folder or '/').rstrip('/')
        return f'{self._real[folder]}/{name}'

    def _link(self, path: str) -> Optional[str]:
        folder, _, name = path.rpartition('/')
        if folder in self.names:
            return self.links(folder).get(name)
        target: Optional[str] = self.host.link(path)
        return target


def tree(host: Any, at_boot: bool = False) -> Tree:
    """The host's unit files, read once a round. An image has no running systemd, so nothing below /run counts."""
    at_boot = at_boot or not host.live
    made: Tree = host.once(('units', at_boot), lambda: Tree(host, at_boot))
    return made


def _names(host: Any, folder: str) -> List[str]:
    found: List[str] = host.once(('names', folder), lambda: host.names(folder))      # for both trees of a round
    return found


def _sorted(links: Dict[str, str]) -> Dict[str, str]:
    return {name: links[name] for name in sorted(links)}


def empty(host: Any, path: str) -> bool:
    """Whether a path leads to an empty file or a device, which is a mask: null_or_empty() of src/basic/stat-util.c."""
    if path == '/dev/null' or host.link(path) == '/dev/null':
        return True                      # the device itself may be absent from an image
    status: Optional[Any] = host.status(path)
    return status is not None and (stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)
                                   or stat.S_ISREG(status.st_mode) and status.st_size == 0)


def _may_alias(name: str, target: str) -> bool:
    """Whether a link may have this target: unit_validate_alias_symlink_or_warn() of src/basic/unit-file.c."""
    if not unitsyntax.is_name(target):
        return False
    here, there = unitsyntax.split(name), unitsyntax.split(target)
    if here.type != there.type or here.type not in unitsyntax.MAY_ALIAS:
        return False
    if there.kind == unitsyntax.INSTANCE and here.instance != there.instance:
        return False
    return here.kind == there.kind or (here.kind, there.kind) == (unitsyntax.INSTANCE, unitsyntax.TEMPLATE)
