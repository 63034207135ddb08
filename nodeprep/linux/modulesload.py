"""Which kernel modules systemd-modules-load loads at boot, before systemd-sysctl applies sysctl.d.

Sources: apply_file() and parse_proc_cmdline_item() of src/modules-load/modules-load.c in the systemd sources of EL7
(219), EL8 (239), EL9 (252) and EL10 (257): a line is one name; the kernel argument is modules-load= (and
rd.modules-load=) on EL7, and modules_load= later, where proc_cmdline_key_streq() takes - and _ for the same.
After=systemd-modules-load.service in units/systemd-sysctl.service. Names are looked up as names; aliases such as
fs-overlay are not followed.
"""
from nodeprep.linux import bootargs, confd, lines, modprobed, modules, systemdlines, unitfiles
from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Write
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, Optional, Tuple

OURS = '/etc/modules-load.d/nodeprep.conf'
_UNIT = 'systemd-modules-load.service'
_HEAD = '# Kernel modules that nodeprep wants loaded at boot, before sysctl.d is applied.\n'


class AtBoot(NamedTuple):
    """Would the next boot have a module before it applies sysctl.d? `why`: in words; `stopped`: by what, if listed."""

    there: bool
    source: str
    why: str
    listed: bool = False
    stopped: Optional[modprobed.Rule] = None
    shipped: str = ''


def at_boot(host: Any, name: str) -> AtBoot:
    """What the next boot does about one module. CannotTell when the files or the kernel's own lists cannot be read."""
    kernel = bootargs.boot_kernel(host)
    ship = modules.shipped(host, name, kernel) if kernel else modules.Shipped(modules.UNKNOWN, '/lib/modules')
    if ship.kind == modules.BUILT_IN:
        return AtBoot(True, ship.source, 'built into the kernel', shipped=ship.kind)
    listed = names(host).get(modules.same(name), '')
    mask = unitfiles.tree(host, at_boot=True).find(_UNIT)
    if mask.kind == unitfiles.MASKED:
        return AtBoot(False, mask.source, f'{_UNIT} is masked, so nothing is loaded', bool(listed), shipped=ship.kind)
    if ship.kind == modules.ABSENT:
        return AtBoot(False, ship.source, f'the kernel {kernel} has no such module', bool(listed), shipped=ship.kind)
    if not listed:
        return AtBoot(False, ', '.join(confd.folders(host, 'modules-load.d')), 'no file of modules-load.d names it',
                      shipped=ship.kind)
    rule = next(modprobed.rules(host, name), None)
    if rule is not None:
        return AtBoot(False, rule.source, f'"{rule.said}" stops it, though {listed} names it', True, rule, ship.kind)
    if ship.kind == modules.UNKNOWN and not (host.live and modules.loaded(host, name)):
        raise CannotTell(f'{listed} names it, but whether the kernel {kernel or "of this image"} has it cannot be told',
                         ship.source)
    return AtBoot(True, listed, 'loaded before sysctl.d is applied', True, shipped=ship.kind)


def names(host: Any) -> Dict[str, str]:
    """Every module that is asked for at boot, as the kernel writes its name, with path:line or the kernel argument."""
    def look() -> Dict[str, str]:
        found: Dict[str, str] = {}
        for name, source in _names(host):
            found.setdefault(name, source)
        return found
    asked: Dict[str, str] = host.once('modules-load.d', look)
    return asked


def parse(text: str, systemd: int) -> Iterator[Tuple[str, int]]:
    r"""(module, line number) of each line that is not blank or a comment; the whole line is one name.

    >>> list(parse('# no\n; no\noverlay\n br-netfilter \na b\n', 252))
    [('overlay', 3), ('br_netfilter', 4), ('a b', 5)]
    """
    cut = systemdlines.by_read_line(text, True) if systemd >= 240 else systemdlines.by_fgets(text)
    for number, line in cut:
        if line and line[0] not in '#;':
            yield modules.same(line), number


def plan(host: Any, name: str) -> Tuple[Write, ...]:
    """The change that has a module loaded at boot; none when our file is a link, which somebody else has made."""
    if host.link(OURS) is not None:
        return ()
    was = host.read(OURS) if host.exists(OURS) else None
    return (Write(OURS, lines.appended(_HEAD if was is None else was, modules.same(name) + '\n'), was=was),)


def _names(host: Any) -> Iterator[Tuple[str, str]]:
    here = release(host)
    if not here.systemd:
        raise CannotTell('which systemd loads modules at boot cannot be told', here.source)
    for path in confd.files(host, 'modules-load.d', folders_hide=here.systemd >= 239):
        for name, number in parse(confd.text(host, path), here.systemd):
            yield name, f'{path}:{number}'
    known = ('modules-load', 'rd.modules-load') if here.systemd < 230 else ('modules_load', 'modules-load')
    for value, place in bootargs.arguments(host).values(*known):
        for name in value.split(','):
            yield modules.same(name), place
