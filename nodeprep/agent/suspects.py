"""Names who takes a fix back, and the setting that ends it, from what is seen on the host when it is found undone.

The surest sign first: a unit of a known owner that started just before, a file signed by its owner, a setting of tuned
or cloud-init that says the opposite, the file that wins, a line of cron that names it; then what merely runs there.
"""
import re

from nodeprep.agent.fights import Suspect
from nodeprep.linux import cloudinit, crontabs, owners, tuned
from nodeprep.linux.owners import Owner
from nodeprep.model import CannotTell, Finding, Write
from nodeprep.plan import Part
from nodeprep.typed import Any, List, Optional, Tuple


def suspect(host: Any, finding: Finding, wanted: Part, started: str = '') -> Suspect:
    """Who it is most likely. `started` is a unit that started just before, when that is known."""
    return _Look(host, finding, wanted, started).suspect()


class _Look:
    def __init__(self, host: Any, finding: Finding, wanted: Part, started: str) -> None:
        self.host, self.wanted = host, wanted
        # A unit that the fix itself starts, and has started before, takes nothing back.
        own = any(started in one.argv for one in wanted.changes if not isinstance(one, Write))
        self.started = '' if own else started
        seen = [one for one in finding.observations if (one.subject, one.when) in wanted.aims]
        self.subjects = [one.subject for one in seen]
        self.sources = [place for one in seen for place in _places(one.source)]
        self.paths = [one.path for one in wanted.changes if isinstance(one, Write)]
        self.programs = [one.argv[0] for one in wanted.changes if not isinstance(one, Write)]

    def suspect(self) -> Suspect:
        return (self._owner_that_started() or self._signature() or self._tuned() or self._cloud_init() or
                self._file_that_wins() or self._cron() or self._unit_that_started() or self._manager() or
                self._network_manager() or self._nobody())

    def _owner_that_started(self) -> Optional[Suspect]:
        owner = owners.of_unit(self.started) if self.started else None
        return Suspect(f'{owner.name}: {self.started} started just before', self._out_of(owner)) if owner else None

    def _signature(self) -> Optional[Suspect]:
        for path in dict.fromkeys([place.partition(':')[0] for place in self.sources] + self.paths):
            owner = owners.of_file(self.host, path) if not _of_the_kernel(path) else None
            if owner:
                return Suspect(f'{owner.name}: {path} says of itself that it is its', self._out_of(owner))
        return None

    def _tuned(self) -> Optional[Suspect]:
        if not self._sysctl() or not owners.runs(self.host, 'tuned'):
            return None
        try:
            settings, reapplies = tuned.settings(self.host), tuned.reapplies(self.host)
        except CannotTell:
            return None
        for subject in self.subjects:
            found = settings.get(subject.replace('.', '/'))
            if found:
                return Suspect(f'tuned: {found.source} sets {subject} to {found.value}',
                               f'take it out of that profile ({found.profile}), in a copy below /etc/tuned, and run '
                               f'tuned-adm profile {found.profile}')
        if settings and not reapplies:
            return Suspect('tuned, which does not apply /etc/sysctl.d after its own values',
                           'set reapply_sysctl = 1 in /etc/tuned/tuned-main.conf')
        return None

    def _cloud_init(self) -> Optional[Suspect]:
        if not cloudinit.runs(self.host):
            return None
        try:
            settings = cloudinit.settings(self.host)
        except CannotTell:
            return None
        keeps, hosts = settings.get('preserve_hostname'), settings.get('manage_etc_hosts')
        if self._hostname() and not (keeps and keeps.true):
            return Suspect('cloud-init, which sets the name when the host boots',
                           f'set preserve_hostname: true in a file of {cloudinit.FOLDER}')
        if '/etc/hosts' in self.paths and hosts and hosts.value.lower() not in ('false', 'no', 'off', '0'):
            return Suspect(f'cloud-init: {hosts.source}: manage_etc_hosts: {hosts.value}',
                           'set manage_etc_hosts: false there')
        return None

    def _file_that_wins(self) -> Optional[Suspect]:
        # The source may also be where nothing was found, and a link of a unit is what the fix took away, no owner.
        for place in self.sources:
            path = place.partition(':')[0]
            if path not in self.paths and not _of_the_kernel(path) and not _LINK.search(path) and \
                    self.host.is_file(path):
                return Suspect(f'{place}, which wins', f'change or remove {place}')
        return None

    def _cron(self) -> Optional[Suspect]:
        # What it does with that name is not known: it may as well set it right, so it is only a suspect.
        names = [name for one in self.subjects if re.search('[./]', one) for name in (one, one.replace('.', '/'))]
        place = crontabs.naming(self.host, names + self.paths)
        return Suspect(f'cron: {place} names it', f'look at what {place} does, and change or remove it'
                       ) if place else None

    def _unit_that_started(self) -> Optional[Suspect]:
        return Suspect(f'{self.started}, which started just before',
                       f'look at what it does: systemctl cat {self.started}') if self.started else None

    def _manager(self) -> Optional[Suspect]:
        for owner, how in owners.managing(self.host):
            return Suspect(f'{owner.name}, which runs on this host ({how})', self._out_of(owner))
        return None

    def _network_manager(self) -> Optional[Suspect]:
        if not self._hostname() or not owners.runs(self.host, 'NetworkManager'):
            return None
        return Suspect('NetworkManager, which may set the name', _NETWORK_MANAGER)

    def _nobody(self) -> Suspect:
        path = next((one for one in self.paths if not _of_the_kernel(one)), '')
        return Suspect('', f'auditctl -w {path} -p wa -k nodeprep makes ausearch -k nodeprep say who writes it'
                       if path else '')

    def _out_of(self, owner: Owner) -> str:
        """What is to be changed where an owner is to let go."""
        if owner.name == 'NetworkManager' and self._hostname():
            return _NETWORK_MANAGER
        if owner.name == 'cloud-init' and self._hostname():
            return f'set preserve_hostname: true in a file of {cloudinit.FOLDER}'
        if owner.name == 'waagent':
            return 'set ResourceDisk.EnableSwap=n in /etc/waagent.conf'
        what = ', '.join(dict.fromkeys(self.paths or self.subjects))
        return f'take {what} out of what {owner.name} sets on this host'

    def _sysctl(self) -> bool:
        return any(path.startswith(('/proc/sys/', '/etc/sysctl')) for path in self.paths)

    def _hostname(self) -> bool:
        return '/etc/hostname' in self.paths or 'hostnamectl' in self.programs


_LINK = re.compile(r'/systemd/system/[^/]+\.(wants|requires)/')
_NETWORK_MANAGER = 'set hostname-mode=none below [main] in a file of /etc/NetworkManager/conf.d'


def _places(source: str) -> List[str]:
    """The files, with their lines, that a source names."""
    found: List[Tuple[str, str]] = re.findall(r'(?:^|[, ])(/[^\s,:;)]+)((?::\d+)?)(?=$|[, ;)])', source)
    return [path + line for path, line in found]


def _of_the_kernel(path: str) -> bool:
    return path.startswith(('/proc/', '/sys/', '/dev/'))
