"""Which entry a boot loader would start if nobody touched a key: GRUB 2, systemd-boot, extlinux."""
import fnmatch
import re
from typing import Any, Dict, List, Optional, Tuple

from nodeprep.linux import bls, grubscript
from nodeprep.linux.bls import BootEntry, kernel_version
from nodeprep.model import CannotTell, Folder

# What to watch so that another default entry, or other arguments, are seen at once.
WATCHES = (Folder('/boot/grub2'), Folder('/boot/grub'), Folder(bls.FOLDER))
_GRUB = ('/boot/grub2', '/boot/grub')
_SYSTEMD_BOOT = ('/boot', '/boot/efi', '/efi')
_EXTLINUX = ('/boot/extlinux/extlinux.conf', '/boot/syslinux/syslinux.cfg', '/boot/syslinux/extlinux.conf')


def default_entry(host: Any) -> Optional[BootEntry]:
    """The entry of the next boot; None when no boot loader configuration is there, CannotTell when it is unreadable."""
    found: Optional[BootEntry] = host.once('default entry', lambda: _default_entry(host))
    return found


def _default_entry(host: Any) -> Optional[BootEntry]:
    for look in (_grub, _systemd_boot, _extlinux, _unified):
        found: Optional[BootEntry] = look(host)
        if found is not None:
            return found
    return None


def _grub(host: Any) -> Optional[BootEntry]:
    """EL7: the entries stand in grub.cfg. EL8 and later: grub.cfg says blscfg, and each entry is a file of its own."""
    path = _grub_config(host)
    block_path = next((file for file in _blocks(host, path) if host.is_file(file)), '')
    # EL8 and later link grub2/grubenv to ../efi/EFI/<vendor>/grubenv on EFI; the link is followed.
    block = grubscript.environment(host.read(block_path)) if block_path else {}
    if not path:
        # An image of EL8 and later before its first boot may have entries alone.
        return _of_bls(host, [], block, block_path, {}, {}) if block_path else None
    try:
        config = grubscript.parse(host.read(path), block)
    except CannotTell as error:
        raise CannotTell(error.reason, error.source or path) from None
    if config.bls:
        return _of_bls(host, list(config.defaults), block, block_path, _placed(config.variables, path),
                       _placed(config.fallbacks, path))
    if not any(entry.line for entry in config.entries):
        raise CannotTell('no entry of this menu starts a Linux kernel', path)
    entry = _chosen(config.entries, _wanted(list(config.defaults), block))
    if not entry.line:
        raise CannotTell(f'the default entry {entry.title!r} has no linux command', path)
    return BootEntry(entry.id or entry.title, entry.title, entry.kernel, kernel_version(entry.kernel), entry.options,
                     f'{path}:{entry.line}')


def _grub_config(host: Any) -> str:
    """The grub.cfg that is used; '' when there is none. On EFI it, or a stub that leads back, is on that partition."""
    vendors = [f'/boot/efi/EFI/{name}' for name in host.names('/boot/efi/EFI') if name.lower() != 'boot']
    efi = [f'{folder}/grub.cfg' for folder in vendors]
    usual = [f'{folder}/grub.cfg' for folder in _GRUB]
    started_by_efi = host.live and host.exists('/sys/firmware/efi')
    for path in efi + usual if started_by_efi else usual + efi:
        if host.is_file(path) and (path in usual or 'configfile' not in host.read(path)
                                   or 'menuentry' in host.read(path)):
            return path
    return ''


def _blocks(host: Any, config: str) -> List[str]:
    beside = [config.rpartition('/')[0] + '/grubenv'] if config else []
    return beside + [f'{folder}/grubenv' for folder in _GRUB]


def _placed(variables: Dict[str, str], path: str) -> Dict[str, Tuple[str, str]]:
    return {name: (value, path) for name, value in variables.items()}


def _of_bls(host: Any, defaults: List[Tuple[bool, str]], block: Dict[str, str], block_path: str,
            always: Dict[str, Tuple[str, str]], perhaps: Dict[str, Tuple[str, str]]) -> Optional[BootEntry]:
    variables = {**perhaps, **_placed(block, block_path), **always}
    found = bls.entries(host, bls.FOLDER, variables)
    if not found:
        if not defaults:
            return None
        raise CannotTell('grub.cfg takes its entries from a folder that has none', bls.FOLDER)
    wanted = _wanted(defaults, block)
    if _is_number(wanted):
        return found[int(wanted)] if int(wanted) < len(found) else found[0]
    return next((entry for entry in found if wanted and wanted in (entry.id, entry.title)), found[0])


def _wanted(defaults: List[Tuple[bool, str]], block: Dict[str, str]) -> str:
    """What `default` would hold: 00_header sets it from next_entry (once) or from saved_entry or to a fixed value."""
    if block.get('next_entry') and any('next_entry' in value for _, value in defaults):
        return block['next_entry']
    plain = [value for conditional, value in defaults if not conditional]
    # Within ifs the first counts: 00_header comes before the scripts that fall back to another entry.
    chosen = plain[-1:] or [value for _, value in defaults if 'next_entry' not in value][:1] or ['${saved_entry}']
    return grubscript.expand(chosen[0], block)


def _chosen(entries: Tuple[grubscript.Entry, ...], wanted: str) -> grubscript.Entry:
    """The entry that `default` names by number, title or id; `>` goes down into a submenu. Not found: the first."""
    level: Tuple[int, ...] = ()
    parts = wanted.replace('>>', '\0').split('>')
    while True:
        here = [entry for entry in entries if entry.path[:-1] == level]
        part = parts.pop(0).replace('\0', '>') if parts else ''
        if not here:
            raise CannotTell('the default entry is an empty submenu')
        if _is_number(part):
            found = here[int(part)] if int(part) < len(here) else here[0]
        else:
            found = next((entry for entry in here if part and part in (entry.id, entry.title)), here[0])
        if not found.submenu:
            return found
        level = found.path


def _is_number(text: str) -> bool:
    # As a whole: an id may begin with a digit, and GRUB of EL8 and later takes that for an id as well.
    return re.match(r'^[0-9]{1,5}$', text) is not None


def _systemd_boot(host: Any) -> Optional[BootEntry]:
    """loader.conf with entries beside it: systemd-boot(7). `default` is a pattern over the file names."""
    for base in _SYSTEMD_BOOT:
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
        matching = [entry for entry in found if fnmatch.fnmatchcase(entry.id + '.conf', pattern) or entry.id == pattern]
        return (matching or found)[0]
    return None


def _extlinux(host: Any) -> Optional[BootEntry]:
    """extlinux.conf: DEFAULT names a LABEL, APPEND has the arguments. Key words in any case."""
    path = next((file for file in _EXTLINUX if host.is_file(file)), '')
    if not path:
        return None
    default, shared, labels, here = '', '', [], {}      # type: str, str, List[Dict[str, str]], Dict[str, str]
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
