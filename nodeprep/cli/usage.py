"""Bad input ends a command with exit code 2 and one line for each thing that is wrong, before anything is done."""
import functools
from typing import Any, Callable

import click

from nodeprep.config import ConfigError
from nodeprep.text import UnknownName, clean


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
    return run


def _stop(said: str) -> None:
    for line in said.split('\n'):
        click.echo('nodeprep: ' + clean(line), err=True)
    raise SystemExit(2)
