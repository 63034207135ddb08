"""A world for the agent: a clock that jumps from one thing to the next, requirements that drift and come back, power
cuts, kills at any instruction of a round that matters, a master that goes away. Everything else is the real agent.
"""
import heapq
import io
import itertools

from nodeprep import catalogue
from nodeprep.agent.client import Answer
from nodeprep.agent.desk import Desk
from nodeprep.agent.log import Log
from nodeprep.agent.looking import Seen
from nodeprep.agent.loop import Agent, Parts
from nodeprep.agent.proposals import Proposals
from nodeprep.agent.reporting import Sent
from nodeprep.agent.spool import Spool
from nodeprep.agent.states import States
from nodeprep.agent.systemd import Systemd
from nodeprep.agent.voice import Voice
from nodeprep.agent.watch import Woken
from nodeprep.model import BOOT, NOW, Finding, Observation, Pollable, Rule
from nodeprep.policy import Policy
from nodeprep.report import Judged
from nodeprep.round import Looked

INTERVAL, HEARTBEAT, OUTAGE, BACKOFF = 60.0, 60.0, 900.0, 30.0
# Every other one has an event; what has none is seen by the timer.
IDS = catalogue.ids()
WATCH = {name: Pollable(f'/proc/{name}') for name in IDS[::2]}
HALVES = ('met', 'drifted', 'unknown')


class Killed(BaseException):
    """The process is gone, between two instructions."""


class World:
    """What is true, and what happens to it. `random` decides everything."""

    def __init__(self, random, folder, host):
        self.random, self.folder, self.host = random, folder, host
        self.now, self.skew, self.boot = 0.0, 1769860800.0, 1
        self.truth = dict.fromkeys(IDS, ('met', 'met'))
        self.changed_at = 0.0
        self.master = Master(self)
        self.agent = None
        self.looked = None              # what the agent saw and has not yet put into its spool
        self.told = []                  # what it put there: states by requirement
        self.kill_in = 0                # steps of the agent until it is killed; 0: it is not
        self.waiting = []
        self.order = itertools.count()
        self.counts = dict.fromkeys(('drifts', 'reboots', 'kills', 'stops', 'outages', 'clock'), 0)
        self.later(1.0, self.change)
        for pause, action in ((3000.0, self.reboot), (1500.0, self.kill), (2500.0, self.restart),
                              (2000.0, self.outage), (7000.0, self.set_clock)):
            self.later(pause, action)

    def time(self):
        return self.now + self.skew

    def later(self, mean, action):
        heapq.heappush(self.waiting, (self.now + self.random.expovariate(1 / mean), next(self.order), action))

    def change(self):
        """One requirement, or several at once, becomes something else; mostly in bursts, with long pauses between."""
        names = self.random.sample(IDS, self.random.choice((1, 1, 1, 2, 5)))
        for name in names:
            self.truth[name] = self.random.choice(HALVES), self.random.choice(HALVES)
        self.changed_at = self.now
        self.counts['drifts'] += len(names)
        self.later(self.random.choice((0.2, 5.0, 200.0)), self.change)
        return [WATCH[name] for name in names if name in WATCH and self.random.random() < 0.95]   # events can be lost

    def reboot(self):
        self.boot += 1
        self.counts['reboots'] += 1
        self.truth = {name: (after, after) for name, (_, after) in self.truth.items()}
        self.changed_at = self.now
        self.later(3000.0, self.reboot)
        raise Killed

    def kill(self):
        """Not here: at one of the next steps of a round that the agent takes."""
        self.kill_in = self.random.randint(1, 12)
        self.later(1500.0, self.kill)

    def restart(self):
        self.counts['stops'] += 1
        self.later(2500.0, self.restart)
        self.agent.end()
        raise Killed

    def outage(self):
        self.counts['outages'] += 1
        self.master.back_at = self.now + self.random.uniform(1, OUTAGE)
        self.later(2000.0, self.outage)

    def set_clock(self):
        self.counts['clock'] += 1
        self.skew += self.random.choice((-7200.0, -1.0, 1.0, 7200.0))
        self.later(7000.0, self.set_clock)
        return [None]

    def step(self):
        """Called wherever a kill would matter."""
        if self.kill_in:
            self.kill_in -= 1
            if not self.kill_in:
                self.counts['kills'] += 1
                raise Killed

    def wait(self, seconds):
        """The agent sleeps: time goes on, until something wakes it."""
        until = self.now + seconds
        while True:
            pause = self.agent_voice.step()
            following = min(until, self.now + max(pause, 0.001), self.waiting[0][0])
            self.now = max(self.now, following)
            while self.waiting[0][0] <= self.now:
                woken = heapq.heappop(self.waiting)[2]()
                if woken:
                    return [Woken(watch, 'event', self.now) for watch in woken]
            if self.now >= until:
                return []

    def start(self):
        """The agent, as the disk left it."""
        states = States(f'{self.folder}/state.json')
        self.spool = Spool(f'{self.folder}/spool', 64 * 2**20)
        self.agent_voice = voice = Voice(Hooked(self, self.spool), self.master, 'https://master', HEARTBEAT,
                                         lambda: self.now, self.time)
        mending = NoHand()
        desk = Desk(self.folder, states, voice, mending, self.time, lambda: self.now, f'boot-{self.boot}')
        save = states.save

        def saved():
            self.step()
            save()
            self.step()
        states.save = saved
        self.states = states
        log = Log(io.StringIO(), False)
        tell = log.tell

        def told(*args, **fields):
            self.step()
            tell(*args, **fields)
        log.tell = told
        policy = Policy()
        self.agent = Agent(Parts(lambda: policy, self, lambda watches: self, states, voice, mending, desk,
                                 Systemd({}, 1, lambda: self.now), log, Bell(), self.time, lambda: self.now,
                                 self.random.random), policy)
        self.agent.begin()

    # As the agent's eyes, and as what looks.

    missing = ()

    def rescan(self):
        self.step()

    def close(self):
        pass

    def watches(self):
        return list(WATCH.values())

    def fds(self):
        return []

    def look(self, policy, woken=None):
        self.step()
        names = IDS if woken is None else [name for name in IDS if WATCH.get(name) in woken]
        if woken is None:
            self.seen = {}
        self.seen.update({name: self.truth[name] for name in names})
        judged = [Judged(catalogue.load(name), finding(name, *self.seen[name]), Rule('report', 'required', {}))
                  for name in IDS]
        self.looked = dict(self.seen)
        return Seen(Looked(judged, (1, 23)), frozenset(names), self.host, 0.0)


def finding(name, now, boot):
    seen = tuple(Observation(name, state, 'met', {'met': True, 'drifted': False}.get(state), when=when)
                 for when, state in ((NOW, now), (BOOT, boot)))
    return Finding(name, now, boot, seen)


class Hooked:
    """The real spool, with a place to be killed at before and behind each write."""

    def __init__(self, world, spool):
        self._world, self._spool = world, spool

    def __getattr__(self, name):
        return getattr(self._spool, name)

    def append(self, report):
        self._world.step()
        made = self._spool.append(report)
        self._world.told.append(self._world.looked)
        self._world.looked = None
        self._world.step()
        return made

    def delivered(self, sequence):
        self._world.step()
        self._spool.delivered(sequence)
        self._world.step()


class Master:
    """Keeps what it gets, once; is away at times, or away right after it took something."""

    def __init__(self, world):
        self.world, self.reports, self.beats = world, [], 0
        self.back_at = self.not_before = 0.0
        self.problem = ''

    def wait(self):
        return max(0.0, self.not_before - self.world.now)

    def send(self, batch):
        self.world.step()
        if self._away():
            return Sent(0, self.problem)
        for report in batch:
            if not self.reports or report['sequence'] > self.reports[-1]['sequence']:
                self.reports.append(report)
        if self.world.random.random() < 0.02:          # it has them, and the answer is lost
            self.not_before, self.problem = self.world.now + BACKOFF, 'reset'
            return Sent(0, self.problem)
        return Sent(batch[-1]['sequence'])

    def beat(self, heartbeat):
        if self._away():
            return Answer(self.problem)
        self.beats += 1
        return Answer('', sequence=self.reports[-1]['sequence'] if self.reports else 0)

    def close(self):
        pass

    def _away(self):
        away = self.world.now < self.back_at
        self.problem = 'no route to host' if away else ''
        self.not_before = self.world.now + self.world.random.uniform(0, BACKOFF) if away else 0.0
        return away


class NoHand:
    """Nothing is mended in this world."""

    fixing, window = False, None

    def consider(self, seen, policy, started=''):
        return Proposals()

    def act(self, policy):
        pass

    def made(self, again):
        return []

    def told(self, made):
        assert made == []

    def approved(self, trees):
        assert trees == ()

    def ended(self):
        return ''

    def due(self):
        return False

    def facts(self):
        return {'fixing': None, 'done': [], 'waiting': [], 'fights': [], 'window': None, 'trouble': ''}


class Bell:
    """No signals either."""

    fd = -1

    def silence(self):
        return []

    def ring(self):
        pass
