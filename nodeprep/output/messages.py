"""A message in the columns of a terminal, with what is to be typed left whole: it is copied from there."""
import re

from nodeprep.output.columns import columns
from nodeprep.typed import List

# A command with its options and what stands right behind it, which may be an argument; and a piece of YAML.
_WHOLE = re.compile(r"nodeprep(?: \w[\w*|=.-]*){1,4}(?: --[a-z-]+(?: (?:'[^']*'|[^\s;,'-][^\s;,']*))?)*(?: [\w.-]+)?"
                    r'|\w+: \{[^{}]*\}')
# One that a line ends with, and what is said of it there.
_LAST = re.compile(r'(?P<before> *\S.*?[;:]) (?P<tick>`?)(?P<command>nodeprep [^;`]*?)(?P=tick) '
                   r'(?P<does>(?:begins|ends|lists|makes|prints|says|shows|takes)\b[\w ]*)\.?')
_GLUE = '\0'              # in place of a blank at which no line may end


def fitted(text: str, width: int, hang: str = '') -> str:
    r"""Lines of at most `width` columns, each longer one broken at blanks and gone on with below, behind its own
    indentation and `hang`. A command, and a word, that is longer than a line stands whole in one of its own.

    >>> print(fitted('no node x; nodeprep master nodes --data /srv/m lists them', 40, '  '))
    no node x;
      nodeprep master nodes --data /srv/m lists
      them
    """
    lines: List[str] = []
    for line in text.split('\n'):
        lines += [line] if columns(line) <= width else _broken(line, width, hang)
    return '\n'.join(lines)


def alone(text: str) -> str:
    r"""The same where a person types: a command at the end of a line, behind which there is what it does, is in a line
    of its own, with nothing that is not to be copied.

    >>> print(alone('no node x; nodeprep master nodes --data /srv/m lists them'))
    no node x; this lists them:
      nodeprep master nodes --data /srv/m
    """
    lines = []
    for line in text.split('\n'):
        found = _LAST.fullmatch(line)
        if found:
            indent = line[:len(line) - len(line.lstrip(' '))]
            line = f'{found.group("before")} this {found.group("does")}:\n{indent}  {found.group("command")}'
        lines.append(line)
    return '\n'.join(lines)


def _broken(line: str, width: int, hang: str) -> List[str]:
    indent = line[:len(line) - len(line.lstrip(' '))]
    lines: List[str] = []
    begun = ''
    for word in _WHOLE.sub(lambda found: found.group().replace(' ', _GLUE), line.strip(' ')).split(' '):
        start = indent + (hang if lines else '')
        if not begun:
            begun = start + word
        elif columns(begun) + 1 + columns(word) <= width:
            begun += ' ' + word
        else:
            lines.append(begun)
            begun = indent + hang + word
    return [one.replace(_GLUE, ' ') for one in [*lines, begun]]
