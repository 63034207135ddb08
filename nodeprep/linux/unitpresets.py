"""What `systemctl preset` would do with a unit, and whether the next boot does it of its own accord.

Sources: systemd.preset(5); read_presets() and query_presets() of src/shared/install.c; manager_preset_all() of
src/core/manager.c and log_execution_mode() of main.c: on its first boot a host enables all that its presets enable.
An image whose machine-id was taken away so that each clone gets its own is such a host.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.lines import numbered
from nodeprep.linux.release import release
from nodeprep.linux.wildcard import matches
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

_FOLDERS = ('/etc/systemd/system-preset', '/run/systemd/system-preset', '/usr/local/lib/systemd/system-preset',
            '/usr/lib/systemd/system-preset', '/lib/systemd/system-preset')
_MACHINE_ID = '/etc/machine-id'


class _Rule(NamedTuple):
    patterns: Tuple[str, ...]
    enables: bool
    source: str


def preset(host: Any, name: str) -> Tuple[bool, str]:
    """(whether `systemctl preset` enables the unit, the line that says so). Without a line for it, it is enabled."""
    rules: List[_Rule] = host.once('unit presets', lambda: _rules(host))
    for rule in rules:
        if any(one == name or matches(name, one) for one in rule.patterns):
            return rule.enables, rule.source
    return True, 'no preset names it'


def first_boot(host: Any) -> str:
    """What shows that the next boot is the first one, which applies the presets that enable; '' when it is not.

    EL7 goes by an empty /etc, EL8 by an absent machine-id, later releases also by one that reads `uninitialized`.
    Without any preset file systemd would enable all that it finds; no release comes so, and it is not looked at.
    """
    if not host.once('unit presets', lambda: _rules(host)):
        return ''
    said = host.read(_MACHINE_ID, missing='absent').split('\n')[0].strip()
    if said not in ('absent', 'uninitialized'):
        return ''
    since = 230 if said == 'absent' else 247
    return '' if 0 < release(host).systemd < since else f'{_MACHINE_ID} is {said}'


def _rules(host: Any) -> List[_Rule]:
    chosen: Dict[str, str] = {}
    for folder in _FOLDERS:
        for name in host.names(folder):
            if name.endswith('.preset'):
                chosen.setdefault(name, f'{folder}/{name}')
    return [rule for name in sorted(chosen) for rule in parse(host.read(chosen[name], missing=''), chosen[name])]


def parse(text: str, path: str) -> List[_Rule]:
    r"""The rules of a preset file, in order; lines that are none are passed over as systemd does.

    >>> [rule.patterns for rule in parse('# x\nenable a@.service x y\ndisable *\nfoo\n', 'p')]
    [('a@.service', 'a@x.service', 'a@y.service'), ('*',)]
    """
    found = []
    for number, line in numbered(text):
        action, rest = (line.split(None, 1) + ['', ''])[:2]
        rest = rest.strip()
        if action == 'disable' and rest:
            found.append(_Rule((rest,), False, f'{path}:{number}'))
        elif action == 'enable' and rest:
            first, *instances = rest.split()
            more = tuple(unitsyntax.of_instance(first, one) for one in instances) if '@.' in first else ()
            if len(more) == len(instances):
                found.append(_Rule((first,) + more, True, f'{path}:{number}'))
    return found
