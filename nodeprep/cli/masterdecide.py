"""nodeprep master approve, deny, approvals, waive, waivers and unwaive: what a person decides."""
import sys

import click

from nodeprep import output
from nodeprep.cli import people
from nodeprep.cli.mastering import formats, opened, places, set_apart, show, stamp, when
from nodeprep.cli.mastertokens import Lasting
from nodeprep.cli.usage import complain, stopping_on_bad_input, tell, write
from nodeprep.config import ConfigError
from nodeprep.output.words import shown
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple


@click.command()
@places
@click.option('--all', 'everything', is_flag=True, help='Those that were decided, too: the newest 200.')
@formats
@stopping_on_bad_input
def approvals(config_file: Optional[str], data: str, everything: bool, format_name: str) -> None:
    """List the plans that wait for an answer, the oldest first."""
    from nodeprep.master import shapes
    from nodeprep.master.store import approvals as query
    from nodeprep.output.words import change
    with opened(config_file, data) as found:
        rows = [shapes.approval(one) for one in found.store.read(query.newest if everything else query.waiting)]
        apart = '' if everything else set_apart(found)
    show(format_name, 'approvals', ('NODE', 'REQUIREMENT', 'STATE', 'BY', 'UNTIL', 'PLAN'),
         [(one['node'], one['requirement'], one['state'], one['by'] or '-', one['until'] or '-',
           '; '.join(change(step) for step in one['plan']['changes'])) for one in rows], rows,
         'No plan waits for an answer.', apart=apart)


def _answering(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed((
            click.argument('node'), click.argument('requirement', metavar='ID'),
            click.option('--reason', default='', metavar='TEXT', help='Why; it is kept.'),
            click.option('--digest', default='', metavar='HEX', help='Only the plan with this digest.'))):
        command = option(command)
    return places(command)


@click.command()
@_answering
@click.option('--valid', type=Lasting(), metavar='TIME',
              help='How long the node may use it; default: `approvals.valid` of the configuration (24h).')
@click.option('-y', '--yes', is_flag=True, help='Do not ask.')
@stopping_on_bad_input
def approve(config_file: Optional[str], data: str, node: str, requirement: str, reason: str, digest: str,
            valid: Optional[float], yes: bool) -> None:
    """Approve the plan of NODE about the requirement ID: show it, ask when somebody is there, and let the node do it.

    The approval is for this very plan: when anything that it touches changes, the node asks again.

    Exit code: 0 it is approved; 1 the answer was no; 2 nothing could be done.
    """
    from nodeprep.master import decisions, shapes
    from nodeprep.output.plans import Page
    with opened(config_file, data) as found:
        one = found.store.read(lambda cursor: decisions.waiting(cursor, node, requirement))
        tree = shapes.approval(one)
        write(sys.stdout, Page(output.options_for(sys.stdout)).part(tree['plan']))
        if not yes and sys.stdin and sys.stdin.isatty():
            people.agree(f'Let {node} do this?')
        lasts = found.settings.approvals if valid is None else valid
        given = found.store.do(lambda cursor: decisions.approval(
            cursor, True, found.who, found.now, lasts, reason, one['id'], digest=digest or one['digest']))
    tell(f'Approved until {when(given["until"])}: {node} learns it with its next heartbeat.')


@click.command()
@_answering
@stopping_on_bad_input
def deny(config_file: Optional[str], data: str, node: str, requirement: str, reason: str, digest: str) -> None:
    """Deny the plan of NODE about the requirement ID. It stays denied until the plan is another one."""
    from nodeprep.master import decisions
    with opened(config_file, data) as found:
        found.store.do(lambda cursor: decisions.approval(
            cursor, False, found.who, found.now, 0.0, reason, node=node, requirement=requirement, digest=digest))
    tell(f'Denied: {node} does not do this.')


@click.command()
@places
@click.argument('node', metavar='NODE|LABEL=VALUE|*')
@click.argument('requirement', metavar='ID')
@click.option('--reason', required=True, metavar='TEXT', help='Why.')
@click.option('--owner', required=True, metavar='WHO', help='Who answers for it.')
@click.option('--until', required=True, metavar='YYYY-MM-DD', help='Its last day, in UTC.')
@stopping_on_bad_input
def waive(config_file: Optional[str], data: str, node: str, requirement: str, reason: str, owner: str,
          until: str) -> None:
    """Make an exception: ID of a node, of all nodes with a label, or of all ('*') is waived until a day.

    It is shown as waived, never as met, and counts again when the day is over. Who gets the label later has it too.
    """
    from nodeprep import catalogue
    from nodeprep.master import decisions
    from nodeprep.master.store import asked, grid, settled
    from nodeprep.master.store import waivers as query
    with opened(config_file, data) as found:
        def work(cursor: Any) -> Tuple[int, bool, str]:
            kind, scope = decisions.scope('' if '=' in node or node == '*' else node, node if '=' in node else '',
                                          node == '*')
            number = decisions.waive(cursor, kind, scope, requirement, reason, owner, until, found.who, found.now,
                                     catalogue.ids())
            return (number, kind == query.LABEL and not grid.standings(cursor, asked.Asked(label=scope)),
                    _covering(query.beside(cursor, number, found.now)))
        number, nobody, already = found.store.do(work)
        settled.finish(found.store, found.now)
    if nobody:
        complain(f'no node has the label {shown(node)} yet: the waiver is for those that get it')
    if already:
        complain(f'{already} it already: each holds until its own day')
    tell(f'Waived until {until}; nodeprep master unwaive {number}{found.options} ends it.')


@click.command()
@places
@click.option('--all', 'everything', is_flag=True, help='Those that are over or ended, too.')
@formats
@stopping_on_bad_input
def waivers(config_file: Optional[str], data: str, everything: bool, format_name: str) -> None:
    """List the exceptions that hold."""
    from nodeprep.master import shapes
    from nodeprep.master.store import unsettled
    from nodeprep.master.store import waivers as query
    with opened(config_file, data) as found:
        def look(cursor: Any) -> Any:
            rows = query.all_of(cursor) if everything else query.active(cursor, found.now)
            return rows, shapes.waivers(cursor, rows), unsettled.there(cursor)
        rows, trees, settling = found.store.read(look)
    show(format_name, 'waivers', ('NUMBER', 'FOR', 'REQUIREMENT', 'UNTIL', 'OWNER'),
         [(str(one['id']), (one['scope'] or '*') + (' (gone)' if one['gone'] else ''), one['requirement'],
           one['until'] if one['ended'] is None else f'ended {str(stamp(one["ended"]))[:10]}', one['owner'])
          for one in rows], trees, 'There are no waivers.', [f'{one["reason"]} (made by {one["by"]})' for one in rows],
         settling=settling)


@click.command()
@places
@click.argument('number', type=click.IntRange(min=1))
@stopping_on_bad_input
def unwaive(config_file: Optional[str], data: str, number: int) -> None:
    """End the waiver with this NUMBER: what it covered counts again."""
    from nodeprep.master.store import settled
    from nodeprep.master.store import waivers as query
    with opened(config_file, data) as found:
        def work(cursor: Any) -> Tuple[bool, str]:
            ended = query.end(cursor, number, found.who, found.now)
            return ended, _covering(query.beside(cursor, number, found.now))
        ended, still = found.store.do(work)
        if not ended:
            raise ConfigError(f'there is no waiver {number} that holds; nodeprep master waivers lists them')
        settled.finish(found.store, found.now)
    tell(f'The waiver {number} is ended{still and f"; {still} it still"}.')


def _covering(waivers_: List[Dict[str, Any]]) -> str:
    """Which of them cover something: `waiver 3 covers`; '' of none."""
    numbers = sorted(one['id'] for one in waivers_)
    named = ', '.join(map(str, numbers))
    return named and (f'waivers {named} cover' if len(numbers) > 1 else f'waiver {named} covers')
