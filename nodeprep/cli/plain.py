"""Reads a command line of ids and flags without click, which costs as much to load as all the checks together.

Only what means the same to click is read here; everything else (other options, `-qv`, `--`, an abbreviation, a word
that is no id) is left to it, with what it has to say.
"""
from nodeprep.output import FORMATS
from nodeprep.typed import Any, Dict, List, Optional

_PRINTING = {'-q': 'quiet', '--quiet': 'quiet', '-v': 'verbose', '--verbose': 'verbose', '--no-color': 'no_color'}
# Of `fix` only a dry run is read here: what changes the host, or asks a person, is not done in a hurry.
FLAGS = {'check': _PRINTING, 'fix': dict(_PRINTING, **{'--dry-run': 'dry_run', '--force-live': 'force_live'})}
_FORMAT = ('-o', '--output')


def read(words: List[str]) -> Optional[Dict[str, Any]]:
    """The fields of a Call that the words after `nodeprep` stand for; None when click must read them.

    >>> read(['check', 'swap', '-q']), read(['check', '--root', '/mnt'])
    ({'ids': ('swap',), 'quiet': True}, None)
    """
    command, rest = words[0], list(words[1:])
    call: Dict[str, Any] = {'ids': ()}
    while rest:
        word = rest.pop(0)
        if word in FLAGS[command]:
            call[FLAGS[command][word]] = True
        elif word in _FORMAT and command == 'check' and rest and rest[0] in FORMATS:
            call['format_name'] = rest.pop(0)
        elif word[:1] != '-' and word.replace('-', 'x').isalpha():
            call['ids'] += (word,)
        else:
            return None
    return call if command == 'check' or call.get('dry_run') else None
