"""What each requirement's state is and since when, kept over restarts: a state that was known is not news again."""
import json

from nodeprep.agent import keep
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Mapping, Optional, Tuple

FORMAT = 1
MOST = 50                 # transitions that are remembered
Triple = Tuple[str, str, str]


class State(NamedTuple):
    """The state of a requirement: the worse of now and boot, both, and since when (seconds since 1970)."""

    state: str
    now: str
    boot: str
    since: float


class Transition(NamedTuple):
    """A state that became another. `was` is None when nothing was known before."""

    requirement: str
    was: Optional[State]
    now_is: State


class States:
    """States by requirement, and the last transitions, the oldest first."""

    def __init__(self, path: str) -> None:
        """Reads what an earlier run left. What of that is damaged is in `trouble`, and begins anew."""
        self._path = path
        self.states: Dict[str, State] = {}
        self.transitions: List[Transition] = []
        self.reported, self.outline = 0.0, ''          # when the last report was made, and what it was about
        self.trouble = ''
        self._saved = ''
        try:
            found = keep.read(path)
            if found is not None:
                self._take_back(found)
                self._saved = self._text()
        except CannotChange as error:
            self.trouble = str(error)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.trouble = f'{path}: is damaged ({type(error).__name__}: {error})'

    def see(self, seen: Mapping[str, Triple], at: float) -> List[Transition]:
        """Takes what a round saw, (state, now, boot) by requirement; returns what became of it since the last."""
        happened = []
        for requirement, triple in seen.items():
            was = self.states.get(requirement)
            if was is None or was[:3] != triple:
                self.states[requirement] = State(*triple, at)
                happened.append(Transition(requirement, was, self.states[requirement]))
        for gone in set(self.states) - set(seen):      # a requirement that this version no longer has
            del self.states[gone]
        self.transitions = (self.transitions + [one for one in happened if one.was])[-MOST:]
        return happened

    def save(self) -> None:
        """Writes them down when they are others than those on the disk. A failure is in `trouble`, and tried again."""
        text = self._text()
        if text == self._saved:
            return
        try:
            keep.write(self._path, text, 0o600, lasting=True)
            self._saved, self.trouble = text, ''
        except CannotChange as error:
            self.trouble = str(error)

    def _text(self) -> str:
        return json.dumps({
            'format': FORMAT, 'reported': self.reported, 'outline': self.outline,
            'states': {name: list(state) for name, state in self.states.items()},
            'transitions': [[one.requirement, list(one.was) if one.was else None, list(one.now_is)]
                            for one in self.transitions]})

    def _take_back(self, tree: Any) -> None:
        if tree['format'] != FORMAT:
            raise ValueError(f'format {tree["format"]!r} is not known')
        states = {str(name): _state(values) for name, values in tree['states'].items()}
        transitions = [Transition(str(name), _state(was) if was else None, _state(now_is))
                       for name, was, now_is in tree['transitions']]
        self.reported, self.outline = float(tree['reported']), str(tree['outline'])
        self.states, self.transitions = states, transitions


def _state(values: List[Any]) -> State:
    state, now, boot, since = values
    return State(str(state), str(now), str(boot), float(since))
