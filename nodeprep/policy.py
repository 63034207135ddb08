"""What the owner of this host wants: profile, then /etc/nodeprep/nodeprep.yaml, then nodeprep.d, then the command line.

Every value keeps where it comes from. Whatever is not understood stops the load, with file, line and the right name.
"""
import importlib
import os
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from nodeprep import catalogue
from nodeprep.config import ConfigError, Node, parse
from nodeprep.model import CannotTell, Rule, Waiver
from nodeprep.text import nearest
from nodeprep.wanted import read_duration

FILE, FOLDER = '/etc/nodeprep/nodeprep.yaml', '/etc/nodeprep/nodeprep.d'
MODES, SEVERITIES, ROLES = ('ignore', 'report', 'approve', 'fix'), ('required', 'advised'), ('worker', 'control-plane')
DEFAULT = 'default'
_DAY, _TIME = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)', r'([01]\d|2[0-3]):[0-5]\d'
_WINDOW = f'^({_DAY}(-{_DAY})? )?{_TIME}-({_TIME}|24:00)$'


class Value(NamedTuple):
    """A value and where it comes from: 'default', 'profile docker', 'command line' or file:line."""

    value: Any
    origin: str


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
                    waiver[0] if waiver else None)


def read_version(value: Any) -> Tuple[int, int]:
    """(major, minor) of a Kubernetes version.

    >>> read_version('v1.30.2'), read_version('1.23')
    ((1, 30), (1, 23))
    """
    match = re.match(r'^v?(\d{1,2})\.(\d{1,3})(\.\d{1,3})?(-[\w.]+)?$', str(value).strip())
    if not match:
        raise ValueError('is not a Kubernetes version; write it as "1.23"')
    return int(match.group(1)), int(match.group(2))


def load(host: Any, path: Optional[str] = None, profile: str = '', role: str = '') -> Policy:
    """The policy of a host: from `path` alone when given, else from the host's /etc/nodeprep. ConfigError when bad."""
    nodes = [parse(text, name) for name, text in _texts(host, path)]
    policy = Policy()
    problems: List[str] = []
    chosen = Node(profile, profile, '--profile') if profile else next(
        (node.value['profile'] for node in reversed(nodes) if 'profile' in node.value), None)
    try:
        _overlay(policy, profile_node(str(chosen.raw) if chosen else 'docker'), problems)
    except ConfigError as error:
        raise ConfigError(f'{chosen.place if chosen else FILE}: {error}') from None
    for node in nodes:
        _overlay(policy, node, problems)
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


def _texts(host: Any, path: Optional[str]) -> List[Tuple[str, str]]:
    if path is not None:
        try:
            with open(path, encoding='utf-8') as file:
                return [(path, file.read(2**20))]
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else 'is not UTF-8'
            raise ConfigError(f'{path}: {said}; name a readable file with --config') from None
    try:
        names = [name for name in host.names(FOLDER) if name.endswith('.yaml') and not name.startswith('.')]
        paths = [FILE] + [f'{FOLDER}/{name}' for name in names]
        return [(name, host.read(name, missing='')) for name in paths]
    except CannotTell as error:
        raise ConfigError(f'{error.reason}; nothing is checked against a policy that cannot be read') from None


def _overlay(policy: Policy, node: Node, problems: List[str]) -> None:
    for name, item in node.value.items():
        if name not in _READERS:
            problems.append(f'{item.place}: unknown key {name!r}' + nearest(name, _READERS))
            continue
        try:
            _READERS[name](policy, name, item, problems)
        except ValueError as error:
            problems.append(f'{item.place}: {name}: {_shown(item)} {error}')


def _shown(item: Node) -> str:
    return repr(item.raw) if not isinstance(item.value, (dict, list)) else 'this'


def _scalar(read: Callable[[Any], Any]) -> Callable[..., None]:
    def take(policy: Policy, name: str, item: Node, problems: List[str]) -> None:
        if isinstance(item.value, (dict, list)):
            raise ValueError('must be a single value')
        policy.settings[name] = Value(read(item.raw), item.place)
    return take


def _one_of(words: Any) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError('is none of ' + ', '.join(words))
        return str(value)
    return read


def _labels(policy: Policy, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, dict):
        raise ValueError('is not a mapping; write it as {rack: a1}')
    for key, value in item.value.items():
        if not re.match(r'^[A-Za-z0-9]([-A-Za-z0-9_./]{0,126}[A-Za-z0-9])?$', key) or len(value.raw) > 253:
            problems.append(f'{value.place}: label {key!r} is not a name of letters, digits and -_./ '
                            'with a short value')
        policy.settings[f'labels.{key}'] = Value(value.raw, value.place)


def _group(readers: Dict[str, Callable[[Any], Any]]) -> Callable[..., None]:
    def take(policy: Policy, name: str, item: Node, problems: List[str]) -> None:
        if not isinstance(item.value, dict):
            raise ValueError('is not a mapping')
        for key, value in item.value.items():
            if key not in readers:
                problems.append(f'{value.place}: unknown key {name}.{key}' + nearest(key, readers))
                continue
            try:
                _scalar(readers[key])(policy, f'{name}.{key}', value, problems)
            except ValueError as error:
                problems.append(f'{value.place}: {name}.{key}: {_shown(value)} {error}')
    return take


def _read_whole(value: Any) -> int:
    if not re.match(r'^\d{1,6}$', str(value)):
        raise ValueError('is not a whole number of 0 or more')
    return int(value)


def _read_url(value: Any) -> str:
    if not re.match(r'^https://[^\s/@]+(/\S*)?$', str(value)):
        raise ValueError('is not an https address such as https://k8s-master:9443')
    return str(value)


def _windows(policy: Policy, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, list):
        raise ValueError('is not a list; write it as ["Sat 02:00-04:00"]')
    for window in item.value:
        if not re.match(_WINDOW, window.raw):
            problems.append(f'{window.place}: window {window.raw!r} is not written as "Sat 02:00-04:00"')
    policy.settings[name] = Value(tuple(window.raw for window in item.value), item.place)


def _requirements(policy: Policy, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, dict):
        raise ValueError('is not a mapping of requirement ids; see `nodeprep requirements`')
    for key, block in item.value.items():
        if key not in catalogue.ids():
            problems.append(f'{block.place}: unknown requirement {key!r}' + nearest(key, catalogue.ids()))
        elif not isinstance(block.value, dict):
            problems.append(f'{block.place}: {key} is not a mapping; write it as {{mode: report}}')
        else:
            _requirement(policy, key, block, problems)


def _requirement(policy: Policy, key: str, block: Node, problems: List[str]) -> None:
    options = catalogue.load(key).defaults
    for name, item in block.value.items():
        try:
            if name == 'mode':
                value = _one_of(MODES)(item.raw)
            elif name == 'severity':
                value = _one_of(SEVERITIES)(item.raw)
            elif name in options:
                option = options[name]
                value = option.read(item.raw if option.as_written else item.plain())
            else:
                problems.append(f'{item.place}: {key} has no setting {name!r}' +
                                nearest(name, ['mode', 'severity'] + list(options)))
                continue
            policy.settings[f'requirements.{key}.{name}'] = Value(value, item.place)
        except ValueError as error:
            problems.append(f'{item.place}: {key}.{name}: {_shown(item)} {error}')


def _waivers(policy: Policy, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, list):
        raise ValueError('is not a list of {requirement, reason, owner, until}')
    import datetime
    for entry in item.value:
        fields = entry.value if isinstance(entry.value, dict) else {}
        wrong = sorted(set(fields) ^ set(Waiver._fields))
        requirement = fields['requirement'].raw if 'requirement' in fields else ''
        if wrong:
            problems.append(f'{entry.place}: a waiver has requirement, reason, owner and until; see '
                            + ', '.join(wrong))
        elif requirement not in catalogue.ids():
            problems.append(f'{entry.place}: unknown requirement {requirement!r}'
                            + nearest(requirement, catalogue.ids()))
        elif not isinstance(fields['until'].value, datetime.date) or len(fields['until'].raw) != 10:
            problems.append(f'{fields["until"].place}: until: {fields["until"].raw!r} is not a day such as 2027-01-31')
        elif not fields['reason'].raw.strip() or not fields['owner'].raw.strip():
            problems.append(f'{entry.place}: a waiver needs a reason and an owner who answers for it')
        else:
            policy.waivers[requirement] = (Waiver(requirement, fields['reason'].raw, fields['owner'].raw,
                                                  fields['until'].raw),
                                           entry.place)


_READERS: Dict[str, Callable[..., None]] = {
    'profile': _scalar(lambda value: value), 'role': _scalar(_one_of(ROLES)), 'kubernetes': _scalar(read_version),
    'interval': _scalar(read_duration), 'labels': _labels, 'requirements': _requirements, 'waivers': _waivers,
    'windows': _windows, 'limits': _group({'fixes_per_day': _read_whole}),
    'master': _group({'url': _read_url, 'heartbeat': read_duration}),
}
