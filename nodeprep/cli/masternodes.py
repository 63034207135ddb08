"""nodeprep master nodes, node and drift: the fleet as it is."""
import sys

import click

from nodeprep import output
from nodeprep.cli.mastering import formats, opened, places, said_settling, set_apart, show
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.config import ConfigError
from nodeprep.typed import Any, Callable, Dict, List, Optional

_PAGE = 500               # rows of one query


def narrowing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which nodes."""
    for option in reversed((
            click.option('--search', default='', metavar='TEXT', help='Whose name has this in it.'),
            click.option('--label', default='', metavar='NAME[=VALUE]', help='Which have this label.'),
            click.option('--role', default='', metavar='ROLE', help='worker or control-plane.'),
            click.option('--requirement', default='', metavar='ID', help='Which do not meet this one.'))):
        command = option(command)
    return command


@click.command()
@places
@narrowing
@click.option('--standing', default='', metavar='WORD',
              help='drifted, unknown, silent, quarantined, new (no report yet) or met.')
@formats
@stopping_on_bad_input
def nodes(config_file: Optional[str], data: str, search: str, label: str, role: str, requirement: str, standing: str,
          format_name: str) -> None:
    """List the nodes: how each stands, and what it does not meet. The worst first."""
    from nodeprep.master import shapes
    from nodeprep.master.store import asked, grid, unsettled
    from nodeprep.output.words import span
    if standing and standing not in asked.STANDINGS:
        raise ConfigError(f'--standing is one of {", ".join(asked.STANDINGS)}')
    about = asked.Asked(search=search, label=label, role=role, requirement=requirement, standing=standing)
    with opened(config_file, data) as found:
        _, rows, settling, nobody = found.store.read(lambda cursor: (
            _sure(cursor, about), _all(lambda page: grid.rows(cursor, about, 'worst', page, _PAGE)),
            unsettled.there(cursor), _nobody(cursor, about)))
    show(format_name, 'nodes', ('NODE', 'STANDING', 'ROLE', 'HEARD', 'NOT MET'),
         [(one.name, one.standing, one.role, 'never' if one.heard is None else f'{span(found.now - one.heard)} ago',
           _not_met(one)) for one in rows],
         [shapes.row(one) for one in rows],
         nobody or 'No node is so.' if about.anything else
         f'There are no nodes; nodeprep master token create --print-join-command{found.options} prints how one joins.',
         settling=settling)


@click.command()
@places
@click.argument('name')
@click.option('-v', '--verbose', is_flag=True, help='What is met, too.')
@formats
@stopping_on_bad_input
def node(config_file: Optional[str], data: str, name: str, verbose: bool, format_name: str) -> None:
    """Show one node: what it does not meet, since when, and what it would do about it."""
    from nodeprep.master import shapes
    from nodeprep.master.store import approvals, unsettled
    from nodeprep.master.store import nodes as members
    from nodeprep.output import plans
    with opened(config_file, data) as found:
        tree, settling = found.store.read(lambda cursor: (shapes.node(cursor, name), unsettled.there(cursor)))
        if tree is None:
            raise ConfigError(f'there is no node {name}; nodeprep master nodes lists them')

        def waiting(cursor: Any) -> List[Dict[str, Any]]:
            there = members.find(cursor, name)
            return approvals.waiting(cursor, there[0]) if there else []
        plans_ = [shapes.approval(one) for one in found.store.read(waiting)]
    if format_name != 'table':
        write(sys.stdout, plans.machine(dict(tree, format=1, approvals=plans_, settling=settling), format_name))
        return
    from nodeprep.output.masterpage import page
    write(sys.stdout, page(tree, plans_, found.now, verbose,
                           output.options_for(sys.stdout)._replace(said=found.options)))
    if settling:
        write(sys.stdout, said_settling())


@click.command()
@places
@narrowing
@click.option('--kind', type=click.Choice(['drifted', 'unknown', 'advised', 'waived', 'silent']), default='drifted',
              show_default=True, help='silent: what nodes told last that are silent now.')
@formats
@stopping_on_bad_input
def drift(config_file: Optional[str], data: str, search: str, label: str, role: str, requirement: str, kind: str,
          format_name: str) -> None:
    """List all that is not met, what has been so for longest first."""
    from nodeprep.master import shapes
    from nodeprep.master.store import asked, unsettled
    from nodeprep.master.store import drift as query
    from nodeprep.output.words import span
    about = asked.Asked(search=search, label=label, role=role, requirement=requirement)
    with opened(config_file, data) as found:
        _, rows, counts, settling, nobody = found.store.read(lambda cursor: (
            _sure(cursor, about),
            _all(lambda page: query.rows(cursor, kind, about, 'longest', page, _PAGE)), query.counts(cursor, about),
            unsettled.there(cursor), _nobody(cursor, about)))
        apart = set_apart(found, about)
    others = ', '.join(f'{count} {name}' for name, count in counts.items() if count and name != kind)
    show(format_name, 'drift', ('NODE', 'REQUIREMENT', 'FOR', 'NOW', 'BOOT', 'PLAN'),
         [(one.node, one.requirement, span(found.now - one.since), one.now, one.boot, one.approval or '-')
          for one in rows], [shapes.drift(one) for one in rows],
         nobody or f'Nothing is {kind}' + (f'; {others}: see --kind.' if others else '.'),
         [one.says for one in rows], apart, settling)


def _sure(cursor: Any, about: Any) -> Any:
    """The same. ConfigError for a role or a requirement that there is not."""
    from nodeprep.master import misspelt
    wrong = misspelt.first(cursor, about)
    if wrong:
        raise ConfigError(f'--{wrong.said}')
    return about


def _nobody(cursor: Any, about: Any) -> str:
    """What is said where no node is as asked for; '' where one is, or nobody in particular is asked for."""
    from nodeprep.master.store import grid
    from nodeprep.output.words import shown
    who = about._replace(requirement='', standing='')
    if not who.anything or grid.standings(cursor, who):
        return ''
    said = [word.format(shown(value)) for word, value in (
        ('has {} in its name', who.search), ('has the label {}', who.label), ('has the role {}', who.role)) if value]
    total = sum(grid.standings(cursor).values())
    return f'None of the {total} nodes {" and ".join(said)}.' if total > 1 else \
        f'No node {" and ".join(said)}.' if total else 'There are no nodes.'


def _all(page: Callable[[int], List[Any]]) -> List[Any]:
    rows: List[Any] = []
    while True:
        more = page(len(rows) // _PAGE + 1)
        rows += more
        if len(more) < _PAGE:
            return rows


def _not_met(one: Any) -> str:
    cells = sorted(one.cells.values(), key=lambda cell: (cell.outcome, cell.requirement))
    found = [cell.requirement + ('' if cell.outcome == 'drifted' else f' ({cell.outcome})') for cell in cells
             if cell.outcome in ('drifted', 'unknown')]
    return ', '.join(found) or '-'
