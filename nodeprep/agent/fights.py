"""Who wins: a fix that is taken back three times within a day is not made again until a person says so.

Kept in /var/lib/nodeprep/fights.json, so that no restart forgets one. A person's `nodeprep fix ID` ends it.
"""
import time

from nodeprep.agent import stored
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

NAME = 'fights.json'
DAY, MOST = 86400.0, 3


class Suspect(NamedTuple):
    """Who takes it back, as far as that is known, and what is to be changed so that it ends."""

    who: str = ''
    setting: str = ''


NOBODY = Suspect()


class Revert(NamedTuple):
    """One time that it was taken back. `transaction` is the fix that was; each counts once."""

    at: float
    transaction: str
    subjects: Tuple[str, ...]
    suspect: Suspect


class Fight(NamedTuple):
    """The reverts of the last day, or those that stopped it (`stopped`: when, 0 when it was not)."""

    requirement: str
    reverts: Tuple[Revert, ...]
    stopped: float = 0.0

    @property
    def suspect(self) -> Suspect:
        """The newest that is known."""
        return next((one.suspect for one in reversed(self.reverts) if one.suspect.who), self.reverts[-1].suspect)

    @property
    def why(self) -> str:
        """What is said of it, and what ends it."""
        who, setting = self.suspect
        last = time.strftime('%Y-%m-%d %H:%M', time.localtime(self.reverts[-1].at))
        times = len(self.reverts)
        often = f'{times} times within a day, the last time at' if times > 1 else 'once, at'
        said = (f'{", ".join(self.reverts[-1].subjects)} was taken back {often} {last}, by '
                f'{who or "somebody who is not known"}; ' + (f'{setting}; ' if setting else ''))
        if self.stopped:
            return said + ('then ' if setting else '') + f'nodeprep fix {self.requirement} lets it go on'
        return said + f'after {MOST} times within a day it is no longer fixed'

    def lasts(self, now: float) -> bool:
        """Whether it is still to be spoken of at `now` (seconds since 1970): a stopped one until a person ends it."""
        return bool(self.stopped) or abs(now - self.reverts[-1].at) < DAY     # abs: the clock may have been set back

    def tree(self) -> Dict[str, Any]:
        """The same as heartbeats and the status have it."""
        return {'requirement': self.requirement, 'reverts': len(self.reverts), 'last': self.reverts[-1].at,
                'stopped': self.stopped or None, 'subjects': list(self.reverts[-1].subjects),
                'suspect': self.suspect.who, 'setting': self.suspect.setting, 'why': self.why}


class Fights:
    """All that are known of a host. Each question reads the file, each answer is on the disk when it is given.

    CannotChange when the file is damaged or others could have written it: then nothing may be fixed.
    """

    def __init__(self, host: Any) -> None:
        self._host = host

    def all(self) -> List[Fight]:
        """Those that go on, stopped or not, by requirement."""
        tree = stored.read(self._host, NAME)
        try:
            return [_fight(name, one) for name, one in sorted((tree or {}).items())]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CannotChange(f'{stored.HOME}/{NAME} is damaged ({type(error).__name__}: {error}); remove it, and no '
                               'fight is remembered') from None

    def stopped(self, requirement: str) -> Optional[Fight]:
        """The fight because of which a requirement is not fixed; None when it may be."""
        return next((one for one in self.all() if one.requirement == requirement and one.stopped), None)

    def reverted(self, requirement: str, subjects: Iterable[str], when: float, suspect: Suspect = NOBODY,
                 transaction: str = '') -> Fight:
        """Notes that a fix was taken back, at `when` (seconds since 1970), and returns how the fight stands.

        Of one transaction it counts once, whoever notes it; what the second one knows of the suspect is added.
        """
        with stored.changing(self._host, NAME):
            known = {one.requirement: one for one in self.all()}
            fight = known.get(requirement, Fight(requirement, ()))
            new = Revert(when, transaction, tuple(subjects), suspect)
            known[requirement] = _with(fight, new)
            if known[requirement] != fight:
                self._keep(known)
            return known[requirement]

    def forget(self, requirement: str) -> bool:
        """Ends a fight, since a person says so; whether there was one."""
        if not any(one.requirement == requirement for one in self.all()):
            return False
        with stored.changing(self._host, NAME):
            self._keep({one.requirement: one for one in self.all() if one.requirement != requirement})
        return True

    def _keep(self, known: Dict[str, Fight]) -> None:
        stored.write(self._host, NAME, {name: {
            'stopped': fight.stopped, 'reverts': [dict(one._asdict(), suspect=list(one.suspect))
                                                  for one in fight.reverts]} for name, fight in known.items()})


def _with(fight: Fight, new: Revert) -> Fight:
    noted = next((one for one in fight.reverts if new.transaction and one.transaction == new.transaction), None)
    if noted is not None:
        better = noted._replace(suspect=noted.suspect if noted.suspect.who else new.suspect)
        return fight._replace(reverts=tuple(better if one is noted else one for one in fight.reverts))
    # A clock that was set back makes old reverts look as if they were still to come: they count.
    recent = [one for one in fight.reverts if fight.stopped or new.at - one.at < DAY] + [new]
    stopped = fight.stopped or (new.at if len(recent) >= MOST else 0.0)
    return Fight(fight.requirement, tuple(recent[-10 * MOST:]), stopped)


def _fight(name: str, tree: Any) -> Fight:
    reverts = tuple(Revert(float(one['at']), str(one['transaction']), tuple(str(word) for word in one['subjects']),
                           Suspect(*(str(word) for word in one['suspect']))) for one in tree['reverts'])
    if not reverts:
        raise ValueError(f'{name} has no reverts')
    return Fight(name, reverts, float(tree['stopped']))
