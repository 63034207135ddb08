"""The forms of a compliance report: one small file a form, each `render(tree, options) -> str` over format 1 of it.

Nothing but the tree is looked at, and nothing in it is trusted: names, labels and findings come from nodes.
"""
import importlib
import os

from nodeprep.output import Options
from nodeprep.typed import Any, Callable, Dict

# What a user calls a form, and its file. The ones with an underscore would hide a module of the standard library.
FORMATS = {'table': 'table', 'html': 'html_', 'csv': 'csv_', 'json': 'json_', 'junit': 'junit'}
KINDS = {'table': 'text/plain', 'html': 'text/html', 'csv': 'text/csv', 'json': 'application/json',
         'junit': 'application/xml'}
_ENDINGS = {'.html': 'html', '.htm': 'html', '.csv': 'csv', '.json': 'json', '.xml': 'junit', '.txt': 'table',
            '': 'table'}


def of_ending(path: str) -> str:
    """The form that the name of a file asks for. ValueError when its ending is that of none: a table in a .pdf is not
    what was meant.

    >>> of_ending('report.HTML'), of_ending('report.xml'), of_ending('report')
    ('html', 'junit', 'table')
    """
    ending = os.path.splitext(path)[1].lower()
    if ending not in _ENDINGS:
        raise ValueError(f'no form has the ending {ending}; .html, .csv, .json, .xml (JUnit) and .txt (table) do, or '
                         '--output says which')
    return _ENDINGS[ending]


def renderer(name: str) -> Callable[[Dict[str, Any], Options], str]:
    """`render` of a form. KeyError when there is none of that name."""
    render: Callable[[Dict[str, Any], Options], str] = importlib.import_module(
        'nodeprep.output.compliance.' + FORMATS[name]).render
    return render
