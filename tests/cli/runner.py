"""Runs a command of nodeprep in this process, with its outputs apart on every version of click."""
import contextlib
import io

import click

from nodeprep.cli.group import cli
from nodeprep.cli.usage import refuse


class Ran:
    """How a command ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


class Terminal(io.StringIO):
    """One of 80 columns, as long as COLUMNS says nothing else."""

    def isatty(self):
        return True


def run(*argv, stream=io.StringIO):
    """nodeprep ARGV..., as the console script would run it but without its handling of faults. `stream` makes what
    takes the outputs.
    """
    out, err = stream(), stream()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(args=[str(word) for word in argv], prog_name='nodeprep', standalone_mode=False)
        except click.ClickException as error:
            refuse(error)
            code = error.exit_code
        except SystemExit as error:
            code = error.code
    return Ran(code or 0, out.getvalue(), err.getvalue())
