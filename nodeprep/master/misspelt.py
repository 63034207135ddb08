"""Values of a filter that name nothing: whoever misspells one must not be told that nothing is wrong."""
from nodeprep import catalogue
from nodeprep.master.store import asked, grid
from nodeprep.members import CONTROL_PLANE
from nodeprep.record import NamedTuple
from nodeprep.text import nearest
from nodeprep.typed import Any, Optional, Sequence

ROLES = ('worker', CONTROL_PLANE)
OUTCOMES = ('met', 'drifted', 'unknown', 'advised', 'waived', 'ignored', 'not-applicable')


class Wrong(NamedTuple):
    """A value that a field of store.asked.Asked does not know, and those that it knows."""

    field: str
    value: str
    known: Sequence[str]

    @property
    def said(self) -> str:
        """The same as words, with the name that was meant or all that are known."""
        return f'{self.field}: {self.value!r} is not known{nearest(self.value, self.known)}'


def first(cursor: Any, about: asked.Asked) -> Optional[Wrong]:
    """The first that is wrong; None of none. A role or a requirement that any node tells of is known too."""
    if about.standing not in ('', *asked.STANDINGS):
        return Wrong('standing', about.standing, asked.STANDINGS)
    if about.outcome not in ('', *OUTCOMES):
        return Wrong('outcome', about.outcome, OUTCOMES)
    if about.role not in ('', *ROLES) and not cursor.one('SELECT 1 FROM node WHERE role = ? LIMIT 1', (about.role,)):
        return Wrong('role', about.role, ROLES)
    known = catalogue.ids()
    if about.requirement not in ('', *known) and about.requirement not in grid.requirements(cursor):
        return Wrong('requirement', about.requirement, known)
    return None
