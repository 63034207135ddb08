"""How this program was called, so that what it tells to type next can be typed."""
import os
import shlex
import sys

from nodeprep.text import clean
from nodeprep.typed import Iterable, Optional


def program() -> str:
    """What the user can type to call this program again."""
    path = sys.argv[0]
    folder, name = os.path.split(path)
    if name == '__main__.py':
        return 'python3 -m nodeprep'
    if not folder or folder in os.environ.get('PATH', '').split(':'):
        return name
    near = os.path.relpath(path)
    return clean(path if near.startswith('..') else near)


def as_root() -> str:
    """The whole command line with sudo before it, whose PATH is not the user's: CentOS leaves /usr/local/bin out."""
    found = program()
    if os.sep not in found and ' ' not in found and os.path.dirname(sys.argv[0]) not in ('', '/usr/bin', '/usr/sbin'):
        found = clean(sys.argv[0])
    return ' '.join(['sudo', found] + [shlex.quote(clean(word)) for word in sys.argv[1:]])


def options(root: str, config_file: Optional[str] = None, role: Optional[str] = None, profile: str = '',
            ignore: Iterable[str] = ()) -> str:
    """The options that decide what is looked at and what is wanted, as ' --root /mnt' for a command line."""
    given = [('--config', config_file), ('--root', root if root != '/' else None), ('--role', role),
             ('--profile', profile), *(('--ignore', word) for word in ignore)]
    return ''.join(f' {name} {shlex.quote(clean(value))}' for name, value in given if value)
