"""The kernel arguments that decide about swap at boot, as each release of systemd reads them.

Sources: kernel-command-line(7); parse_proc_cmdline_item() of src/fstab-generator and src/gpt-auto-generator in the
sources of EL7 (219), EL8 (239), EL9 (252) and EL10 (257); parse_boolean() of src/basic/parse-util.c;
kernel_has_option() of zram-generator's src/config.rs.

    fstab=              all; EL7 only with a value. EL10 asks it too before it lets a swap line of fstab stop GPT swap
    systemd.gpt_auto=   all; EL7 only with a value
    systemd.swap=       since 246 for fstab, since 254 (EL10) for GPT as well; EL7 and EL8 do not know it
    systemd.swap-extra= since 254, and backported to EL9: swap as in fstab, which systemd.swap=0 does not turn off
    systemd.zram=       zram-generator's own

What begins with `rd.` is for the initrd alone.
"""
from nodeprep.linux import fstab
from nodeprep.linux.release import Release, release
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Optional, Tuple

_TRUE = frozenset(('1', 'yes', 'y', 'true', 't', 'on'))
_FALSE = frozenset(('0', 'no', 'n', 'false', 'f', 'off'))
_NEWEST = 999


class Systemd(NamedTuple):
    """What matters here of a host's systemd: its version, and whether it has EL9's backports."""

    version: int
    swap_extra: bool               # knows systemd.swap-extra=, and hooks a _netdev swap into remote-fs.target


class Extra(NamedTuple):
    """One systemd.swap-extra= as an entry of fstab, and where it stands."""

    entry: fstab.Entry
    source: str


class Switches(NamedTuple):
    """What the kernel arguments say. The texts are '' or the argument that turns something off, and its place."""

    fstab_off: str = ''
    swap_off: str = ''             # nothing of fstab that is swap
    gpt_off: str = ''
    zram: Optional[bool] = None    # None: not said
    zram_source: str = ''
    extra: Tuple[Extra, ...] = ()
    unread: Optional[CannotTell] = None    # why the arguments could not be told; all others are defaults then


def systemd_of(host: Any) -> Systemd:
    """The systemd of a host; the newest when it cannot be told, which knows most ways to turn swap on."""
    try:
        here = release(host)
    except CannotTell:
        here = Release('', '', '', 'other', 0, 0, '')
    version = here.systemd or _NEWEST
    return Systemd(version, version >= 254 or here.family == 'el' and here.major >= 9)


def switches(host: Any, systemd: Systemd) -> Switches:
    """What the next boot's kernel arguments say about swap."""
    from nodeprep.linux.kernelargs import at_boot
    try:
        arguments = at_boot(host)
    except CannotTell as error:
        return Switches(unread=error)
    return parse(zip(arguments.words, arguments.places), systemd)


def parse(words: Any, systemd: Systemd) -> Switches:
    """What (word, place) pairs of a kernel command line say. The last valid one of each kind counts.

    >>> parse([('fstab=no', 'x'), ('systemd.gpt-auto=0', 'y')], Systemd(252, True))[:3]
    ('fstab=no (x)', '', 'systemd.gpt-auto=0 (y)')
    >>> parse([('systemd.swap=0', 'x')], Systemd(239, False)).swap_off
    ''
    """
    found = Switches()
    for word, place in words:
        name, equals, value = word.partition('=')
        said = boolean(value) if equals else None if systemd.version < 230 else True
        off = '' if said else f'{word} ({place})'
        if name == 'systemd.swap-extra' and systemd.swap_extra:
            found = found._replace(extra=found.extra + _extra(value, place))
        elif name == 'systemd.zram' and (not equals or value in ('0', '1', 'yes', 'no', 'true', 'false', 'on', 'off')):
            found = found._replace(zram=not equals or value in _TRUE, zram_source=f'{word} ({place})')
        elif said is None:
            continue
        elif name == 'fstab':
            found = found._replace(fstab_off=off)
        elif name == 'systemd.gpt_auto' or name == 'systemd.gpt-auto' and systemd.version >= 230:
            found = found._replace(gpt_off=off)
        elif name == 'systemd.swap' and systemd.version >= 246:
            found = found._replace(swap_off=off)
    return found


def boolean(text: str) -> Optional[bool]:
    """parse_boolean(); None for a word that it refuses.

    >>> boolean('Yes'), boolean('off'), boolean('2')
    (True, False, None)
    """
    word = text.lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _extra(value: str, place: str) -> Tuple[Extra, ...]:
    """`what[:options]`; one with more parts, or with none, is ignored: mount_array_add_swap()."""
    what, _, options = value.partition(':')
    if not what or ':' in options:
        return ()
    entry = fstab.Entry(0, what, '', 'swap', tuple(fstab.split_options(options)))
    return (Extra(entry, f'systemd.swap-extra={value} ({place})'),)
