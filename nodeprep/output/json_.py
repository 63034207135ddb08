"""The report itself as JSON, ASCII only: what the wire and the disk have, with indentation."""
from nodeprep.output import Options
from nodeprep.report import dumps
from nodeprep.typed import Any, Dict


def render(tree: Dict[str, Any], options: Options) -> str:
    """The tree as JSON (RFC 8259)."""
    return dumps(tree, indent=2) + '\n'
