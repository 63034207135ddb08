"""The tree itself as JSON (RFC 8259), ASCII only: a line for each member, and for each line of a list."""
import json

from nodeprep.output import Options
from nodeprep.typed import Any, Dict, Iterator


def render(tree: Dict[str, Any], options: Options) -> str:
    """The tree. Made of lines, so that two of them can be compared; json's own indentation costs five times as much."""
    return '{\n' + ',\n'.join(_members(tree)) + '\n}\n'


def _members(tree: Dict[str, Any]) -> Iterator[str]:
    write = json.JSONEncoder(ensure_ascii=True, allow_nan=False).encode
    for key, value in tree.items():
        if isinstance(value, list) and value:
            yield f' {write(key)}: [\n  ' + ',\n  '.join(map(write, value)) + '\n ]'
        elif key == 'evidence' and value:
            yield f' {write(key)}: {{\n  ' + ',\n  '.join(
                f'{write(node)}: {write(findings)}' for node, findings in value.items()) + '\n }'
        else:
            yield f' {write(key)}: {write(value)}'
