"""Rows as a table for people: columns as wide as they must be, the last one wrapped."""
from nodeprep.output.columns import columns, wrapped
from nodeprep.output.words import shown
from nodeprep.typed import Any, List, Sequence

_LEAST = 20               # columns of the last one
_INDENT = '    '
_SHORTEST = 8             # columns that a name is cut to


def listed(heads: Sequence[str], rows: Sequence[Sequence[Any]], width: int, below: Sequence[str] = ()) -> str:
    r"""The table. `below` are longer texts, one for each row, that stand under it.

    >>> print(listed(['NAME', 'WHY'], [['a', 'one two'], ['node\n1', 'three']], 40), end='')
    NAME       WHY
    a          one two
    node\x0a1  three
    """
    cells = [[shown(cell) for cell in row] for row in [heads, *rows]]
    widths = [max(columns(row[at]) for row in cells) for at in range(len(heads))]
    before = sum(widths[:-1]) + 2 * (len(heads) - 1)
    lines = []
    for number, row in enumerate(cells):
        parts = wrapped(row[-1], max(_LEAST, width - before))
        first = ''.join(cell + ' ' * (size - columns(cell) + 2) for cell, size in zip(row[:-1], widths))
        lines += [(first if not at else ' ' * before) + part for at, part in enumerate(parts)]
        if number and below:
            lines += [_INDENT + part for part in wrapped(shown(below[number - 1]), width - len(_INDENT))]
    return '\n'.join(line.rstrip() for line in lines) + '\n'


def fitting(heads: Sequence[str], rows: Sequence[List[str]], width: int, names: int) -> List[List[str]]:
    """The rows, cut so that their table is no wider: the longest of the first columns, as many as have `names`.

    >>> fitting(['NODE', 'OF', 'WHY'], [['k8s-node-1.example.com', 'a', 'x']], 24, 1)
    [['k8s-node-1.e...', 'a', 'x']]
    """
    widths = [max(columns(shown(row[at])) for row in [heads, *rows]) for at in range(len(heads))]
    widths[-1] = min(widths[-1], _LEAST)
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths[:names], default=0) > _SHORTEST:
        widths[widths.index(max(widths[:names]))] -= 1
    return [[_narrow(cell, most) for cell, most in zip(row, widths[:names])] + row[names:] for row in rows]


def _narrow(said: str, most: int) -> str:
    while columns(said) > most:
        said = (said[:-4] if said.endswith('...') else said[:-3]) + '...'
    return said
