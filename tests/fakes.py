"""A whole machine in a folder: files are real, system calls and commands are data."""
import copy
import os
import types
from typing import Any, Dict, Tuple

from nodeprep.host import Answer
from nodeprep.host.changing import Changing
from nodeprep.host.kernel import Clock
from nodeprep.host.network import REFUSED, Reply
from nodeprep.model import CannotTell


class Link(str):
    """The target of a symbolic link, as content for FakeHost.files."""


class UnexpectedCommand(BaseException):
    """A test's host was asked for a command that the test did not foresee. Not an Exception: nothing may swallow it."""


class FakeHost(Changing):
    """A Host over a folder of files. Whatever is not a file is an attribute that a test sets:

    answers     argv tuple -> Answer, or a CannotTell to raise      asked      every argv that was asked for
    sizes       path -> (bytes, bytes available, inodes, inodes free) for statvfs; '/' serves all others
    resolved    name -> list of addresses                           reachable  (address, port) -> how connect goes
    actor       what changing commands do to this host: actor(host, argv) -> Answer
    replies     'unix:/path GET /target' or url -> Reply            denied     paths that only root may read
    """

    def __init__(self, root: str, live: bool = True) -> None:
        super().__init__(str(root), live)
        self.answers: Dict[Tuple[str, ...], Any] = {}
        self.asked: list = []
        self.sizes: Dict[str, tuple] = {'/': (40 * 10**9, 30 * 10**9, 20 * 10**6, 19 * 10**6)}
        self.resolved: Dict[str, list] = {}
        self.reachable: Dict[tuple, str] = {}
        self.replies: Dict[str, Any] = {}
        self.denied: set = set()
        self.kernel = ('Linux', 'k8s-node1', '3.10.0-1160.el7.x86_64', '#1 SMP', 'x86_64')
        self.affinity, self.uid, self.now_is = 2, 0, 1769860800.0
        self.timex: Any = Clock(0, 0, 0.0, 0.01, 0.001)
        self.ftype: Any = True
        self.actor: Any = None

    def files(self, content: Dict[str, Any]) -> 'FakeHost':
        """Writes files: text, bytes, Link(target), None (removes), or {} for an empty folder."""
        for path, text in content.items():
            real = self.root + path
            os.makedirs(os.path.dirname(real), exist_ok=True)
            if os.path.islink(real) or os.path.isfile(real):
                os.unlink(real)
            if isinstance(text, Link):
                os.symlink(text, real)
            elif isinstance(text, dict):
                os.makedirs(real, exist_ok=True)
            elif text is not None:
                with open(real, 'wb') as out:
                    out.write(text if isinstance(text, bytes) else text.encode('utf-8', 'surrogateescape'))
        self._facts.clear()
        return self

    def install(self, *paths: str) -> 'FakeHost':
        """Puts executable files there, for Host.program."""
        for path in paths:
            self.files({path: '#!/bin/false\n'})
            os.chmod(self.root + path, 0o755)
        return self

    def _bytes(self, path: str) -> bytes:
        if path in self.denied:
            raise PermissionError(13, 'Permission denied')
        return super()._bytes(path)

    def begin(self, path: str, enough: Any) -> str:
        return self.read(path)

    def line(self, path: str) -> str:
        return self.read(path).partition('\n')[0]

    def names(self, folder: str) -> list:
        if folder in self.denied:
            raise CannotTell(f'{folder}: permission denied', folder)
        return super().names(folder)

    def ask(self, argv: Any, timeout: float = 5.0) -> Answer:
        if isinstance(argv, str):
            raise TypeError('a command is a list of words, not a text')
        if not self.live:
            raise CannotTell(f'{argv[0]} is not run: this is an image, not the running host', argv[0])
        self.asked.append(tuple(argv))
        if tuple(argv) not in self.answers:
            raise UnexpectedCommand(' '.join(argv))
        return self._give(self.answers[tuple(argv)])

    def do(self, argv: Any, patience: float = 60.0, watch: Any = None) -> Answer:
        if self.actor is None:
            raise UnexpectedCommand(' '.join(argv))
        return self.actor(self, tuple(argv))

    def fresh(self) -> 'FakeHost':
        """The same machine for a round that remembers nothing."""
        other = copy.copy(self)
        other._facts = {}
        return other

    def statvfs(self, path: str) -> Any:
        near = max((known for known in self.sizes if (path + '/').startswith(known.rstrip('/') + '/')), key=len)
        total, free, inodes, inodes_free = self.sizes[near]
        return types.SimpleNamespace(f_frsize=1, f_bsize=1, f_blocks=total, f_bfree=free, f_bavail=free,
                                     f_files=inodes, f_ffree=inodes_free, f_favail=inodes_free, f_flag=0, f_namemax=255)

    def uname(self) -> Any:
        return os.uname_result(self.kernel)

    def online_here(self) -> int:
        return self.affinity

    def user(self) -> int:
        return self.uid

    def time(self) -> float:
        return self.now_is

    def clock(self) -> Clock:
        return self._give(self.timex)

    def xfs_has_ftype(self, path: str) -> bool:
        return self._give(self.ftype)

    def addresses(self, name: str) -> list:
        if name not in self.resolved:
            raise CannotTell(f'{name}: name or service not known', 'getaddrinfo(3)')
        return list(self._give(self.resolved[name]))

    def connect(self, address: str, port: int, timeout: float) -> str:
        return self._give(self.reachable.get((address, port), REFUSED))

    def unix_http(self, socket_path: str, target: str, timeout: float = 2.0) -> Reply:
        return self._reply(f'unix:{socket_path} GET {target}')

    def https(self, url: str, proxy: str = '', timeout: float = 2.0) -> Reply:
        return self._reply(url)

    def _reply(self, key: str) -> Reply:
        self.asked.append((key,))
        if key not in self.replies:
            raise CannotTell(f'{key}: connection refused', key)
        return self._give(self.replies[key])

    @staticmethod
    def _give(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value
