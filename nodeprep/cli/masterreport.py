"""nodeprep master report: proof over time."""
import os
import sys

import click

from nodeprep import output
from nodeprep.cli.forked import forked
from nodeprep.cli.mastering import opened, places
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.config import ConfigError
from nodeprep.language import chosen, speaking
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Optional

_FORMS = ('table', 'html', 'csv', 'json', 'junit')


@click.command()
@places
@click.option('--since', default='30d', show_default=True, metavar='TIME',
              help='A day, a time such as 2027-01-31T22:00:00Z, or 30d: so long ago.')
@click.option('--until', default='', metavar='TIME', help='The same; now when it is left out.')
@click.option('--search', default='', metavar='TEXT', help='Only nodes whose name has this in it.')
@click.option('--label', default='', metavar='NAME[=VALUE]', help='Only nodes with this label.')
@click.option('--role', type=click.Choice(['worker', 'control-plane']), metavar='ROLE',
              help='Only worker or control-plane.')
@click.option('--evidence', is_flag=True, help='With what was found of all that is not met.')
@click.option('-o', '--output', 'form', type=click.Choice(list(_FORMS)),
              help='How to print; by the ending of --output-file, or as a table, when it is left out.')
@click.option('--output-file', 'target', metavar='FILE', type=click.Path(dir_okay=False),
              help='Write it there, whole or not at all.')
@click.option('-v', '--verbose', is_flag=True, help='In the table: all of each list.')
@click.option('--write', 'scheduled', is_flag=True,
              help='Instead: write the report of the last whole day, week or month that `report:` of the configuration '
                   'asks for, unless it is there. nodeprep-report.timer does it.')
@stopping_on_bad_input
@click.pass_context
def report(ctx: click.Context, config_file: Optional[str], data: str, since: str, until: str, search: str, label: str,
           role: Optional[str], evidence: bool, form: Optional[str], target: Optional[str], verbose: bool,
           scheduled: bool) -> None:
    """Report which nodes met which requirement for how long, what drifted, who allowed which change, what is waived.

    It is as it was at the end of that time. JSON carries the heads of all chains of reports, and is signed: `nodeprep
    report verify FILE` says whether it is whole.

    Exit code: 0 it is made; 2 it cannot be. With --write: 0 what is due is in the folder; 69 it is, and who is sent it
    by e-mail or webhook has not taken it yet: the running master tries that again for a day.
    """
    if scheduled:
        given = sorted(name for name in ctx.params if name not in ('config_file', 'data', 'scheduled')
                       and ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT)
        if given:
            raise click.UsageError('--write makes what the configuration asks for: it goes with --config and --data '
                                   'alone')
        from nodeprep.cli import masterscheduled
        sys.exit(masterscheduled.write_due(config_file, data))
    # Loaded before root becomes the owner of the data, who may not be able to read where this Python is.
    from nodeprep.compliance import library, moments  # noqa: F401
    from nodeprep.master import compliance, folder, keys, signing  # noqa: F401
    from nodeprep.master.store.asked import Asked
    from nodeprep.output.compliance import of_ending, renderer
    try:
        wanted = form or of_ending(target or '')
    except ValueError as error:
        raise ConfigError(f'--output-file {target}: {error}') from None
    renderer(wanted)
    path = os.path.abspath(target) if target else ''
    if path and os.path.lexists(path) and not os.path.isfile(path):
        raise ConfigError(f'--output-file {target}: is not a file')
    call = Call(config_file, data, since, until, Asked(search=search, label=label, role=role or ''), evidence, wanted,
                verbose, bool(path))
    if path:
        # Into a folder of root, too, though the data are read as the user whose they are.
        keys.put(path, forked(lambda: _made(call)) if folder.of_another(data) else _made(call), 0o640)
    else:
        write(sys.stdout, _made(call).decode('utf-8'))


class Call(NamedTuple):
    """What was asked for. `filed`: for a file, not for a terminal."""

    config: Optional[str]
    data: str
    since: str
    until: str
    about: Any
    evidence: bool
    form: str
    verbose: bool
    filed: bool


def _made(call: Call) -> bytes:
    """The report in its form, as UTF-8."""
    from nodeprep.compliance import moments
    from nodeprep.master import compliance, signing
    from nodeprep.master.store import settled
    with opened(call.config, call.data) as found:
        try:
            begin, end = moments.span(call.since, call.until, found.now)
        except ValueError as error:
            raise ConfigError(f'--{error}') from None
        tree = settled.read(found.store, found.now, lambda cursor: compliance.report(
            cursor, begin, end, found.now, call.about, call.evidence))
        options = output.options_for(sys.stdout, verbose=call.verbose, language=found.settings.language)
        if call.filed:
            # The file is UTF-8, whatever is printed here.
            options = options._replace(color=False, width=80,
                                       language=speaking(chosen(found.settings.language, None)))
        text = compliance.written(tree, call.form, options,
                                  lambda: signing.signer(found.settings, found.data, found.now))
    return text.encode('utf-8', 'backslashreplace')
