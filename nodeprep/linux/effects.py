"""What is known of a command that a plan holds, by its argv: is it done already, may it hurt, how long may it take.

Which files it changes stands in touches, what is looked at while it runs in watches.
"""
from nodeprep.linux import systemctl, units
from nodeprep.linux.touches import touches
from nodeprep.linux.watches import watch
from nodeprep.model import DISRUPTIVE, HARMLESS, REBOOT, CannotTell
from nodeprep.typed import Any, Callable, Dict, Optional, Sequence

__all__ = ['patience', 'risk', 'there', 'touches', 'watch']

_MANAGERS = ('yum', 'dnf', 'apt-get', 'rpm')
_PATIENCE = {'systemctl': 180.0, 'grubby': 120.0, 'swapoff': 3600.0, **dict.fromkeys(_MANAGERS, 1800.0)}


def there(host: Any, argv: Sequence[str]) -> Optional[bool]:
    """Whether what a command would bring is there already, so that it has nothing left to do.

    None: that cannot be told, or it brings nothing that stays, as a restart does.
    """
    look = _LOOKS.get(_program(argv))
    try:
        return look(host, argv) if look else None
    except CannotTell:
        return None


def patience(argv: Sequence[str]) -> float:
    """Seconds after which a command is given up."""
    told = systemctl.parse(argv)
    if told and told.names and told.names[0].endswith('.swap'):
        return _PATIENCE['swapoff']          # stopping the unit reads all of its pages back
    return _PATIENCE.get(_program(argv), 60.0)


def risk(argv: Sequence[str]) -> str:
    """What a command may do to running pods whatever the host is like; an inverse is judged by it.

    swapoff of an unused device is the one command that may be planned as less than that.
    """
    name, words = _program(argv), tuple(argv[1:])
    told = systemctl.parse(argv)
    if told:
        started = told.verb == 'start' and told.names == ('firewalld.service',)      # it shuts out what no zone knows
        hurts = told.verb in ('stop', 'restart') or told.verb in ('disable', 'mask') and told.now or started
    else:
        hurts = name in ('swapoff', 'hostnamectl') or words == ('makestep',) or any(
            word in ('remove', '-e', '-r') or word.startswith('--remove-port') for word in words)
    return DISRUPTIVE if hurts else REBOOT if name == 'grubby' else HARMLESS


def _program(argv: Sequence[str]) -> str:
    return argv[0].rpartition('/')[2] if argv else ''


def _systemctl(host: Any, argv: Sequence[str]) -> Optional[bool]:
    told = systemctl.parse(argv)
    if told is None or not told.names or (told.root != host.root if told.root else not host.live):
        return None
    found = [_unit(host, told.verb, told.now, name) for name in told.names]
    return False if False in found else None if None in found else True


def _unit(host: Any, verb: str, now: bool, name: str) -> Optional[bool]:
    if verb in ('start', 'stop'):
        return _on(host, name) is (verb == 'start')
    look = {'enable': _enabled, 'disable': _disabled, 'mask': _masked, 'unmask': _unmasked}.get(verb)
    done = look(units.enablement(host, name, at_boot=True).state) if look else None
    return done and _on(host, name) is (verb == 'enable') if now else done


def _enabled(state: str) -> Optional[bool]:
    # A static, generated or alias name has no links of its own that enable could make.
    return {'enabled': True, 'disabled': False, 'linked': False, 'masked': False, units.NOT_FOUND: False}.get(state)


def _disabled(state: str) -> Optional[bool]:
    return {'enabled': False, 'linked': False, 'disabled': True, 'static': True, units.NOT_FOUND: True}.get(state)


def _masked(state: str) -> Optional[bool]:
    return state == 'masked'


def _unmasked(state: str) -> Optional[bool]:
    return state != 'masked'


def _on(host: Any, name: str) -> bool:
    if name.endswith('.swap'):
        from nodeprep.linux import swaps, swapunits
        return name in [swapunits.unit_name(one.path) for one in swaps.swaps(host)]
    return bool(units.active(host, name)[0] == 'active')


def _swap(host: Any, argv: Sequence[str]) -> bool:
    from nodeprep.linux import swaps
    on = [one.path for one in swaps.swaps(host)]
    return (argv[-1] in on or host.resolve(argv[-1]) in on) is (_program(argv) == 'swapon')


def _modprobe(host: Any, argv: Sequence[str]) -> bool:
    from nodeprep.linux import modules
    return bool(modules.loaded(host, argv[-1])) is ('-r' not in argv)


def _hostname(host: Any, argv: Sequence[str]) -> bool:
    from nodeprep.linux import hostname
    return bool(hostname.kept(host).name == argv[-1] and host.uname().nodename == (argv[-1] or 'localhost'))


def _packages(host: Any, argv: Sequence[str]) -> Optional[bool]:
    """By the database of packages: the programs of a package may be there without it, or it without them."""
    verb = next((word for word in argv[1:] if word in ('install', 'remove', '-e')), '')
    names = tuple(argv[list(argv).index(verb) + 1:]) if verb else ()
    if not names or not host.live or not host.program('rpm'):
        return None
    # rpm(8): the code is the number of packages that are not installed; with a broken database it prints none of them.
    answer = host.ask(('rpm', '-q', '--queryformat', '%{NAME}\\n') + names, timeout=30.0)
    absent = answer.out.count(' is not installed')
    if answer.code != absent:
        return None
    return absent == (0 if verb == 'install' else len(names))


def _grubby(host: Any, argv: Sequence[str]) -> Optional[bool]:
    from nodeprep.linux import kernelargs
    said = kernelargs.at_boot(host)
    verb = next((word for word in argv if word in ('--args', '--remove-args')), '')
    if not verb or argv[-1] == verb:
        return None
    name, equals, value = argv[-1].partition('=')
    found = said.values(name)
    return (value in found if equals else bool(found)) is (verb == '--args')


_LOOKS: Dict[str, Callable[[Any, Sequence[str]], Optional[bool]]] = {
    'systemctl': _systemctl, 'swapoff': _swap, 'swapon': _swap, 'modprobe': _modprobe, 'hostnamectl': _hostname,
    'grubby': _grubby, **dict.fromkeys(_MANAGERS, _packages)}
