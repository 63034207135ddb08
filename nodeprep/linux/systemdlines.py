"""How systemd cuts a configuration file into lines: by fgets(3) into a buffer in old code, by read_line() in newer.

Sources: src/sysctl/sysctl.c and src/modules-load/modules-load.c of EL7 (219), EL8 (239), EL9 (252) and EL10 (257);
read_line() and read_line_full() of src/basic/fileio.c; LINE_MAX of <limits.h>; LONG_LINE_MAX of src/basic/fileio.h.
"""
import re

from nodeprep.typed import Iterator, Tuple

SPACE = ' \t\n\r'                   # WHITESPACE of string-util.h: what is stripped from both ends
_LINE_MAX = 2048                    # bytes, one of them for the zero at the end
_LONG_LINE_MAX = 2**20              # bytes


def by_fgets(text: str) -> Iterator[Tuple[int, str]]:
    r"""(line number as an editor counts, line): 2047 bytes and more come in pieces, a zero byte hides the rest.

    >>> [(number, len(line)) for number, line in by_fgets('a\0b\n' + 'c' * 3000)]
    [(1, 1), (2, 2047), (2, 953)]
    """
    for number, line in enumerate(text.split('\n'), 1):
        if len(line) < 500 and '\0' not in line:         # short even if every character took four bytes
            yield number, line.strip(SPACE)
            continue
        data = line.encode('utf-8', 'surrogateescape') + b'\n'
        for begin in range(0, len(data), _LINE_MAX - 1):
            piece = data[begin:begin + _LINE_MAX - 1].partition(b'\0')[0]
            if begin == 0 or piece != b'\n':
                yield number, piece.decode('utf-8', 'surrogateescape').strip(SPACE)


def by_read_line(text: str, carriage_return: bool) -> Iterator[Tuple[int, str]]:
    r"""The same as read_line() cuts: a zero byte ends a line, since 240 a \r too. A line of 1 MiB ends the reading.

    >>> list(by_read_line('a\rb\n c ', True)), list(by_read_line('a\rb\n c ', False))
    ([(1, 'a'), (1, 'b'), (2, 'c')], [(1, 'a\rb'), (2, 'c')])
    """
    for number, line in enumerate(text.split('\n'), 1):
        plain = '\0' not in line and '\r' not in line
        for piece in [line] if plain else re.split('[\r\0]' if carriage_return else '\0', line):
            if len(piece) >= _LONG_LINE_MAX // 4 and len(piece.encode('utf-8', 'surrogateescape')) >= _LONG_LINE_MAX:
                return
            yield number, piece.strip(SPACE)
