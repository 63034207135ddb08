r"""SELinux: the mode the kernel is in, and the mode that the next boot would start.

Sources: selinux_getenforcemode() of libselinux/src/selinux_config.c and selinux_init_load_policy() of load_policy.c
(2.5 of EL7, 2.9 of EL8, 3.6 of EL9, 3.8 of EL10), which systemd calls as the first thing of a boot; selinux(8);
security/selinux/hooks.c of the kernel for `selinux=` and `enforcing=`.

>>> config('# SELINUX=disabled\nSELINUX= permissive # yes\nSELINUX=enforcing\n', strips_blanks=True).mode
'permissive'
"""
import re

from nodeprep.linux.lines import numbered
from nodeprep.linux.release import release
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Tuple

ENFORCING, PERMISSIVE, DISABLED = 'enforcing', 'permissive', 'disabled'
CONFIG = '/etc/selinux/config'
ENFORCE = '/sys/fs/selinux/enforce'


class Config(NamedTuple):
    """What /etc/selinux/config says. `mode` is '' when no line has a word that libselinux knows: that boots permissive.

    `line` decides: the first `SELINUX=` with a known word, or else the first `SELINUX=` at all; 0 without one.
    """

    mode: str
    type: str
    line: int
    word: str


def config(text: str, strips_blanks: bool) -> Config:
    """Reads a config as libselinux does: SELINUX= at the line's very start, the first known word wins, its end is free.

    `strips_blanks`: blanks after `=` are passed over, as libselinux does since 3.4.
    """
    mode, line, word, policy = '', 0, '', 'targeted'
    for number, content in numbered(text):
        if content.startswith('SELINUX=') and not mode:
            value = content[8:].lstrip(' \t\v\f\r') if strips_blanks else content[8:]
            known = next((one for one in (ENFORCING, PERMISSIVE, DISABLED) if value.lower().startswith(one)), '')
            if known or not line:
                mode, line, word = known, number, value.strip()
        elif content.lstrip().upper().startswith('SELINUXTYPE='):
            policy = content.lstrip()[12:].strip() or policy
    return Config(mode, policy, line, word)


def configured(host: Any) -> Tuple[Config, str]:
    """What the host's own file says and that file's real path; libselinux takes an absent one for no words at all."""
    path = host.resolve(CONFIG)
    return config(host.read(path, missing=''), _strips_blanks(host)), path


def running(host: Any) -> Tuple[str, str]:
    """(mode of the running kernel, where it shows). CannotTell when the kernel has SELinux but it cannot be seen."""
    text = host.read(ENFORCE, missing='')
    if text[:1] in ('0', '1'):
        return ENFORCING if text[0] == '1' else PERMISSIVE, ENFORCE
    if text:
        raise CannotTell(f'{ENFORCE} holds {text[:20]!r}', ENFORCE)
    systems = host.read('/proc/filesystems')
    if 'selinuxfs' not in systems.split():
        return DISABLED, '/proc/filesystems'           # not in the kernel, or selinux=0
    # EL9 and later with SELINUX=disabled: the hooks are there, no policy is loaded and selinuxfs is not mounted.
    if 'selinuxfs' in host.read('/proc/self/mountinfo', missing=''):
        raise CannotTell('selinuxfs is mounted, but not at /sys/fs/selinux', '/proc/self/mountinfo')
    return DISABLED, '/proc/self/mountinfo'


class Boot(NamedTuple):
    """What the next boot would bring. `why` says what decides; `half`: SELinux is in the kernel without a policy."""

    mode: str
    source: str
    why: str
    by_kernel: str = ''            # the kernel argument that decides, '' when the file does
    half: bool = False


def at_boot(host: Any) -> Boot:
    """The mode after the next boot. `selinux=0` beats all, then SELINUX=disabled, then `enforcing=`, then the file."""
    from nodeprep.linux import kernelargs
    said, path = configured(host)
    file_source = f'{path}:{said.line}' if said.line else path
    trouble, arguments = None, None
    try:
        arguments = kernelargs.at_boot(host)
    except CannotTell as error:
        trouble = error
    if arguments is not None:
        if _off(arguments):
            name = _off(arguments)
            return Boot(DISABLED, arguments.where(name), f'kernel argument {name}={arguments.value(name)}', name)
        if said.mode != DISABLED and arguments.values('enforcing'):
            # The first word counts up to libselinux 3.9, the last one after it.
            values, where = arguments.values('enforcing'), arguments.where('enforcing')
            if len({bool(_number(value)) for value in values}) > 1:
                raise CannotTell(f'enforcing= is given more than once: {", ".join(values)}', where)
            mode = ENFORCING if _number(values[-1]) else PERMISSIVE
            return Boot(mode, arguments.where('enforcing'), f'kernel argument enforcing={values[-1]}', 'enforcing')
    elif said.mode != DISABLED and host.live:
        raise trouble or CannotTell('the kernel arguments of the next boot are not known', '/boot')
    if not host.exists(path) and not host.names(f'/etc/selinux/{said.type}/policy'):
        return Boot(DISABLED, path, 'no SELinux policy is installed')
    if not said.mode:
        why = f'SELINUX={said.word} is no word that SELinux knows' if said.line else f'{CONFIG} does not say'
        return Boot(PERMISSIVE, file_source, why + ', which makes it permissive')
    if said.mode == DISABLED:
        return Boot(DISABLED, file_source, 'SELINUX=disabled', half=not file_disables(host))
    return Boot(said.mode, file_source, f'SELINUX={said.mode}')


def file_disables(host: Any) -> bool:
    """Whether SELINUX=disabled switches SELinux off: no longer from EL9 on, where the kernel keeps it without a policy.

    CONFIG_SECURITY_SELINUX_DISABLE is off in RHEL 9's kernel, and gone since Linux 6.4.
    """
    here = release(host)
    return here.family == 'el' and 0 < here.major < 9


def _strips_blanks(host: Any) -> bool:
    here = release(host)
    return not (here.family == 'el' and 0 < here.major < 9)


def _off(arguments: Any) -> str:
    """The argument that keeps SELinux out of the kernel: selinux=0, or an lsm= or security= that leaves it out."""
    if arguments.value('selinux') is not None and _number(arguments.value('selinux')) == 0:
        return 'selinux'
    modules = arguments.value('lsm')
    if modules is not None:
        return '' if 'selinux' in modules.split(',') else 'lsm'
    chosen = arguments.value('security')
    return 'security' if chosen not in (None, '', 'selinux') else ''


def _number(text: str) -> int:
    match = re.match(r'\s*[+-]?(0[xX][0-9a-fA-F]{1,8}|\d{1,9})', text or '')
    return int(match.group(1), 0 if match.group(1)[:2].lower() == '0x' else 10) if match else 0
