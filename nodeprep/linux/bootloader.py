"""Which entry a boot loader would start if nobody touched a key: GRUB 2, systemd-boot, extlinux."""
from nodeprep.linux import bls, grub, mountboot
from nodeprep.linux.bls import BootEntry, kernel_version
from nodeprep.linux.mounts import mounts
from nodeprep.model import CannotTell, Folder
from nodeprep.typed import Any, Dict, List, Optional

# What to watch so that another default entry, or other arguments, are seen at once.
WATCHES = (Folder('/boot/grub2'), Folder('/boot/grub'), Folder(bls.FOLDER))
_SYSTEMD_BOOT = ('/boot', '/boot/efi', '/efi')
_EXTLINUX = ('/boot/extlinux/extlinux.conf', '/boot/syslinux/syslinux.cfg', '/boot/syslinux/extlinux.conf')


def default_entry(host: Any) -> Optional[BootEntry]:
    """The entry of the next boot; None when no boot loader configuration is there, CannotTell when it is unreadable."""
    found: Optional[BootEntry] = host.once('default entry', lambda: _default_entry(host))
    return found


def _default_entry(host: Any) -> Optional[BootEntry]:
    grub.awake(host, '/boot')
    for look in (grub.default_entry, _systemd_boot, _extlinux, _unified):
        found: Optional[BootEntry] = look(host)
        if found is not None:
            return found
    if host.live:
        _nothing_missing(host)
    return None


def _nothing_missing(host: Any) -> None:
    """Raises CannotTell when fstab has a partition for the boot loader that is not mounted now."""
    try:
        there = {mount.point for mount in mounts(host)}
    except CannotTell:
        return
    for entry in mountboot.entries(host):
        if entry.point in _SYSTEMD_BOOT and entry.point not in there:
            raise CannotTell(f'{entry.point} is not mounted, so the boot loader\'s configuration cannot be seen',
                             f'/etc/fstab:{entry.line_number}')


def _systemd_boot(host: Any) -> Optional[BootEntry]:
    """loader.conf with entries beside it: systemd-boot(7). `default` is a pattern over the file names."""
    for base in _SYSTEMD_BOOT:
        grub.awake(host, base)
        found = bls.entries(host, f'{base}/loader/entries', {})
        if not found:
            continue
        pattern = ''
        for line in host.read(f'{base}/loader/loader.conf', missing='').split('\n'):
            name, _, value = line.strip().replace('\t', ' ').partition(' ')
            pattern = value.strip() if name == 'default' else pattern
        if pattern.startswith('@'):
            raise CannotTell(f'the default entry is {pattern}, which only the firmware knows',
                             f'{base}/loader/loader.conf')
        if pattern.count('*') > 2:         # more of them make a regular expression that never ends
            raise CannotTell('the pattern of the default entry has too many *', f'{base}/loader/loader.conf')
        import fnmatch
        matching = [entry for entry in found if fnmatch.fnmatchcase(entry.id + '.conf', pattern) or entry.id == pattern]
        return (matching or found)[0]
    return None


def _extlinux(host: Any) -> Optional[BootEntry]:
    """extlinux.conf: DEFAULT names a LABEL, APPEND has the arguments. Key words in any case."""
    path = next((file for file in _EXTLINUX if host.is_file(file)), '')
    if not path:
        return None
    default, shared = '', ''
    labels: List[Dict[str, str]] = []
    here: Dict[str, str] = {}
    for number, line in enumerate(host.read(path).split('\n'), 1):
        word, _, value = line.strip().replace('\t', ' ').partition(' ')
        word, value = word.lower(), value.strip()
        if word in ('default', 'ontimeout'):
            default = value
        elif word == 'label':
            here = {'label': value, 'append': shared, 'line': str(number)}
            labels.append(here)
        elif word == 'append' and not labels:
            shared = value
        elif word == 'append':
            here.update(append='' if value == '-' else value, line=str(number))
        elif word in ('linux', 'kernel') and labels:
            here['kernel'] = value
    if not labels:
        raise CannotTell('no LABEL in it', path)
    chosen = next((label for label in labels if label['label'] == default), labels[0])
    kernel = chosen.get('kernel', '')
    return BootEntry(chosen['label'], chosen['label'], kernel, kernel_version(kernel), chosen['append'],
                     f'{path}:{chosen["line"]}')


def _unified(host: Any) -> Optional[BootEntry]:
    """Unified kernel images carry their arguments within; kernel-install builds them from /etc/kernel/cmdline."""
    for base in _SYSTEMD_BOOT:
        images = [name for name in host.names(f'{base}/EFI/Linux') if name.endswith('.efi')]
        if images:
            path = '/etc/kernel/cmdline'
            return BootEntry(images[-1], images[-1], '', '', host.read(path).strip().replace('\n', ' '), f'{path}:1')
    return None
