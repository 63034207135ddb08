"""A kernel module that is needed: what is seen of it now and at boot, and the changes that bring it."""
from nodeprep.linux import bootargs, modprobed, modules, modulesload, packages
from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Change, Observation, Run
from nodeprep.typed import Any, Tuple

Plan = Tuple[Tuple[Change, ...], str]           # changes, hint; without changes the hint says what a person does
_WANTED = 'loaded'


def now(host: Any, name: str) -> Observation:
    """Is the module there in the running kernel? CannotTell when neither /proc nor /sys shows anything."""
    if not host.is_folder('/proc'):
        raise CannotTell('/proc is not mounted', '/proc/modules')
    source = modules.loaded(host, name)
    if source:
        return Observation(name, 'there', _WANTED, True, source)
    running = host.uname().release
    shipped = modules.shipped(host, name, running)
    fix, hint = _load(host, name, shipped, running)
    found = 'not loaded' if shipped.kind == modules.FILE else f'not loaded, and the kernel {running} has no such module'
    if shipped.kind == modules.UNKNOWN:
        found = f'not loaded, and {shipped.source} is not there'
    return Observation(name, found, _WANTED, False, '/proc/modules', fix, hint)


def boot(host: Any, name: str) -> Observation:
    """Will it be there after the next boot, before sysctl.d is applied? CannotTell as modulesload.at_boot."""
    state = modulesload.at_boot(host, name)
    wanted = 'loaded at boot'
    if state.there:
        return Observation(name, state.why, wanted, True, state.source)
    fix, hint = _at_boot(host, name, state)
    return Observation(name, state.why, wanted, False, state.source, fix, hint)


def _load(host: Any, name: str, shipped: modules.Shipped, running: str) -> Plan:
    locked = modules.locked(host)
    if locked:
        return (), locked
    if shipped.kind == modules.UNKNOWN:
        return (), (f'/lib/modules/{running} is not there, so nothing can be loaded: if the kernel was updated, '
                    'reboot; in a container the host loads it')
    rule = next((rule for rule in modprobed.rules(host, name) if rule.kind != modprobed.BLACKLIST), None)
    if rule is not None:
        return (), f'{rule.source} says "{rule.said}", so modprobe loads nothing; remove it if that is not meant'
    load = Run(('modprobe', name), ('modprobe', '-r', name))
    if shipped.kind == modules.FILE:
        return (load,), ''
    fix, hint = _package(host, name, running)
    return (fix + (load,) if fix else ()), hint


def _at_boot(host: Any, name: str, state: modulesload.AtBoot) -> Plan:
    rule = state.stopped or next(modprobed.rules(host, name), None)
    if rule is not None:
        return (), (f'{rule.source} says "{rule.said}", which systemd-modules-load heeds; '
                    'remove it if that is not meant')
    if state.source.endswith('systemd-modules-load.service'):
        return (), 'systemctl unmask systemd-modules-load.service'
    listing = () if state.listed else modulesload.plan(host, name)
    if not listing and not state.listed:
        return (), f'{modulesload.OURS} is a link; remove it, or name {name} in another file of /etc/modules-load.d'
    if state.shipped != modules.ABSENT:
        return listing, _legacy(host, name)
    fix, hint = _package(host, name, bootargs.boot_kernel(host))
    return (fix + listing if fix else ()), hint


def _package(host: Any, name: str, kernel: str) -> Plan:
    """The package that has the module for this very kernel.

    RHEL 10 moved br_netfilter, xt_* and ipset to kernel-modules-extra; overlay stayed in kernel-modules-core. EL8 and
    EL9 have them in kernel-modules(-core). EL7 has all in kernel; before 7.2 the bridge netfilter was within bridge.
    """
    here = release(host)
    if here.family != 'el' or here.major < 8:
        return (), f'the kernel {kernel} comes without {name}; update the kernel and reboot'
    dead = packages.dead_repositories(host)
    if dead:
        return (), dead
    package = ('kernel-modules-extra' if here.major >= 10 and name != 'overlay' else 'kernel-modules') + f'-{kernel}'
    if not host.live:
        return (), f'install {package} in the image'
    return packages.install(host, package), (
        f'{package} is for just this kernel: `dnf install {package[:-len(kernel) - 1]}` alone would bring a newer '
        'kernel, and the module would stay away until a reboot. When no repository has this version any more, '
        'update the kernel and reboot')


def _legacy(host: Any, name: str) -> str:
    """EL7's /etc/sysconfig/modules scripts run beside systemd-sysctl, not before it: told, not counted on."""
    for path in host.glob('/etc/sysconfig/modules/*.modules'):
        text = host.read(path, missing='')
        if 'modprobe' in text and name in text:
            return f'{path} loads it too, but not surely before sysctl.d is applied, and only while it may be executed'
    return ''
