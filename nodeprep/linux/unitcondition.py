"""A unit that is pulled in is skipped all the same when a Condition or Assert of its own fails: systemd.unit(5).

Told are those about files that lie on the disk, where they fail for sure: condition_test() of src/shared/condition.c.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.unitfiles import Found, Tree
from nodeprep.typed import Any, Callable, Dict, List, Tuple

# What a boot makes anew says nothing of the next one.
_FLEETING = ('/run', '/var/run', '/proc', '/sys', '/dev', '/tmp')      # noqa: S108  # nothing is written there
_TESTS: Dict[str, Callable[[Any, str], bool]] = {
    'PathExists': lambda host, path: bool(host.exists(path)),
    'PathExistsGlob': lambda host, path: bool(host.glob(path)),
    'PathIsDirectory': lambda host, path: bool(host.is_folder(path)),
    'FileNotEmpty': lambda host, path: bool(host.is_file(path) and host.read(path)),
}


def failing(host: Any, files: Tree, unit: Found) -> str:
    """path:line of a condition that keeps the unit from starting at the next boot; '' when none surely does.

    Conditions that begin with | need only one of them to hold, and are left out, as are those with specifiers (%).
    """
    template = unitsyntax.split(unit.name).template
    found: List[Tuple[str, str, str]] = []       # (key, value, place)
    for path in [unit.path] + files.drop_ins([f'{name}.d' for name in dict.fromkeys((unit.name, template)) if name]):
        text = host.read(path, missing='')
        if 'Condition' not in text and 'Assert' not in text:
            continue
        for section, key, value, line in unitsyntax.settings(text, path):
            kind = 'Condition' if key.startswith('Condition') else 'Assert' if key.startswith('Assert') else ''
            if section == 'Unit' and kind and not value.strip():
                found = [one for one in found if not one[0].startswith(kind)]        # an empty one takes back the rest
            elif section == 'Unit' and kind:
                found.append((key, value.strip(), f'{path}:{line}'))
    return next((place for key, value, place in found if _fails(host, key, value)), '')


def _fails(host: Any, key: str, value: str) -> bool:
    test = _TESTS.get(key[len('Condition'):] if key.startswith('Condition') else key[len('Assert'):])
    path = value.lstrip('!').strip()
    fleeting = any(path == folder or path.startswith(folder + '/') for folder in _FLEETING)
    if test is None or value.startswith('|') or '%' in path or not path.startswith('/') or fleeting:
        return False
    return test(host, path) is value.startswith('!')
