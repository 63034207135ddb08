"""Which firewall services of a host run, and which its next boot would start."""
import re

from nodeprep.linux import processes, units
from nodeprep.linux.unitactive import RUNNING
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Tuple

FIREWALLD = 'firewalld.service'
# Those that load a fixed set of rules. `flush ruleset` when nftables.service stops takes kube-proxy's rules along.
OTHERS = ('nftables.service', 'iptables.service', 'ip6tables.service', 'ebtables.service', 'ufw.service')
_UFW = '/etc/ufw/ufw.conf'
_LOCKS = '/var/lock/subsys'            # iptables.init of iptables-services keeps NAME there while its rules are loaded


def firewalld_runs(host: Any) -> Tuple[bool, str]:
    """(does firewalld run, where that shows): by its unit, or without systemd by its process."""
    try:
        state, source = units.active(host, FIREWALLD)
        return state == 'active', source
    except CannotTell as error:
        if error.source != RUNNING:
            raise
    found = processes.named(host, 'firewalld')
    return bool(found), f'/proc/{found[0].pid}/comm' if found else '/proc/*/comm'


def other_runs(host: Any, name: str) -> Tuple[bool, str]:
    """The same of one of OTHERS, each of which only loads rules and has no process to be seen afterwards."""
    if _ufw_is_off(host, name):
        return False, _UFW
    try:
        state, source = units.active(host, name)
        return state == 'active', source
    except CannotTell:
        lock = f'{_LOCKS}/{name[:-8]}'
        if name in OTHERS[1:4] and host.is_folder(_LOCKS):
            return host.exists(lock), lock
        raise


def other_starts(host: Any, name: str) -> Tuple[bool, str]:
    """(would the next boot load the rules of one of OTHERS, where that shows)."""
    if _ufw_is_off(host, name):
        return False, _UFW
    return units.starts_at_boot(host, name)


def _ufw_is_off(host: Any, name: str) -> bool:
    # Debian enables ufw.service for all who install it; it does nothing until `ufw enable` writes ENABLED=yes.
    return name == 'ufw.service' and bool(re.search(r'^\s*ENABLED=no\b', host.read(_UFW, missing=''), re.MULTILINE))
