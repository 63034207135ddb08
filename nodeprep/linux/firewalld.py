"""What the running firewalld says of its zones.

Source: firewall-cmd(1). firewall-cmd is a client of the system bus, so it is asked only while the daemon runs.
"""
import re

from nodeprep.linux.firewallfiles import service_ports
from nodeprep.linux.firewallzone import Port, Zone, port_of
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Dict, Iterable, Iterator, List, Tuple

LIST = ('firewall-cmd', '--list-all-zones')


def running(host: Any) -> Dict[str, Zone]:
    """Every zone as the running daemon has it, by name. It must run: asking over the bus could start it."""
    answer = host.ask(LIST)
    if answer.code:
        said = (answer.err.strip() or answer.out.strip()).split('\n')[0][:200]
        raise CannotTell(f'firewall-cmd: {said or f"exit {answer.code}"}', ' '.join(LIST))
    zones = parse(answer.out)
    if not zones:
        raise CannotTell('firewall-cmd named no zone', ' '.join(LIST))
    return {name: _with_services(host, zone, services) for name, (zone, services) in zones.items()}


def _with_services(host: Any, zone: Zone, services: List[str]) -> Zone:
    return _with(zone, (port for name in services
                        for port in service_ports(host, name, f'{zone.source}, service {name}')))


def _with(zone: Zone, ports: Iterable[Port]) -> Zone:
    return zone._replace(ports=zone.ports + tuple(ports))


def _of_rule(rule: str, source: str) -> Iterator[Port]:
    """The port that a rich rule accepts; firewalld.richlanguage(5). Others than `port` are not read."""
    port = re.search(r'\bport port="([\d-]{1,11})" protocol="(\w{1,9})"', rule)
    if port is None or not re.search(r'\baccept\b', rule) or ' destination ' in rule or ' source NOT ' in rule:
        return
    sender = re.search(r'\bsource address="([^"]{1,60})"', rule)
    to_some = sender.group(1) if sender else 'an address set' if ' source ' in rule else ''
    for one in port_of(f'{port.group(1)}/{port.group(2)}', f'{source}, rich rule'):
        yield one._replace(sender=to_some)


def parse(text: str) -> Dict[str, Tuple[Zone, List[str]]]:
    r"""The zones of `firewall-cmd --list-all-zones`, each with its services.

    >>> parse('public (active)\n  interfaces: eth0\n  services: ssh\n  ports: 6443/tcp\n')['public'][1]
    ['ssh']
    """
    zones: Dict[str, Tuple[Zone, List[str]]] = {}
    name = ''
    for line in text.split('\n'):
        if line and not line[0].isspace():
            name = line.split()[0]
            zones[name] = Zone(name, f'{" ".join(LIST)} ({name})'), []
        key, _, value = line.strip().partition(':')
        if not name or not line[:1].isspace():
            continue
        zone, services = zones[name]
        if key == 'target':
            zone = zone._replace(accepts=value.strip() == 'ACCEPT')
        elif key == 'interfaces':
            zone = zone._replace(interfaces=tuple(value.split()))
        elif key == 'sources':
            zone = zone._replace(sources=tuple(value.split()))
        elif key == 'services':
            services = value.split()
        elif key == 'ports':
            zone = _with(zone, (port for word in value.split() for port in port_of(word, zone.source)))
        elif key.startswith('rule '):
            zone = _with(zone, _of_rule(line.strip(), zone.source))
        zones[name] = zone, services
    return zones
