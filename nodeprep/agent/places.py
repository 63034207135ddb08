"""Where an agent keeps its things, and what names them on a command line."""
import os
import shlex

from nodeprep.agent.status import RUN
from nodeprep.agent.stored import HOME
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Optional


class Places(NamedTuple):
    """Where an agent keeps what lasts and what need not, and what of the configuration its caller chose."""

    home: str = HOME
    run: str = RUN
    config_file: Optional[str] = None
    profile: str = ''
    role: str = ''


def apart(option: str, folder: str, usual: str) -> str:
    """What names a folder that is not the usual one, as ' --state-dir /srv/state' for a command line; '' for that one.

    >>> apart('--state-dir', '/srv/my state', '/var/lib/nodeprep'), apart('--state-dir', '/run/x', '/run/x')
    (" --state-dir '/srv/my state'", '')
    """
    return '' if folder == usual else f' {option} {shlex.quote(clean(os.path.abspath(folder)))}'


def options(places: Places) -> str:
    """What begins the same agent wherever it is typed, behind `nodeprep agent`; '' for that of the package.

    >>> options(Places('/srv/state', config_file='/srv/a.yaml', role='worker')), options(Places())
    (' --state-dir /srv/state --config /srv/a.yaml --role worker', '')
    """
    given = [('--config', places.config_file and os.path.abspath(places.config_file)), ('--role', places.role),
             ('--profile', places.profile)]
    return (apart('--state-dir', places.home, HOME) + apart('--run-dir', places.run, RUN)
            + ''.join(f' {name} {shlex.quote(clean(value))}' for name, value in given if value))
