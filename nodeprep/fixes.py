"""What every fix has in common, whoever asks for it: a person at the command line, or the agent."""
from nodeprep.enforce import DONE, INTERRUPTED, Fixer, Hooks, Outcome
from nodeprep.journal.reading import unfinished
from nodeprep.journal.steps import INTENDED
from nodeprep.journal.undoing import drop_temporary
from nodeprep.journal.writing import Transaction
from nodeprep.model import CannotChange, CannotTell
from nodeprep.plan import Allowed, Plan
from nodeprep.policy import Policy
from nodeprep.record import NamedTuple
from nodeprep.round import Looked
from nodeprep.stopping import Stopping
from nodeprep.typed import Any, Callable, Dict, List, Tuple


class Asker(NamedTuple):
    """Who asks for a fix. `by` and `command` go into the journal; `agree` is asked about a later stage."""

    by: Dict[str, str]
    command: Tuple[str, ...]
    tell: Callable[[str], None]
    agree: Callable[[Any], bool]


def carry_out(fresh: Callable[[], Any], looked: Looked, planned: Plan, allowed: Allowed,
              asker: Asker) -> Tuple[List[Outcome], Transaction]:
    """Does a plan, journaled, and ends at a signal after the step in hand. The lock must be held.

    `fresh` gives a host that remembers nothing.
    """
    host = fresh()
    _clear_up(host, asker.tell)
    transaction = Transaction(host, asker.by, asker.command, boot_id(host))
    subjects = {one.requirement.id: (one.requirement, one.rule) for one in looked.judged}
    with Stopping(asker.tell) as stopping:
        fixer = Fixer(fresh, transaction, allowed, Hooks(asker.tell, asker.agree, stopping.asked))
        how = 'failed'
        try:
            outcomes = fixer.enforce(planned, subjects)
            results = {one.result for one in outcomes}
            how = INTERRUPTED if INTERRUPTED in results else 'done' if results <= {DONE} else 'failed'
        finally:
            transaction.end(how)
    return outcomes, transaction


def _clear_up(host: Any, tell: Callable[[str], None]) -> None:
    """Removes what a fix that was killed left beside the files that it wrote; all else of it is undo's."""
    for past in unfinished(host):
        for step in past.open:
            if step.state == INTENDED:
                try:
                    drop_temporary(host, step)
                except CannotChange as error:
                    tell(f'what {past.id} left stays: {error}')


def boot_id(host: Any) -> str:
    """The id of the running boot; '' for an image."""
    try:
        return str(host.read('/proc/sys/kernel/random/boot_id', missing='')).strip() if host.live else ''
    except CannotTell:
        return ''


def forbidden(host: Any, policy: Policy) -> str:
    """Why nothing may be changed on this host by anybody; '' when it may."""
    from nodeprep.linux.release import release
    try:
        here = release(host)
    except CannotTell as error:
        return f'which system this is could not be told: {error.reason}'
    if here.family == 'el' or policy.get('requirements.os.fix', False):
        return ''
    return (f'fixes are for CentOS and its rebuilds, and this is {here.name or "another system"}: '
            'requirements: {os: {fix: true}} in the configuration allows them')
