"""One row for each node and requirement, also for those that were wholly met, as CSV (RFC 4180) for a spreadsheet.

Times in class are seconds. A cell that a spreadsheet would take for a formula gets an apostrophe before it, as in
csv_.py of the checks; a negative number there is none.
"""
from nodeprep.compliance.rows import of
from nodeprep.output import Options
from nodeprep.output.compliance import words
from nodeprep.output.csv_ import inert
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List

NODE = ('node', 'role', 'os', 'os_version', 'labels', 'since', 'until', 'standing')
CLASSES = ('met', 'drifted', 'unknown', 'silent', 'waived', 'advised', 'ignored', 'not-applicable')
OPEN = ('open', 'open_since', 'found', 'wanted', 'source', 'waived_until')
HEADS = NODE + ('requirement', 'share') + tuple(name.replace('-', '_') for name in CLASSES) + ('drifts',) + OPEN
_NONE_OPEN = ',' * (len(OPEN) - 1)


def render(tree: Dict[str, Any], options: Options) -> str:
    """A heading and the rows. 10,000 nodes have 210,000 of them: each is put together from parts that are made once."""
    opened = _opened(tree)
    lines = [','.join(HEADS)]
    for node in tree['nodes']:
        before = ','.join(_cell(value) for value in _about(tree, node)) + ','
        of_node = opened.get(node['name'], {})
        alike: Dict[int, str] = {}                  # requirements that were nothing but met differ just in their name
        for requirement, one in of(node):
            figures = alike.get(id(one))
            if figures is None:
                figures = alike[id(one)] = ',' + ','.join(_figures(one)) + ','
            lines.append(before + requirement + figures + of_node.get(requirement, _NONE_OPEN))
    return '\r\n'.join(lines) + '\r\n'


def rows(tree: Dict[str, Any]) -> Iterator[List[str]]:
    """The cells as they are meant, in the order of HEADS: slow and obvious, for those who want to know."""
    for node in tree['nodes']:
        for requirement, one in of(node):
            opened = [''] * len(OPEN)
            for seen in tree['open']:
                if (seen['node'], seen['requirement']) == (node['name'], requirement):
                    opened = [shown(cell) for cell in _open_cells(seen)]
            yield [*map(shown, _about(tree, node)), requirement, *_figures(one), *opened]


def _about(tree: Dict[str, Any], node: Dict[str, Any]) -> List[str]:
    return [node['name'], node['role'], node['os']['id'], node['os']['version'], words.labels(node),
            node['counts_from'] or '', tree['until'], node['standing']]


def _figures(one: Dict[str, Any]) -> List[str]:
    share, times = one['share'], one['seconds']
    return ['' if share is None else f'{share:.6f}'] + [f'{times.get(kind, 0.0):.10g}' for kind in CLASSES] + [
        str(one['drifts'])]


def _opened(tree: Dict[str, Any]) -> Dict[str, Dict[str, str]]:
    """By node and requirement the cells of OPEN."""
    found: Dict[str, Dict[str, str]] = {}
    for one in tree['open']:
        found.setdefault(one['node'], {})[one['requirement']] = ','.join(map(_cell, _open_cells(one)))
    return found


def _open_cells(one: Dict[str, Any]) -> List[str]:
    return [one['state'], one['since'], one['found'], one['wanted'], one['source'], one['waived_until'] or '']


def _cell(value: str) -> str:
    """A text as one cell of one line."""
    said = inert(shown(value))
    return '"' + said.replace('"', '""') + '"' if '"' in said or ',' in said or ' ' in said[:1] else said
