"""Bad input ends a command with exit code 2 and one line for each thing that is wrong, before anything is done."""
import contextlib
import functools
import sys

from nodeprep.cli import end, say
from nodeprep.config import ConfigError
from nodeprep.host.files import reason
from nodeprep.model import Busy, CannotChange
from nodeprep.text import UnknownName, clean
from nodeprep.typed import Any, Callable, Iterator

BUSY = 75                 # EX_TEMPFAIL of sysexits.h: try again


def stopping_on_bad_input(command: Callable[..., Any]) -> Callable[..., Any]:
    """ConfigError and UnknownName become exit code 2."""
    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ConfigError as error:
            _stop('\n'.join(error.problems))
        except UnknownName as error:
            _stop(str(error))
        except Busy as error:
            _stop(str(error), BUSY)
        except CannotChange as error:
            _stop(str(error))
    return run


def write(stream: Any, text: str) -> None:
    """Writes a text whatever the locale: what its encoding lacks is written as \\xNN or \\uNNNN."""
    encoding = getattr(stream, 'encoding', None) or 'utf-8'
    stream.write(text.encode(encoding, 'backslashreplace').decode(encoding))


def tell(text: str) -> None:
    """Writes a message to people on standard output: within the columns of a terminal, as it stands for the rest."""
    write(sys.stdout, fit(text, sys.stdout) + '\n')


def complain(text: str) -> None:
    """The same on standard error, with who says it."""
    encoding = getattr(sys.stderr, 'encoding', None) or 'utf-8'
    name = 'nodeprep: '
    fitting = fit(name + clean(text, keep='\n'), sys.stderr, '  ')[len(name):]
    say(fitting.encode(encoding, 'backslashreplace').decode(encoding))


def fit(text: str, stream: Any, hang: str = '') -> str:
    """A message as it is to be written to a stream."""
    if not stream.isatty():
        return text
    from nodeprep import output
    from nodeprep.output.messages import alone, fitted
    return fitted(alone(text), output.options_for(stream).width, hang)


def refuse(error: Any) -> None:
    """What click says of a command line that is wrong, within the columns of a terminal."""
    said = fit(f'Error: {error.format_message()}', sys.stderr, '  ')[len('Error: '):]
    error.format_message = lambda: said
    error.show()


def write_along(stream: Any, text: str) -> None:
    """The same while changes are being made, where it must not end them in the middle that nobody can read along.

    A terminal hangs up, a log fills its disk, a reader ends. What is written afterwards fails again, and is told then.
    RuntimeError when it is called by a handler of a signal that came while something was being written.
    """
    with contextlib.suppress(OSError):
        write(stream, text)
        stream.flush()


def show_first(stream: Any, text: str) -> None:
    """Shows what is about to be done. When that cannot be shown nothing is begun: exit code 2."""
    try:
        write(stream, text)
        stream.flush()
    except OSError as error:
        end(f'what would be done cannot be shown ({reason(error)}): nothing was changed', 2)


@contextlib.contextmanager
def telling(code: int) -> Iterator[None]:
    """While it is told what was done: when that cannot be written, the exit code is this one, if it is not 0."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if not code:
            raise
        end(f'output: {reason(error)}', code)


def _stop(said: str, code: int = 2) -> None:
    for line in said.split('\n'):
        complain(line)
    raise SystemExit(code)
