"""Tries of wrong secrets."""
from nodeprep.master.tries import Tries


class Clock:
    now = 50.0

    def __call__(self):
        return self.now


def test_each_address_has_its_tries_and_gets_them_back():
    clock = Clock()
    tries = Tries(clock, tries=3, again=10.0)
    for _ in range(2):
        tries.failed('192.0.2.1')
        assert tries.wait('192.0.2.1') == 0
    tries.failed('192.0.2.1')
    assert (tries.wait('192.0.2.1'), tries.wait('192.0.2.2')) == (10.0, 0)
    clock.now += 10
    assert tries.wait('192.0.2.1') == 0
    tries.failed('192.0.2.1')
    assert tries.wait('192.0.2.1') == 10.0
    clock.now += 1000
    for _ in range(3):
        assert tries.wait('192.0.2.1') == 0
        tries.failed('192.0.2.1')
    assert tries.wait('192.0.2.1') == 10.0, 'no more are given back than there were'


def test_a_network_of_64_bits_is_one_address():
    tries = Tries(Clock(), tries=1)
    tries.failed('2001:db8::1')
    assert tries.wait('2001:db8::ffff:1') and not tries.wait('2001:db8:0:1::1')
    tries.failed('::ffff:192.0.2.1')
    assert tries.wait('192.0.2.1')
    tries.failed('fe80::1%eth0')
    assert tries.wait('fe80::2%eth1')


def test_only_so_many_addresses_are_remembered():
    tries = Tries(Clock(), tries=1, most=100)
    for number in range(1000):
        tries.failed(f'10.0.{number // 256}.{number % 256}')
    assert len(tries._used) == 100
    assert tries.wait('10.0.3.231')
