"""What cron is told to run: the lines of its tables, without a look into the programs that they name.

Sources: crontab(5), cron(8) of cronie: /etc/crontab, /etc/cron.d, and the tables of users in /var/spool/cron.
"""
import re

from nodeprep.model import CannotTell
from nodeprep.typed import Any, Iterable, Iterator, Tuple

_TABLES = ('/etc/crontab', '/etc/cron.d/*', '/var/spool/cron/*', '/var/spool/cron/crontabs/*')


def lines(host: Any) -> Iterator[Tuple[str, str]]:
    """Each line that is no comment, after where it stands (path:line). A table that may not be read has none."""
    for pattern in _TABLES:
        try:
            paths = host.glob(pattern)
        except CannotTell:
            continue
        for path in paths:
            try:
                text = host.read(path, missing='')
            except CannotTell:
                continue
            for number, line in enumerate(text.split('\n'), 1):
                if line.strip() and not line.lstrip().startswith('#'):
                    yield f'{path}:{number}', line


def naming(host: Any, words: Iterable[str]) -> str:
    """The first line that has one of these words, as a whole word, as path:line; '' when there is none."""
    wanted = [re.escape(word) for word in words if word]
    if not wanted:
        return ''
    found = re.compile(r'(?<![\w./-])(' + '|'.join(wanted) + r')(?![\w./-])')
    return next((place for place, line in lines(host) if found.search(line)), '')
