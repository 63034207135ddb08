"""The forms a report can be printed in: one small file a format, and only the one asked for is loaded.

Each has `render(tree, options) -> str` over the tree of CONTRACT.md, and does its own escaping: whatever text the
tree holds, what comes out is well formed and shows nothing that the tree does not say.
"""
import importlib
import os

from nodeprep.language import ENGLISH_TEXTS, Language, chosen, speaking
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Optional

# What a user calls a format, and its file. The ones with an underscore would hide a module of the standard library.
FORMATS = {'table': 'table', 'json': 'json_', 'yaml': 'yaml_', 'junit': 'junit', 'tap': 'tap', 'nagios': 'nagios',
           'openmetrics': 'openmetrics', 'csv': 'csv_', 'html': 'html_'}
TRANSLATED = ('table', 'html')         # what people read; all else is for programs, in English
_EXIT_CODES = {'met': 0, 'drifted': 1, 'unknown': 3}
_NARROWEST, _WIDEST = 40, 120


class Options(NamedTuple):
    """How to print; only what people read looks at it. `width` in columns; `quiet` wins over `verbose`.

    `program`, `said` and `ids` are how this check was called, so that what it tells to type next can be typed:
    '.venv/bin/nodeprep', ' --root /mnt', ' swap'. `root` is the part of `said` that undo and history take too.
    """

    color: bool = False
    width: int = 80
    verbose: bool = False
    quiet: bool = False
    program: str = 'nodeprep'
    said: str = ''
    ids: str = ''
    root: str = ''
    language: Language = ENGLISH_TEXTS


def renderer(name: str) -> Callable[[Dict[str, Any], Options], str]:
    """`render` of a format. KeyError when there is none of that name."""
    render: Callable[[Dict[str, Any], Options], str] = importlib.import_module(
        'nodeprep.output.' + FORMATS[name]).render
    return render


def exit_code(tree: Dict[str, Any], format_name: str) -> int:
    """0 met, 1 drifted, 3 could not be told; for nagios 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."""
    if format_name == 'nagios':
        from nodeprep.output.nagios import status
        return status(tree)
    return _EXIT_CODES[tree['verdict']]


def options_for(stream: Any, quiet: bool = False, verbose: bool = False, no_color: bool = False,
                language: Optional[str] = None) -> Options:
    """Options for what will be written to a stream: colour and its width for a terminal, 80 columns for the rest.

    NO_COLOR (https://no-color.org) and TERM=dumb turn colour off; COLUMNS sets the width. `language` is that of the
    configuration, where '' leaves it to the environment; None is English.
    """
    terminal = stream.isatty()
    dumb = os.environ.get('NO_COLOR') or os.environ.get('TERM') == 'dumb'
    return Options(terminal and not no_color and not dumb, _width(stream, terminal), verbose, quiet,
                   language=ENGLISH_TEXTS if language is None else speaking(chosen(language, stream)))


def _width(stream: Any, terminal: bool) -> int:
    asked = os.environ.get('COLUMNS', '')
    columns = int(asked) if asked.isdigit() and len(asked) < 6 else 0
    if terminal and not columns:
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0           # a terminal that does not tell
    return min(max(columns or 80, _NARROWEST), _WIDEST)
