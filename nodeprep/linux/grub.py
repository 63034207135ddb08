"""Which entry GRUB 2 would start if nobody touched a key: from grub.cfg, its environment block, and entry files."""
import re

from nodeprep.linux import bls, grubscript
from nodeprep.linux.bls import BootEntry, kernel_version
from nodeprep.linux.mounts import holding, mounts
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Dict, List, Optional, Tuple

_FOLDERS = ('/boot/grub2', '/boot/grub')


def default_entry(host: Any) -> Optional[BootEntry]:
    """The default entry of GRUB 2; None when there is none of its files.

    EL7: the entries stand in grub.cfg. EL8 and later: grub.cfg says blscfg, and each entry is a file of its own.
    """
    path = _config(host)
    block_path = next((file for file in _blocks(host, path) if host.is_file(file)), '')
    # EL8 and later link grub2/grubenv to ../efi/EFI/<vendor>/grubenv on EFI; the link is followed.
    block = grubscript.environment(host.read(block_path)) if block_path else {}
    if not path:
        # An image of EL8 and later before its first boot may have entries alone.
        return _of_bls(host, None, block, block_path, path) if block_path else None
    try:
        config = grubscript.parse(host.read(path), block)
    except CannotTell as error:
        raise CannotTell(error.reason, error.source or path) from None
    if config.bls:
        return _of_bls(host, config, block, block_path, path)
    if not any(entry.line for entry in config.entries):
        raise CannotTell('no entry of this menu starts a Linux kernel', path)
    return _of_menu(_chosen(config.entries, _wanted(list(config.defaults), block)), path)


def _of_menu(entry: grubscript.Entry, path: str) -> BootEntry:
    if not entry.line:
        raise CannotTell(f'the default entry {entry.title!r} has no linux command', path)
    return BootEntry(entry.id or entry.title, entry.title, entry.kernel, kernel_version(entry.kernel), entry.options,
                     f'{path}:{entry.line}')


def _config(host: Any) -> str:
    """The grub.cfg that is used; '' when there is none. On EFI it, or a stub that leads back, is on that partition."""
    awake(host, '/boot/efi')
    vendors = [f'/boot/efi/EFI/{name}' for name in host.names('/boot/efi/EFI') if name.lower() != 'boot']
    efi = [f'{folder}/grub.cfg' for folder in vendors]
    usual = [f'{folder}/grub.cfg' for folder in _FOLDERS]
    started_by_efi = host.live and host.exists('/sys/firmware/efi')
    for path in efi + usual if started_by_efi else usual + efi:
        if host.is_file(path) and (path in usual or 'configfile' not in host.read(path)
                                   or 'menuentry' in host.read(path)):
            return path
    return ''


def _blocks(host: Any, config: str) -> List[str]:
    beside = [config.rpartition('/')[0] + '/grubenv'] if config else []
    return beside + [f'{folder}/grubenv' for folder in _FOLDERS]


def _placed(variables: Dict[str, str], path: str) -> Dict[str, Tuple[str, str]]:
    return {name: (value, path) for name, value in variables.items()}


def _of_bls(host: Any, config: Optional[grubscript.Config], block: Dict[str, str], block_path: str,
            path: str) -> Optional[BootEntry]:
    """The default among the entries of /boot/loader/entries, or one that somebody added to grub.cfg itself."""
    variables = _placed(block, block_path)
    if config is not None:
        variables = {**_placed(config.fallbacks, path), **variables, **_placed(config.variables, path)}
    found = bls.entries(host, bls.FOLDER, variables)
    if not found:
        if config is None:
            return None
        raise CannotTell('grub.cfg takes its entries from a folder that has none', bls.FOLDER)
    wanted = _wanted(list(config.defaults) if config is not None else [], block)
    if _is_number(wanted):
        return found[int(wanted)] if int(wanted) < len(found) else found[0]
    for entry in found:
        if wanted and wanted in (entry.id, entry.title):
            return entry
    for own in config.entries if config is not None else ():
        if wanted and wanted in (own.id, own.title) and not own.submenu:
            return _of_menu(own, path)
    return found[0]


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


def awake(host: Any, point: str) -> None:
    """Raises CannotTell where a look would mount a partition: systemd-gpt-auto-generator(8) puts automounts there."""
    try:
        asleep = host.live and holding(mounts(host), point).kind == 'autofs'
    except CannotTell:
        return                     # without a list of mounts there is none to be seen
    if asleep:
        raise CannotTell(f'{point} is mounted when it is first used, and is not woken for this', point)
