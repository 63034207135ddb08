"""What is made of what systemd says, and when a bus is tried again; the bus is a list of messages."""
import pytest

from nodeprep.agent.units import Units, path_of
from nodeprep.host.bus import ERROR, RETURN, SIGNAL, Gone, Said

DOCKER = 'docker.service'
SYSTEMD = ':1.0'
UNIT = 'org.freedesktop.systemd1.Unit'


class Clock:
    at = 1000.0

    def __call__(self):
        return self.at


class FakeBus:
    """`says`: what the next read() gives, or raises."""

    def __init__(self):
        self.calls, self.says, self.closed = [], [], False

    def fileno(self):
        return 98

    def call(self, to, path, interface, method, *text):
        self.calls.append((method, text))
        return len(self.calls) + 1

    def flush(self):
        pass

    def read(self):
        says, self.says = self.says, []
        for said in says:
            if isinstance(said, Gone):
                raise said
        return says

    def close(self):
        self.closed = True

    def answer(self, subscribe=RETURN, alias=None):
        for at, (method, text) in enumerate(self.calls):
            kind, body = RETURN, ()
            if method == 'Subscribe':
                kind = subscribe
            if method == 'GetUnit':
                kind, body = (RETURN, (path_of(alias),)) if alias else (ERROR, ())
            self.says.append(Said(kind, SYSTEMD, '', '', 'org.x.NoSuchUnit' if kind == ERROR else '', at + 2, body))


class Buses:
    def __init__(self):
        self.clock, self.made, self.gone = Clock(), [], ''

    def __call__(self):
        if self.gone:
            raise Gone(self.gone)
        self.made.append(FakeBus())
        return self.made[-1]


@pytest.fixture
def buses():
    return Buses()


def ready(buses, alias=None):
    units = Units([DOCKER], buses, buses.clock)
    buses.made[-1].answer(alias=alias)
    told = units.read()
    if alias:
        buses.made[-1].says = [Said(RETURN, 'org.freedesktop.DBus', '', '', '', len(buses.made[-1].calls) + 1, ())]
        told += units.read()
    assert told == [('', 'units are watched from now on')] and units.missing == ''
    return units, buses.made[-1]


def changed(active, sub='dead', sender=SYSTEMD, path=path_of(DOCKER)):
    properties = {'ActiveState': ('s', active), 'SubState': ('s', sub)} if active else {'Job': ('(uo)', (0, '/'))}
    return Said(SIGNAL, sender, path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged', 0, (UNIT, properties, []))


def manager(member, *body, sender=SYSTEMD):
    return Said(SIGNAL, sender, '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager', member, 0, body)


def test_states_are_told_when_they_change(buses):
    units, bus = ready(buses)
    bus.says = [changed('active'), changed('active'), changed(''), changed('active', 'running'), changed('failed')]
    assert units.read() == [(DOCKER, f'{DOCKER} {state}') for state in ('active', 'active', 'failed')]


def test_another_sender_and_another_unit_are_nobody(buses):
    units, bus = ready(buses)
    bus.says = [changed('active', sender=':1.99'), changed('active', path=path_of('x.service')),
                manager('UnitNew', 'x.service', '/x'), manager('UnitNew', DOCKER, '/x', sender=':1.99')]
    assert units.read() == []


def test_a_unit_that_goes_is_told_only_if_it_was_not_at_rest(buses):
    units, bus = ready(buses)
    bus.says = [changed('inactive'), manager('UnitRemoved', DOCKER, '/x')]
    assert units.read() == [(DOCKER, 'docker.service inactive')]
    bus.says = [manager('UnitNew', DOCKER, '/x'), changed('active'), manager('UnitRemoved', DOCKER, '/x')]
    assert [what for _, what in units.read()] == ['docker.service loaded', 'docker.service active',
                                                  'docker.service unloaded']


def test_an_alias_listens_to_the_unit_that_it_names(buses):
    units, bus = ready(buses, alias='real.service')
    bus.says = [changed('active', path=path_of('real.service'))]
    assert units.read() == [(DOCKER, 'docker.service active')]


def test_a_bus_that_does_not_answer_is_dropped_and_tried_again_ever_later(buses):
    units = Units([DOCKER], buses, buses.clock)
    buses.clock.at += 11
    units.retry()
    assert buses.made[0].closed and units.missing == 'it does not answer' and units.fileno() == -1
    buses.gone = 'not there'
    tried = []
    real = buses.__class__.__call__

    def counted():
        tried.append(buses.clock.at)
        return real(buses)
    units._connect = counted
    for _ in range(2000):
        buses.clock.at += 1
        units.retry()
    waits = [later - sooner for sooner, later in zip(tried, tried[1:])]
    assert waits[:4] == [2, 4, 8, 16] and waits[-1] == 300 and units.missing == 'not there'


def test_one_that_comes_and_goes_at_once_is_not_tried_without_end(buses):
    units, _ = ready(buses)
    connected = 0
    for _ in range(600):
        buses.made[-1].says = [Gone('it closed the connection')]
        if units.fileno() >= 0:
            units.read()
        buses.clock.at += 1
        units.retry()
        if units.fileno() >= 0:
            connected += 1
            buses.made[-1].answer()
            units.read()
    assert connected <= 10


def test_one_that_held_for_long_is_tried_again_at_once(buses):
    units, bus = ready(buses)
    buses.clock.at += 3600
    bus.says = [Gone('it closed the connection')]
    assert units.read() == [] and units.missing == 'it closed the connection'
    buses.clock.at += 1
    units.retry()
    assert len(buses.made) == 2


def test_a_bus_without_systemd_says_so(buses):
    units = Units([DOCKER], buses, buses.clock)
    buses.made[0].answer(subscribe=ERROR)
    assert units.read() == [] and units.missing == 'systemd is not on the system bus (org.x.NoSuchUnit)'
    buses.clock.at += 100
    units.retry()                                      # it is listened to, and says when systemd comes
    assert not buses.made[0].closed


def test_without_units_no_bus_is_connected_to(buses):
    units = Units([], buses, buses.clock)
    units.retry()
    assert buses.made == [] and units.missing == ''
