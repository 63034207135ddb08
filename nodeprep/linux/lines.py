"""Editing text files line by line so that every line that is not ours stays byte for byte the same."""
from nodeprep.typed import Iterator, Tuple


def numbered(text: str) -> Iterator[Tuple[int, str]]:
    r"""Each (line number from 1, line without its end). Only \n ends a line, as in the C library; a \r before it goes.

    >>> list(numbered('a\r\nb\x0cc'))
    [(1, 'a'), (2, 'b\x0cc')]
    """
    for number, line in enumerate(text.split('\n'), 1):
        yield number, line[:-1] if line.endswith('\r') else line
    # A text that ends in a newline has an empty last part, which is no line; parsers skip blank lines anyway.


def replaced(text: str, number: int, line: str) -> str:
    r"""The text with one line replaced, its line end kept.

    >>> replaced('a\r\nb\n', 1, '# a')
    '# a\r\nb\n'
    """
    lines = text.split('\n')
    end = '\r' if lines[number - 1].endswith('\r') else ''
    lines[number - 1] = line + end
    return '\n'.join(lines)


def appended(text: str, addition: str) -> str:
    r"""The text with lines added at its end, a missing final newline mended first.

    >>> appended('a', 'b\n')
    'a\nb\n'
    """
    return text + ('' if not text or text.endswith('\n') else '\n') + addition
