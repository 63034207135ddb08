"""nodeprep master backup and doctor."""
import sys

import click

from nodeprep.cli.mastering import formats, opened, places
from nodeprep.cli.usage import stopping_on_bad_input, tell, write
from nodeprep.typed import Optional


@click.command()
@places
@click.argument('file', type=click.Path(dir_okay=False))
@stopping_on_bad_input
def backup(config_file: Optional[str], data: str, file: str) -> None:
    """Write FILE, a tar with the database and the CA, while the master runs. It holds what is secret: keep it so.

    To restore, stop the master, empty its data folder and unpack FILE there. Of a PostgreSQL database pg_dump makes the
    backup; then FILE holds the CA alone.
    """
    import os

    from nodeprep.master import care
    target = os.path.abspath(file)
    with opened(config_file, data) as found:
        names = care.backup(found.data, found.settings, target)
    tell(f'Written: {target}, with {", ".join(names)}')
    if 'fleet.db' not in names:
        tell('The database is not in it: pg_dump makes its backup.')


@click.command()
@places
@formats
@stopping_on_bad_input
def doctor(config_file: Optional[str], data: str, format_name: str) -> None:
    """Say what is wrong with the master: certificates, disk, clocks, nodes in quarantine, database, all reports.

    Exit code: 0 nothing is wrong; 1 something is.
    """
    from nodeprep.master import care, hints
    from nodeprep.output import plans
    from nodeprep.output.words import shown
    with opened(config_file, data) as found:
        seen = []
        for one in care.look(found.store, found.settings, found.data, found.now):
            one = one._replace(wrong=[hints.to_type(said, found.options) for said in one.wrong])
            seen.append(one)
            if format_name == 'table':
                tell('\n'.join([f'{"WRONG" if one.wrong else "ok":<6} {shown(one.headline)}']
                               + [f'       {shown(said)}' for said in one.wrong]))
    if format_name != 'table':
        write(sys.stdout, plans.machine({'format': 1, 'doctor': care.tree(seen)}, format_name))
    sys.exit(1 if any(one.wrong for one in seen) else 0)
