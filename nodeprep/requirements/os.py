"""The operating system, its architecture and its kernel."""
from nodeprep.linux import bootloader, cgroups, kernels
from nodeprep.linux.bls import BootEntry
from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Folder, NotApplicable, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator, List, Optional
from nodeprep.wanted import flag

_SYSTEM = 'CentOS or a rebuild, 7 or later'
_MACHINES = 'x86_64 (aarch64 accepted)'
_KERNEL = 'SystemVerification'


class Os(Requirement):
    """The host runs CentOS or a rebuild, 7 or later, on x86_64 or aarch64, with a kernel that Kubernetes accepts.

    Why: packages, files and defaults are known for these; on another system the checks go on, and nothing is changed
    unless that is allowed. kubeadm of 1.32 and 1.33 refuses the kernels of CentOS 7 and 8 (SystemVerification), later
    ones only warn about kernels that are not on their list, that of CentOS 9 among them. A host that would boot another
    kernel than the one that runs may come back without a module, or with other cgroups.

    Read: now, os-release, uname(2), and for a kernel that is not the release's own the options it was built with
    (/boot/config-*, /lib/modules/*/config, /proc/config.gz). At boot, the default entry of the boot loader and the
    newest kernel of /lib/modules against the running one.

    Fix: none. On a system that is neither CentOS nor a rebuild no requirement is fixed, unless `fix: true` is set here.

    Left to a person: another system, another kernel; rebooting into the one that is installed, or making the running
    one the default (grubby --set-default).
    """

    id = 'os'
    title = 'The system and its kernel are supported'
    kubeadm = (_KERNEL,)
    defaults = {'fix': flag(False, 'whether a fix may change a system that is neither CentOS nor a rebuild')}
    watches = (*bootloader.WATCHES, Folder(kernels.FOLDER))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """System, architecture, kernel, and the kernel's options where they are not known."""
        yield _system(host)
        here = host.uname()
        yield _machine(here.machine, 'uname(2)')
        yield _kernel(here.release, want, 'uname(2)')
        if not kernels.of_the_release(here.release):
            yield _options(host, here.release)

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The kernel that the next boot would start."""
        if not host.live:
            yield _system(host)
        running = host.uname().release if host.live else ''
        installed = kernels.installed(host)
        newest = kernels.newest(installed)
        entry: Optional[BootEntry] = None
        try:
            entry = bootloader.default_entry(host)
        except CannotTell as error:
            yield unknown('default boot entry', 'the kernel that runs now', error, advised=True)
        kernel, source = _next(entry, newest, running)
        if not kernel:
            if not host.live:
                raise NotApplicable('no kernel is installed in this image')
            yield Observation('kernel', f'{running} again: none is installed here, it comes from outside',
                              'the one that runs now',
                              True, kernels.FOLDER)
            return
        if host.live:
            yield _same(kernel, running, newest, source, entry is not None)
        if kernel != running:
            yield _kernel(kernel, want, source, 'next kernel')
        if installed and kernel not in installed and kernel != running:
            yield Observation('kernel modules', f'none of {kernel} are installed', f'{kernels.FOLDER}/{kernel}', False,
                              f'{kernels.FOLDER}; {source}', advised=True,
                              hint=f'Install the kernel {kernel} whole, or make '
                              f'an installed one the default: {", ".join(installed)}.')


def _next(entry: Optional[BootEntry], newest: str, running: str) -> Any:
    """(the kernel that the next boot starts, what told it); '' when nothing is installed."""
    if entry is not None and entry.version:
        return entry.version, entry.source
    return (newest or '', kernels.FOLDER)


def _system(host: Any) -> Observation:
    try:
        here = release(host)
    except CannotTell as error:
        return unknown('system', _SYSTEM, error)
    met = here.family == 'el' and here.major >= 7
    # An older CentOS lacks what everything else stands on; another system may well do, and is for its owner to judge.
    advised = here.family != 'el'
    return Observation('system', here.name, _SYSTEM, met, here.source, advised=advised and not met, hint='' if met else
                       'The checks go on; nothing is changed on this system unless `os: {fix: true}` allows it.')


def _machine(machine: str, source: str) -> Observation:
    met = machine in ('x86_64', 'aarch64')
    return Observation('architecture', machine, _MACHINES, met, source, hint='' if met else
                       'Container images for it are rare.' if machine in ('ppc64le', 's390x')
                       else 'Install a 64-bit system.',
                       advised=machine in ('ppc64le', 's390x'))


def _kernel(kernel: str, want: Want, source: str, subject: str = 'kernel') -> Observation:
    version = '{}.{}'.format(*want['kubernetes'])
    try:
        verdict = kernels.accepted(kernel, want['kubernetes'])
    except CannotTell as error:
        return unknown(subject, f'one that Kubernetes {version} accepts', error, kubeadm=_KERNEL)
    met = verdict.state == kernels.FINE
    hint = ''
    if verdict.state == kernels.FAILS:
        hint = (f'{verdict.state} it: take a newer release, Kubernetes before 1.32 or after 1.33, or '
                f'kubeadm --ignore-preflight-errors={_KERNEL}.')
    elif not met:
        hint = f'{verdict.state}, and goes on; the distribution keeps this kernel up to date itself.'
    return Observation(subject, kernel, f'{verdict.wanted}, for Kubernetes {version}', met, source, hint=hint,
                       advised=verdict.state == kernels.WARNS, kubeadm=_KERNEL)


def _options(host: Any, kernel: str) -> Observation:
    wanted = 'those that Kubernetes requires'
    try:
        found, source = kernels.options(host, kernel)
    except CannotTell as error:
        return unknown('kernel options', wanted, error, advised=True, kubeadm=_KERNEL)
    try:
        number = cgroups.version(host).number
    except CannotTell:
        number = 0
    lacking: List[str] = kernels.missing(found, number)
    return Observation('kernel options', 'lacks ' + ', '.join(lacking) if lacking else 'all there', wanted, not lacking,
                       source,
                       hint='Use a kernel that was built with them.' if lacking else '', kubeadm=_KERNEL)


def _same(kernel: str, running: str, newest: str, source: str, told: bool) -> Observation:
    wanted = 'the one that runs now'
    if kernel == running:
        more = f'; a newer one is installed ({newest}) but not the default' if newest not in ('', running) else ''
        return Observation('kernel', f'{running} again{more}', wanted, True, source)
    how = 'the default boot entry starts' if told else 'the newest that is installed is'
    return Observation('kernel', f'boots another kernel: {how} {kernel}, {running} runs', wanted, False, source,
                       advised=True,
                       hint=f'Reboot to run it, or keep the running one: grubby --set-default=/boot/vmlinuz-{running}')
