"""SELinux is at the wanted level."""
from nodeprep.linux import selinux
from nodeprep.linux.containers import in_container
from nodeprep.linux.lines import replaced
from nodeprep.linux.selinux import DISABLED, ENFORCING, PERMISSIVE
from nodeprep.model import REBOOT, Change, Folder, NotApplicable, Observation, Requirement, Run, Want, Write
from nodeprep.typed import Any, Iterator, Tuple
from nodeprep.wanted import choice, flag

_WANTED = {PERMISSIVE: 'permissive or disabled', DISABLED: 'disabled', ENFORCING: 'enforcing'}
_RELABEL = ('Going from disabled to another mode needs a full relabel of the file systems (fixfiles -F onboot) and a '
            'reboot, which takes minutes to hours: plan it by hand.')
_LOCK = '/sys/fs/selinux/booleans/secure_mode_policyload'


class Selinux(Requirement):
    """SELinux is permissive or disabled, now and after a reboot; or enforcing, where the policy wants that.

    Why: kubeadm's own instructions set SELinux to permissive, since containers and the kubelet need access to files of
    the host that the stock policy does not grant everywhere. A node where only the running mode was changed comes back
    enforcing after its next reboot, and its pods fail with "permission denied".

    Read: now, /sys/fs/selinux/enforce, or /proc/filesystems when that is not there. At boot, /etc/selinux/config as
    libselinux reads it (the first SELINUX= with a word that it knows; a word that it does not know makes the boot
    permissive) and the kernel arguments of the default boot entry: selinux=0 beats all, then SELINUX=disabled, then
    enforcing=, then the file. From EL9 on SELINUX=disabled leaves SELinux in the kernel without a policy.

    Fix: 0 is written to /sys/fs/selinux/enforce, and SELINUX=permissive into the line of the real file that decides,
    not over its link in /etc/sysconfig. With `kernel_arguments: true` grubby takes enforcing=1 from the boot entries.

    Left to a person: disabled is never turned into anything, since that needs a relabel; `disabled` is never written on
    EL9 and later; enforcing is never switched on; a host with the mls policy is not touched; kernel arguments, unless
    they are allowed.
    """

    id = 'selinux'
    title = 'SELinux is at the wanted level'
    remade = True
    defaults = {'level': choice(PERMISSIVE, DISABLED, ENFORCING, help='permissive accepts disabled too'),
                'kernel_arguments': flag(False, 'whether a fix may change kernel arguments with grubby')}
    watches = (Folder('/etc/selinux'),)

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The mode of the running kernel."""
        _refuse_container(host)
        mode, source = selinux.running(host)
        found = mode + _built_in(host, source) if mode == DISABLED else mode
        seen = Observation('SELinux', found, _WANTED[want['level']], _met(mode, want), source)
        if seen.met:
            yield seen
        elif mode == ENFORCING:
            yield _relaxed_now(host, want, seen)
        elif want['level'] == DISABLED:
            yield seen._replace(advised=True, hint='A running kernel keeps SELinux; the next boot decides.')
        else:
            yield seen._replace(hint=_RELABEL if mode == DISABLED else _ENFORCE + ', then: setenforce 1')

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The mode of the next boot."""
        _refuse_container(host)
        said, path = selinux.configured(host)
        boot = selinux.at_boot(host)
        found = f'{boot.mode} ({boot.why})'
        if boot.half:
            found += '; the kernel keeps SELinux without a policy'
        seen = Observation(boot.by_kernel or selinux.CONFIG, found, _WANTED[want['level']], _met(boot.mode, want),
                           boot.source)
        if seen.met and not (boot.half and want['level'] == DISABLED):
            yield seen
        elif seen.met:
            yield _without_policy(want, seen)
        elif said.type.lower() == 'mls':
            yield seen._replace(hint=_MLS)
        elif want['level'] == ENFORCING:
            enforce = f'{_ENFORCE}, then: SELINUX=enforcing in {path}'
            yield seen._replace(hint=_RELABEL if boot.mode == DISABLED else enforce)
        elif want['level'] == DISABLED and not selinux.file_disables(host):
            yield _by_argument(want, seen, ('--args', 'selinux=0'), ('--remove-args', 'selinux=0'))
        else:
            yield _relaxed_at_boot(host, want, boot, seen)


_MLS = 'This host has the mls policy: its security is somebody\'s decision, and nodeprep leaves it alone.'
_ENFORCE = 'See that nothing would be denied (ausearch -m avc), with container-selinux installed'


def _met(mode: str, want: Want) -> bool:
    return mode == want['level'] or (want['level'] == PERMISSIVE and mode == DISABLED)


def _refuse_container(host: Any) -> None:
    inside = in_container(host)
    if inside:
        raise NotApplicable(f'this is a container ({inside}): SELinux is its host\'s')


def _built_in(host: Any, source: str) -> str:
    return '' if source == '/proc/filesystems' else ', with SELinux in the kernel but no policy loaded'


def _relaxed_now(host: Any, want: Want, seen: Observation) -> Observation:
    said, _ = selinux.configured(host)
    if said.type.lower() == 'mls':
        return seen._replace(hint=_MLS)
    if host.read(_LOCK, missing='').startswith('1'):
        return seen._replace(hint=f'{_LOCK} forbids a change of the mode until the next boot: '
                             'setsebool -P secure_mode_policyload off, and reboot.')
    was = host.read(selinux.ENFORCE)
    return seen._replace(fix=(Write(selinux.ENFORCE, '0', was=was),))


def _relaxed_at_boot(host: Any, want: Want, boot: selinux.Boot, seen: Observation) -> Observation:
    """Enforcing at boot, or permissive where disabled is wanted and a file can say so: the line that would end it."""
    said, path = selinux.configured(host)
    changes: Tuple[Change, ...] = ()
    if said.mode == ENFORCING or (want['level'] == DISABLED and said.mode != DISABLED):
        changes = _line(host, path, said, want['level'])
    if boot.by_kernel == 'enforcing' and boot.mode == ENFORCING and want['level'] != DISABLED:
        taken = _by_argument(want, seen, ('--remove-args', 'enforcing'), ('--args', 'enforcing=1'))
        # A line alone would not bring the wanted boot, so it is offered only together with the argument.
        return taken._replace(fix=taken.fix + changes) if taken.fix else taken
    return seen._replace(fix=changes) if changes else seen._replace(hint=f'Write SELINUX={want["level"]} into {path}.')


def _line(host: Any, path: str, said: selinux.Config, level: str) -> Tuple[Change, ...]:
    text = host.read(path, missing='')
    if not said.line:
        return ()
    return (Write(path, replaced(text, said.line, f'SELINUX={level}'), was=text),)


def _by_argument(want: Want, seen: Observation, change: Tuple[str, str], back: Tuple[str, str]) -> Observation:
    """What only a kernel argument can do: planned when that is allowed, else what a person runs."""
    command = ('grubby', '--update-kernel', 'ALL') + change
    if not want['kernel_arguments']:
        return seen._replace(hint=f'Only a kernel argument decides this: {" ".join(command)} (or kernel_arguments: true'
                             ' in the configuration, and a fix does it).')
    return seen._replace(fix=(Run(command, ('grubby', '--update-kernel', 'ALL') + back, REBOOT),))


def _without_policy(want: Want, seen: Observation) -> Observation:
    seen = seen._replace(met=False, advised=True)
    return _by_argument(want, seen, ('--args', 'selinux=0'), ('--remove-args', 'selinux=0'))
