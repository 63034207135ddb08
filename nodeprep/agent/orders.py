"""The policy for the agent, read in a process of its own: the YAML library is 1 MiB that it would hold for ever."""
from nodeprep.agent.packing import packed, unpacked
from nodeprep.config import ConfigError
from nodeprep.policy import Policy
from nodeprep.settings import Value
from nodeprep.typed import Any, Callable

_LIMIT = 20.0             # seconds; a configuration of a MiB takes some


def read(load: Callable[[], Policy], apart: Any) -> Policy:
    """What load() gives, or its ConfigError. `apart` is host.apart.Apart."""
    try:
        raw = apart(lambda: _told(load), _LIMIT).result(wait=True)
    except OSError:                  # no process is to be had
        raw = b''
    if not raw:
        return load()
    problems, settings, waivers = unpacked(raw)
    if problems:
        raise ConfigError(*problems)
    policy = Policy()
    policy.settings = {name: Value(*value) for name, value in settings.items()}
    policy.waivers = waivers
    return policy


def _told(load: Callable[[], Policy]) -> bytes:
    try:
        policy = load()
    except ConfigError as error:
        return packed((error.problems, {}, {}))
    return packed(((), {name: tuple(value) for name, value in policy.settings.items()}, policy.waivers))
