"""The ports of a node's role in the zones of its interfaces: open, or with what opens them."""
import re

from nodeprep.linux import firewalld, firewallfiles, firewalls, routes
from nodeprep.linux.firewallzone import Zone, opened, opened_to_some, read_port
from nodeprep.model import CannotTell, Observation, Run, Want
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, List, Tuple

# https://kubernetes.io/docs/reference/networking/ports-and-protocols/
_TCP = {'control-plane': ((6443, 6443), (2379, 2380), (10250, 10250), (10257, 10257), (10259, 10259)),
        'worker': ((10250, 10250), (30000, 32767))}
_SSHD = '/etc/ssh/sshd_config'


class _Port(NamedTuple):
    protocol: str
    first: int
    last: int
    advised: bool

    @property
    def word(self) -> str:
        """As firewall-cmd writes it: 30000-32767/tcp."""
        return f'{self.first}{"" if self.first == self.last else f"-{self.last}"}/{self.protocol}'


def _wanted_ports(want: Want) -> List[_Port]:
    ports = [_Port('tcp', first, last, False) for first, last in _TCP[want['role']]]
    if want['role'] == 'worker':
        ports.append(_Port('udp', 30000, 32767, True))       # for Services of type NodePort over UDP
    return ports + [_Port(*read_port(one), advised=False) for one in want['ports']]


def opened_now(host: Any, want: Want) -> Iterator[Observation]:
    """Each port as the running firewalld has it. CannotTell when it does not say."""
    zones = firewalld.running(host)
    bound = {interface: zone.name for zone in zones.values() for interface in zone.interfaces}
    for name, interfaces in _zones_of_node(host, bound):
        if name not in zones:
            raise CannotTell(f'firewall-cmd did not name the zone {name}', ' '.join(firewalld.LIST))
        yield from _judged(want, zones[name], list(zones.values()), interfaces, ('firewall-cmd',))


def opened_at_boot(host: Any, want: Want) -> Iterator[Observation]:
    """Each port as the next start of firewalld would have it. CannotTell when a file of its cannot be read."""
    # firewall-cmd asks the daemon, firewall-offline-cmd writes the files of one that does not run.
    runs = host.live and firewalls.firewalld_runs(host)[0]
    command = ('firewall-cmd', '--permanent') if runs else ('firewall-offline-cmd',)
    for name, interfaces in _zones_of_node(host, firewallfiles.of_interfaces(host)):
        zones = list(firewallfiles.all_permanent(host).values())
        yield from _judged(want, firewallfiles.permanent(host, name), zones, interfaces, command)


def shuts_out(host: Any) -> str:
    """What says that sshd could not be reached once firewalld is on; '' when its files let it in, or there is none."""
    text = host.read(_SSHD, missing='')
    ports = [int(port) for port in re.findall(r'(?im)^[ \t]*port[ \t=]+(\d{1,5})[ \t]*$', text)] or [22]
    for name, interfaces in _zones_of_node(host, firewallfiles.of_interfaces(host)) if host.exists(_SSHD) else ():
        zone, zones = firewallfiles.permanent(host, name), list(firewallfiles.all_permanent(host).values())
        for port in ports:
            if not opened(zone, 'tcp', port, port) and not opened_to_some(zone, zones, 'tcp', port, port)[0]:
                return f'the zone {name} ({interfaces}) does not let {port}/tcp in, where sshd listens ({_SSHD})'
    return ''


def _zones_of_node(host: Any, bound: Any) -> List[Tuple[str, str]]:
    """(zone, the interfaces that are in it) of the networks that this host stands in; of an image the default zone."""
    default, _ = firewallfiles.default_zone(host)
    found: List[Tuple[str, str]] = []
    for interface in routes.routed(host) if host.live else ():
        zone = bound.get(interface, default)
        others = [have for name, have in found if name == zone]
        found = [pair for pair in found if pair[0] != zone] + [(zone, ', '.join(others + [interface]))]
    return found or [(default, 'the default')]


def _judged(want: Want, zone: Zone, zones: List[Zone], interfaces: str,
            command: Tuple[str, ...]) -> Iterator[Observation]:
    for port in _wanted_ports(want):
        why, senders = opened(zone, port.protocol, port.first, port.last), ''
        if not why:
            # Whoever opened it to some addresses meant the nodes: `network` tells whether they really get through.
            why, senders = opened_to_some(zone, zones, port.protocol, port.first, port.last)
        found = f'{"open" if why else "closed"} in zone {zone.name}' if not senders else f'open to {senders}'
        seen = Observation(port.word, found, f'open in zone {zone.name} ({interfaces})', bool(why), why or zone.source,
                           advised=port.advised)
        add, remove = (command + (f'--zone={zone.name}', f'--{verb}-port={port.word}') for verb in ('add', 'remove'))
        yield seen if why else seen._replace(fix=(Run(add, remove),))
