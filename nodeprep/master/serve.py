"""`nodeprep master serve`: puts a master together, says where it is, and serves until a signal ends it."""
import asyncio
import concurrent.futures
import gc
import os
import signal
import sys
import time

from nodeprep import __version__
from nodeprep.config import ConfigError
from nodeprep.master import folder, here, jobs, keys, listening, settings, signing
from nodeprep.master.context import Master
from nodeprep.master.notify import Notify
from nodeprep.master.scribe import Scribe
from nodeprep.master.secret import redacted
from nodeprep.master.server import Server
from nodeprep.master.settings import Settings
from nodeprep.master.site import application
from nodeprep.master.store import StoreTrouble, authority, database, known, open_store, people, prepared
from nodeprep.output import options_for
from nodeprep.output.messages import fitted
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Callable, Iterator, List, Optional, Tuple

THREADS, PAGES = 8, 2     # that do jobs and what nodes wait for, and what people ask for
_MOMENT = 5.0             # seconds in which the store notes something at the start


class Places(NamedTuple):
    """Where a master keeps its things, the file of its settings (None: the usual one), and a port instead of theirs."""

    data: str = settings.DATA
    config: Optional[str] = None
    listen: str = ''


def log(line: str) -> None:
    """A line for whoever runs this, such as systemd's journal. That nobody reads it must not end a master."""
    text = redacted(str(clean(line, keep='\n')))
    try:
        if sys.stderr.isatty():
            text = fitted(text, options_for(sys.stderr).width, '  ')
        sys.stderr.write(text + '\n')
        sys.stderr.flush()
    except OSError:
        pass


def serve(places: Places, ready: Callable[[str], None] = lambda url: None) -> int:
    """Serves until SIGTERM or SIGINT; 0, or 1 when the process that writes ended by itself, or the database was brought
    up by a newer version. `ready` is called with the address when it is up. ConfigError.
    """
    found = load(places)
    folder.become_owner(places.data)
    folder.ready(places.data, make=True)
    url = folder.url(places.data, found.database)
    folder.whole(places.data, url)
    try:
        prepared(database(url))            # before there is a CA: with one alone the database was lost
    except (StoreTrouble, ValueError) as error:
        raise ConfigError(str(error)) from None
    held = load_keys(found, places.data, time.time())
    tls = keys.context(held)
    # Reports are trees without circles: to go through them for such after every 700 objects takes a fifth of the time.
    # But some are left by asyncio of each connection, and what was looked through once is looked at again in time.
    gc.set_threshold(5000, 4, 4)
    try:
        scribe = Scribe.begin(url, log)
        store = open_store(url, make=False)
    except (StoreTrouble, ValueError) as error:
        raise ConfigError(str(error)) from None
    pool, pages = (concurrent.futures.ThreadPoolExecutor(count) for count in (THREADS, PAGES))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        master = Master(found, store, held, time.time, time.monotonic, pool, known, log, scribe, pages,
                        lambda: signing.signer(found, places.data, time.time()))
        try:
            return loop.run_until_complete(Serving(master, places, tls, ready).run())
        except OSError as error:
            raise ConfigError(f'{found.listen[0]} port {found.listen[1]}: {error.strerror or error}; `listen` in '
                              f'{places.config or settings.FILE} names another') from None
    finally:
        pool.shutdown()
        pages.shutdown()
        store.close()
        loop.close()


def load(places: Places) -> Settings:
    """The settings of these places. ConfigError."""
    found = settings.load(places.config)
    try:
        return found._replace(listen=settings.endpoint(places.listen)) if places.listen else found
    except ValueError as error:
        raise ConfigError(f'--listen: {error}') from None


def load_keys(found: Settings, data: str, now: float) -> keys.Keys:
    """The keys that a master with these settings uses now. ConfigError."""
    if found.certificate:
        return keys.own(found.certificate, found.key, found.ca)
    return keys.kept(data, names(found), now)


def names(found: Settings) -> Tuple[str, ...]:
    """What nodes may call this master: what the settings say first, then all that this machine has."""
    return tuple(dict.fromkeys([*found.names, *here.names()]))


class Serving:
    """A master that serves."""

    def __init__(self, master: Master, places: Places, tls: Any, ready: Callable[[str], None]) -> None:
        self._master, self._places, self._tls, self._ready = master, places, tls, ready
        self._renewal = jobs.renewal(tls, lambda now: load_keys(now.settings, places.data, now.clock()),
                                     asyncio.get_event_loop())
        outdated = jobs.outdated(self._lost, asyncio.get_event_loop())
        self._jobs = jobs.Running(master, [*jobs.every(), self._renewal, outdated])
        self._notify = Notify(os.environ, os.getpid())       # type: ignore[arg-type]  # it is as good as a dict
        self._code = 0
        self._server = Server(application(master), master.settings.listen, tls, log, self._up)

    async def run(self) -> int:
        """Until a signal: 0; until the process that writes ends by itself, or the database is of a newer version: 1."""
        loop = asyncio.get_event_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        await self._master.scribe.attach(self._lost)
        self._jobs.start()
        try:
            await self._server.serve()
        finally:
            self._notify.say('STOPPING=1')
            listening.forget(self._places.data)
            await self._jobs.stop()
            await self._master.scribe.close()
        log('nodeprep master ends')
        return self._code

    def _up(self, addresses: List[Tuple[str, int]]) -> None:
        listening.note(self._places.data, (self._master.settings.listen[0], addresses[0][1]))
        url = address(self._master.settings, addresses[0][1])
        days = keys.days(self._master.keys.ends, self._master.clock())
        log(f'nodeprep master {__version__} serves {url}')
        log(f'  its certificate is for {", ".join(self._master.keys.names)}; {days} days')
        log(f'  its data are in {os.path.abspath(self._places.data)}'
            + ('' if not self._master.settings.database else ' and in the database that the settings name'))
        for line in self._beginning():
            log(line)
        log('  a node joins by what this prints: nodeprep master token create --print-join-command'
            + settings.options(self._places.data, self._places.config))
        self._ready(url)
        self._notify.say('READY=1', f'STATUS=serves {url}')
        if self._notify.watchdog:
            self._alive()

    def _beginning(self) -> Iterator[str]:
        """What is to be told of the store. One that does not answer just now does not end who serves."""
        try:
            if not self._master.store.read(people.every):
                yield ('  nobody can sign in yet: nodeprep master user create NAME --role admin'
                       + settings.options(self._places.data, self._places.config))
            former, ours = self._master.store.read(authority.shown), self._master.keys.hash
            if former != ours:
                self._master.store.do(lambda cursor: authority.show(cursor, ours), _MOMENT)
            if former not in ('', ours):
                yield (f'  its CA ({ours}) is not the one that this database knows ({former}): nodes that joined with '
                       f'that one do not believe this master; several masters need the same ca.crt and ca.key')
        except (StoreTrouble, concurrent.futures.TimeoutError) as error:
            yield f'  the database does not answer: {error}'

    def _alive(self) -> None:
        """The loop turned once more."""
        self._notify.say('WATCHDOG=1')
        asyncio.get_event_loop().call_later(self._notify.watchdog / 3, self._alive)

    def _end(self) -> None:
        self._server.should_exit = True

    def _lost(self, said: str) -> None:
        log(said)
        self._code = 1
        self._end()

    def _reload(self) -> None:
        try:
            fresh = load(self._places)
        except ConfigError as error:
            log(f'the settings are wrong and not in force: {error}')
            return
        fixed = [name for name in ('listen', 'database')
                 if getattr(fresh, name) != getattr(self._master.settings, name)]
        self._master.settings = fresh
        log('the settings were read again and are in force'
            + (f'; {" and ".join(fixed)} will be after a restart' if fixed else ''))
        asyncio.get_event_loop().create_task(self._jobs.once(self._renewal))


def address(found: Settings, port: int) -> str:
    """The address of a master for people and nodes: by the first name that it has, and others may reach it by."""
    host = found.listen[0]
    if host in ('0.0.0.0', '::'):                  # noqa: S104
        named = names(found)
        host = next((name for name in named if not _of_itself(name)), named[0])
    if found.names:
        host = found.names[0]
    return f'https://[{host}]:{port}' if ':' in host else f'https://{host}:{port}'


def _of_itself(name: str) -> bool:
    """Whether a name or address means this machine on every other machine, too.

    >>> [_of_itself(name) for name in ('localhost.localdomain', '127.0.0.1', '::1', 'localhost1.example', '10.0.0.1')]
    [True, True, True, False, False]
    """
    return name.partition('.')[0] == 'localhost' or name.startswith('127.') or name == '::1'
