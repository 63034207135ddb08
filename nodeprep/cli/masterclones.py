"""nodeprep master clones and decide: nodes that cannot be told apart, and what a person says of them."""
import re
import sys

import click

from nodeprep.cli import people
from nodeprep.cli.mastering import formats, opened, places, show
from nodeprep.cli.usage import stopping_on_bad_input, tell
from nodeprep.config import ConfigError
from nodeprep.output.compliance.vocabulary import decision, identity
from nodeprep.output.words import shown, span
from nodeprep.typed import Any, Dict, List, Optional, Sequence, Tuple

# As store.clones.DECISIONS, which is not imported for --help.
_DECISIONS = ('keep-both', 'forget-first', 'forget-later')


@click.command()
@places
@click.option('--all', 'everything', is_flag=True, help='Those that were decided, too.')
@formats
@stopping_on_bad_input
def clones(config_file: Optional[str], data: str, everything: bool, format_name: str) -> None:
    """List the nodes that cannot be told apart, two by two, the newest first: what is the same, and who came later.

    The later one is in quarantine: what it reports is kept and changes nothing, until somebody decides.
    """
    from nodeprep.master import shapes
    from nodeprep.master.store import clones as query
    from nodeprep.master.store import grid
    with opened(config_file, data) as found:
        rows, nodes = found.store.read(lambda cursor: (query.every(cursor, not everything), grid.standings(cursor)))
    heads = ['NUMBER', 'THE SAME', 'HERE FIRST', 'CAME LATER', 'FOUND'] + (['DECIDED'] if everything else [])
    show(format_name, 'clones', heads,
         [[str(one['id']), _same(one), one['first_name'], one['later_name'],
           f'{span(found.now - one["found"])} ago', *([_decided(one)] if everything else [])] for one in rows],
         [shapes.clone(one) for one in rows], 'Every node is a machine of its own.' if nodes else 'There are no nodes.',
         [one['value'] for one in rows],
         _next(rows, found.options))


def _next(rows: List[Dict[str, Any]], options: str) -> str:
    """What to type about the first that nobody has decided, as it can be pasted; '' where all is decided."""
    number = next((one['id'] for one in rows if one['decided'] is None), None)
    if number is None:
        return ''
    keep, first, later = (f'  nodeprep master decide {what} {number}{options}' for what in _DECISIONS)
    return ('What the later ones report changes nothing until somebody decides, by their numbers (1 2 3, 1-9).\n'
            f'Two machines, which both stay:\n{keep}\nOne is to go, the later or the first:\n{later}\n{first}')


class _Numbers(click.ParamType):
    """A number from 1 on, or a range of them (1-9): the first and the last of it."""

    name = 'number'

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """As click calls it."""
        found = re.fullmatch('([0-9]{1,15})(?:-([0-9]{1,15}))?', value) if isinstance(value, str) else None
        first, last = (int(found.group(1)), int(found.group(2) or found.group(1))) if found else (0, 0)
        if not 1 <= first <= last:
            self.fail(f'{value!r} is none of: 3, 1-9', param, ctx)
        return first, last


@click.command()
@places
@click.argument('what', metavar='|'.join(_DECISIONS), type=click.Choice(_DECISIONS))
@click.argument('numbers', metavar='NUMBER...', nargs=-1, required=True, type=_Numbers())
@click.option('-y', '--yes', is_flag=True, help='Do not ask.')
@stopping_on_bad_input
def decide(config_file: Optional[str], data: str, what: str, numbers: Sequence[Tuple[int, int]], yes: bool) -> None:
    """Decide about nodes that cannot be told apart, by the NUMBERs of `nodeprep master clones`: all of them or none.

    Several are 1 2 3, or 1-9 for what there is to decide from 1 to 9. All are shown, and asked about once when somebody
    is there.

    keep-both: they are two machines; the later one is released once this is said of all that holds it. forget-first,
    forget-later: one of them is taken away, as by `nodeprep master forget`.

    Exit code: 0 it is decided; 1 the answer was no; 2 nothing could be done.
    """
    from nodeprep.master import membership
    from nodeprep.master.store import clones as query
    from nodeprep.master.store import nodes
    with opened(config_file, data) as found:
        def looked(cursor: Any, asked: Sequence[Tuple[int, int]] = numbers) -> List[Dict[str, Any]]:
            rows: Dict[int, Dict[str, Any]] = {}
            for first, last in asked:
                some = [query.find(cursor, first)] if first == last else query.every(cursor, True)[::-1]
                some = [one for one in some if one and one['decided'] is None and first <= one['id'] <= last]
                if not some:
                    named = first if first == last else f'{first}-{last}'
                    raise ConfigError(f'there is nothing to decide about {named}; nodeprep master clones'
                                      f'{found.options} lists what there is')
                rows.update((one['id'], one) for one in some)
            return list(rows.values())

        def work(cursor: Any) -> List[str]:
            said = {}
            for one in looked(cursor, [(one['id'], one['id']) for one in rows]):      # those that were shown, no more
                now: Any = query.find(cursor, one['id'])
                if now['decided'] is not None:            # by one before it, which has forgotten a node
                    continue
                out = membership.decide(cursor, one['id'], what, found.who, found.now)
                if what == query.KEEP_BOTH:
                    said[one['later_name']] = _kept(one, query.holding(cursor, one['later']), found.options)
                else:
                    gone = one['first_name' if what == query.FORGET_FIRST else 'later_name']
                    said[gone] = f'{shown(gone)} is forgotten.'
                said.update((name, f'{shown(name)} is released: what it reports counts.')
                            for name in [nodes.name_of(cursor, node) for node in out])
            return list(said.values())
        rows = found.store.read(looked)
        for one in rows:
            tell(f'{one["id"]}: {shown(one["first_name"])} was here first, {shown(one["later_name"])} came '
                       f'later; they {"have" if one["still"] else "had"} the same {identity(one["kind"])} '
                       f'{shown(one["value"])}' + ('' if one['still'] else ', and have not any more'))
        if not yes and sys.stdin and sys.stdin.isatty():
            people.agree(_question(what, rows))
        told = found.store.do(work)
    tell('\n'.join(told))


def _same(one: Dict[str, Any]) -> str:
    return identity(one['kind']) + ('' if one['still'] or one['decided'] is not None else ' (not any more)')


def _question(what: str, rows: List[Dict[str, Any]]) -> str:
    if what == 'keep-both':
        return 'Are these machines of their own?'
    name = {'forget-later': 'later_name', 'forget-first': 'first_name'}[what]
    return f'Forget {", ".join(dict.fromkeys(shown(one[name]) for one in rows))}?'


def _kept(one: Dict[str, Any], others: int, options: str) -> str:
    name = shown(one['later_name'])
    if not others:
        return f'{name} is a machine of its own.'
    said = ('is', 'it') if others == 1 else ('are', 'them')
    return (f'{name} stays in quarantine: {others} more {said[0]} to be decided about it; nodeprep master '
            f'clones{options} lists {said[1]}.')


def _decided(one: Dict[str, Any]) -> str:
    return f'{decision(one)}, by {one["by"]}' if one['decided'] is not None else decision(one)
