"""The command line that a service's next start would have: ExecStart of its file and drop-ins, variables filled in.

Sources: systemd.service(5) "COMMAND LINES", systemd.exec(5) Environment= and EnvironmentFile=.
"""
import re

from nodeprep.linux import unitsyntax
from nodeprep.linux.unitfiles import REGULAR, tree
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

_LETTERS = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_')
_VARIABLE = r'\$(?:\{(\w+)\}|(\w+))'


class Word(NamedTuple):
    """One word of the command line and the file and line that it comes from."""

    text: str
    source: str


def command(host: Any, name: str) -> List[Word]:
    """The words of the last ExecStart of a service, the program first; none when there is no such unit."""
    files = tree(host, at_boot=True)
    unit = files.find(name)
    if unit.kind != REGULAR:
        return []
    started: List[Word] = []
    variables: Dict[str, Word] = {}
    from_files: Dict[str, Word] = {}
    for path in [unit.path] + files.drop_ins([f'{unit.name}.d']):
        for section, key, value, line in unitsyntax.settings(host.read(path), path):
            if section != 'Service':
                continue
            if key == 'ExecStart':
                started = [Word(word, f'{path}:{line}') for word in unitsyntax.words(value)]
            elif key == 'Environment':
                variables = dict(variables, **_assigned(unitsyntax.words(value), f'{path}:{line}')) if value else {}
            elif key == 'EnvironmentFile':
                # Files win over Environment= wherever they stand; an empty assignment forgets them all.
                from_files = dict(from_files, **_of_files(host, value.lstrip('-'))) if value else {}
    return list(expanded(started, dict(variables, **from_files)))


def _assigned(words: List[str], source: str) -> Dict[str, Word]:
    return {word.partition('=')[0]: Word(word.partition('=')[2], source) for word in words if '=' in word}


def _of_files(host: Any, pattern: str) -> Dict[str, Word]:
    found: Dict[str, Word] = {}
    for path in host.glob(pattern) if pattern.startswith('/') else ():
        found.update((name, Word(value, f'{path}:{line}'))
                     for name, value, line in environment(host.read(path, missing='')))
    return found


def environment(text: str) -> Iterator[Tuple[str, str, int]]:
    r"""The assignments of an EnvironmentFile: (name, value without its outer quotes, line number).

    >>> list(environment("# no\nOPTIONS='--a --b=c' \nbad line\nD=\n"))
    [('OPTIONS', '--a --b=c', 2), ('D', '', 4)]
    """
    for number, line in enumerate(text.split('\n'), 1):
        name, equals, value = line.strip().partition('=')
        if equals and name and _LETTERS.issuperset(name) and not name[0].isdigit():
            value = value.strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in '"\'':
                value = value[1:-1]
            yield name, value, number


def expanded(words: List[Word], variables: Dict[str, Word]) -> Iterator[Word]:
    """The words with $VARIABLES filled in: one that is a whole word is split, ${ONE} and those inside are not.

    >>> filled = expanded([Word('/x', 'u:1'), Word('$O', 'u:1'), Word('-a=${O}', 'u:1')], {'O': Word('-b c', 'e:2')})
    >>> [tuple(word) for word in filled]
    [('/x', 'u:1'), ('-b', 'e:2'), ('c', 'e:2'), ('-a=-b c', 'u:1')]
    """
    for word in words:
        whole = '$' in word.text and re.match(r'^\$(\w+)$', word.text)
        if whole:
            value = variables.get(whole.group(1), Word('', ''))
            for part in unitsyntax.words(value.text):
                yield Word(part, value.source)
        elif '$' in word.text:
            yield Word(re.sub(_VARIABLE, lambda found: variables.get(found.group(1) or found.group(2),
                                                                     Word('', '')).text, word.text), word.source)
        else:
            yield word
