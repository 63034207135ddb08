"""What the owner of this host wants: profile, then /etc/nodeprep/nodeprep.yaml, then nodeprep.d, then the command line.

Every value keeps where it comes from. Whatever is not understood stops the load, with file, line and the right name.
"""
import errno
import importlib
import os
import stat

from nodeprep.config import ConfigError, Node, parse
from nodeprep.model import CannotTell, Rule, Waiver
from nodeprep.settings import ROLES, Value, overlay
from nodeprep.text import nearest
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

FILE, FOLDER = '/etc/nodeprep/nodeprep.yaml', '/etc/nodeprep/nodeprep.d'
DEFAULT = 'default'
FROM_MASTER = 'from the master'      # so begins the origin of what the master supplied
MOST = 2**20              # bytes of the file that --config names


class Policy:
    """The merged settings. `settings` maps 'role', 'requirements.swap.mode' and so on to Values; none is a default."""

    def __init__(self) -> None:
        self.settings: Dict[str, Value] = {}
        self.waivers: Dict[str, Tuple[Waiver, str]] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """A setting's value."""
        found = self.settings.get(name)
        return default if found is None else found.value

    @property
    def profile(self) -> str:
        """The name of the profile."""
        return str(self.get('profile', 'docker'))

    @property
    def role(self) -> str:
        """worker or control-plane."""
        return str(self.get('role', ROLES[0]))

    def rule(self, requirement: Any, kubernetes: Tuple[int, int]) -> Rule:
        """What is wanted of a requirement, for a Kubernetes version (major, minor)."""
        prefix = f'requirements.{requirement.id}.'
        want = {name: self.get(prefix + name, option.default) for name, option in requirement.defaults.items()}
        want.update(role=self.role, kubernetes=kubernetes, profile=self.profile)
        waiver = self.waivers.get(requirement.id)
        return Rule(self.get(prefix + 'mode', 'report'), self.get(prefix + 'severity', requirement.severity), want,
                    waiver[0] if waiver else None, self._note(prefix, requirement.defaults))

    @property
    def cluster(self) -> Optional[str]:
        """The cluster whose members the master is to supply, by this host's label; None when it supplies nothing."""
        return str(self.get('labels.cluster', '')) if self.get('master.supplies') else None

    def _note(self, prefix: str, names: Iterable[str]) -> str:
        """Which settings of a requirement come from the master, and as of when."""
        origins = [(name, self.settings[prefix + name].origin) for name in names if prefix + name in self.settings]
        supplied = [(name, origin) for name, origin in origins if origin.startswith(FROM_MASTER)]
        return f'{", ".join(name for name, _ in supplied)} {supplied[0][1]}' if supplied else ''


def load(host: Any, path: Optional[str] = None, profile: str = '', role: str = '') -> Policy:
    """The policy of a host: from `path` alone when given, else from the host's /etc/nodeprep. ConfigError when bad."""
    nodes = [parse(text, name) for name, text in _texts(host, path)]
    policy = Policy()
    problems: List[str] = []
    chosen = Node(profile, profile, '--profile') if profile else next(
        (node.value['profile'] for node in reversed(nodes) if 'profile' in node.value), None)
    try:
        overlay(policy, profile_node(str(chosen.raw) if chosen else 'docker'), problems)
    except ConfigError as error:
        raise ConfigError(f'{chosen.place if chosen else FILE}: {error}') from None
    for node in nodes:
        overlay(policy, node, problems)
    if problems:
        raise ConfigError(*problems)
    for name, value in (('profile', profile), ('role', role)):
        if value:
            policy.settings[name] = Value(value, 'command line')
    return policy


def profile_names() -> List[str]:
    """The profiles that come with nodeprep."""
    folder = os.path.join(os.path.dirname(__file__), 'profiles')
    return sorted(name[:-3] for name in os.listdir(folder) if name.endswith('.py') and name != '__init__.py')


def profile_node(name: str) -> Node:
    """A profile in the form of a configuration file. ConfigError when there is none of that name."""
    if name not in profile_names():
        raise ConfigError(f'no profile {name!r}' + nearest(name, profile_names()))
    return _as_node(importlib.import_module('nodeprep.profiles.' + name).PROFILE, f'profile {name}')


def _as_node(value: Any, origin: str) -> Node:
    if isinstance(value, dict):
        return Node({key: _as_node(item, origin) for key, item in value.items()}, '', origin)
    if isinstance(value, (list, tuple)):
        return Node([_as_node(item, origin) for item in value], '', origin)
    return Node(value, str(value), origin)


def _named(path: str) -> bytes:
    """The file of --config, which may be a pipe as `<(...)` makes it; one that nobody writes to is not waited for."""
    with open(path, 'rb', opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        os.set_blocking(file.fileno(), True)
        raw = file.read(MOST + 1)
        if not raw and stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EPIPE, 'Nothing comes from this pipe')
    if len(raw) > MOST:       # what is cut off might be the line that matters
        raise OSError(errno.EFBIG, f'Larger than {MOST >> 10} KiB')
    return raw


def _texts(host: Any, path: Optional[str]) -> List[Tuple[str, str]]:
    if path is not None:
        try:
            return [(path, _named(path).decode('utf-8'))]
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else 'is not UTF-8'
            raise ConfigError(f'{path}: {said}; name a readable file with --config') from None
    try:
        names = [name for name in host.names(FOLDER) if name.endswith(('.yaml', '.yml')) and not name.startswith('.')]
        paths = [FILE] + [f'{FOLDER}/{name}' for name in names]
        below = '' if host.live else host.root
        wrong = [f'{below}{name}: is not read; end its name in .yaml' for name in paths + [f'{FILE[:-5]}.yml']
                 if name.endswith('.yml') and host.exists(name)]
        if wrong:
            raise ConfigError(*wrong)
        return [(below + name, host.read(name, missing='')) for name in paths]
    except CannotTell as error:
        raise ConfigError(f'{error.reason}; nothing is checked against a policy that cannot be read') from None
