"""Makes the report that is due, in the forms that the folder has."""
import os

from nodeprep.compliance import document, seal
from nodeprep.language import chosen, speaking
from nodeprep.master import compliance, signing
from nodeprep.master.delivery import periods, shelf
from nodeprep.master.store import deliveries, settled
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List


class Made(NamedTuple):
    """What was made: the day that names it, its tree, its texts by form, the paths where it is for.
    """

    day: str
    tree: Dict[str, Any]
    texts: Dict[str, bytes]
    paths: List[str]


def due(wishes: Any, now: float) -> str:
    """The day of the report that should be there by now and is not; '' when it is. ConfigError."""
    since, until = periods.last(wishes.every, now)
    day = compliance.day(until)
    return '' if shelf.whole(wishes.folder, day, document.stamp(since)) else day


def make(store: Any, settings: Any, data: str, now: float) -> Made:
    """The report of the last whole period, not written yet. ConfigError, StoreTrouble."""
    wishes = settings.report
    since, until = periods.last(wishes.every, now)
    day = compliance.day(until)
    tree = settled.read(store, now, lambda cursor: compliance.report(cursor, since, until, now))
    tree = seal.sealed(tree, signing.signer(settings, data, now))
    texts = {form: renderer(form)(tree, options(settings)).encode('utf-8', 'backslashreplace') for form in shelf.FORMS}
    return Made(day, tree, texts, [f'{wishes.folder}/{shelf.name(day, form)}' for form in shelf.FORMS])


def write(store: Any, wishes: Any, made: Made, now: float) -> List[str]:
    """Writes it into the folder, and removes what is over there; returns the names of that. ConfigError,
    StoreTrouble.
    """
    shelf.write(wishes.folder, made.day, made.texts)
    gone = shelf.prune(wishes.folder, wishes.keep, made.day)
    store.do(lambda cursor: deliveries.note(cursor, deliveries.WRITTEN, day=made.day, at=now, host=os.uname().nodename))
    return gone


def options(settings: Any) -> Options:
    """How it is drawn: in the language of the settings, for no terminal."""
    return Options(language=speaking(chosen(settings.language, None)))
