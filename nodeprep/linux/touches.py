"""The files that a command changes and that are kept before it, so that undo gives them back byte for byte.

Sources: systemctl(1) enable, disable, mask (links below /etc/systemd/system); `hostnamectl set-hostname` without
--static drops the pretty name from /etc/machine-info (hostnamectl.c set_hostname()); grubby(8) and the grubby-bls of
EL8 and later (entries, grubenv's kernelopts, /etc/default/grub, /etc/kernel/cmdline); firewall-cmd(1) --permanent,
firewall-offline-cmd(1).
"""
from nodeprep.linux import systemctl
from nodeprep.typed import Sequence, Tuple

_BOOT_LOADER = ('/boot/loader/entries', '/boot/grub2/grubenv', '/boot/grub2/grub.cfg', '/etc/default/grub',
                '/etc/kernel/cmdline')
# Where the firmware of an UEFI machine finds grub.cfg (EL7, EL8) and grubenv: a folder by vendor.
_EFI = tuple(f'/boot/efi/EFI/{vendor}/{name}' for vendor in ('centos', 'redhat', 'rocky', 'almalinux', 'oracle')
             for name in ('grub.cfg', 'grubenv'))


def touches(argv: Sequence[str]) -> Tuple[str, ...]:
    """Files, and folders as whole trees, as the host itself writes their paths; those that are not there count too.

    () for a command whose inverse is all there is: what runs leaves no file, and what a package manager changes lies
    all over the disk.

    >>> touches(('systemctl', '--root=/img', 'mask', 'swap.target')), touches(('systemctl', 'stop', 'a.service'))
    (('/etc/systemd/system',), ())
    """
    name = argv[0].rpartition('/')[2] if argv else ''
    told = systemctl.parse(argv)
    if told:
        return ('/etc/systemd/system',) if told.verb in ('enable', 'disable', 'mask', 'unmask') else ()
    if name == 'hostnamectl':
        return ('/etc/hostname', '/etc/machine-info')
    if name == 'grubby':
        return _BOOT_LOADER + _EFI
    if name == 'firewall-offline-cmd' or name == 'firewall-cmd' and '--permanent' in argv:
        return ('/etc/firewalld',)
    return ()
