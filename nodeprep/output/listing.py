"""Rows as a table for people: columns as wide as they must be, the last one wrapped."""
from nodeprep.output.columns import columns, wrapped
from nodeprep.output.words import shown
from nodeprep.typed import Any, Sequence

_LEAST = 20               # columns of the last one
_INDENT = '    '


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
