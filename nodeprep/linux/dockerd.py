"""What the next start of dockerd would have: the flags of docker.service and daemon.json together.

Sources: dockerd(8); findConfigurationConflicts() of daemon/config/config.go in moby. tests/compare/test_dockerd_real.py
holds the refusals against a real dockerd.
"""
from nodeprep.linux.unitcommand import Word, command
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Tuple

UNIT, PATH = 'docker.service', '/etc/docker/daemon.json'
DRIVER, STORAGE, MIRRORS = 'exec-opts', 'storage-driver', 'registry-mirrors'        # keys of daemon.json
_MOST = 2**20             # characters of a daemon.json that is looked at
_SHORT = {'H': 'host', 'D': 'debug', 'G': 'group', 'l': 'log-level', 's': 'storage-driver', 'b': 'bridge',
          'p': 'pidfile', 'g': 'graph'}
# The flags that may be given more than once have a plural key.
_KEYS = {'host': 'hosts', 'label': 'labels', 'exec-opt': 'exec-opts', 'registry-mirror': 'registry-mirrors',
         'insecure-registry': 'insecure-registries', 'log-opt': 'log-opts', 'storage-opt': 'storage-opts',
         'authorization-plugin': 'authorization-plugins', 'dns-opt': 'dns-opts', 'add-runtime': 'runtimes',
         'default-ulimit': 'default-ulimits', 'cluster-store-opt': 'cluster-store-opts',
         'node-generic-resource': 'node-generic-resources', 'default-address-pool': 'default-address-pools'}
_BOTH = ('runtimes',)     # skipDuplicates: may stand in both places
_FLAT = ('cluster-store-opts', 'log-opts', 'runtimes', 'default-ulimits', 'default-network-opts', 'features', 'builder')


class Value(NamedTuple):
    """One value and the file and line that gives it."""

    value: Any
    source: str


class Problem(NamedTuple):
    """Something about the configuration that a person must mend; `fatal` when dockerd refuses to start with it."""

    found: str
    source: str
    fatal: bool
    hint: str


class NextStart(NamedTuple):
    """`text` is daemon.json's (None: absent), `file` its members (None: dockerd cannot read it), `flags` by key."""

    path: str
    text: Optional[str]
    file: Optional[Tuple[Any, ...]]      # of daemonjson.Member
    flags: Dict[str, List[Value]]
    problems: Tuple[Problem, ...]

    def values(self, key: str) -> List[Value]:
        """What would be set under a key of daemon.json, by flag or file; each item of a list by itself."""
        here = [member for member in self.file or () if member.key == key][-1:]
        found = []
        for member in here:
            items = member.value if isinstance(member.value, list) else [member.value]
            found = [Value(item, f'{self.path}:{member.line}') for item in items if item is not None]
        return found + self.flags.get(key, [])

    def cgroup_driver(self) -> Optional[Value]:
        """The driver that is asked for; None when dockerd chooses. getCD() takes the first native.cgroupdriver."""
        for value, source in self.values('exec-opts'):
            name, equals, driver = value.partition('=') if isinstance(value, str) else ('', '', '')
            if equals and name.strip().lower() == 'native.cgroupdriver':
                return Value(driver.strip(), source)
        return None

    def mirror(self, address: str) -> str:
        """Where a mirror is configured; '' when nowhere."""
        from nodeprep.linux.dockerapi import same_address
        return next((value.source for value in self.values(MIRRORS)
                     if isinstance(value.value, str) and same_address(address, value.value)), '')


def next_start(host: Any) -> NextStart:
    """Reads the unit, the files of variables it names, and daemon.json or what --config-file names instead."""
    found: NextStart = host.once('dockerd', lambda: _next_start(host))
    return found


def _next_start(host: Any) -> NextStart:
    flags = by_key(command(host, UNIT))
    path = str(flags['config-file'][-1].value) if flags.get('config-file') else PATH
    if not path.startswith('/'):
        raise CannotTell(f'--config-file {path}: not an absolute path', flags['config-file'][-1].source)
    text = None if host.status(path) is None else host.read(path)
    if text is None:
        return NextStart(path, None, (), flags, ())
    if len(text) > _MOST:
        raise CannotTell(f'{path}: larger than {_MOST >> 20} MiB', path)
    if not text.strip(' \t\r\n'):
        return NextStart(path, text, (), flags, (Problem(
            'empty', path, False, 'Docker Engine before 23 refuses to start with an empty file: write {} into it'),))
    if text.startswith('null') and not text[4:].strip(' \t\r\n'):
        return NextStart(path, text, None, flags, (Problem('null', path, False, 'write {} instead'),))
    from nodeprep.linux import daemonjson
    try:
        file = tuple(daemonjson.members(text))
    except CannotTell as error:
        raise CannotTell(f'{path}: {error.reason}', path) from None
    except daemonjson.Unparsable as error:
        place = f'line {error.line}, column {error.column}: ' if error.line else ''
        return NextStart(path, text, None, flags, (Problem(
            f'{place}{error.reason}', f'{path}:{error.line}' if error.line else path, True,
            'dockerd refuses to start with this file; mend it by hand (JSON, no comments)'),))
    return NextStart(path, text, file, flags, tuple(_problems(path, list(file), flags)))


def by_key(words: List[Word]) -> Dict[str, List[Value]]:
    """The flags of a command line, under the keys that daemon.json has for them.

    >>> words = [Word(word, 'u:9') for word in 'dockerd -H fd:// -D --log-driver=journald --dns 1.1.1.1'.split()]
    >>> sorted((key, value.value) for key, values in by_key(words).items() for value in values)
    [('debug', ''), ('dns', '1.1.1.1'), ('hosts', 'fd://'), ('log-driver', 'journald')]
    """
    found: Dict[str, List[Value]] = {}
    for place, word in enumerate(words[1:], 1):
        if not word.text.startswith('-') or word.text in ('-', '--'):
            continue
        name, equals, value = word.text.lstrip('-').partition('=')
        if not word.text.startswith('--'):
            name, value = _SHORT.get(name[:1], name[:1]), value if equals else name[1:]
        following = words[place + 1].text if place + 1 < len(words) else '-'
        if not equals and not value and not following.startswith('-'):
            value = following
        found.setdefault(_KEYS.get(name, name), []).append(Value(value, word.source))
    return found


def _problems(path: str, file: List[Any], flags: Dict[str, List[Value]]) -> Iterator[Problem]:
    from nodeprep.linux import daemonjson
    for member, kind in daemonjson.wrong_kinds(file):
        yield Problem(f'{member.key} is not {kind}', f'{path}:{member.line}', True,
                      f'dockerd refuses to start with this; write {kind}')
    for member in daemonjson.repeated(file):
        yield Problem(f'{member.key} stands there more than once', f'{path}:{member.line}', False,
                      'dockerd heeds the last one; remove the others')
    for key, line in _all_keys(file):
        if key in flags and key not in _BOTH:
            yield Problem(f'{key} is also a flag ({flags[key][0].source})', f'{path}:{line}', True,
                          'dockerd refuses to start with a directive given both as a flag and in the file; keep one')
        elif key in _KEYS and key != _KEYS[key]:
            yield Problem(f'{key} has no effect', f'{path}:{line}', False, f'the key in this file is {_KEYS[key]}')


def _all_keys(file: List[Any]) -> Iterator[Tuple[str, int]]:
    """The keys that are compared with flags: dockerd flattens mappings, but for some."""
    for member in file:
        if isinstance(member.value, dict) and member.key not in _FLAT:
            for inner in member.value:
                yield inner, member.line
        else:
            yield member.key, member.line


def edited(start: NextStart, changes: Dict[str, Any]) -> Tuple[str, str]:
    """(daemon.json with these keys set, '') or ('', why it is left to a person). Lists gain what they lack.

    Under exec-opts another native.cgroupdriver gives way; everything else that is there stays.
    """
    from nodeprep.linux import daemonjson
    if start.file is None:
        return '', f'{start.path} must be mended first'
    new: Dict[str, Any] = {}
    for key, value in changes.items():
        if start.flags.get(key):
            return '', f'{key} is set by a flag at {start.flags[key][0].source}; change it there'
        if any(member.key == key for member, _ in daemonjson.wrong_kinds(list(start.file))):
            return '', f'{start.path} must be mended first'
        if isinstance(value, list):
            kept = [item.value for item in start.values(key)
                    if not (key == 'exec-opts' and str(item.value).lower().startswith('native.cgroupdriver'))]
            value = kept + [item for item in value if item not in kept]
        new[key] = value
    return daemonjson.merged(start.text or '', new), ''


def chosen_driver(host: Any) -> Value:
    """The cgroup driver that dockerd takes when nobody says: systemd on cgroup v2 (since 20.10), else cgroupfs.

    UsingSystemd() of daemon/daemon_unix.go. CannotTell when the next boot's cgroup version cannot be told.
    """
    from nodeprep.linux.cgroups import version_at_boot
    found = version_at_boot(host)
    return Value('systemd' if found.number == 2 else 'cgroupfs',
                 f"dockerd's own choice on cgroup v{found.number}: {found.source}")
