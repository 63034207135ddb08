"""Units over a real dbus-daemon: what systemd says of those that are watched wakes, and nothing else does."""
import gc
import os
import shutil
import tempfile
import time

import pytest

from nodeprep.agent.watch import Watcher
from nodeprep.host import Host
from nodeprep.model import Unit
from tests.system.fakesystemd import Daemon, FakeSystemd
from tests.tiers import need
from tests.waiting import until

DOCKER, CHRONY = Unit('docker.service'), Unit('chrony.service')
WATCHED = 'units are watched from now on'


@pytest.fixture
def daemon():
    need('root')                     # so that dbus-daemon may do as a system bus does
    need('program', 'dbus-daemon')
    root = tempfile.mkdtemp(prefix='np')         # short: the path of a socket has 107 bytes at most
    daemon = Daemon(root)
    yield daemon
    daemon.stop()
    assert not os.path.exists(root + '/woken')
    shutil.rmtree(root)


@pytest.fixture
def systemd(daemon):
    systemd = FakeSystemd(daemon)
    yield systemd
    systemd.close()


@pytest.fixture
def watcher(daemon, systemd):
    watcher = Watcher(Host(daemon.root, live=True), [DOCKER, CHRONY])
    assert told(watcher, systemd) == [(None, WATCHED)] and watcher.missing == []
    yield watcher
    watcher.close()


def told(watcher, systemd, wakes=1):
    """What the Watcher tells while the stand-in answers, until it woke so often."""
    woken, end = [], time.monotonic() + 60
    while wakes and time.monotonic() < end:
        systemd.serve()
        now = watcher.wait(0.05)
        woken += [(one.watch, one.what) for one in now]
        wakes -= bool(now)
    return woken


def unwatched(watcher, before):
    """What is missing, once it is not what it was; nothing wakes meanwhile."""
    woken = []
    until(lambda: woken.extend(watcher.wait(0.05)) or woken or watcher.missing != before)
    assert woken == []
    return watcher.missing


def test_a_unit_stops_and_starts(watcher, systemd):
    systemd.state('docker.service', 'inactive')
    assert told(watcher, systemd) == [(DOCKER, 'docker.service inactive')]
    systemd.state('docker.service', 'activating', 'start')
    systemd.state('docker.service', 'active', 'running')
    woken = told(watcher, systemd)
    if woken == [(DOCKER, 'docker.service activating')]:         # a slow bus brought the second one so much later
        woken = told(watcher, systemd)
    assert woken == [(DOCKER, 'docker.service active')]
    assert watcher.wait(0.1) == []


def test_how_late_it_is(watcher, systemd, capsys):
    late = []
    for number in range(50):
        began = time.monotonic()
        systemd.state('docker.service', 'inactive' if number % 2 else 'active')
        assert [one.watch for one in watcher.wait(60)] == [DOCKER]
        late.append(time.monotonic() - began)
    with capsys.disabled():
        print(f'\na unit told after: median {sorted(late)[25] * 1000:.0f} ms, longest {max(late) * 1000:.0f} ms of 50')


def test_the_same_state_again_and_units_that_nobody_watches_do_not_wake(watcher, systemd):
    systemd.state('docker.service', 'active', 'running')
    assert told(watcher, systemd) == [(DOCKER, 'docker.service active')]
    systemd.state('docker.service', 'active', 'running')
    systemd.state('sshd.service', 'inactive')
    systemd.unit('UnitNew', 'session-1.scope')
    assert watcher.wait(0.2) == []


def test_one_that_is_loaded_and_started_at_once_and_one_that_goes(watcher, systemd):
    systemd.unit('UnitNew', 'docker.service')
    assert told(watcher, systemd) == [(DOCKER, 'docker.service loaded')]
    systemd.state('docker.service', 'active', 'running')
    assert told(watcher, systemd) == [(DOCKER, 'docker.service active')]
    systemd.unit('UnitRemoved', 'docker.service')
    assert told(watcher, systemd) == [(DOCKER, 'docker.service unloaded')]
    systemd.unit('UnitRemoved', 'docker.service')
    assert watcher.wait(0.1) == []


def test_an_alias_is_told_under_the_name_that_is_watched(watcher, systemd):
    systemd.state('chronyd.service', 'failed')
    assert watcher.wait(0.1) == []
    systemd.loaded = {'chrony.service': 'chronyd.service'}
    systemd.reloading(True)
    systemd.reloading(False)
    assert told(watcher, systemd) == [(None, 'systemd has read its units anew')]
    systemd.state('chronyd.service', 'failed')
    assert told(watcher, systemd) == [(CHRONY, 'chrony.service failed')]


def test_it_only_subscribes_and_asks_for_names(watcher, systemd):
    assert systemd.asked == [('Subscribe',), ('GetUnit', 'docker.service'), ('GetUnit', 'chrony.service')]


def test_another_client_cannot_speak_for_systemd(watcher, systemd, daemon):
    other = FakeSystemd(daemon, own=False)
    try:
        other.state('docker.service', 'inactive')
        assert watcher.wait(0.2) == []
    finally:
        other.close()


def test_systemd_leaves_the_bus_and_comes_back(watcher, systemd, daemon):
    systemd.close()
    assert unwatched(watcher, []) == ['units: systemd left the system bus']
    again = FakeSystemd(daemon)
    try:
        assert told(watcher, again) == [(None, WATCHED)] and watcher.missing == []
        again.state('docker.service', 'inactive')
        assert told(watcher, again) == [(DOCKER, 'docker.service inactive')]
    finally:
        again.close()


def test_the_bus_dies_and_comes_back(watcher, systemd, daemon):
    daemon.stop()
    assert watcher.wait(0.2) == [] and watcher.missing == ['units: it closed the connection']
    daemon.start()
    watcher.rescan()                                             # nobody is connected, so it is left alone
    assert watcher.wait(0.1) == []
    again = FakeSystemd(daemon)
    try:
        def woken():
            watcher.rescan()
            again.serve()
            return [(one.watch, one.what) for one in watcher.wait(0.2)]
        assert until(woken) == [(None, WATCHED)] and watcher.missing == []
        again.state('docker.service', 'inactive')
        assert told(watcher, again) == [(DOCKER, 'docker.service inactive')]
    finally:
        again.close()


def test_a_bus_without_systemd_starts_nothing_and_waits_for_it(daemon):
    other = FakeSystemd(daemon, own=False)
    watcher = Watcher(Host(daemon.root, live=True), [DOCKER])
    try:
        assert unwatched(watcher, ['units: not connected']) == [
            'units: systemd is not on the system bus (org.freedesktop.DBus.Error.NameHasNoOwner)']
        systemd = FakeSystemd(daemon)
        assert told(watcher, systemd) == [(None, WATCHED)] and watcher.missing == []
        systemd.close()
    finally:
        watcher.close()
        other.close()


def test_a_bus_that_nobody_uses_is_not_connected_to(daemon):
    watcher = Watcher(Host(daemon.root, live=True), [DOCKER])
    try:
        assert watcher.missing == ['units: /run/dbus/system_bus_socket: nobody is connected']
    finally:
        watcher.close()


def test_connecting_again_and_again_holds_no_descriptors(daemon, systemd):
    systemd.serve()
    gc.collect()                     # what tests before this one left may end at any time
    held = len(os.listdir('/proc/self/fd'))
    for _ in range(200):
        watcher = Watcher(Host(daemon.root, live=True), [DOCKER])
        watcher.wait(0)
        watcher.close()
    assert len(os.listdir('/proc/self/fd')) <= held
