"""Text in the columns of a terminal: how wide it is, and in lines that fit."""
from nodeprep.typed import Iterable, List, Tuple

# What may not begin a line, and what may not end one, where a line ends between letters (Chinese, Japanese).
_CLOSING = frozenset(',.;:!?%)]}\u2019\u201d\u2026\u3001\u3002\u300b\u300d\u300f\u3011'
                     '\uff01\uff05\uff09\uff0c\uff1a\uff1b\uff1f')
_OPENING = frozenset('([{\u2018\u201c\u300a\u300c\u300e\u3010\uff08')


def wrapped(text: str, width: int) -> List[str]:
    """A text in lines of at most `width` columns, broken at blanks, between wide letters, and within words that are
    longer than a line.

    >>> wrapped('one two /a/very/long/path', 8)
    ['one two', '/a/very/', 'long/pat', 'h']
    >>> [len(line) for line in wrapped('\u4ea4\u6362\u533a\uff0c\u5df2\u5173 swap', 6)]
    [2, 3, 1, 4]
    """
    lines, line, used = [], '', 0
    room = max(width, 2)                         # a wide character needs two
    for gap, word in _words(text):
        size = columns(word)
        if line and used + len(gap) + size <= room:
            line += gap + word
            used += len(gap) + size
            continue
        if line:
            lines.append(line)
        while size > room:
            cut = next(at for at in range(len(word), 0, -1) if columns(word[:at]) <= room)
            lines.append(word[:cut])
            word = word[cut:]
            size = columns(word)
        line, used = word, size
    return lines + [line] if line or not lines else lines


def _words(text: str) -> Iterable[Tuple[str, str]]:
    """What stays together in a line, with what stands before it there: a blank or nothing."""
    for word in text.split():
        try:
            word.encode('ascii')
            yield ' ', word
        except UnicodeEncodeError:
            gap = ' '
            for part in _parted(word):
                yield gap, part
                gap = ''


def _parted(word: str) -> List[str]:
    """A word in parts between which a line may end: beside wide letters, as their readers expect it."""
    parts, begin, last = [], 0, 0
    for at, letter in enumerate(word):
        size = columns(letter)
        if 2 in (last, size) and size and at > begin and letter not in _CLOSING and word[at - 1] not in _OPENING:
            parts.append(word[begin:at])
            begin = at
        last = size or last
    return parts + [word[begin:]]


def columns(text: str) -> int:
    r"""How many columns of a terminal a text takes: two for a wide character, none for a combining one.

    >>> columns('web'), columns('\u8282\u70b9'), columns('e\u0301')
    (3, 4, 1)
    """
    try:
        text.encode('ascii')
        return len(text)
    except UnicodeEncodeError:
        pass
    from unicodedata import category, east_asian_width
    return sum(0 if category(letter) in ('Mn', 'Me', 'Cf') else 2 if east_asian_width(letter) in 'WF' else 1
               for letter in text)
