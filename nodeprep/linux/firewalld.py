r"""firewalld's zones and services: which ports a zone lets in, by its files and by what the running daemon says.

Sources: firewalld.conf(5), firewalld.zone(5), firewalld.service(5), firewall-cmd(1); firewalld, src/firewall/core/io/.
A file in /etc/firewalld hides the one of the same name in /usr/lib/firewalld.

>>> opened(Zone('public', 'x', ports=(Port('tcp', 6443, 6443, 'x:3'),)), 'tcp', 6443, 6443)
'x:3'
"""
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from nodeprep.linux.lines import numbered
from nodeprep.model import CannotTell

CONF = '/etc/firewalld/firewalld.conf'
FOLDERS = ('/etc/firewalld', '/usr/lib/firewalld')
LIST = ('firewall-cmd', '--list-all-zones')
_MOST_TEXT = 2**20         # characters; a zone of hand-written rules has a few thousand
_MOST_SERVICES = 200


class Port(NamedTuple):
    """A range of ports that is let in, and what says so."""

    protocol: str
    first: int
    last: int
    why: str


class Zone(NamedTuple):
    """One zone. `accepts`: its target lets everything in. `interfaces` is what is bound to it by name."""

    name: str
    source: str
    accepts: bool = False
    ports: Tuple[Port, ...] = ()
    interfaces: Tuple[str, ...] = ()


def default_zone(host: Any) -> Tuple[str, str]:
    """(the zone of interfaces that no other zone claims, where that stands). The first DefaultZone= counts."""
    for number, line in numbered(host.read(CONF, missing='')):
        key, _, value = line.partition('=')
        if key.strip() == 'DefaultZone' and value.strip() and '=' not in value:
            return value.strip(), f'{CONF}:{number}'
    return 'public', CONF


def permanent(host: Any, name: str) -> Zone:
    """A zone as the next start of firewalld would have it. CannotTell when it has no file, or one that is no zone."""
    path, root = _file(host, 'zones', name)
    if root is None:
        raise CannotTell(f'zone {name} has no file', f'{FOLDERS[0]}/zones/{name}.xml')
    if root.tag != 'zone':
        raise CannotTell(f'{path} is not a zone', path)
    ports = list(_ports(root, path))
    for service in root.findall('service'):
        ports.extend(service_ports(host, service.get('name') or '', f'{path} (service {service.get("name")})'))
    interfaces = tuple(one.get('name') or '' for one in root.findall('interface'))
    return Zone(name, path, root.get('target') == 'ACCEPT', tuple(ports), interfaces)


def of_interfaces(host: Any) -> Dict[str, str]:
    """Interface -> zone, as the permanent zone files and ifcfg files bind them."""
    found: Dict[str, str] = {}
    for path in host.glob('/etc/sysconfig/network-scripts/ifcfg-*'):
        match = re.search(r'^ZONE=["\']?([\w-]+)', host.read(path), re.MULTILINE)
        if match:
            found[path.rpartition('/ifcfg-')[2]] = match.group(1)
    names = {name[:-4] for folder in FOLDERS for name in host.names(f'{folder}/zones') if name.endswith('.xml')}
    for name in sorted(names):
        _, root = _file(host, 'zones', name)
        if root is not None:
            found.update((one.get('name') or '', name) for one in root.findall('interface'))
    return found


def running(host: Any) -> Dict[str, Zone]:
    """Every zone as the running daemon has it, by name. It must run: asking over the bus could start it."""
    answer = host.ask(LIST)
    if answer.code:
        said = (answer.err.strip() or answer.out.strip()).split('\n')[0][:200]
        raise CannotTell(f'firewall-cmd: {said or f"exit {answer.code}"}', ' '.join(LIST))
    zones = parse(answer.out)
    if not zones:
        raise CannotTell('firewall-cmd named no zone', ' '.join(LIST))
    return {name: zone._replace(ports=zone.ports + tuple(_of_services(host, services, zone.source)))
            for name, (zone, services) in zones.items()}


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
            zone = zone._replace(ports=tuple(port for word in value.split() for port in _port(word, zone.source)))
        zones[name] = zone, services
    return zones


def opened(zone: Zone, protocol: str, first: int, last: int) -> str:
    """What lets this whole range in, '' when something of it is left out."""
    if zone.accepts:
        return f'{zone.source} (target ACCEPT)'
    reached, why = first, ''
    for port in sorted(zone.ports, key=lambda one: one.first):
        if port.protocol == protocol and port.first <= reached <= port.last:
            reached, why = port.last + 1, why or port.why
    return why if reached > last else ''


def service_ports(host: Any, name: str, why: str) -> Iterator[Port]:
    """The ports of a service and of those that it includes (firewalld 0.7 and later). An unknown service opens none."""
    todo, seen = [name], {name}
    while todo and len(seen) < _MOST_SERVICES:
        path, root = _file(host, 'services', todo.pop())
        if root is None:
            continue
        yield from (port._replace(why=why) for port in _ports(root, path))
        included = {one.get('service') or '' for one in root.findall('include')} - seen
        seen |= included
        todo.extend(sorted(included))


def _of_services(host: Any, services: List[str], source: str) -> Iterator[Port]:
    for name in services:
        yield from service_ports(host, name, f'{source}, service {name}')


def _file(host: Any, kind: str, name: str) -> Tuple[str, Optional[Any]]:
    """The path and root element of a zone's or a service's file; None when there is none."""
    if not re.match(r'^[\w.-]{1,64}$', name):
        return '', None
    for folder in FOLDERS:
        path = f'{folder}/{kind}/{name}.xml'
        text = host.read(path, missing='')
        if text:
            return path, _xml(text, path)
    return '', None


def _xml(text: str, path: str) -> Any:
    """A small XML file's root. Entities are refused unread: they are what makes a short file expand without end."""
    import xml.etree.ElementTree as tree  # costs 5 ms, and only `policy: open` comes here
    if len(text) > _MOST_TEXT or '<!DOCTYPE' in text or '<!ENTITY' in text:
        raise CannotTell(f'{path} is no plain XML file', path)
    try:
        return tree.fromstring(text)           # noqa: S314  # no DOCTYPE, so no entities
    except (tree.ParseError, UnicodeError, ValueError) as error:
        raise CannotTell(f'{path}: {error}', path) from None


def _ports(root: Any, path: str) -> Iterator[Port]:
    for number, one in enumerate(root.findall('port'), 1):
        word = f'{one.get("port") or ""}/{one.get("protocol") or ""}'
        yield from _port(word, f'{path} (port {number}: {word})')


def _port(word: str, why: str) -> Iterator[Port]:
    match = re.match(r'^(\d{1,5})(?:-(\d{1,5}))?/(tcp|udp|sctp|dccp)$', word)
    if match:
        first, last = int(match.group(1)), int(match.group(2) or match.group(1))
        if 0 < first <= last <= 65535:
            yield Port(match.group(3), first, last, why)


def read_port(value: Any) -> Tuple[str, int, int]:
    """(protocol, first, last) of '8472/udp' or '30000-32767/tcp'; ValueError says what is wrong.

    >>> read_port('8472/udp')
    ('udp', 8472, 8472)
    """
    for port in _port(str(value).strip(), ''):
        return port[:3]
    raise ValueError(f'{value!r} is not a port; write it as 8472/udp or 30000-32767/tcp')
