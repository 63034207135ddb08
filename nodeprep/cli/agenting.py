"""What `nodeprep agent` does, whoever read its options."""
import gc

from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, List, Optional


class Call(NamedTuple):
    """The options of `nodeprep agent`."""

    config_file: Optional[str] = None
    role: Optional[str] = None
    profile: str = ''
    state_dir: Optional[str] = None
    run_dir: Optional[str] = None


_OPTIONS = {'--config': 'config_file', '--state-dir': 'state_dir', '--run-dir': 'run_dir'}


def read(words: List[str]) -> Optional[Call]:
    """The options after `nodeprep agent`, read without click, which a daemon would hold for as long as it lives.

    >>> read(['--config', 'a.yaml']), read(['--help'])
    (Call(config_file='a.yaml', role=None, profile='', state_dir=None, run_dir=None), None)
    """
    given: Dict[str, str] = {}
    if len(words) % 2:
        return None
    for name, value in zip(words[::2], words[1::2]):
        if name not in _OPTIONS or value.startswith('-'):
            return None
        given[_OPTIONS[name]] = value
    return Call(**given)


@stopping_on_bad_input
def agenting(call: Call) -> int:
    """Runs until a signal ends it; 0."""
    from nodeprep.agent import assembly
    from nodeprep.agent.places import HOME, Places
    from nodeprep.agent.status import RUN
    gc.enable()                 # a command needs no collector, a daemon does
    places = Places(call.state_dir or HOME, call.run_dir or RUN, call.config_file, call.profile, call.role or '')
    with assembly.alone(places):
        assembly.agent(places).run()
    return 0
