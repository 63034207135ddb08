"""Text in the columns of a terminal: how wide it is, and in lines that fit."""
from nodeprep.typed import List


def wrapped(text: str, width: int) -> List[str]:
    """A text in lines of at most `width` columns, broken at blanks, and within words that are longer than a line.

    >>> wrapped('one two /a/very/long/path', 8)
    ['one two', '/a/very/', 'long/pat', 'h']
    """
    lines, line = [], ''
    room = max(width, 2)                         # a wide character needs two
    for word in text.split():
        if line and columns(line) + 1 + columns(word) <= room:
            line += ' ' + word
            continue
        if line:
            lines.append(line)
        while columns(word) > room:
            cut = next(at for at in range(len(word), 0, -1) if columns(word[:at]) <= room)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return lines + [line] if line or not lines else lines


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
