"""The person at the keyboard: who it is, and whether they agree."""
import os
import select
import sys

from nodeprep.cli import itself
from nodeprep.cli.usage import fit
from nodeprep.config import ConfigError
from nodeprep.host.changing import Changing
from nodeprep.text import clean
from nodeprep.typed import Dict, Optional

PATIENCE = 2.0            # seconds in which what is piped has begun
NO = 1                    # the exit code where the answer is no, as that of dnf and kubeadm: what is wrong is so still


def host_of(root: str) -> Changing:
    """The host or image to change. ConfigError when there is no system below the root."""
    host = Changing(root)
    if not host.is_folder('/etc'):
        raise ConfigError(f'{root}: there is no etc in it; is the image mounted there?')
    return host


def must_be_root(verb: str, root: str, instead: str) -> None:
    """ConfigError for anybody else: nothing is begun that would fail in the middle."""
    if os.geteuid() != 0:
        host = 'this host' if root == '/' else root
        raise ConfigError(f'{verb} changes {host}, which root alone may: {itself.as_root()}; {instead}')


def who() -> Dict[str, str]:
    """How the change was allowed and who did: the login that the kernel remembers across su and sudo."""
    return {'how': 'person', 'who': _login(), 'tty': _terminal()}


def _login() -> str:
    import pwd
    try:
        with open('/proc/self/loginuid', encoding='ascii') as file:
            number = int(file.read())
    except (OSError, ValueError):
        number = 2**32 - 1
    if number == 2**32 - 1:              # (uid_t) -1: no login, as in a container or a job of cron
        number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f'uid {number}'


def _terminal() -> str:
    try:
        return os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        return ''


def called() -> str:
    """How this command was called, for whoever finds the lock taken."""
    return clean(' '.join(['nodeprep'] + sys.argv[1:]))[:200]


def agree(question: str) -> None:
    """Returns when the person says yes; ends the command otherwise. ConfigError when there is nobody to ask."""
    if not agreed(question):
        import click
        click.echo('Nothing was changed.', err=True)
        sys.exit(NO)


def agreed(question: str) -> bool:
    """Whether the person says yes, or what is piped does. No is what silence means at a terminal."""
    if not sys.stdin or not sys.stdin.isatty():
        answer = _piped(question)
        if answer is not None:
            return answer
        raise ConfigError('nobody is there to be asked (standard input is no terminal): --yes does it without asking; '
                          'nothing was changed')
    import click
    return bool(click.confirm(fit(question, sys.stderr), default=False, err=True))


def _piped(question: str) -> Optional[bool]:
    """The answer that stands in standard input, as in `yes | nodeprep fix`; None: there is none.

    It is read by the letter, so that what follows is left to whoever reads on.
    """
    import click
    click.echo(f'{question} [y/N]: ', err=True, nl=False)
    said = b''
    try:
        number = sys.stdin.fileno()
        while len(said) < 4 and select.select([number], [], [], PATIENCE)[0]:
            letter = os.read(number, 1)
            if letter in (b'', b'\n'):
                break
            said += letter
    except (OSError, ValueError, AttributeError):
        said = b''
    click.echo(clean(said.decode('utf-8', 'surrogateescape')), err=True)
    return {b'y': True, b'yes': True, b'n': False, b'no': False}.get(said.strip().lower())


def agreed_if_there(question: str) -> bool:
    """The same in the middle of a fix, where a terminal that is gone means no, and nothing is left half done."""
    import click
    try:
        return agreed(question)
    except (ConfigError, click.Abort, OSError):
        return False
