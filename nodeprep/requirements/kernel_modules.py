"""Kernel modules that a node needs, such as overlay."""
import re

from nodeprep import wanted
from nodeprep.linux import confd, moduleneed, unitfiles, units
from nodeprep.linux.modules import same
from nodeprep.model import CannotTell, Folder, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator

_RUNTIMES = ('containerd.service', 'docker.service', 'crio.service')


class KernelModules(Requirement):
    """The kernel modules that a node needs are loaded, now and after a boot.

    Why: overlay2, the storage of Docker and containerd, is the kernel module overlay. Most kernels load it by
    themselves when it is first mounted; hardened hosts, and hosts whose modules are gone after an update, do not, and
    the runtime then falls back to a slow driver or does not start. br_netfilter belongs to the requirement bridge.
    More can be wanted: `modules: [overlay, ip_vs, nf_conntrack]`.

    Read: now /proc/modules, /proc/filesystems, /sys/module and modules.builtin of the running kernel. For the boot
    modules-load.d, the kernel arguments modules-load= (EL7) and modules_load=, modprobe.d (a `blacklist` line stops
    systemd-modules-load), modules.dep of the kernel that would start, and ExecStartPre=modprobe of an enabled runtime.

    Fix: modprobe; the name in /etc/modules-load.d/nodeprep.conf. EL10 has many in kernel-modules-extra: it is installed
    for this very kernel first.

    Left to a person: a rule of modprobe.d or a kernel argument that keeps a module out, a kernel whose modules are
    gone.
    """

    id = 'kernel-modules'
    title = 'Kernel modules are loaded'
    remade = True
    defaults = {'modules': wanted.texts(('overlay',), 'kernel modules that shall be loaded')}
    watches = (Folder('/etc/modules-load.d'), Folder('/etc/modprobe.d'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each module in the running kernel."""
        for name in want['modules']:
            try:
                yield moduleneed.now(host, name)
            except CannotTell as error:
                yield unknown(name, 'loaded', error)

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each module after the next boot."""
        for name in want['modules']:
            try:
                one = moduleneed.boot(host, name)
                source = '' if one.met or not one.fix else _by_runtime(host, name)
                if source:
                    one = Observation(name, 'loaded by a service that is enabled', one.wanted, True, source)
                yield one
            except CannotTell as error:
                yield unknown(name, 'loaded at boot', error)


def _by_runtime(host: Any, name: str) -> str:
    """path:line of an enabled runtime's unit that loads the module first, as containerd.io does with overlay.

    CannotTell when it cannot be told whether such a runtime starts.
    """
    for unit in _RUNTIMES:
        file = unitfiles.tree(host, at_boot=True).find(unit)
        if file.kind != unitfiles.REGULAR or not units.starts_at_boot(host, unit)[0]:
            continue
        for number, line in enumerate(confd.text(host, file.path).split('\n'), 1):
            match = re.match(r'ExecStartPre=[-+!@:]*\S*/modprobe ([-\w ]+)$', line.strip())
            if match and same(name) in [same(word) for word in match.group(1).split() if word[0] != '-']:
                return f'{file.path}:{number}'
    return ''
