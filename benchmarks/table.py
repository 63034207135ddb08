"""The table that a benchmark prints: what was measured, the figure, and whether a goal for it was kept."""


def goal(value, limit, said):
    """`said` is the limit in words."""
    return f'goal {said}: ' + ('kept' if value <= limit else 'MISSED')


def show(rows):
    """Prints (what, figure, goal or '') each in a line."""
    width = max(len(row[0]) for row in rows)
    for what, figure, kept in rows:
        print(f'{what:<{width}}  {figure:>12}  {kept}'.rstrip())
