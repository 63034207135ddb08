"""Matching a path against a glob(7) pattern in time that no pattern can blow up."""
from nodeprep.model import CannotTell
from nodeprep.typed import List, Optional, Tuple

_MOST = 64            # patterns that braces may unfold to


def matches(path: str, pattern: str) -> bool:
    r"""Whether glob(3) with GLOB_BRACE would give this path: wildcards stay within one part of it.

    CannotTell for what is not modelled: character classes such as [[:digit:]], and backslashes.

    >>> matches('net/ipv4/conf/all/forwarding', 'net/ipv4/conf/*/forwarding')
    True
    >>> matches('net/ipv4/ip_forward', 'net/*'), matches('net/ipv4/ip_forward', 'net/ipv[46]/ip_{forward,x}*')
    (False, True)
    """
    first = pattern.split('/', 1)[0]
    if path.split('/', 1)[0] != first and not any(letter in first for letter in '*?[{\\'):
        return False
    if '\\' in pattern or '[:' in pattern or '[.' in pattern or '[=' in pattern:
        raise CannotTell(f'the pattern {pattern!r} is of a kind that nodeprep does not read', pattern)
    parts = path.split('/')
    return any(_all_match(parts, one.split('/')) for one in _unfolded(pattern))


def _all_match(parts: List[str], patterns: List[str]) -> bool:
    return len(parts) == len(patterns) and all(_part(part, one) for part, one in zip(parts, patterns))


def _part(text: str, pattern: str) -> bool:
    """fnmatch(3) for one part of a path: on a mismatch only the last star is tried again, so time is a product."""
    tokens = _tokens(pattern)
    at, token, star, after_star = 0, 0, -1, 0
    if text.startswith('.') and tokens and tokens[0][0] != 'is':
        return False                                     # FNM_PERIOD
    while at < len(text):
        if token < len(tokens) and tokens[token][0] == 'star':
            star, after_star, token = token, at, token + 1
        elif token < len(tokens) and _one(text[at], tokens[token]):
            at, token = at + 1, token + 1
        elif star >= 0:
            after_star += 1
            at, token = after_star, star + 1
        else:
            return False
    return all(kind == 'star' for kind, _ in tokens[token:])


def _one(letter: str, token: Tuple[str, str]) -> bool:
    kind, said = token
    if kind in ('any', 'is'):
        return kind == 'any' or letter == said
    found, at = False, 0
    while at < len(said):
        if at + 2 < len(said) and said[at + 1] == '-':
            found = found or said[at] <= letter <= said[at + 2]
            at += 3
        else:
            found = found or said[at] == letter
            at += 1
    return found == (kind == 'in')


def _tokens(pattern: str) -> List[Tuple[str, str]]:
    tokens: List[Tuple[str, str]] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        end = pattern.find(']', at + 2 + (pattern[at + 1:at + 2] in ('!', '^'))) if letter == '[' else -1
        if end > 0:
            inner = pattern[at + 1:end]
            tokens.append(('out', inner[1:]) if inner[0] in '!^' else ('in', inner))
            at = end + 1
            continue
        if letter == '*':
            if not tokens or tokens[-1][0] != 'star':
                tokens.append(('star', ''))
        else:
            tokens.append(('any', '') if letter == '?' else ('is', letter))
        at += 1
    return tokens


def _unfolded(pattern: str) -> List[str]:
    """The patterns that {a,b} stands for; a brace without its partner, and {}, stay as they are."""
    done: List[str] = []
    todo = [pattern]
    while todo:
        if len(todo) + len(done) > _MOST:
            raise CannotTell('the pattern has more braces than nodeprep unfolds', pattern)
        one = todo.pop()
        inner = _braces(one)
        if inner is None:
            done.append(one)
            continue
        begin, cuts = inner
        tail = one[cuts[-1] + 1:]
        todo.extend(one[:begin] + one[left + 1:right] + tail for left, right in zip([begin] + cuts[:-1], cuts))
    return done


def _braces(pattern: str) -> Optional[Tuple[int, List[int]]]:
    """(where the first brace opens, where its commas are and, last, where it closes)."""
    begin = pattern.find('{')
    while begin >= 0 and pattern[begin:begin + 2] == '{}':
        begin = pattern.find('{', begin + 2)
    if begin < 0:
        return None
    depth, commas = 0, []
    for at in range(begin, len(pattern)):
        letter = pattern[at]
        depth += (letter == '{') - (letter == '}')
        if letter == ',' and depth == 1:
            commas.append(at)
        if depth == 0:
            return begin, commas + [at]
    return None
