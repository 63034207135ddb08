"""One row for each node and requirement, also for those that were wholly met, as CSV (RFC 4180) for a spreadsheet.

Times in class are seconds. A cell that a spreadsheet would take for a formula gets an apostrophe before it, as in
csv_.py of the checks; a negative number there is none.
"""
from nodeprep.compliance.fixes import FIX
from nodeprep.compliance.rows import of
from nodeprep.compliance.weigh import ADVISED
from nodeprep.output import Options
from nodeprep.output.compliance import vocabulary, words
from nodeprep.output.csv_ import inert
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List

NODE = ('node', 'role', 'os', 'os_version', 'labels', 'since', 'until', 'standing')
CLASSES = ('met', 'drifted', 'unknown', 'silent', 'waived', 'advised', 'ignored', 'not-applicable')
OPEN = ('open', 'open_since', 'found', 'wanted', 'source', 'waived_until')
FIXED = ('fixes', 'last_fix', 'last_fix_by', 'last_fix_allowed')
ENDED = ('ended_since', 'ended_until', 'ended_then')
HEADS = (NODE + ('requirement', 'share') + tuple(name.replace('-', '_') for name in CLASSES) + ('drifts',) + OPEN
         + FIXED + ENDED)
_NONE_OPEN, _NONE_FIXED = ',' * (len(OPEN) - 1), ',0' + ',' * (len(FIXED) - 1)
_NONE_ENDED = ',' * len(ENDED)


def render(tree: Dict[str, Any], options: Options) -> str:
    """A heading and the rows. 10,000 nodes have 210,000 of them: each is put together from parts that are made once."""
    opened, fixed, ended = _opened(tree), _fixed(tree), _ended(tree)
    lines = [','.join(HEADS)]
    for node in tree['nodes']:
        before = ','.join(_cell(value) for value in _about(tree, node)) + ','
        of_node, mended, over = (found.get(node['name'], {}) for found in (opened, fixed, ended))
        alike: Dict[int, str] = {}                  # requirements that were nothing but met differ just in their name
        for requirement, one in of(node):
            figures = alike.get(id(one))
            if figures is None:
                figures = alike[id(one)] = ',' + ','.join(_figures(one)) + ','
            lines.append(before + requirement + figures + of_node.get(requirement, _NONE_OPEN)
                         + mended.get(requirement, _NONE_FIXED) + over.get(requirement, _NONE_ENDED))
    return '\r\n'.join(lines) + '\r\n'


def rows(tree: Dict[str, Any]) -> Iterator[List[str]]:
    """The cells as they are meant, in the order of HEADS: slow and obvious, for those who want to know."""
    for node in tree['nodes']:
        for requirement, one in of(node):
            opened = [''] * len(OPEN)
            for seen in _not_met(tree):
                if (seen['node'], seen['requirement']) == (node['name'], requirement):
                    opened = [shown(cell) for cell in _open_cells(seen)]
            over = [past for past in tree.get('ended', ())
                    if (past['node'], past['requirement']) == (node['name'], requirement)]
            made = [change for change in tree['changes'] if change['what'] == FIX
                    and (change['node'], change['requirement']) == (node['name'], requirement)]
            yield [*map(shown, _about(tree, node)), requirement, *_figures(one), *opened, str(len(made)),
                   *(map(shown, _last(made[0])) if made else ('', '', '')),
                   *(map(shown, _ended_cells(over[0])) if over else ('', '', ''))]


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
    for one in _not_met(tree):
        found.setdefault(one['node'], {})[one['requirement']] = ','.join(map(_cell, _open_cells(one)))
    return found


def _fixed(tree: Dict[str, Any]) -> Dict[str, Dict[str, str]]:
    """By node and requirement the cells of FIXED; the newest change is the first."""
    found: Dict[str, Dict[str, List[Any]]] = {}
    for one in tree['changes']:
        if one['what'] == FIX:
            found.setdefault(one['node'], {}).setdefault(one['requirement'], [0, one])[0] += 1
    return {node: {name: f',{count},' + ','.join(map(_cell, _last(newest))) for name, (count, newest) in held.items()}
            for node, held in found.items()}


def _ended(tree: Dict[str, Any]) -> Dict[str, Dict[str, str]]:
    """By node and requirement the cells of ENDED: of the drift that was the last to end, which is the first."""
    found: Dict[str, Dict[str, str]] = {}
    for one in tree.get('ended', ()):              # not there in a report of an older version
        found.setdefault(one['node'], {}).setdefault(one['requirement'], ',' + ','.join(map(_cell, _ended_cells(one))))
    return found


def _ended_cells(one: Dict[str, Any]) -> List[str]:
    return [one['since'] or '', one['until'], one['then']]


def _last(one: Dict[str, Any]) -> List[str]:
    return [one['at'], one['who'], vocabulary.detail(one)]


def _not_met(tree: Dict[str, Any]) -> List[Dict[str, Any]]:
    """What is open, and what is only advised; of which there is none in a report of an older version."""
    return [*tree['open'], *(dict(one, state=ADVISED, waived_until=None) for one in tree.get('advised', ()))]


def _open_cells(one: Dict[str, Any]) -> List[str]:
    return [one['state'], one['since'], one['found'], one['wanted'], one['source'], one['waived_until'] or '']


def _cell(value: str) -> str:
    """A text as one cell of one line."""
    said = inert(shown(value))
    return '"' + said.replace('"', '""') + '"' if '"' in said or ',' in said or ' ' in said[:1] else said
