"""A systemctl command line as plain values: systemctl(1)."""
from nodeprep.record import NamedTuple
from nodeprep.typed import Optional, Sequence, Tuple


class Systemctl(NamedTuple):
    """What a plan asks of systemctl. `root`: the image whose files it works on, '' for the running system."""

    verb: str
    names: Tuple[str, ...]
    now: bool
    root: str


def parse(argv: Sequence[str]) -> Optional[Systemctl]:
    """The parts of a systemctl command; None for another program, or one with options that no plan uses.

    >>> parse(('systemctl', '--root=/img', 'enable', 'a.service'))
    Systemctl(verb='enable', names=('a.service',), now=False, root='/img')
    >>> parse(('systemctl', 'stop', '--force', 'a.service'))
    """
    if not argv or argv[0].rpartition('/')[2] != 'systemctl':
        return None
    words = [word for word in argv[1:] if not word.startswith('-')]
    options = [word for word in argv[1:] if word.startswith('-')]
    roots = [word[7:] for word in options if word.startswith('--root=')]
    if not words or any(word != '--now' and not word.startswith('--root=') for word in options):
        return None
    return Systemctl(words[0], tuple(words[1:]), '--now' in options, roots[-1] if roots else '')
