"""nodeprep master report --write: the report that is made by itself, by nodeprep-report.timer."""
import importlib
import sys
import time

from nodeprep.cli.mastering import opened
from nodeprep.cli.usage import write
from nodeprep.typed import Optional

# What the standard library loads when an e-mail or a name of a host is first used.
_LATE = ('email.contentmanager', 'email.generator', 'email.headerregistry', 'email.policy', 'encodings.idna')


UNDELIVERED = 69          # EX_UNAVAILABLE of sysexits.h, as which systemd shows it: a service does not answer


def write_due(config_file: Optional[str], data: str) -> int:
    """Writes it when it is due, and says what was written, removed and sent. ConfigError.

    The exit code: 0, or UNDELIVERED when it is in the folder and somebody who is to be sent it has not taken it yet.
    """
    # Loaded before root becomes the owner of the data, who may not be able to read where this Python is.
    from nodeprep.compliance import library  # noqa: F401
    from nodeprep.master.delivery import making, queue, shelf
    from nodeprep.output.compliance import renderer
    for form in shelf.FORMS + ('table',):
        renderer(form)
    for name in _LATE:
        importlib.import_module(name)
    with opened(config_file, data) as found:
        wishes = found.settings.report
        if not making.due(wishes, found.now):
            write(sys.stdout, f'{wishes.folder} has the {wishes.every} report that is due already\n')
        else:
            made = making.make(found.store, found.settings, found.data, found.now)
            # Before it is written: one that is written is not made again, and would never be sent.
            queue.put(found.store, found.settings, made, found.now)
            gone = making.write(found.store, wishes, made, found.now)
            write(sys.stdout, ''.join(f'{path} is written\n' for path in made.paths))
            write(sys.stdout, ''.join(f'{wishes.folder}/{name} is removed: `keep` is {wishes.keep}\n'
                                      for name in gone))
        sender = queue.Sender(found.store, wishes, time.time)
        sender.step()
        late = queue.late(found.store, wishes)
        for channel, problem in dict(sender.problems, **late).items():
            write(sys.stderr if problem else sys.stdout, queue.said(channel, problem) + '\n')
        if late:
            write(sys.stderr, f'the report is in {wishes.folder}, and not delivered yet: the master that runs tries it '
                              f'again (exit code {UNDELIVERED})\n')
        return UNDELIVERED if late else 0
