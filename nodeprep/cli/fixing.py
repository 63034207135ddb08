"""What `nodeprep fix` does: look, plan, show, ask, change, look again."""
import os
import sys

from nodeprep import fixes, output, plan
from nodeprep import round as rounds
from nodeprep.agent.supplied import load
from nodeprep.cli import ROLLED_BACK, ids, itself, people
from nodeprep.cli.usage import show_first, stopping_on_bad_input, telling, write, write_along
from nodeprep.enforce import DONE, SKIPPED, Outcome
from nodeprep.host.changing import Changing
from nodeprep.journal import reading
from nodeprep.journal.writing import Transaction
from nodeprep.lock import Lock
from nodeprep.model import CannotChange
from nodeprep.output import plans, transactions
from nodeprep.policy import Policy
from nodeprep.record import NamedTuple
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List, Optional, Tuple


class Call(NamedTuple):
    """The words and options of `nodeprep fix`."""

    ids: Tuple[str, ...] = ()
    dry_run: bool = False
    yes: bool = False
    force_live: bool = False
    config_file: Optional[str] = None
    root: str = '/'
    role: Optional[str] = None
    profile: str = ''
    ignore: Tuple[str, ...] = ()
    format_name: str = 'table'
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False


@stopping_on_bad_input
def fixing(call: Call) -> int:
    """Does it, and returns the exit code."""
    call = call._replace(ids=ids.chosen(call.ids))
    host = people.host_of(call.root)
    policy = load(host, call.config_file, call.profile, call.role or '')
    if call.dry_run:
        return _Fix(call, host, policy).dry()
    people.must_be_root('fix', call.root, '--dry-run shows the plan to everybody')
    with Lock(host, people.called()):
        return _Fix(call, host, policy).run()


class _Fix:
    def __init__(self, call: Call, host: Changing, policy: Policy) -> None:
        self.call, self.host, self.policy = call, host, policy
        self.asked = rounds.Asked(call.ids, ids.listed(call.ignore))
        self.allowed = plan.Allowed(frozenset(call.ids), call.force_live, fixes.forbidden(host, policy))
        self.page = plans.Page(output.options_for(sys.stdout, call.quiet, call.verbose, call.no_color)._replace(
            program=itself.program(), root=itself.options(call.root), ids=''.join(f' {one}' for one in call.ids),
            said=itself.options(call.root, call.config_file, call.role, call.profile, call.ignore)))
        self.tree: Dict[str, Any] = {'format': 1, 'dry_run': call.dry_run, 'transaction': '', 'outcomes': []}
        # What people read along goes to stderr when stdout is for a program.
        self.stream = sys.stdout if call.format_name == 'table' else sys.stderr

    def dry(self) -> int:
        """Shows the plan."""
        looked, planned = self._planned(self.host)
        self._say(self.page.plan(self.tree['plan'], self.tree['before'], self.tree['reboot']) +
                  self.page.dry(self.tree['plan'], self._again()))
        return self._end(self.tree['before'])

    def run(self) -> int:
        """Shows the plan, asks, does it, and looks again."""
        half = [self.page.half_done(transactions.tree(past)) for past in reading.half_done(self.host)]
        looked, planned = self._planned(self.host)
        show_first(self.stream, ''.join(half) + self.page.plan(self.tree['plan'], self.tree['before'],
                                                               self.tree['reboot']))
        if not planned.changes:
            self._forget_fights()
            return self._end(self.tree['before'])
        if not self.call.yes:
            people.agree(f'Make these {planned.changes} changes?' if planned.changes > 1 else 'Make this change?')
        self._forget_fights()
        outcomes, transaction = self._done(looked, planned)
        after = self._look(people.host_of(self.call.root))[1]
        self.tree.update(transaction=transaction.id if transaction.steps else '', after=after,
                         outcomes=[clean(one._asdict()) for one in outcomes])
        rolled_back = any(one.result not in (DONE, SKIPPED) for one in outcomes)
        with telling(ROLLED_BACK if rolled_back else 0):
            self._say(self.page.outcomes(self.tree))
            if transaction.trouble:
                self._say(self.page.warning(transaction.trouble))
            return self._end(after, rolled_back)

    def _again(self) -> str:
        options = self.page.options
        return ('' if os.geteuid() == 0 else 'sudo ') + f'{options.program} fix{options.said}{options.ids}' + (
            ' --force-live' if self.call.force_live else '')

    def _forget_fights(self) -> None:
        """What a person names, the agent may fix again, however often it was taken back."""
        from nodeprep.agent.fights import Fights
        for one in self.call.ids:
            try:
                if Fights(self.host).forget(one):
                    self._tell(f'{one}: the agent may fix it again, if its mode allows it')
            except CannotChange as error:
                write_along(self.stream, self.page.warning(str(error)))

    def _done(self, looked: rounds.Looked, planned: plan.Plan) -> Tuple[List[Outcome], Transaction]:
        asker = fixes.Asker(people.who(), ('nodeprep',) + tuple(sys.argv[1:]), self._tell, self._agree)
        return fixes.carry_out(lambda: Changing(self.call.root), looked, planned, self.allowed, asker)

    def _planned(self, host: Changing) -> Tuple[rounds.Looked, plan.Plan]:
        looked, self.tree['before'] = self._look(host)
        planned = plan.make(host, rounds.mendable(looked), self.allowed)
        self.tree['plan'] = planned.tree()
        return looked, planned

    def _look(self, host: Changing) -> Tuple[rounds.Looked, Dict[str, Any]]:
        looked = rounds.look(host, self.policy, self.asked)
        self.tree['reboot'] = plan.waiting(looked.judged)
        return looked, rounds.tell(host, self.policy, looked, diffs=self.call.format_name != 'table')

    def _agree(self, part: plan.Part) -> bool:
        write_along(self.stream, self.page.later(plan.Plan((part,)).tree()))
        return self.call.yes or people.agreed_if_there('Go on with these?')

    def _tell(self, said: str) -> None:
        if not self.call.quiet:
            write_along(self.stream, self.page.progress(clean(said)))

    def _say(self, text: str) -> None:
        if text:
            write(self.stream, text)
            self.stream.flush()

    def _end(self, report: Dict[str, Any], rolled_back: bool = False) -> int:
        if self.call.format_name != 'table':
            write(sys.stdout, plans.machine(self.tree, self.call.format_name))
        elif 'after' in self.tree:
            write(sys.stdout, '\n' + output.renderer('table')(report, self.page.options._replace(quiet=True)))
        return ROLLED_BACK if rolled_back else output.exit_code(report, 'table')
