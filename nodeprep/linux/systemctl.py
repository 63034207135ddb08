"""A systemctl command line as plain values, and what one may do to an image: systemctl(1), systemd 252."""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Optional, Sequence, Tuple

_OFFLINE = ('enable', 'disable', 'mask', 'unmask')
_UNITS = '/etc/systemd/system'


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


def strange(host: Any, argv: Sequence[str]) -> str:
    """Why a command is not run for an image, whose plan or journal may be anybody's; '' when it is.

    `systemctl --root=DIR` puts DIR before its paths and then follows links as they are: a link of the image that leads
    to /etc would change the machine that looks. For a script of init.d it runs a program of the image.
    """
    told = parse(argv)
    if told is None or told.now or told.verb not in _OFFLINE or not told.names or \
            list(argv) != ['systemctl', f'--root={host.root}', told.verb, *told.names] or \
            any('/' in name or name.startswith('-') for name in told.names):
        return 'it is no command for an image'
    links = [_UNITS] if host.resolve(_UNITS) != _UNITS else [
        f'{_UNITS}/{name}' for name in host.links(_UNITS) if name.endswith(('.wants', '.requires', '.d'))]
    if links:
        return f'{links[0]} is a link, by which systemctl would leave the image'
    scripts = [f'{folder}/{name.rpartition(".")[0] or name}' for folder in ('/etc/init.d', '/etc/rc.d/init.d')
               for name in told.names]
    return next((f'{one} is a script of the image, which systemctl would have set up by a program of it'
                 for one in scripts if host.exists(one)), '')
