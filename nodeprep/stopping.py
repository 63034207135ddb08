"""How a program that changes a host is told to end: it finishes the step in hand."""
import signal

from nodeprep.typed import Any, Callable, Dict


class Stopping:
    """Signals that end a program are kept until the step that goes on is over: then it is taken back, not left half.

    A second one changes nothing: a package manager that is killed leaves more to mend than it saves time.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._asked, self._untold = tell, '', ''
        self._before: Dict[int, Any] = {}

    def __enter__(self) -> 'Stopping':
        """From now on signals are kept."""
        for number in self._SIGNALS:
            self._before[number] = signal.signal(number, self._keep)
        return self

    def __exit__(self, *error: Any) -> None:
        """From now on they do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._say()

    def asked(self) -> str:
        """'' or which signal asks to stop."""
        self._say()
        return self._asked

    def _keep(self, number: int, frame: Any) -> None:
        if not self._asked:
            self._asked = f'stopped by {signal.Signals(number).name}'
            self._untold = f'{signal.Signals(number).name}: stops after this step and takes back what is not complete'
            self._say()

    def _say(self) -> None:
        """A signal that comes while something is being written cannot be told of then: streams of Python refuse it."""
        said, self._untold = self._untold, ''
        if said:
            try:
                self._tell(said)
            except RuntimeError:
                self._untold = said
