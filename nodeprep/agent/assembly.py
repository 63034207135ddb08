"""Puts a real agent together: the folders that it may write in, what it knows from before, and its parts."""
import contextlib
import os
import sys
import time

from nodeprep.agent import backoff, keep, last, orders, processes
from nodeprep.agent.bell import Bell
from nodeprep.agent.chronicle import Chronicle
from nodeprep.agent.desk import Desk
from nodeprep.agent.log import SOCKET, Log
from nodeprep.agent.looking import Looking
from nodeprep.agent.loop import Agent, Parts
from nodeprep.agent.mending import Mending
from nodeprep.agent.places import HOME, Places, apart, options
from nodeprep.agent.scouts import Scouts
from nodeprep.agent.spool import Spool
from nodeprep.agent.states import States
from nodeprep.agent.supplied import load, supplied
from nodeprep.agent.systemd import Systemd
from nodeprep.agent.voice import Voice
from nodeprep.agent.watch import Watcher
from nodeprep.config import ConfigError
from nodeprep.host import Host, libc
from nodeprep.host.apart import Apart
from nodeprep.host.files import reason
from nodeprep.model import Busy
from nodeprep.typed import Any, Iterator


@contextlib.contextmanager
def alone(places: Places) -> Iterator[None]:
    """While it lasts no other agent uses these folders: two would give their reports the same numbers. flock(2).

    Busy when one does. Folders that cannot be had are no reason not to look: `agent` says so.
    """
    import fcntl
    wrong = keep.folder(places.home, 0o700)
    handle = -1
    try:
        if not wrong:
            handle = os.open(f'{places.home}/agent.lock', os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Busy(f'another agent runs already, with {places.home}; systemctl status nodeprep shows it') from None
    except OSError as error:
        raise Busy(f'{places.home}/agent.lock: {reason(error)}') from None
    try:
        yield
    finally:
        if handle >= 0:
            os.close(handle)


def agent(places: Places) -> Agent:
    """The agent. ConfigError for a bad file that the caller named.

    A bad file in /etc/nodeprep is told and not believed: the defaults hold, in which nothing is ever fixed. A node
    that does not start its agent would fall silent, which helps nobody.
    """
    libc.lean()
    host = Host('/')

    def loaded() -> Any:
        return orders.read(lambda: load(Host('/'), places.config_file, places.profile, places.role,
                                        places.home), Apart)
    problem = ''
    try:
        policy = loaded()
    except ConfigError as error:
        if places.config_file is not None:
            raise
        policy, problem = load(host, os.devnull, places.profile, places.role), str(error)
    systemd = Systemd(os.environ, os.getpid(), time.monotonic)   # type: ignore[arg-type]
    states = States(f'{places.home}/state.json')
    voice = _voice(places, policy)
    journal = Log(sys.stdout, systemd.there and os.path.exists(SOCKET), marks=systemd.there)
    mending = _mending(places, journal)
    keep.folder(places.run, 0o755)
    boot_id = str(host.read('/proc/sys/kernel/random/boot_id', missing='')).strip()
    desk = Desk(places.run, states, voice, mending, time.time, time.monotonic, boot_id, Apart,
                Chronicle(places.home, processes.this(host, boot_id)), options(places))
    looking = Looking(lambda: Host('/'), time.monotonic, Scouts(lambda: Host('/'), time.monotonic))
    bell = Bell()
    bell.listen()
    return Agent(Parts(
        loaded, looking, lambda watches: Watcher(host, watches), states, voice,
        mending, desk, systemd, journal, bell, time.time,
        time.monotonic, backoff.drawn, lambda policy: supplied(policy, Host('/'), places.home), libc.give_back), policy,
        problem)


def _voice(places: Places, policy: Any) -> Voice:
    """The voice, with a client when this host has joined a master."""
    import threading

    from nodeprep.agent import credential
    spool = Spool(f'{places.home}/spool')
    url, problem, client, node = str(policy.get('master.url', '')), '', None, ''
    roster: Any = None
    elsewhere = apart('--state-dir', places.home, HOME)
    try:
        found = credential.read(f'{places.home}/credential')
        if found:
            from nodeprep.agent import proxy
            from nodeprep.agent.client import Client
            from nodeprep.agent.renewal import Renewing
            from nodeprep.agent.roster import Roster
            url, client = found.url, Renewing(Client(found, proxy.chosen(found.url, os.environ), apart=elsewhere),
                                              f'{places.home}/credential', found, time.time)
            node = found.node
            roster = Roster(places.home, url, node, time.time, time.monotonic)
        elif url:
            problem = (f'this host has not joined it: nodeprep join{elsewhere}, as there nodeprep master token create '
                       '--print-join-command prints it')
    except credential.BadCredential as error:
        problem = str(error)
    voice = Voice(spool, client, url, float(policy.get('master.heartbeat', 60.0)), time.monotonic, time.time, problem,
                  threading.Lock() if client else None, node)
    voice.follow(roster)
    voice.keeps(last.Last(f'{places.home}/{last.NAME}'))
    voice.of_cluster(policy.cluster)
    return voice


def _mending(places: Places, journal: Log) -> Mending:
    """The hand can be started by root alone, and keeps what it did in one place alone."""
    from nodeprep.agent.starter import Starter
    from nodeprep.host.changing import Changing
    problem = ''
    if os.geteuid() != 0:
        problem = 'this agent does not run as root, and lets nothing be fixed'
    elif places.home != HOME:
        problem = f'an agent with a state folder of its own ({places.home}) lets nothing be fixed'
    return Mending(lambda: Host('/'), Starter(lambda: Changing('/')), journal, time.time, time.monotonic, problem)
