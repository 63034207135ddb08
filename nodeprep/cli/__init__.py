"""The command line: where it begins, and how it ends when something goes wrong outside its work.

click is loaded only for a command line that needs it: not for a `nodeprep check`, `nodeprep check swap --quiet` or
`nodeprep fix --dry-run`, which timers and people call all day, since it costs as much as all the checks together.
"""
import _thread
import atexit
import gc
import os
import sys

from nodeprep.typed import Any

ROLLED_BACK = 4           # a fix or undo failed, and what it did was taken back


def main() -> None:
    """The console script. What ends a command otherwise than it foresaw gets a code of sysexits.h or the shell.

    None of them may be 0, 1 or 3, which are verdicts: 70 a fault of nodeprep, 74 the output could not be written,
    130 interrupted. 4 stays: that a fix was taken back is more than that its output was lost.
    """
    _open_what_is_closed()
    code: Any = 0
    threads = _thread._count()
    try:
        code = _code(sys.argv[1:])
        sys.stdout.flush()          # what is still in the buffer would fail at the interpreter's end, with its code
    except KeyboardInterrupt:
        end('interrupted', 130)
    except BrokenPipeError:
        end('', code if code == ROLLED_BACK else 74)
    except OSError as error:
        end(f'{error.filename or "output"}: {error.strerror}', code if code == ROLLED_BACK else 74)
    except Exception as error:      # noqa: BLE001  # a traceback and exit code 1 would read as "drifted"
        import traceback
        say(traceback.format_exc())
        end(f'this is a fault in nodeprep ({type(error).__name__}); please report it', 70)
    if isinstance(code, int) and (_thread._count() > threads or _loaded_by_another()):
        _leave(code)
    sys.exit(code)


def _code(words: list) -> Any:
    """What a command ends with."""
    try:
        _run(words)
    except SystemExit as asked:
        return asked.code
    return 0


def _run(words: list) -> None:
    _collect_no_garbage()
    if words and (words[0].startswith('-') or words[0] in ('config', 'master')):
        from nodeprep.cli.leading import behind
        words = behind(words)
    if words[:1] in (['check'], ['fix']):
        from nodeprep.cli import plain
        read = plain.read(words)
        if read is not None:
            sys.exit(_plainly(words[0], read))
    if words[:1] == ['agent']:
        from nodeprep.cli import agenting
        call = agenting.read(words[1:])
        if call is not None:
            sys.exit(agenting.agenting(call))
    import click

    from nodeprep.cli.group import run
    try:
        run(words)
    except click.ClickException as error:
        if words[:1] == ['check'] and _for_nagios(words):
            # To Nagios 2 is CRITICAL, and what it shows is the first line of standard output.
            sys.stdout.write(f'NODEPREP UNKNOWN - nothing was examined: {" ".join(error.format_message().split())}\n')
            sys.exit(3)
        from nodeprep.cli.usage import refuse
        refuse(error)
        sys.exit(error.exit_code)
    except click.Abort:
        raise KeyboardInterrupt from None


def _for_nagios(words: list) -> bool:
    return any(word in ('-onagios', '--output=nagios') or one in ('-o', '--output') and word == 'nagios'
               for one, word in zip([''] + words, words))


def _plainly(command: str, read: dict) -> int:
    if command == 'check':
        from nodeprep.cli.checking import Call, checking
        return checking(Call(**read))
    from nodeprep.cli import fixing
    return fixing.fixing(fixing.Call(**read))


def _open_what_is_closed() -> None:
    """`nodeprep check >&-` asks for the exit code alone. Python has no stream then.

    The next file that is opened would take its number, and hold what the C library or a child says there: the journal.
    """
    for number, name, mode in ((0, 'stdin', 'r'), (1, 'stdout', 'w'), (2, 'stderr', 'w')):
        if getattr(sys, name) is None:
            # The lowest number that is free, which is this one: those below it are open by now.
            handle = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(handle, handle == number)
            setattr(sys, name, open(handle, mode))          # noqa: SIM115  # until the process ends


def _collect_no_garbage() -> None:
    """A command ends within a second and its memory with it: looking for garbage would be a tenth of its work."""
    gc.disable()
    if hasattr(gc, 'freeze'):               # not in Python 3.6
        atexit.register(gc.freeze)          # so that the interpreter's end has nothing to search either


def end(said: str, code: int) -> None:
    """Ends the process with a code and what is to be said of it, when the output may no longer take anything."""
    if said:
        say(said)
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    sys.exit(code)


def _loaded_by_another() -> bool:
    """Whether a thread that has ended was the first to need `threading`, which then takes it for the main one.

    The end of the interpreter, on Python 3.6 at least, waits for that one and complains on standard error.
    """
    threading = sys.modules.get('threading')
    return threading is not None and threading.main_thread().ident != _thread.get_ident()


def _leave(code: int) -> None:
    """Ends the process at once: a thread goes on that was not waited for any longer, or one was taken for the main one.

    exit(3) takes the tables of OpenSSL away, and a thread that is just using them ends the process by a signal.
    """
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    os._exit(code)


def say(said: str) -> None:
    """A message for people. That nobody can be told must not change the exit code: 1 would read as "drifted"."""
    try:
        sys.stderr.write(f'nodeprep: {said}\n')
        sys.stderr.flush()
    except OSError:
        _let_go(sys.stderr)


def _let_go(stream: Any) -> None:
    """What is in the buffer and cannot be written is lost; Python would complain of it when it flushes at its end."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
