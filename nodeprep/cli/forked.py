"""Work in a child, so that what follows it has the rights that the command began with."""
import os
import signal

from nodeprep.typed import Callable


def forked(work: Callable[[], bytes]) -> bytes:
    """What work gives that is done in a child. What it raises ends the child as it would have ended the command, with
    all that is said then; this one ends with the same exit code.
    """
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(ours)
        data = work()
        with open(theirs, 'wb') as pipe:
            pipe.write(data)
        os._exit(0)
    os.close(theirs)
    try:
        with open(ours, 'rb') as pipe:
            data = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGTERM)
        raise
    finally:
        status = os.waitpid(child, 0)[1]
    if status:
        raise SystemExit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)
    return data
