"""A whole agent on a drifted machine: all its own parts, with a clock, events, signals and a hand in a test's hands."""
import io
import json
import os

from nodeprep.agent import status
from nodeprep.agent.chronicle import Chronicle
from nodeprep.agent.desk import Desk
from nodeprep.agent.log import Log
from nodeprep.agent.looking import Looking
from nodeprep.agent.loop import Agent, Parts
from nodeprep.agent.mending import Mending
from nodeprep.agent.roster import Roster
from nodeprep.agent.scouts import Scouts
from nodeprep.agent.spool import Spool
from nodeprep.agent.states import States
from nodeprep.agent.supplied import load, supplied
from nodeprep.agent.systemd import Systemd
from nodeprep.agent.voice import Voice
from nodeprep.agent.watch import Woken
from nodeprep.chain import verify

SELINUX = 'requirements: {selinux: {mode: %s}}\n'
SWAP = 'requirements: {swap: {mode: %s}}\n'


class Here:
    """Work that others do in a process of its own, done at once."""

    def __init__(self, work, limit):
        self._made = work()

    def fileno(self):
        return -1

    def result(self, wait=False):
        return self._made

    def close(self):
        self._made = b''


class Bell:
    fd = -2

    def __init__(self):
        self.signals = []

    def silence(self):
        came, self.signals = self.signals, []
        return came

    def ring(self):
        pass


class Eyes:
    """The watcher: what happens next is what a test put there, else time passes."""

    def __init__(self, whole):
        self.whole, self.also, self.missing, self.rescans, self.slept = whole, [], [], 0, []

    def wait(self, seconds):
        self.slept.append(seconds)
        happened, self.whole.events = self.whole.events, []
        if not happened and not self.whole.bell.signals:
            self.whole.pass_time(seconds)
        return happened

    def rescan(self):
        self.rescans += 1

    def close(self):
        pass


class Whole:
    """One agent over the machine of an Owned. `lines` are what its journal gets, as (kind, message, fields)."""

    def __init__(self, owned, folder, client=None, problem=''):
        self.owned, self.folder, self.client, self.problem = owned, str(folder), client, problem
        self.bell, self.events, self.lines, self.priorities, self.notified = Bell(), [], [], [], []
        self.clock = owned.host.now_is
        self.hands, self.refuses, self.busy = [], '', False
        for name in ('home', 'run'):
            os.makedirs(f'{self.folder}/{name}', exist_ok=True)

    # the starter of the hand
    def start(self, requirement):
        if self.refuses:
            return self.refuses
        self.hands.append(requirement)
        self.owned.hand(requirement)
        return ''

    def running(self, requirement):
        return self.busy

    def pass_time(self, seconds):
        self.clock += seconds
        self.owned.host.now_is = self.clock

    def begin(self):
        """A new agent, as after a restart."""
        host, time = self.owned.host, lambda: self.clock
        states = States(f'{self.folder}/home/state.json')
        self.spool = Spool(f'{self.folder}/home/spool')
        self.voice = Voice(self.spool, self.client, 'https://master' if self.client else '', 60.0, time, time)
        if self.client:
            os.makedirs(host.root + '/var/lib/nodeprep', mode=0o700, exist_ok=True)
            self.voice.follow(Roster(host.root + '/var/lib/nodeprep', 'https://master', 'n1', time, time))
            self.voice.of_cluster(load(host.fresh()).cluster)
        journal = Log(io.StringIO(), False)

        def tell(kind, message, priority=6, **fields):
            self.lines.append((kind, message, fields))
            self.priorities.append((message, priority))
        journal.tell = tell
        self.mending = Mending(host.fresh, self, journal, time, time, self.problem)
        self.desk = Desk(f'{self.folder}/run', states, self.voice, self.mending, time, time, 'boot-1',
                         chronicle=Chronicle(f'{self.folder}/home', {'pid': 1, 'started': '1', 'boot': 'boot-1'}))
        looking = Looking(host.fresh, time, Scouts(host.fresh, time, Here))
        systemd = Systemd({'NOTIFY_SOCKET': '@n', 'WATCHDOG_USEC': '60000000'}, 1, time,
                          lambda address, data: self.notified.append(data.decode()))
        self.eyes = Eyes(self)
        self.agent = Agent(Parts(lambda: load(host.fresh()), looking, lambda watches: self.eyes, states, self.voice,
                                 self.mending, self.desk, systemd, journal, self.bell, time, time, lambda: 0.0,
                                 lambda policy: supplied(policy, host.fresh())), load(host.fresh()))
        self.agent.begin()
        return self

    def turn(self, *events, what='changed'):
        """One turn of the loop, woken by these watches, or by nothing; `what` is what happened to them."""
        self.events = [Woken(one, what, self.clock) for one in events]
        self.agent.turn()

    def rounds(self, count=1):
        """Sleeps and looks until it looked at everything so many times more."""
        until = self.eyes.rescans + count
        while self.eyes.rescans < until:
            self.turn()

    def end(self):
        self.agent.end()

    def watch(self, requirement, kind):
        """One of the watches of a requirement."""
        return next(one for one in self.owned.machine.requirements[requirement].watches if isinstance(one, kind))

    def status(self):
        with open(f'{self.folder}/run/{status.NAME}', encoding='utf-8') as file:
            return json.load(file)

    def state(self, requirement):
        return next(one for one in self.status()['requirements'] if one['requirement'] == requirement)

    def reports(self):
        found = self.spool.oldest(1000, 2**30)
        verify(found)
        return found

    def said(self, kind):
        return [message for one, message, _ in self.lines if one == kind]
