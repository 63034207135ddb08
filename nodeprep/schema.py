"""The JSON Schemas of the report and of the compliance report, and a check of a tree against them.

The check knows just the words of JSON Schema that our own schemas use, so that the agent and the master carry no
schema library; a test holds it against one.
"""
import os
import re

from nodeprep.typed import Any, Callable, Dict, FrozenSet, Tuple

REPORT, COMPLIANCE = 'report', 'compliance'
_FOLDER = os.path.join(os.path.dirname(__file__), 'data')
_TYPES: Dict[str, Any] = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int,
                          'number': (int, float), 'null': type(None)}
_CLASSES: Dict[str, Any] = {'string': str, 'boolean': bool, 'integer': int, 'null': type(None)}
_HASHED = frozenset((str, bool, int, float, type(None)))
_ALIKE = 64               # kinds of objects that are remembered of each schema


def text(version: int = 1, kind: str = REPORT) -> str:
    """The schema of a format as it is published; `kind` is REPORT or COMPLIANCE."""
    with open(os.path.join(_FOLDER, f'{kind}-{version}.schema.json'), encoding='utf-8') as file:
        return file.read()


def sound(version: int = 1, part: str = '') -> Callable[[Any], bool]:
    """A function that says of a tree whether problem() would find nothing, a hundred times as fast: to be kept.

    `part` is one of the schema's definitions: then of such a part alone.
    """
    import json
    whole = json.loads(text(version))
    return _sound(whole['definitions'][part] if part else whole, whole)


def members(version: int = 1) -> Tuple[FrozenSet[str], Dict[str, Callable[[Any], bool]]]:
    """The members that a report must have; and for each that the schema names, sound() for its value."""
    import json
    whole = json.loads(text(version))
    return frozenset(whole['required']), {name: _sound(one, whole) for name, one in whole['properties'].items()}


def problem(tree: Any, version: int = 1, kind: str = REPORT) -> str:
    """The first thing that a tree has against the schema, with where it is; '' when nothing."""
    import json
    whole = json.loads(text(version, kind))
    return _problem(tree, whole, whole, 'report')


def _problem(value: Any, schema: Any, whole: Any, where: str) -> str:
    while '$ref' in schema:
        schema = _referred(schema['$ref'], whole)
    if 'anyOf' in schema or 'oneOf' in schema:
        said = [_problem(value, one, whole, where) for one in schema.get('anyOf') or schema['oneOf']]
        return '' if '' in said else said[0]
    wrong = _scalar_problem(value, schema, where)
    if wrong or not isinstance(value, (dict, list)):
        return wrong
    if isinstance(value, list):
        if not schema.get('minItems', 0) <= len(value):
            return f'{where}: too few items'
        items = schema.get('items', {})
        return next(filter(None, (_problem(item, items, whole, f'{where}[{at}]') for at, item in enumerate(value))), '')
    return _object_problem(value, schema, whole, where)


def _object_problem(value: Dict[str, Any], schema: Any, whole: Any, where: str) -> str:
    missing = [name for name in schema.get('required', ()) if name not in value]
    if missing:
        return f'{where}: {missing[0]} is missing'
    known, more = schema.get('properties', {}), schema.get('additionalProperties', True)
    for name, item in value.items():
        if name not in known and more is False:
            return f'{where}: {name!r} is not known'
        inner = known.get(name, more if isinstance(more, dict) else {})
        wrong = _problem(item, inner, whole, f'{where}.{name}')
        if wrong:
            return wrong
    return ''


def _scalar_problem(value: Any, schema: Any, where: str) -> str:
    types = schema.get('type', ())
    allowed = [types] if isinstance(types, str) else list(types)
    if allowed and not any(_is(value, name) for name in allowed):
        return f'{where}: is not {" or ".join(allowed)}'
    if 'const' in schema and (value != schema['const'] or isinstance(value, bool) != isinstance(schema['const'], bool)):
        return f'{where}: is not {schema["const"]!r}'
    if 'enum' in schema and not any(value == one and type(value) is type(one) for one in schema['enum']):
        return f'{where}: is none of {schema["enum"]!r}'
    if isinstance(value, str) and 'pattern' in schema and not re.search(schema['pattern'], value):
        return f'{where}: is not written as {schema["pattern"]}'
    if isinstance(value, str) and len(value) < schema.get('minLength', 0):
        return f'{where}: is too short'
    if isinstance(value, (int, float)) and 'minimum' in schema and value < schema['minimum']:
        return f'{where}: is below {schema["minimum"]}'
    return ''


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == 'boolean'
    if name == 'integer' and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name])


def _referred(reference: str, whole: Any) -> Any:
    found = whole
    for part in reference[2:].split('/'):
        found = found[part]
    return found


def _sound(schema: Any, whole: Any) -> Callable[[Any], bool]:
    """The schema as functions: what it says is looked up once, not for each value."""
    while '$ref' in schema:
        schema = _referred(schema['$ref'], whole)
    if 'anyOf' in schema or 'oneOf' in schema:
        either = [_sound(one, whole) for one in schema.get('anyOf') or schema['oneOf']]
        return lambda value: any(check(value) for check in either)
    if schema.get('type') == 'object':
        return _sound_object(schema, whole)
    classes = _classes(schema, whole)
    if classes is not None:
        return lambda value: value.__class__ in classes or not _problem(value, schema, whole, '')
    if schema.get('type') == 'array':
        return _sound_array(schema, whole)
    return _sound_scalar(schema, whole) if schema.get('type') or 'enum' in schema or 'const' in schema \
        else lambda value: not _problem(value, schema, whole, '')


def _classes(schema: Any, whole: Any) -> Any:
    """Of which classes a value may be, when the schema says no more of it; None when it does."""
    while '$ref' in schema:
        schema = _referred(schema['$ref'], whole)
    if not set(schema) <= {'type', 'description'} or 'type' not in schema:
        return None
    kinds = [schema['type']] if isinstance(schema['type'], str) else schema['type']
    return frozenset(_CLASSES[kind] for kind in kinds) if set(kinds) <= set(_CLASSES) else None


def _sound_array(schema: Any, whole: Any) -> Callable[[Any], bool]:
    items, least = schema.get('items', {}), schema.get('minItems', 0)
    classes, item = _classes(items, whole), _sound(items, whole)
    if classes is not None:
        return lambda value: value.__class__ is list and len(value) >= least and classes.issuperset(map(type, value))
    return lambda value: value.__class__ is list and len(value) >= least and all(map(item, value))


def _sound_scalar(schema: Any, whole: Any) -> Callable[[Any], bool]:
    """What is good at the first look; anything else is looked at in the slow way."""
    words = set(schema) - {'description'}
    if words == {'enum'} or words == {'const'}:
        allowed = frozenset((one.__class__, one) for one in schema.get('enum', [schema.get('const')]))
        return lambda value: value.__class__ in _HASHED and (value.__class__, value) in allowed \
            or not _problem(value, schema, whole, '')
    if words == {'type', 'pattern'} and schema['type'] == 'string':
        search = re.compile(schema['pattern']).search
        return lambda value: value.__class__ is str and search(value) is not None
    if words == {'type', 'minLength'} and schema['type'] == 'string':
        letters = schema['minLength']
        return lambda value: value.__class__ is str and len(value) >= letters
    if words == {'type', 'minimum'} and schema['type'] in ('integer', 'number'):
        least, classes = schema['minimum'], {int} if schema['type'] == 'integer' else {int, float}
        return lambda value: value.__class__ in classes and value >= least or not _problem(value, schema, whole, '')
    return lambda value: not _problem(value, schema, whole, '')


def _sound_object(schema: Any, whole: Any) -> Callable[[Any], bool]:
    """Objects that are alike (as many members, of the same classes) are looked at whole once; then only at that of
    their members which says more than its class.
    """
    properties, required = schema.get('properties', {}), frozenset(schema.get('required', ()))
    known = {name: _sound(one, whole) for name, one in properties.items()}
    plain = {name: _classes(one, whole) for name, one in properties.items()}
    # A member that may be null, or may lack, looks like one that is not there.
    deep = [(name, name in required, known[name]) for name in properties
            if plain[name] is None or type(None) in plain[name] or name not in required]
    more = schema.get('additionalProperties', True)
    others = _sound(more, whole) if isinstance(more, dict) else lambda value: bool(more)
    names = tuple(properties)
    alike: Any = set()

    def check(value: Any) -> bool:
        if value.__class__ is not dict:
            return False
        looks = len(value), *map(type, map(value.get, names))
        if looks not in alike:
            if not required <= value.keys() or not all(known.get(name, others)(item) for name, item in value.items()):
                return False
            if len(alike) < _ALIKE and (more is True or known.keys() >= value.keys()):
                alike.add(looks)
            return True
        for name, needed, inner in deep:
            if name in value:
                if not inner(value[name]):
                    return False
            elif needed:
                return False
        return True
    return check
