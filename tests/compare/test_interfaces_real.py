"""This host's own addresses beside what ip(8) shows, with generated addresses in a network namespace of their own."""
import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.linux import interfaces
from tests.tiers import need

# A device that comes up gives itself an address some time later: only what was so before and after counts.
SHOW = '''ip link set lo up && ip link add near type veth peer name far && ip link set near up && ip link set far up &&
ip -batch - && {
a=1 b=2
until [ "$a" = "$b" ]; do
    a=$(ip -o addr) trie=$(cat /proc/net/fib_trie) inet6=$(cat /proc/net/if_inet6) b=$(ip -o addr)
done
echo "$a"; echo ==; echo "$trie"; echo ==; echo "$inet6"
}'''
IPV4 = st.builds('10.{}.{}.{}/{}'.format, st.integers(0, 2), st.integers(0, 3), st.integers(1, 254),
                 st.sampled_from([8, 16, 24, 25, 30, 31, 32]))
IPV6 = st.builds('{}:{:x}::{:x}/{}'.format, st.sampled_from(['fd00', '2001:db8', 'fe80']), st.integers(1, 0xffff),
                 st.integers(0, 0xffff), st.sampled_from([64, 127, 128]))
ADDRESSES = st.lists(st.tuples(st.one_of(IPV4, IPV6), st.sampled_from(['near', 'far', 'lo'])), max_size=12,
                     unique_by=lambda one: one[0].partition('/')[0])
# Routes of other kinds lie in the same trie and must not be taken for addresses.
ROUTES = st.lists(st.sampled_from(['unreachable 10.0.0.0/9', 'blackhole 192.0.2.1', 'prohibit 198.51.100.0/24',
                                   '203.0.113.0/24 dev near', 'throw 10.3.0.0/16', '203.0.113.9 dev far table 77']),
                  max_size=4, unique=True)


@settings(deadline=None, max_examples=120)
@given(addresses=ADDRESSES, routes=ROUTES)
def test_the_same_addresses_as_ip_shows(addresses, routes):
    need('root')
    need('netns')
    need('program', 'ip')
    lines = [f'addr add {address} dev {device}' for address, device in addresses]
    lines += [f'route add {route}' for route in routes]
    shown = subprocess.run(['unshare', '-n', 'sh', '-c', SHOW], input='\n'.join(lines) + '\n', stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, universal_newlines=True, timeout=30)
    assert shown.returncode == 0, shown.stderr
    listed, trie, inet6 = shown.stdout.split('==\n')
    theirs = {words[3].partition('/')[0] for words in map(str.split, listed.splitlines())}
    assert set(interfaces.ipv4(trie)) == {one for one in theirs if ':' not in one}
    assert set(interfaces.ipv6(inet6)) == {one for one in theirs if ':' in one}
