"""How a program that changes a host is told to end: it finishes the step in hand."""
import signal

from nodeprep.typed import Any, Callable, Dict


class Stopping:
    """Signals that end a program are kept until the step that goes on is over: then it is taken back, not left half.

    A second one changes nothing: a package manager that is killed leaves more to mend than it saves time.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._asked = tell, ''
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

    def asked(self) -> str:
        """'' or which signal asks to stop."""
        return self._asked

    def _keep(self, number: int, frame: Any) -> None:
        if not self._asked:
            self._asked = f'stopped by {signal.Signals(number).name}'
            self._tell(f'{signal.Signals(number).name}: stops after this step and takes back what is not complete')
