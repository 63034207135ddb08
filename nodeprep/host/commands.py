"""Commands that only look: lists, run in the C locale, with a fixed PATH that has sbin, no input, and a time limit."""
import stat

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Sequence

FOLDERS = ('/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin')
MOST = 2**20              # bytes of each output that are looked at
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
        from nodeprep.host.running import Running
        try:
            running = Running(list(argv), ENVIRONMENT, MOST)
        except OSError as error:
            raise CannotTell(f'{argv[0]}: {error.strerror}', ' '.join(argv)) from None
        try:
            if not running.ended(timeout):
                raise CannotTell(f'{argv[0]} did not answer within {timeout:g} s', ' '.join(argv))
            code, out, err = running.answer()
        except BaseException:
            running.end(0)
            raise
        finally:
            running.close()
        return Answer(code, out.decode('utf-8', 'surrogateescape'), err.decode('utf-8', 'surrogateescape'))
