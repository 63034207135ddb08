"""What each key of a configuration file means, and how its value is read. Whatever is not understood is a problem:

one line with file, line and the nearest right name. All problems of a file are told at once.
"""
import re

from nodeprep import catalogue
from nodeprep.config import Node
from nodeprep.language import read_tag
from nodeprep.model import Waiver
from nodeprep.record import NamedTuple
from nodeprep.text import nearest
from nodeprep.typed import Any, Callable, Dict, Iterator, List, Optional, Tuple
from nodeprep.wanted import Named, Option, read_duration

MODES, SEVERITIES, ROLES = ('ignore', 'report', 'approve', 'fix'), ('required', 'advised'), ('worker', 'control-plane')
SUPPLIES = ('network', 'hosts')      # the requirements of which a master may say what is wanted
_DAY, _TIME = '(Mon|Tue|Wed|Thu|Fri|Sat|Sun)', r'([01]\d|2[0-3]):[0-5]\d'
_WINDOW = f'^({_DAY}(-{_DAY})? )?{_TIME}-({_TIME}|24:00)$'


class Value(NamedTuple):
    """A value and where it comes from: 'default', 'profile docker', 'command line' or file:line."""

    value: Any
    origin: str


def read_version(value: Any) -> Tuple[int, int]:
    """(major, minor) of a Kubernetes version.

    >>> read_version('v1.30.2'), read_version('1.23')
    ((1, 30), (1, 23))
    """
    text, dash, suffix = str(value).strip().partition('-')
    numbers = text[text.startswith('v'):].split('.')
    good = (2 <= len(numbers) <= 3 and len(numbers[0]) < 3
            and all(number.isdecimal() and len(number) < 4 for number in numbers))
    if not good or dash and not suffix.replace('.', '_').replace('_', 'x').isalnum():
        raise ValueError('is not a Kubernetes version; write it as "1.23"')
    return int(numbers[0]), int(numbers[1])


def overlay(policy: Any, node: Node, problems: List[str]) -> None:
    """Lays a file over the `settings` and `waivers` of a Policy, as far as it is right; adds what is wrong."""
    for name, item in node.value.items():
        if name not in _READERS:
            problems.append(f'{item.place}: unknown key {name!r}' + (
                f'; {name} is a requirement and stands below `requirements:`' if name in catalogue.ids()
                else nearest(name, _READERS)))
            continue
        try:
            _READERS[name](policy, name, item, problems)
        except ValueError as error:
            problems.append(f'{item.place}: {name}: {_shown(item)} {error}')


def _shown(item: Node) -> str:
    return repr(item.raw) if not isinstance(item.value, (dict, list)) else 'this'


def _scalar(read: Callable[[Any], Any]) -> Callable[..., None]:
    def take(policy: Any, name: str, item: Node, problems: List[str]) -> None:
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


def _labels(policy: Any, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, dict):
        raise ValueError('is not a mapping; write it as {rack: a1}')
    for key, value in item.value.items():
        if isinstance(value.value, (dict, list)):
            problems.append(f'{value.place}: label {key!r} must be a single value; write it as {{rack: a1}}')
            continue
        if not re.match(r'^[A-Za-z0-9]([-A-Za-z0-9_./]{0,126}[A-Za-z0-9])?$', key) or len(value.raw) > 253:
            problems.append(f'{value.place}: label {key!r} is not a name of letters, digits and -_./ '
                            'with a short value')
        policy.settings[f'labels.{key}'] = Value(value.raw, value.place)


def _several(words: Any) -> Callable[..., None]:
    def take(policy: Any, name: str, item: Node, problems: List[str]) -> None:
        if not isinstance(item.value, list) or any(isinstance(one.value, (dict, list)) for one in item.value):
            raise ValueError(f'is not a list of {", ".join(words)}; write it as [{words[0]}]')
        problems.extend(f'{one.place}: {name}: {one.raw!r} is none' + nearest(one.raw, words)
                        for one in item.value if one.raw not in words)
        policy.settings[name] = Value(tuple(dict.fromkeys(one.raw for one in item.value)), item.place)
    return take


def _group(readers: Dict[str, Callable[..., None]]) -> Callable[..., None]:
    def take(policy: Any, name: str, item: Node, problems: List[str]) -> None:
        if not isinstance(item.value, dict):
            raise ValueError('is not a mapping of ' + ', '.join(readers))
        for key, value in item.value.items():
            if key not in readers:
                problems.append(f'{value.place}: unknown key {name}.{key}' + nearest(key, readers))
                continue
            try:
                readers[key](policy, f'{name}.{key}', value, problems)
            except ValueError as error:
                problems.append(f'{value.place}: {name}.{key}: {_shown(value)} {error}')
    return take


def _read_whole(value: Any) -> int:
    if not re.match(r'^\d{1,6}$', str(value)):
        raise ValueError('is not a whole number of 0 or more')
    return int(value)


def _read_pause(value: Any) -> float:
    seconds = read_duration(value)
    if seconds < 1.0:
        raise ValueError('is too short; at least 1s')
    return seconds


def _read_folder(value: Any) -> str:
    if not re.match(r'^/[^\0\n]*$', str(value)):
        raise ValueError('is not a folder such as /var/lib/node_exporter/textfile_collector')
    return str(value)


def _read_url(value: Any) -> str:
    if not re.match(r'^https://[^\s/@]+(/\S*)?$', str(value)):
        raise ValueError('is not an https address such as https://k8s-master:9443')
    return str(value)


def _windows(policy: Any, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, list):
        raise ValueError('is not a list; write it as ["Sat 02:00-04:00"]')
    for window in item.value:
        if not re.match(_WINDOW, window.raw):
            problems.append(f'{window.place}: window {window.raw!r} is not written as "Sat 02:00-04:00"')
    policy.settings[name] = Value(tuple(window.raw for window in item.value), item.place)


def _requirements(policy: Any, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, dict):
        raise ValueError('is not a mapping of requirement ids; see `nodeprep explain`')
    for key, block in item.value.items():
        if key not in catalogue.ids():
            said = '; it stands below the id of one' if key in ('mode', 'severity') else nearest(key, catalogue.ids())
            problems.append(f'{block.place}: unknown requirement {key!r}' + said)
        elif not isinstance(block.value, dict):
            problems.append(f'{block.place}: {key} is not a mapping; write it as {{mode: report}}')
        else:
            _requirement(policy, key, block, problems)


def _requirement(policy: Any, key: str, block: Node, problems: List[str]) -> None:
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
            wrong = list(_parts(options[name], item)) if name in options else []
            problems.extend(f'{one.place}: {key}.{name}: ' + (str(why) if isinstance(why, Named) else
                                                              f'{_shown(one)} {why}')
                            for one, why in wrong or [(item, error)])


def _parts(option: Option, item: Node) -> Iterator[Tuple[Node, ValueError]]:
    """The parts of a list or mapping that its option refuses also alone, each with what is wrong with it."""
    if _refused(option, type(item.plain())()):
        return                                   # it takes no such thing at all
    for one in item.value if isinstance(item.value, list) else ():
        why = _refused(option, [one.plain()])
        if why:
            yield one, why
    for key, one in item.value.items() if isinstance(item.value, dict) else ():
        why = _refused(option, {key: one.plain()})
        # What is said of the name is not said of what stands below it.
        inner = one.value if why and isinstance(one.value, list) and key not in str(why) else []
        below = [(each, _refused(option, {key: [each.plain()]})) for each in inner]
        yield from [(each, said) for each, said in below if said] or ([(one, why)] if why else [])


def _refused(option: Option, value: Any) -> Optional[ValueError]:
    try:
        option.read(value)
    except ValueError as error:
        return error
    return None


def _waivers(policy: Any, name: str, item: Node, problems: List[str]) -> None:
    if not isinstance(item.value, list):
        raise ValueError('is not a list of {requirement, reason, owner, until}')
    import datetime
    seen: Dict[str, str] = {}
    for entry in item.value:
        fields = entry.value if isinstance(entry.value, dict) else {}
        lacks = [one for one in Waiver._fields if one not in fields]
        wrong = sorted(set(fields) - set(Waiver._fields))
        requirement = fields['requirement'].raw if 'requirement' in fields else ''
        if lacks or wrong:
            problems.append(f'{entry.place}: a waiver has requirement, reason, owner and until; this one '
                            + ' and '.join((['lacks ' + ', '.join(lacks)] if lacks else [])
                                           + (['has ' + ', '.join(wrong)] if wrong else [])))
        elif requirement not in catalogue.ids():
            problems.append(f'{entry.place}: unknown requirement {requirement!r}'
                            + nearest(requirement, catalogue.ids()))
        elif not isinstance(fields['until'].value, datetime.date) or len(fields['until'].raw) != 10:
            problems.append(f'{fields["until"].place}: until: {fields["until"].raw!r} is not a day such as 2027-01-31')
        elif not fields['reason'].raw.strip() or not fields['owner'].raw.strip():
            problems.append(f'{entry.place}: a waiver needs a reason and an owner who answers for it')
        elif requirement in seen:
            problems.append(f'{entry.place}: a second waiver for {requirement}; the first stands at '
                            + seen[requirement])
        else:
            seen[requirement] = entry.place
            policy.waivers[requirement] = (Waiver(requirement, fields['reason'].raw, fields['owner'].raw,
                                                  fields['until'].raw),
                                           entry.place)


_READERS: Dict[str, Callable[..., None]] = {
    'profile': _scalar(lambda value: value), 'role': _scalar(_one_of(ROLES)), 'kubernetes': _scalar(read_version),
    'interval': _scalar(_read_pause), 'labels': _labels, 'requirements': _requirements, 'waivers': _waivers,
    'windows': _windows, 'limits': _group({'fixes_per_day': _scalar(_read_whole)}),
    'master': _group({'url': _scalar(_read_url), 'heartbeat': _scalar(_read_pause), 'supplies': _several(SUPPLIES)}),
    'textfile': _scalar(_read_folder), 'language': _scalar(read_tag),
}
