"""Agent and master on this host, just as they are on real ones: each a process, joined by a token, over TLS.

They are forked: what they need is loaded already, and they end with this one.
"""
import contextlib
import functools
import os
import select
import shutil
import signal
import sys
import tempfile
import time

from nodeprep.cli import checking, say
from nodeprep.cli.itself import program
from nodeprep.cli.usage import write
from nodeprep.config import ConfigError
from nodeprep.typed import Any, Callable, List, Optional

_LISTEN = ('127.0.0.1:9443', '127.0.0.1:0')       # when the first port is taken, any
_UP = 30.0                # seconds for the master to begin, and for the agent's first look
_LOOK = 0.3               # seconds between two looks at what the agent says


class Ended(Exception):
    """Somebody wants it to end."""


class Trial:
    """One trial; run() returns its exit code."""

    def __init__(self, once: bool) -> None:
        self._once, self._folder = once, ''
        self._children: List[int] = []

    def run(self) -> int:
        """Checks, tells the master, says where the page is, and goes on until it is interrupted."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        self._folder = tempfile.mkdtemp(prefix='nodeprep-')
        code = 0
        try:
            url = self._master()
            token = self._join(url)
            self._begin('agent', self._agent)
            code = checking.checking(checking.Call())
            self._reported()
            if self._once:
                write(sys.stdout, f'\nThe master of this host, at {url}, had it too, and ends with this.\n')
            else:
                write(sys.stdout, f'\nThe master of this host has it too, with a page for people:\n  {url}\n'
                                  f'  sign in with {token}\n'
                                  'Reports of what is met for how long, from another terminal:\n'
                                  f'  {program()} master report --data {self._folder}/data\n'
                                  f'  {program()} report --state-dir {self._folder}/state\n'
                                  'Its certificate is its own, so a browser asks once. The agent goes on watching;\n'
                                  'Ctrl-C ends all of it, and nothing of it stays.\n\n')
                sys.stdout.flush()
                self._follow()
        except Ended:
            code = code if self._once else 0
        finally:
            self._clear()
        return code if self._once else 0

    def _master(self) -> str:
        """Begins the master; its address."""
        for listen in _LISTEN:
            reading, writing = os.pipe()
            self._begin('master', functools.partial(self._serve, listen, writing))
            os.close(writing)
            url = ''
            with open(reading, encoding='ascii') as file:
                if select.select([file], [], [], _UP)[0]:
                    url = file.read()         # until it serves, or ends
            if url:
                return url
            _end_of(self._children.pop())
        raise ConfigError(f'the master does not begin:\n{self._said("master")}')

    def _serve(self, listen: str, pipe: int) -> int:
        from nodeprep.master.serve import Places, serve

        def ready(url: str) -> None:
            os.write(pipe, url.encode('ascii'))
            os.close(pipe)
        with open(f'{self._folder}/master.yaml', 'w', encoding='ascii'):
            pass                              # what /etc says of a master of this host is not for this one
        return serve(Places(f'{self._folder}/data', f'{self._folder}/master.yaml', listen), ready)

    def _join(self, url: str) -> str:
        """Makes a user, and this host a node; returns the user's token."""
        import json

        from nodeprep.agent import credential, joining, keep
        from nodeprep.host import Host
        from nodeprep.linux import node
        from nodeprep.master import ca, secret
        from nodeprep.master.store import people, tokens
        made, join, now = secret.made(secret.PERSON), secret.join_token(), time.time()
        self._asked(lambda cursor: people.create(cursor, people.Person(
            'you', secret.hashed(made), 'admin', now, None, 'make run')))
        self._asked(lambda cursor: tokens.create(cursor, tokens.Token(
            secret.token_name(join), secret.hashed(join), now, now + 60, 1, '', 'make run')))
        with open(f'{self._folder}/data/ca.crt', 'rb') as file:
            way = joining.Way(url)
            shown = way.ca([ca.read(file.read()).hash])
        about = node.describe(Host('/'), '', {})
        name = about['name'] if joining.is_name(about['name']) else 'this-host'
        os.mkdir(f'{self._folder}/state', 0o700)
        held = way.joined(shown, join, about, name).credential
        keep.write(f'{self._folder}/state/credential', json.dumps(credential.tree_of(held)), 0o600, lasting=False)
        return made

    def _agent(self) -> int:
        from nodeprep.cli.agenting import Call, agenting
        return agenting(Call(state_dir=f'{self._folder}/state', run_dir=f'{self._folder}/run'))

    def _reported(self) -> None:
        """Waits until the master has what the agent saw."""
        end = time.monotonic() + _UP
        while not self._asked(lambda cursor: cursor.one('SELECT 1 FROM report')):
            if time.monotonic() > end:
                raise ConfigError(f'the agent does not report:\n{self._said("agent")}\n{self._said("master")}')
            time.sleep(0.05)

    def _asked(self, work: Callable[[Any], Any]) -> Any:
        from nodeprep.master.store import open_store
        store = open_store(f'sqlite://{self._folder}/data/fleet.db')
        try:
            return store.do(work)
        finally:
            store.close()

    def _follow(self) -> None:
        """Shows what the agent says from now on, until somebody ends it or one of the two ends."""
        with open(f'{self._folder}/agent.log', encoding='utf-8', errors='replace') as file:
            file.seek(0, os.SEEK_END)
            while True:
                text = file.read()
                if text:
                    write(sys.stdout, text)
                    sys.stdout.flush()
                for child in self._children:
                    if os.waitpid(child, os.WNOHANG)[0]:
                        self._children.remove(child)
                        raise ConfigError(f'it has ended:\n{self._said("master")}\n{self._said("agent")}')
                time.sleep(_LOOK)

    def _begin(self, name: str, work: Callable[[], int]) -> None:
        """Does some work in a process of its own, whose output goes to a file."""
        sys.stdout.flush()
        child = os.fork()
        if child:
            self._children.append(child)
            return
        code: Optional[int] = 70
        try:
            log = os.open(f'{self._folder}/{name}.log', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for stream in (1, 2):
                os.dup2(log, stream)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            import gc
            gc.enable()
            code = work()
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 70
        except Exception:       # noqa: BLE001  # whoever reads the log is told
            import traceback
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            os._exit(code if code is not None else 70)

    def _said(self, name: str) -> str:
        try:
            with open(f'{self._folder}/{name}.log', encoding='utf-8', errors='replace') as file:
                return file.read()[-2000:]
        except OSError:
            return ''

    def _clear(self) -> None:
        """Ends the processes and removes the folder, whatever comes in between."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for child in self._children[::-1]:
            _end_of(child)
        shutil.rmtree(self._folder, ignore_errors=True)
        if os.path.exists(self._folder):
            say(f'{self._folder} could not be removed')


def _end_of(child: int) -> None:
    """Ends a process, which has some time to do so by itself."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(child, signal.SIGTERM)
        end = time.monotonic() + _UP
        while not os.waitpid(child, os.WNOHANG)[0]:
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.02)


def _end(number: int, frame: Any) -> None:
    raise Ended
