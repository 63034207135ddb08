"""What `nodeprep undo` does: show what would be taken back, ask, take it back, and look again."""
import sys

from nodeprep import output
from nodeprep import round as rounds
from nodeprep.agent.supplied import load
from nodeprep.cli import itself, people
from nodeprep.cli.usage import show_first, stopping_on_bad_input, telling, write, write_along
from nodeprep.config import ConfigError
from nodeprep.host.changing import Changing
from nodeprep.host.images import ABSENT
from nodeprep.journal import folder, reading
from nodeprep.journal.reading import Past
from nodeprep.journal.steps import Step
from nodeprep.journal.undoing import Way
from nodeprep.journal.writing import Reopened
from nodeprep.lock import Lock
from nodeprep.output import plans, transactions
from nodeprep.record import NamedTuple
from nodeprep.stopping import Stopping
from nodeprep.text import UnknownName, clean
from nodeprep.typed import Any, Dict, List, Optional

NOT_ALL = 4


class Call(NamedTuple):
    """The words and options of `nodeprep undo`."""

    transaction: Optional[str] = None
    dry_run: bool = False
    yes: bool = False
    force_live: bool = False
    root: str = '/'
    format_name: str = 'table'
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False


@stopping_on_bad_input
def undoing(call: Call) -> int:
    """Does it, and returns the exit code."""
    host = people.host_of(call.root)
    people.must_be_root('undo', call.root, 'the journal is root\'s alone')
    with Lock(host, people.called()):
        past = _chosen(host, call)
        if past is None:
            raise ConfigError(f'there is no fix to take back; {_listed(call)}')
        return _Undo(call, host, past).run()


def _listed(call: Call) -> str:
    return f'{itself.program()} history{itself.options(call.root)} lists them'


def _chosen(host: Changing, call: Call) -> Optional[Past]:
    asked = call.transaction
    name = None if asked is None else folder.known_id(asked)
    if name is not None and name not in folder.transactions(host):
        raise UnknownName(f'no transaction {asked!r}' + (
            f'; {_listed(call)}' if folder.transactions(host) else ': the journal is empty'))
    past = reading.newest(host, name)
    if past and past.undone and not past.open:
        raise ConfigError(f'{past.id} was taken back already, {past.undone}')
    later = _later(host, past) if past else []
    if later:
        raise ConfigError(f'{later[1]} was changed again by {later[0]}: take that one back first')
    return past


def _later(host: Changing, past: Past) -> List[str]:
    """[id, path] of a newer transaction that changed a file of this one and stands."""
    mine = {step.before[0].real for step in past.open if step.write}
    for one in reading.past(host):
        if int(one.id) > int(past.id):
            for step in one.open:
                if step.write and step.before[0].real in mine:
                    return [one.id, step.before[0].real]
    return []


class _Undo:
    def __init__(self, call: Call, host: Changing, past: Past) -> None:
        self.call, self.host, self.past = call, host, past
        said = itself.options(call.root)
        self.page = transactions.Page(output.options_for(sys.stdout, call.quiet, call.verbose, call.no_color)._replace(
            program=itself.program(), root=said, said=said))
        self.stream = sys.stdout if call.format_name == 'table' else sys.stderr
        self.tree: Dict[str, Any] = {'format': 1, 'dry_run': call.dry_run, 'transaction': past.id, 'steps': []}

    def run(self) -> int:
        """Shows, asks, does, looks again."""
        would = self._way(act=False).back(self.past.steps, lambda step: None)
        shown = self.page.way_back(transactions.tree(self.past), [_told(one) for one in would])
        if self.call.dry_run:
            write(self.stream, shown)
            return self._end([_told(one) for one in would], would)
        show_first(self.stream, shown)
        if not self.call.yes:
            people.agree('Take this back?')
        with Reopened(self.host, self.past.id) as reopened:
            with Stopping(lambda said: write_along(self.stream, f'  ... {said}\n')):
                taken = self._way(act=True).back(self.past.steps, reopened.undid)
            reopened.undone(people.who(), all(one.undone for one in taken))
        with telling(0 if all(one.undone for one in taken) else NOT_ALL):
            write(self.stream, self.page.taken_back(self.past.id, [_told(one) for one in taken]))
            self.stream.flush()
            return self._end([_told(one) for one in taken], taken)

    def _way(self, act: bool) -> Way:
        return Way(lambda: Changing(self.call.root), act, self.call.force_live)

    def _end(self, told: List[Dict[str, Any]], steps: List[Step]) -> int:
        host = people.host_of(self.call.root)
        known = rounds.catalogue.ids()
        parts = tuple(dict.fromkeys(step.part for step in self.past.steps if step.part in known))
        report = rounds.examine(host, load(host), rounds.Asked(parts), diffs=False)
        self.tree.update(steps=told, report=report)
        if self.call.format_name != 'table':
            write(sys.stdout, plans.machine(clean(self.tree, keep='\n'), self.call.format_name))
        elif not self.call.dry_run:
            options = self.page.options._replace(quiet=True, ids=''.join(f' {one}' for one in parts))
            write(sys.stdout, '\n' + output.renderer('table')(report, options))
        return NOT_ALL if not all(one.undone for one in steps) else output.exit_code(report, 'table')


def _told(step: Step) -> Dict[str, Any]:
    """A step that was taken back, or not, as it is shown."""
    return clean({'step': step.number, 'requirement': step.part, 'write': step.write, 'run': list(step.undo),
                  'how': step.undone or 'left', 'why': step.said,
                  'new': bool(step.write) and step.before[0].kind == ABSENT})
