"""What the running firewalld says of its zones.

Source: firewall-cmd(1). firewall-cmd is a client of the system bus, so it is asked only while the daemon runs.
"""
from typing import Any, Dict, List, Tuple

from nodeprep.linux.firewallfiles import service_ports
from nodeprep.linux.firewallzone import Zone, port_of
from nodeprep.model import CannotTell

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
    ports = [port for name in services for port in service_ports(host, name, f'{zone.source}, service {name}')]
    return zone._replace(ports=zone.ports + tuple(ports))


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
        elif key == 'services':
            services = value.split()
        elif key == 'ports':
            zone = zone._replace(ports=tuple(port for word in value.split() for port in port_of(word, zone.source)))
        zones[name] = zone, services
    return zones
