"""What of a round is told to the master: all that was found, when any of it is news, something was fixed, or daily."""
from nodeprep.agent.looking import Seen
from nodeprep.agent.outline import day, outline
from nodeprep.typed import Any, List

DAY = 86400.0             # a report goes out at least so often, also when nothing changed


class News:
    """Compares with what was told last, which `states` keeps over a restart."""

    def __init__(self, states: Any, voice: Any, desk: Any, mending: Any) -> None:
        self._states, self._voice, self._desk, self._mending = states, voice, desk, mending
        self._first = True

    def tell(self, seen: Seen, policy: Any, config: str, proposals: Any, at: float) -> bool:
        """Whether there was something to tell; if so it is in the spool. The first round of an agent always is.

        `config` is what is wrong with the configuration, '' for nothing; `at` the time of the round.
        """
        now_is = outline(seen.looked.judged, day(at),
                         (config, proposals.outline, seen.looked.kubernetes, _as_a_node(policy)))
        changed = now_is != self._states.outline
        due = abs(at - self._states.reported) >= DAY     # abs: the clock may have been set back
        made = self._mending.made(self._first or due)
        if self._first or changed or due or made:
            why = 'start' if self._first else 'changed' if changed or not due else 'daily'
            self._voice.tell(self._desk.report(seen, policy, config, proposals, why, made))
            self._mending.told(made)
            self._states.outline, self._states.reported = now_is, at
            self._first = False
            return True
        return False


def _as_a_node(policy: Any) -> List[Any]:
    """What of the configuration says which kind of node this is, and so stands in each report."""
    return sorted((name, value.value) for name, value in policy.settings.items()
                  if name in ('profile', 'role') or name.startswith('labels.'))
