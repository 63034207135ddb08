"""Commands that only look: lists, run in the C locale, with a fixed PATH that has sbin, no input, and a time limit."""
import stat

from nodeprep.host.files import raw_of
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Sequence

FOLDERS = ('/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin')
MOST = 2**20              # characters of output that are looked at
ENVIRONMENT = {'PATH': ':'.join(FOLDERS), 'LC_ALL': 'C', 'HOME': '/'}


class Answer(NamedTuple):
    """How a command ended. `out` and `err` are UTF-8 with surrogateescape."""

    code: int
    out: str
    err: str


class Commands:
    """Programs of the host."""

    live: bool

    def program(self, name: str) -> str:
        """The path of a program, looked for where root's PATH would, sbin included; '' when it is not there.

        access(2) as kubeadm's FileExisting check does with its own PATH.
        """
        for folder in FOLDERS:
            path = f'{folder}/{name}'
            found = self.status(path)       # type: ignore[attr-defined]  # from Files, beside which this is mixed in
            if found is not None and stat.S_ISREG(found.st_mode) and found.st_mode & 0o111:
                return path
        return ''

    def ask(self, argv: Sequence[str], timeout: float = 5.0) -> Answer:
        """Runs a command that changes nothing. A program that is absent, or does not end in time: CannotTell."""
        if isinstance(argv, str):
            raise TypeError('a command is a list of words, not a text')
        if not self.live:
            raise CannotTell(f'{argv[0]} is not run: this is an image, not the running host', argv[0])
        path = self.program(argv[0])
        if not path:
            raise CannotTell(f'{argv[0]} is not installed', argv[0])
        return self._run([path] + list(argv[1:]), timeout)

    def _run(self, argv: Sequence[str], timeout: float) -> Answer:
        import subprocess
        try:
            done = subprocess.run([raw_of(word) for word in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=timeout, env=ENVIRONMENT, cwd='/')
        except subprocess.TimeoutExpired:
            raise CannotTell(f'{argv[0]} did not answer within {timeout:g} s', ' '.join(argv)) from None
        except OSError as error:
            raise CannotTell(f'{argv[0]}: {error.strerror}', ' '.join(argv)) from None
        return Answer(done.returncode, done.stdout[:MOST].decode('utf-8', 'surrogateescape'),
                      done.stderr[:MOST].decode('utf-8', 'surrogateescape'))
