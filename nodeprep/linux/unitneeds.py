"""What a unit pulls in when it starts: by its own files, and by the folders that are named after it.

Sources: systemd.unit(5) Wants=, Requires=, BindsTo=, Upholds= and "*.wants/, *.requires/ folders"; process_deps() of
src/core/load-dropin.c; resolve_template() of src/core/unit.c.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.release import release
from nodeprep.linux.unitfiles import ABSENT, Found, Tree
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Set, Tuple

# Requisite= starts nothing; RequiresOverridable= is EL7's; Upholds= came with 249; Sockets= of [Service] wants too.
_PULLS = ('Wants', 'Requires', 'BindsTo', 'BindTo', 'RequiresOverridable', 'Upholds', 'Sockets')
_HARD = ('Requires', 'BindsTo', 'BindTo')
_FOLDERS = ('wants', 'requires', 'upholds', 'd')


class Dependency(NamedTuple):
    """`hard`: Requires= or BindsTo=, not merely Wants=."""

    name: str
    where: str
    hard: bool


class Needs:
    """The dependencies of units, each read once. `unread` is why some file of theirs could not be."""

    def __init__(self, host: Any, files: Tree) -> None:
        """Finds the folders that are named after units."""
        self.host, self.files = host, files
        self._folders = _dependency_folders(files)
        self._known: Dict[str, List[Dependency]] = {}
        self.unread: List[CannotTell] = []

    def of(self, name: str) -> List[Dependency]:
        """What a unit pulls in, under the other units' own names."""
        if name in self._known:
            return self._known[name]
        unit = self.files.loaded(name)
        found = list(self._by_folder(name, unitsyntax.split(name).template))
        found.extend(self._by_file(name, unit))
        own = [(self._own_name(one.name, name), one) for one in found]
        self._known[name] = [one if one.name == other else one._replace(name=other) for other, one in own if other]
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
            for key, value, where in _pulling(text, path):
                for word in _names(self.host, value):
                    yield Dependency(_expanded(word, name), where, key in _HARD)

    def _text(self, path: str) -> str:
        try:
            text: str = self.host.read(path, missing='')
        except CannotTell as error:
            self.unread.append(error)
            return ''
        return text


def _names(host: Any, value: str) -> List[str]:
    """The words of a list of units. Only systemd 219 takes quotes off; for later ones they are part of a name, which is
    none then: config_parse_unit_deps() of src/core/load-fragment.c, FOREACH_WORD_QUOTED and EXTRACT_RETAIN_ESCAPE.
    """
    if '"' not in value and "'" not in value:
        return value.split()
    try:
        old = 0 < release(host).systemd < 230
    except CannotTell:
        old = False
    return unitsyntax.words(value) if old else value.split()


def _pulling(text: str, path: str) -> List[Tuple[str, str, str]]:
    """(key, value, path:line) of the settings that pull others in; none of a file that systemd cannot parse either."""
    try:
        return [(key, value, f'{path}:{line}') for section, key, value, line in unitsyntax.settings(text, path)
                if key in _PULLS and section in ('Unit', 'Service')]
    except CannotTell:
        return []


def _dependency_folders(files: Tree) -> Dict[str, List[str]]:
    """The wants, requires and drop-in folders by the unit that they belong to; those of an alias are the unit's own."""
    found: Dict[str, List[str]] = {}
    for folder in files.folders:
        for entry in files.names[folder]:
            stem, dot, kind = entry.rpartition('.')
            if kind not in _FOLDERS or not unitsyntax.is_name(stem):
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
