"""The names and addresses that this machine has, for the certificate: whichever a node was told, it holds.

Read from /proc: fib_trie(5) lists the local IPv4 addresses, if_inet6 the IPv6 ones. Nothing is asked of the network.
"""
import ipaddress
import os

from nodeprep.typed import Iterator, List


def names(proc: str = '/proc') -> List[str]:
    """Host names first, then addresses, each once."""
    name = os.uname().nodename
    found = [name, name.partition('.')[0], 'localhost']
    return list(dict.fromkeys(one for one in found + sorted(_ipv4(proc)) + sorted(_ipv6(proc)) if one))


def _ipv4(proc: str) -> Iterator[str]:
    address = ''
    for line in _lines(f'{proc}/net/fib_trie'):
        words = line.split()
        if words[:1] == ['|--']:
            address = words[1]
        elif words[:3] == ['/32', 'host', 'LOCAL']:
            yield address


def _ipv6(proc: str) -> Iterator[str]:
    for line in _lines(f'{proc}/net/if_inet6'):
        words = line.split()
        if len(words) > 3 and words[3] != '20':       # 20: of one link alone, which needs %interface to be reached
            yield str(ipaddress.IPv6Address(int(words[0], 16)))


def _lines(path: str) -> List[str]:
    try:
        with open(path, encoding='ascii', errors='replace') as file:
            return file.read().split('\n')
    except OSError:
        return []
