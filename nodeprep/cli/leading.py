"""The options that CONTRACT.md calls common may stand before the command, as those of systemctl and dnf may.

Read without click, which a plain `nodeprep check` does not load.
"""
from nodeprep.typed import List, Tuple

PLAIN = {'--quiet': '-q', '--verbose': '-v', '--no-color': ''}
_VALUED = {'--output': '-o', '--config': '', '--root': '', '--role': '', '--profile': '', '--ignore': ''}
_GROUPS = ('config', 'master', 'master token', 'master user')       # which take no options themselves


def behind(words: List[str]) -> List[str]:
    """The words after `nodeprep`, with the common options that stand before the command right behind it.

    >>> behind(['-o', 'json', '--no-color', 'check', 'swap', '-v'])
    ['check', '-o', 'json', '--no-color', 'swap', '-v']
    >>> behind(['master', '--config', 'm.yaml', 'token', 'list']), behind(['--root=/mnt', '--help'])
    (['master', 'token', 'list', '--config', 'm.yaml'], ['--root=/mnt', '--help'])
    """
    early, rest = _leading(words)
    path: List[str] = []
    while rest and not rest[0].startswith('-'):
        path.append(rest.pop(0))
        if ' '.join(path) not in _GROUPS:
            return path + early + rest
        more, rest = _leading(rest)
        early += more
    return words


def _leading(words: List[str]) -> Tuple[List[str], List[str]]:
    """The common options that words begin with, and the others."""
    at = 0
    while at < len(words):
        word = words[at]
        if word in PLAIN or word in PLAIN.values() and word:
            at += 1
        elif word in _VALUED or word in _VALUED.values() and word:
            at += 2
        elif word.partition('=')[0] in _VALUED or word.startswith('-o'):
            at += 1
        else:
            break
    return words[:at], words[at:]
