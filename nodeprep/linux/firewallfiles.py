"""firewalld's own files: the zones and services as its next start would have them.

Sources: firewalld.conf(5), firewalld.zone(5), firewalld.service(5); firewalld, src/firewall/core/io/. A file in
/etc/firewalld hides the one of the same name in /usr/lib/firewalld.
"""
import re

from nodeprep.linux.firewallzone import Port, Zone, port_of
from nodeprep.linux.lines import numbered
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Dict, Iterator, Optional, Tuple

CONF = '/etc/firewalld/firewalld.conf'
FOLDERS = ('/etc/firewalld', '/usr/lib/firewalld')
_MOST_TEXT = 2**20         # characters; a zone of hand-written rules has a few thousand
_MOST_SERVICES = 200


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
    for rule in root.findall('rule'):
        ports.extend(_of_rule(host, rule, path))
    interfaces = tuple(one.get('name') or '' for one in root.findall('interface'))
    sources = tuple(one.get('address') or 'an address set' for one in root.findall('source'))
    return Zone(name, path, root.get('target') == 'ACCEPT', tuple(ports), interfaces, sources)


def all_permanent(host: Any) -> Dict[str, Zone]:
    """Every zone that has a file, by name."""
    def read() -> Dict[str, Zone]:
        names = {name[:-4] for folder in FOLDERS for name in host.names(f'{folder}/zones') if name.endswith('.xml')}
        return {name: permanent(host, name) for name in sorted(names)}
    found: Dict[str, Zone] = host.once('firewalld zones', read)
    return found


def of_interfaces(host: Any) -> Dict[str, str]:
    """Interface -> zone, as ifcfg files (EL7, EL8), NetworkManager's connections and the zone files bind them."""
    found: Dict[str, str] = {}
    for path in host.glob('/etc/sysconfig/network-scripts/ifcfg-*'):
        match = re.search(r'^ZONE=["\']?([\w-]+)', host.read(path), re.MULTILINE)
        if match:
            found[path.rpartition('/ifcfg-')[2]] = match.group(1)
    for path in host.glob('/etc/NetworkManager/system-connections/*.nmconnection'):
        said = dict(re.findall(r'^(interface-name|zone)\s*=\s*([\w.:-]+)\s*$', host.read(path), re.MULTILINE))
        if len(said) == 2:
            found[said['interface-name']] = said['zone']
    for zone in all_permanent(host).values():
        found.update((interface, zone.name) for interface in zone.interfaces)
    return found


def _of_rule(host: Any, rule: Any, path: str) -> Iterator[Port]:
    """The ports that a rich rule accepts; one about a destination, or about all addresses but some, opens none."""
    source = rule.find('source')
    negated = source is not None and (source.get('invert') or '').lower() in ('yes', 'true')
    if rule.find('accept') is None or rule.find('destination') is not None or negated:
        return
    sender = '' if source is None else source.get('address') or 'an address set'
    why = f'{path} (rich rule)'
    found = [port for one in rule.findall('port')
             for port in port_of(f'{one.get("port") or ""}/{one.get("protocol") or ""}', why)]
    found.extend(port for one in rule.findall('service') for port in service_ports(host, one.get('name') or '', why))
    yield from (port._replace(sender=sender) for port in found)


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
        yield from port_of(word, f'{path} (port {number}: {word})')
