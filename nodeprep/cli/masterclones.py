"""nodeprep master clones and decide: nodes that cannot be told apart, and what a person says of them."""
import sys

import click

from nodeprep.cli import people
from nodeprep.cli.mastering import formats, opened, places, show
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.config import ConfigError
from nodeprep.output.compliance.vocabulary import decision, identity
from nodeprep.output.words import shown, span
from nodeprep.typed import Any, Dict, List, Optional, Sequence

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
    with opened(config_file, data) as found:
        rows = found.store.read(lambda cursor: query.every(cursor, not everything))
    heads = ['NUMBER', 'THE SAME', 'HERE FIRST', 'CAME LATER', 'FOUND'] + (['DECIDED'] if everything else [])
    show(format_name, 'clones', heads,
         [[str(one['id']), identity(one['kind']), one['first_name'], one['later_name'],
           f'{span(found.now - one["found"])} ago', *([_decided(one)] if everything else [])] for one in rows],
         [shapes.clone(one) for one in rows], 'Every node is a machine of its own.', [one['value'] for one in rows],
         'What the later ones report changes nothing until somebody decides:\n  nodeprep master decide '
         f'{"|".join(_DECISIONS)} NUMBER...{found.options}' if any(one['decided'] is None for one in rows) else '')


@click.command()
@places
@click.argument('what', metavar='|'.join(_DECISIONS), type=click.Choice(_DECISIONS))
@click.argument('numbers', metavar='NUMBER...', nargs=-1, required=True, type=click.IntRange(min=1))
@click.option('-y', '--yes', is_flag=True, help='Do not ask.')
@stopping_on_bad_input
def decide(config_file: Optional[str], data: str, what: str, numbers: Sequence[int], yes: bool) -> None:
    """Decide about nodes that cannot be told apart, by the NUMBERs of `nodeprep master clones`: all of them or none.

    keep-both: they are two machines; the later one is released once this is said of all that holds it. forget-first,
    forget-later: one of them is taken away, as by `nodeprep master forget`.
    """
    from nodeprep.master import membership
    from nodeprep.master.store import clones as query
    from nodeprep.master.store import nodes
    with opened(config_file, data) as found:
        def looked(cursor: Any) -> List[Dict[str, Any]]:
            rows = []
            for number in dict.fromkeys(numbers):
                one = query.find(cursor, number)
                if one is None or one['decided'] is not None:
                    raise ConfigError(f'there is nothing to decide about {number}; nodeprep master clones'
                                      f'{found.options} lists what there is')
                rows.append(one)
            return rows

        def work(cursor: Any) -> List[str]:
            said = {}
            for one in looked(cursor):
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
            click.echo(f'{one["id"]}: {shown(one["first_name"])} was here first, {shown(one["later_name"])} came '
                       f'later; they have the same {identity(one["kind"])} {shown(one["value"])}')
        if not yes and sys.stdin and sys.stdin.isatty():
            people.agree(_question(what, rows))
        told = found.store.do(work)
    click.echo('\n'.join(told))


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
