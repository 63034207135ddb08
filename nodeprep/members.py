"""The members of a cluster, as the master tells them to each of its nodes: names, roles, addresses.

Master and agent read them by the same rules, since neither believes the other: what stands here ends in /etc/hosts.
Sources: RFC 1123 2.1 (host names), kubernetes.io "Considerations for large clusters" (5,000 nodes).
"""
import re

from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List, Tuple

MOST, BYTES = 5000, 900 * 2**10      # of members, and of the JSON of all: agents take a MiB
CONTROL_PLANE = 'control-plane'
_ADDRESSES, _CONFLICTS, _TEXT = 8, 100, 300
_LABEL = r'[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
_NAME = re.compile(rf'(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*')
_ADDRESS = re.compile(r'[0-9a-f:.]{2,45}')


class Member(NamedTuple):
    """One node. `name` in lower case; `addresses` as ipaddress writes them."""

    name: str
    role: str
    addresses: Tuple[str, ...]


class Listing(NamedTuple):
    """All of a cluster; `conflicts` are (name, why) of those that are left out."""

    cluster: str
    members: Tuple[Member, ...]
    conflicts: Tuple[Tuple[str, str], ...] = ()


def name(text: Any) -> str:
    """The host name in lower case; '' for what is none, or is everybody's.

    >>> name('K8s-Node1'), name('10.0.0.1'), name('a b'), name('localhost.localdomain'), name('$(id)')
    ('k8s-node1', '', '', '', '')
    """
    found = text.lower() if isinstance(text, str) and text.isprintable() and len(text) < 254 else ''
    if not _NAME.fullmatch(found) or found.rpartition('.')[2].isdecimal():
        return ''            # one that ends in a number would be taken for an address
    return '' if re.match(r'(ip6-)?localhost[46]?(\.|$)', found) or found.endswith('.localhost') else found


def address(text: Any) -> str:
    """The address as ipaddress writes it; '' for what is none, or is not one machine's for all others.

    >>> address('10.0.0.1'), address('FD00:0::1'), address('::ffff:10.0.0.1')
    ('10.0.0.1', 'fd00::1', '10.0.0.1')
    >>> [address(one) for one in ('127.0.0.1', '169.254.0.1', 'fe80::1', 'fd00::1%eth0', '0.0.0.0', '224.0.0.1', '1')]
    ['', '', '', '', '', '', '']
    """
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text.lower()):      # nor has it a zone, such as %eth0
        return ''
    import ipaddress
    try:
        found: Any = ipaddress.ip_address(text)
    except ValueError:
        return ''
    found = getattr(found, 'ipv4_mapped', None) or found
    alone = found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved
    return '' if alone else str(found)


def read(tree: Any) -> Listing:
    """The members that a tree of JSON tells. ValueError with what is wrong: then nothing of it is believed."""
    if not isinstance(tree, dict) or not isinstance(tree.get('cluster'), str) or len(tree['cluster']) > _TEXT:
        raise ValueError('it is no object with the name of a cluster')
    members, conflicts = tree.get('members'), tree.get('conflicts')
    if not isinstance(members, list) or not isinstance(conflicts, list) or len(members) > MOST:
        raise ValueError(f'members and conflicts are not lists of at most {MOST}')
    found = tuple(_member(f'members[{at}]', one) for at, one in enumerate(members))
    _once('the name', [one.name for one in found])
    _once('the address', [single for one in found for single in one.addresses])
    return Listing(tree['cluster'], found, tuple(_conflict(one) for one in conflicts[:_CONFLICTS]))


def tree_of(listing: Listing) -> Dict[str, Any]:
    """The tree that read() takes."""
    return {'cluster': listing.cluster,
            'members': [{'name': one.name, 'role': one.role, 'addresses': list(one.addresses)}
                        for one in listing.members],
            'conflicts': [{'name': clean(who)[:_TEXT], 'why': clean(why)[:_TEXT]}
                          for who, why in listing.conflicts[:_CONFLICTS]]}


def _member(place: str, tree: Any) -> Member:
    if not isinstance(tree, dict) or not isinstance(tree.get('addresses'), list):
        raise ValueError(f'{place}: is no object with a list of addresses')
    role, addresses = tree.get('role'), tree['addresses']
    if not isinstance(role, str) or len(role) > _TEXT or not role.isprintable():
        raise ValueError(f'{place}: has no role')
    if name(tree.get('name')) != tree.get('name') or not tree['name']:
        raise ValueError(f'{place}: its name is no host name')
    if not 0 < len(addresses) <= _ADDRESSES or any(not one or address(one) != one for one in addresses):
        raise ValueError(f'{place}: its addresses are not 1 to {_ADDRESSES} of a machine')
    return Member(tree['name'], role, tuple(addresses))


def _conflict(tree: Any) -> Tuple[str, str]:
    who, why = (tree.get('name'), tree.get('why')) if isinstance(tree, dict) else (None, None)
    if not isinstance(who, str) or not isinstance(why, str):
        raise ValueError('a conflict is no object with the texts name and why')
    return clean(who)[:_TEXT], clean(why)[:_TEXT]


def _once(what: str, words: List[str]) -> None:
    seen = set()
    for word in words:
        if word in seen:
            raise ValueError(f'{what} {word} is there twice')
        seen.add(word)
