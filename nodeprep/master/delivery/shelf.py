"""The folder with the reports: compliance-DAY.html, .csv and .json, the newest few of them.

Only files of this name that are plain files of this user's are ever replaced or removed.
"""
import os
import re
import stat

from nodeprep.config import ConfigError
from nodeprep.master import keys
from nodeprep.typed import Dict, List

FORMS = ('html', 'csv', 'json')                    # in the order in which they are written: with the last all are there
_HEAD = 2**16            # characters of a JSON in which its time is told
_NAME = re.compile(r'compliance-([0-9]{4}-[0-9]{2}-[0-9]{2})\.(?:html|csv|json)')


def name(day: str, form: str) -> str:
    """What a file is called.

    >>> name('2027-01-31', 'csv')
    'compliance-2027-01-31.csv'
    """
    return f'compliance-{day}.{form}'


def held(folder: str) -> Dict[str, List[str]]:
    """By day, the names of what this user wrote there. ConfigError."""
    found: Dict[str, List[str]] = {}
    try:
        for entry in os.scandir(folder):
            match = _NAME.fullmatch(entry.name)
            if match and _ours(entry.stat(follow_symlinks=False)):
                found.setdefault(match.group(1), []).append(entry.name)
    except OSError as error:
        raise ConfigError(_said(folder, error)) from None
    return found


def whole(folder: str, day: str, since: str = '') -> bool:
    """Whether the report of a day is there, in all forms, and begins at `since` (RFC 3339) where that is named: what
    was written when reports were daily is not that of the week that ended on the same day. ConfigError.
    """
    return len(held(folder).get(day, ())) == len(FORMS) and since in ('', _since(f'{folder}/{name(day, FORMS[-1])}'))


def _since(path: str) -> str:
    """Where the time of a report begins, which its JSON says near its top; '' when it does not."""
    try:
        with open(path, encoding='ascii', errors='replace') as file:
            found = re.search(r'^ "since": "([^"]*)"', file.read(_HEAD), re.MULTILINE)
    except OSError as error:
        raise ConfigError(_said(path, error)) from None
    return found.group(1) if found else ''


def write(folder: str, day: str, texts: Dict[str, bytes]) -> List[str]:
    """Writes a report by form, each file whole or not at all; returns their paths. ConfigError, also when something
    else has such a name.
    """
    there, paths = held(folder).get(day, ()), []
    for form in FORMS:
        path = f'{folder}/{name(day, form)}'
        if os.path.lexists(path) and name(day, form) not in there:
            raise ConfigError(f'{path}: is there already, and not a file of this user; it is left as it is')
        keys.put(path, texts[form], 0o640)
        paths.append(path)
    return paths


def prune(folder: str, keep: int, made: str = '') -> List[str]:
    """Removes what is older than the newest `keep` reports; returns the names. ConfigError.

    Not that of the day `made`, which was written just now: where reports were daily before, the first one of a month is
    older than they are, and would be made and removed again each time.
    """
    found, gone = held(folder), []
    for day in [one for one in sorted(found, reverse=True)[keep:] if one != made]:
        for one in sorted(found[day]):
            try:
                os.unlink(f'{folder}/{one}')
            except FileNotFoundError:
                continue
            except OSError as error:
                raise ConfigError(_said(f'{folder}/{one}', error)) from None
            gone.append(one)
    return gone


def _ours(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()


def _said(path: str, error: OSError) -> str:
    return f'{path}: {error.strerror}; `report: {{folder: ...}}` names the folder, which must be there and ' \
           f'belong to the user of the master'
