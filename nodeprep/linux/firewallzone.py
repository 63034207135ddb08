"""A zone of firewalld as plain values: which ports it lets in.

>>> opened(Zone('public', 'x', ports=(Port('tcp', 6443, 6443, 'x:3'),)), 'tcp', 6443, 6443)
'x:3'
"""
import re
from typing import Any, Iterator, NamedTuple, Tuple


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


def opened(zone: Zone, protocol: str, first: int, last: int) -> str:
    """What lets this whole range in, '' when something of it is left out."""
    if zone.accepts:
        return f'{zone.source} (target ACCEPT)'
    reached, why = first, ''
    for port in sorted(zone.ports, key=lambda one: one.first):
        if port.protocol == protocol and port.first <= reached <= port.last:
            reached, why = port.last + 1, why or port.why
    return why if reached > last else ''


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
