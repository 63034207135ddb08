"""network: see the class."""
from functools import partial

from nodeprep.linux import interfaces
from nodeprep.linux.waiting import all_within
from nodeprep.model import CannotTell, NotApplicable, Observation, Requirement, Want, unknown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List
from nodeprep.wanted import Option, duration, texts

# What host.connect says of a peer that answers: a refusal comes from it too.
_ANSWERS = {'connected': 'connected', 'refused': 'refused: it answers, nothing listens there yet'}
_MARGIN = 0.3             # seconds kept from the time limit for saying what came of it
_AT_ONCE = 128
_LETTERS = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:%')
_KUBELET, _API, _CONTROL_PLANE = (10250,), (6443,), (6443, 2379, 2380, 10250)


class Peer(NamedTuple):
    """A machine, and a port when one was given (0: those of its role)."""

    host: str
    port: int

    @property
    def name(self) -> str:
        """host:port as people write it."""
        return f'[{self.host}]:{self.port}' if ':' in self.host else f'{self.host}:{self.port}'


def peer(text: str) -> Peer:
    """Reads 'host', 'host:port', '[address]:port' or an IPv6 address. ValueError says what is wrong.

    >>> peer('10.0.0.1:6443'), peer('fd00::1')
    (Peer(host='10.0.0.1', port=6443), Peer(host='fd00::1', port=0))
    >>> peer('[fd00::1]:22').name
    '[fd00::1]:22'
    """
    if text.startswith('['):
        name, bracket, rest = text[1:].partition(']')
        colon, port = rest[:1], rest[1:]
        if not bracket or (rest and colon != ':'):
            raise ValueError('is not a peer; write it as [fd00::1]:6443')
    else:
        name, colon, port = text.partition(':') if text.count(':') == 1 else (text, '', '')
    number = int(port) if port.isdecimal() and len(port) < 6 else 0
    # What is no address must be a name that the resolver takes: labels of 1 to 63 characters.
    labels = name[:-1].split('.') if name.endswith('.') else name.split('.')
    fits = _LETTERS.issuperset(name) and len(name) < 254 and all(0 < len(label) < 64 for label in labels)
    if (colon and not 0 < number < 65536) or not fits:
        raise ValueError('is not a peer; write it as host or host:port')
    return Peer(name, number)


def _read_peers(value: Any) -> tuple:
    read: tuple = texts().read(value)
    for one in read:
        peer(one)
    return read


class Network(Requirement):
    """This host reaches every machine of the cluster on the ports that its role needs.

    Why: nodes talk to the API server (6443), the API server and metrics to each kubelet (10250), control planes to each
    other's etcd (2379, 2380). A firewall or a missing route in between shows only after joining, far from its cause.
    Read: now TCP connections with a short time limit, side by side. A connection that is refused has reached the peer,
    where nothing listens yet; one without an answer has not, nor has "no route", which is also how firewalld rejects.
    A name that does not resolve cannot be told. This host itself is left out of the peers.
    `peers` (host or host:port) are looked at on 10250, `control_planes` on 6443 and, from a control plane, on 2379,
    2380 and 10250 as well; a port that is given stands alone. The master can supply them. Nothing tells of the next
    boot.
    Fix: none.
    Left to a person: firewalls, routes and security groups between the machines.
    """

    id = 'network'
    title = 'The machines of the cluster can be reached'
    defaults = {'peers': Option((), _read_peers, 'list of texts', 'host or host:port of every other node'),
                'control_planes': Option((), _read_peers, 'list of texts', 'host or host:port of every control plane'),
                'timeout': duration('1s', 'how long one connection may take'),
                'time_limit': duration('3s', 'how long all of them may take')}
    waits = True

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """A connection to each peer."""
        if not want['peers'] and not want['control_planes']:
            raise NotApplicable('no peers are given')
        peers = [one for one in _peers(want) if not _is_here(host, one.host)]
        if not peers:
            raise NotApplicable('the only peer given is this host itself')
        limit = max(want['time_limit'] - _MARGIN, want['time_limit'] / 2)
        jobs = [partial(host.connect, one.host, one.port, min(want['timeout'], limit)) for one in peers]
        for one, outcome in zip(peers, all_within(limit, jobs, _AT_ONCE)):
            source = f'connect(2) {one.name}'
            if outcome.error is not None:
                yield unknown(one.name, 'it answers', CannotTell(outcome.error.reason, source),
                              hint='give its address, or put its name into /etc/hosts or DNS'
                              if outcome.error.source else 'raise time_limit when there are many peers')
            elif outcome.value in _ANSWERS:
                yield Observation(one.name, _ANSWERS[outcome.value], 'it answers', True, source)
            else:
                yield _unreached(one, outcome.value, want['timeout'], source)


def _peers(want: Want) -> List[Peer]:
    control_plane = _CONTROL_PLANE if want['role'] == 'control-plane' else _API
    found: Dict[Peer, None] = {}
    for texts_given, ports in ((want['control_planes'], control_plane), (want['peers'], _KUBELET)):
        for one in map(peer, texts_given):
            found.update(dict.fromkeys(Peer(one.host, port) for port in ((one.port,) if one.port else ports)))
    return list(found)


def _is_here(host: Any, name: str) -> bool:
    own = host.uname().nodename.lower()
    try:
        return name.lower() in (own, own.partition('.')[0]) or name in interfaces.addresses(host)
    except CannotTell:
        return False              # then this host is asked as any other, and answers


def _unreached(one: Peer, how: str, timeout: float, source: str) -> Observation:
    if how == 'no answer':
        return Observation(one.name, f'no answer within {timeout:g} s', 'it answers', False, source,
                           hint='a firewall drops it on the way or there, or the machine is down')
    return Observation(one.name, how, 'it answers', False, source,
                       hint='see `ip route get` for it, and the firewall of the peer: firewalld rejects in this way')
