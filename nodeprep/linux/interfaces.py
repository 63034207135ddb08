"""This host's own addresses and network cards, from /proc/net and /sys/class/net, without a command or a socket.

Sources: net/ipv4/fib_trie.c fib_trie_seq_show() ("|-- ADDRESS", below it "/32 host LOCAL" for each of our own);
net/ipv6/addrconf.c if6_seq_show(); Documentation/ABI/testing/sysfs-class-net.
"""
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List

TRIE, INET6, CLASS = '/proc/net/fib_trie', '/proc/net/if_inet6', '/sys/class/net'
_OURS = '/32 host LOCAL'
_VIRTUAL = '/devices/virtual/'
_ETHERNET = '1'            # ARPHRD_ETHER of include/uapi/linux/if_arp.h; lo is 772
PERMANENT, RANDOM = '0', '1'      # NET_ADDR_PERM, NET_ADDR_RANDOM; 2 stolen from another device, 3 set by someone


class Card(NamedTuple):
    """A network card: `mac` in lower case, `assigned` as addr_assign_type says ('' on a kernel that does not)."""

    name: str
    mac: str
    assigned: str
    source: str


def addresses(host: Any) -> List[str]:
    """The addresses of this host, IPv4 first, loopback left out, each as inet_ntop(3) writes it."""
    found: List[str] = host.once('addresses', lambda: _addresses(host))
    return found


def _addresses(host: Any) -> List[str]:
    return ([one for one in ipv4(host.read(TRIE)) if not loopback(one)]
            + [one for one in ipv6(host.read(INET6, missing='')) if not loopback(one)])


def ipv4(trie: str) -> List[str]:
    r"""Our own addresses in a fib_trie, each once: each table of the kernel tells them again.

    Only /32: the whole network of an address on lo is local, such as 127.0.0.0/8, and is told as one of its own.

    >>> ipv4('        |-- 10.0.0.5\n           /32 host LOCAL\n        |-- 10.0.0.255\n           /32 link BROADCAST\n')
    ['10.0.0.5']
    """
    found = []
    at = trie.find(_OURS)
    while at >= 0:
        leaf = trie.rfind('|-- ', 0, at)
        if leaf >= 0:
            found.append(trie[leaf + 4:leaf + 20].split('\n')[0].strip())
        at = trie.find(_OURS, at + len(_OURS))
    return list(dict.fromkeys(one for one in found if _is_ipv4(one)))


def _is_ipv4(word: str) -> bool:
    parts = word.split('.')
    return len(parts) == 4 and all(part.isdecimal() and len(part) < 4 and int(part) < 256 for part in parts)


def ipv6(table: str) -> List[str]:
    r"""Our own addresses in if_inet6: 32 digits, then the index, prefix, scope and flags of each.

    >>> ipv6('fe80000000000000025056fffeb169bd 02 40 20 80     eth0\n')
    ['fe80::250:56ff:feb1:69bd']
    """
    import _socket as socket  # the C half: the other makes enums of its constants first, which takes 2 ms
    found = []
    for line in table.split('\n'):
        word = line[:32]
        if len(word) == 32 and line[32:33] in (' ', ''):
            try:
                found.append(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(word)))
            except ValueError:
                continue
    return list(dict.fromkeys(found))


def loopback(address: str) -> bool:
    """Whether an address means this very host to whoever uses it: 127.0.0.0/8, ::1, or none at all.

    >>> [loopback(one) for one in ('127.0.1.1', '::1', '::ffff:127.0.0.1', '0.0.0.0', '10.127.0.1')]
    [True, True, True, True, False]
    """
    return address.startswith(('127.', '::ffff:127.')) or address in ('::1', '::', '0.0.0.0')    # noqa: S104  # no bind


def link_local(address: str) -> bool:
    """Whether an address is good on one wire alone: fe80::/10 and 169.254.0.0/16.

    >>> [link_local(one) for one in ('fe80::1%eth0', 'febf::1', 'fec0::1', '169.254.1.1')]
    [True, True, False, True]
    """
    return address[:3].lower() in ('fe8', 'fe9', 'fea', 'feb') or address.startswith('169.254.')


def cards(host: Any) -> List[Card]:
    """The Ethernet cards that are devices, not made by software: bridges, bonds, veth, tunnels lie below virtual/."""
    found: List[Card] = host.once('cards', lambda: _cards(host))
    return found


def _cards(host: Any) -> List[Card]:
    if not host.is_folder(CLASS):
        raise CannotTell(f'{CLASS} is not there', CLASS)
    found = []
    for name, target in sorted(host.links(CLASS).items()):
        if _VIRTUAL in target:
            continue
        folder = f'{CLASS}/{name}'
        if _attribute(host, f'{folder}/type') == _ETHERNET:
            found.append(Card(name, _attribute(host, f'{folder}/address').lower(),
                              _attribute(host, f'{folder}/addr_assign_type'), f'{folder}/address'))
    return found


def _attribute(host: Any, path: str) -> str:
    return str(host.read(path, missing='')).strip()


def macs(host: Any) -> List[str]:
    """The addresses of the cards, for telling hosts apart: a bond gives its cards one address, so each once."""
    return list(dict.fromkeys(card.mac for card in cards(host) if card.mac))
