"""Where the master of a folder listens now, for commands: `serve --listen`, and port 0, are in no settings."""
import contextlib
import os

from nodeprep.master import settings
from nodeprep.typed import Optional, Tuple

NAME = 'listening'        # of the file in the folder of the master, while it serves
_LONG = 300


def note(data: str, address: Tuple[str, int]) -> None:
    """The master listens there. Where the file cannot be written, commands go by the settings."""
    host, port = address
    fresh = os.path.join(data, NAME + '.new')
    with contextlib.suppress(OSError):
        with open(fresh, 'w', encoding='ascii', opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write((f'[{host}]' if ':' in host else host) + f':{port}\n')
        os.replace(fresh, os.path.join(data, NAME))


def forget(data: str) -> None:
    """It listens no more."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(data, NAME))


def told(data: str) -> Optional[Tuple[str, int]]:
    """Where it listens; None when no master is there, or does not say."""
    try:
        with open(os.path.join(data, NAME), encoding='ascii') as file:
            return settings.endpoint(file.read(_LONG).strip())
    except (OSError, ValueError):
        return None
