"""What `systemctl is-enabled` says of a unit, told from the files alone.

Source: unit_file_lookup_state(), find_symlinks_in_scope() and is_symlink_with_known_name() of src/shared/install.c.
The releases differ: EL7 (219) takes any link in /etc or /run that bears or leads to the name, knows no `alias` and
reads no drop-ins; EL8 (239) looks through every folder and asks whether [Install] names the link; EL9 (252) and EL10
(257) call a name that leads to another unit `alias`, and in wants and requires folders heed only the name of the link.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.release import release
from nodeprep.linux.unitfiles import ABSENT, ETC, MASKED, Found, Tree, tree
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, List, Tuple

_SECTIONS = ('Alias', 'WantedBy', 'RequiredBy', 'Also', 'DefaultInstance', 'UpheldBy')
NOT_FOUND = 'not-found'


class Enablement(NamedTuple):
    """`state` as `systemctl is-enabled` words it; `source` is the link or file that decides, `fragment` the file."""

    state: str
    source: str
    fragment: str

    @property
    def enabled(self) -> bool:
        """Whether links of an `enable` are there, for good: the one thing that `systemctl enable` would change."""
        return self.state == 'enabled'


class Install(NamedTuple):
    """What a unit's [Install] section says."""

    aliases: Tuple[str, ...] = ()
    wanted_by: Tuple[str, ...] = ()
    rules: bool = False            # WantedBy=, RequiredBy= or Alias=: `enable` has something to do
    also: Tuple[str, ...] = ()
    default_instance: str = ''


def enablement(host: Any, name: str, at_boot: bool = False) -> Enablement:
    """The state of a unit file; `at_boot` leaves out what lies below /run, since a boot starts without it."""
    found: Enablement = host.once(('enablement', name, at_boot), lambda: _enablement(host, name, at_boot))
    return found


def _enablement(host: Any, name: str, at_boot: bool) -> Enablement:
    files, version = tree(host, at_boot), _version(host)
    unit = files.find(name)
    if unit.loop and version >= 250:
        raise CannotTell(f'{unit.loop} links to its own name, which systemctl refuses', unit.loop)
    if unit.kind == ABSENT:
        # A link whose target is gone: systemd cannot load it, whatever the link would have meant.
        return Enablement(NOT_FOUND, unit.source or ', '.join(files.folders), '')
    if unit.kind == MASKED:
        return Enablement('masked-runtime' if unit.path.startswith('/run/') else 'masked', unit.path, unit.path)
    said = install(host, files, unit, version)           # a file that cannot be parsed has no state at all
    instance = unitsyntax.split(unit.name).kind == unitsyntax.INSTANCE
    if version >= 250 and name != unit.path.rpartition('/')[2] and not instance:
        return Enablement('alias', unit.links[0] if unit.links else unit.path, unit.path)
    if version >= 230 and unit.path.startswith('/run/systemd/generator'):
        return Enablement('generated', unit.path, unit.path)
    if version >= 230 and unit.path.startswith('/run/systemd/transient/'):
        return Enablement('transient', unit.path, unit.path)
    state, source = _linked(files, unit, said, version, known=version >= 230)
    if not state and version >= 230 and _linked(files, unit, said, version, known=False)[0]:
        state, source = 'indirect', _linked(files, unit, said, version, known=False)[1]
    if not state:
        state = 'disabled' if said.rules else 'indirect' if said.also else 'static'
    return Enablement(state, source or unit.path, unit.path)


def _version(host: Any) -> int:
    """systemd's version; the newest when it cannot be told, since that is what its documentation describes."""
    try:
        return release(host).systemd or 999
    except CannotTell:
        return 999


def install_of(host: Any, name: str) -> Install:
    """The [Install] section of a unit that has a file, as the next boot reads it."""
    files = tree(host, at_boot=True)
    return install(host, files, files.find(name), _version(host))


def install(host: Any, files: Tree, unit: Found, version: int) -> Install:
    """The [Install] section of a unit's file and, from EL8 on, of its drop-ins."""
    parts = unitsyntax.split(unit.name)
    folders = [f'{unit.name}.d'] + ([f'{parts.template}.d'] if parts.kind == unitsyntax.INSTANCE else [])
    paths = [unit.path] + (files.drop_ins(folders) if version >= 230 else [])
    lists = {key: [] for key in _SECTIONS}                # type: dict[str, list]
    for path in paths:
        for section, key, value, _ in unitsyntax.settings(host.read(path), path):
            if section != 'Install' or key not in lists or key == 'Alias' and parts.type not in unitsyntax.MAY_ALIAS:
                continue
            lists[key] = lists[key] + unitsyntax.words(value) if value or key == 'Also' else []
    rules = bool(lists['Alias'] or lists['WantedBy'] or lists['RequiredBy'] or version >= 254 and lists['UpheldBy'])
    return Install(tuple(lists['Alias']), tuple(lists['WantedBy'] + lists['RequiredBy']), rules, tuple(lists['Also']),
                   (lists['DefaultInstance'] or [''])[-1])


def _linked(files: Tree, unit: Found, said: Install, version: int, known: bool) -> Tuple[str, str]:
    """enabled, enabled-runtime, static, linked, linked-runtime or '', with the link that says so.

    `known`: only links with a name that [Install] would make count.
    """
    names = _known_names(unit, said) if known else None
    same, runtime, elsewhere, below = '', '', '', False
    linked_runtime = ''
    for folder in files.folders:
        if version < 230 and folder not in (ETC, '/run/systemd/system'):
            continue
        own = f'{folder}/{unit.name}'
        for link, by_name, by_target in _links(files, folder, unit, version, below and version >= 250):
            if link == own and by_name and by_target:
                same = same or (link if folder == ETC else '')
                linked_runtime = linked_runtime or (link if folder.startswith('/run/') else '')
            elif names is None or link.rpartition('/')[2] in names:
                if folder == ETC:
                    return 'enabled', link
                runtime = runtime or (link if folder.startswith('/run/') else '')
                elsewhere = elsewhere or (link if not folder.startswith('/run/') else '')
                break
        below = below or unit.path.startswith(folder + '/')
    if runtime:
        return 'enabled-runtime', runtime
    if elsewhere and unitsyntax.split(unit.name).kind == unitsyntax.INSTANCE:
        return 'static', elsewhere
    return ('linked', same) if same else ('linked-runtime', linked_runtime) if linked_runtime else ('', '')


def _known_names(unit: Found, said: Install) -> List[str]:
    names = [unit.name] + list(said.aliases)
    if said.default_instance and unitsyntax.split(unit.name).kind == unitsyntax.TEMPLATE:
        names.append(unitsyntax.of_instance(unit.name, said.default_instance))
    return names


def _links(files: Tree, folder: str, unit: Found, version: int, below: bool) -> Iterator[Tuple[str, bool, bool]]:
    """Links in a folder and its wants and requires folders that bear the unit's name or lead to it.

    `below`: the unit's own file lies in a folder of higher priority, so a link of the same name here is hidden.
    """
    template = unitsyntax.split(unit.name).kind == unitsyntax.TEMPLATE
    for inner in sorted(files.names[folder]):
        if not inner.endswith(('.wants', '.requires')):
            continue
        for entry, target in files.links(f'{folder}/{inner}').items():
            by_name = entry == unit.name
            by_target = target.rpartition('/')[2] == unit.name if version < 250 else (
                template and _template_of(entry) == unit.name)
            if by_name or by_target:
                yield f'{folder}/{inner}/{entry}', by_name, by_target
    for entry, target in files.links(folder).items():
        by_name, by_target = entry == unit.name and not below, target.rpartition('/')[2] == unit.name
        if by_name or by_target:
            yield f'{folder}/{entry}', by_name, by_target


def _template_of(name: str) -> str:
    try:
        return unitsyntax.split(name).template
    except ValueError:
        return ''
