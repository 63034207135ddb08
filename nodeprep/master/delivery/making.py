"""Makes the report that is due, in the forms that the folder has."""
from nodeprep.compliance import seal
from nodeprep.language import chosen, speaking
from nodeprep.master import compliance, signing
from nodeprep.master.delivery import periods, shelf
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List


class Made(NamedTuple):
    """What was made: the day that names it, its tree, its texts by form, the paths where it was written, and
    the names of the older ones that went for it.
    """

    day: str
    tree: Dict[str, Any]
    texts: Dict[str, bytes]
    paths: List[str]
    gone: List[str]


def due(wishes: Any, now: float) -> str:
    """The day of the report that should be there by now and is not; '' when it is. ConfigError."""
    day = compliance.day(periods.last(wishes.every, now)[1])
    return '' if shelf.whole(wishes.folder, day) else day


def make(store: Any, settings: Any, data: str, now: float) -> Made:
    """Writes the report of the last whole period, and removes what is over. ConfigError, StoreTrouble."""
    wishes = settings.report
    since, until = periods.last(wishes.every, now)
    day = compliance.day(until)
    tree = store.read(lambda cursor: compliance.report(cursor, since, until, now))
    tree = seal.sealed(tree, signing.signer(settings, data, now))
    texts = {form: renderer(form)(tree, options(settings)).encode('utf-8', 'backslashreplace') for form in shelf.FORMS}
    paths = shelf.write(wishes.folder, day, texts)
    return Made(day, tree, texts, paths, shelf.prune(wishes.folder, wishes.keep))


def options(settings: Any) -> Options:
    """How it is drawn: in the language of the settings, for no terminal."""
    return Options(language=speaking(chosen(settings.language, None)))
