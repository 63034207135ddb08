"""A zone of firewalld as plain values: which ports it lets in.

>>> opened(Zone('public', 'x', ports=(Port('tcp', 6443, 6443, 'x:3'),)), 'tcp', 6443, 6443)
'x:3'
"""
import re

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterable, Iterator, List, Tuple


class Port(NamedTuple):
    """A range of ports that is let in, what says so, and from which addresses alone ('' from all)."""

    protocol: str
    first: int
    last: int
    why: str
    sender: str = ''


class Zone(NamedTuple):
    """One zone. `accepts`: its target lets everything in. `interfaces` and `sources` are bound to it by name."""

    name: str
    source: str
    accepts: bool = False
    ports: Tuple[Port, ...] = ()
    interfaces: Tuple[str, ...] = ()
    sources: Tuple[str, ...] = ()


def opened(zone: Zone, protocol: str, first: int, last: int) -> str:
    """What lets this whole range in from everywhere, '' when something of it is left out."""
    if zone.accepts:
        return f'{zone.source} (target ACCEPT)'
    used = _covering([port for port in zone.ports if not port.sender], protocol, first, last)
    return used[0].why if used else ''


def opened_to_some(zone: Zone, others: Iterable[Zone], protocol: str, first: int, last: int) -> Tuple[str, str]:
    """(what lets this whole range in, from which addresses): by rich rules, or by zones that are bound to addresses."""
    ports = list(zone.ports)
    for other in others:
        if other.sources and other.accepts:
            ports.append(Port(protocol, 1, 65535, f'{other.source} (target ACCEPT)', ', '.join(other.sources)))
        elif other.sources:
            ports.extend(port._replace(sender=', '.join(other.sources)) for port in other.ports)
    used = _covering(ports, protocol, first, last)
    return (used[0].why, ', '.join(sorted({port.sender for port in used if port.sender}))) if used else ('', '')


def _covering(ports: List[Port], protocol: str, first: int, last: int) -> List[Port]:
    """Ports that make up the whole range together; none when something of it is left out."""
    reached, used = first, []
    for port in sorted(ports, key=lambda one: (one.first, one.sender)):
        if port.protocol == protocol and port.first <= reached <= port.last and reached <= last:
            reached = port.last + 1
            used.append(port)
    return used if reached > last else []


def port_of(word: str, why: str) -> Iterator[Port]:
    """The port that firewalld writes as 30000-32767/tcp; nothing for what is none."""
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
    for port in port_of(str(value).strip(), ''):
        return port[:3]
    raise ValueError(f'{value!r} is not a port; write it as 8472/udp or 30000-32767/tcp')
