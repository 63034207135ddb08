"""What the agent of this host last saw, told and did, for people. A script takes -o json."""
import time

from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.messages import fitted
from nodeprep.output.words import shown, span
from nodeprep.typed import Any, Dict, List, Optional, Tuple

Tree = Dict[str, Any]
_FINE = ('met', 'not-applicable', 'ignored')
_COLORS = {'drifted': '1;31', 'unknown': '1;33', 'advised': '33', 'waived': '36'}
_LATELY = 5               # transitions and fixes that are shown unless --verbose
_WORD = 8                 # columns of the longest of these words
_WHEN = {'now': 'now', 'boot': 'after a reboot'}
_TOLD = {DRIFTED: 'drifted', UNKNOWN: 'could not be told'}


def page(tree: Optional[Tree], running: bool, note: str, now: float, options: Options,
         start: Tuple[str, str] = ('What starts it', 'systemctl start nodeprep')) -> str:
    """The text. `note` is what is wrong with the status itself, `now` in seconds since 1970.

    `start` is what a person types to start the agent, behind what there is to say about it.
    """
    lines: List[str] = []
    made = _Page(options, lines, now)
    if note:
        made.text('', note[:1].upper() + note[1:] + ('' if running else f'. {start[0]}:'), '1;33')
        if not running:
            lines.append(f'  {shown(start[1])}')         # in one line, however long: it is copied
    if tree is None:
        return '\n'.join(lines) + '\n'
    if note:
        lines += ['', 'As it was last seen:']
    made.head(tree)
    made.requirements(tree)
    made.lately(tree)
    made.hand(tree['hand'])
    made.master(tree)
    made.troubles(tree)
    return '\n'.join(lines) + '\n'


def _halves(one: Tree) -> Tuple[str, str]:
    """Which half is not as it should be, and what stands apart of the other: what a reboot would end, what it would
    bring, and what of that could not be told.
    """
    failing = [when for when in ('now', 'boot') if one[when] not in ('met', 'not-applicable')]
    if len(failing) == 2 and one['now'] != one['boot']:      # one has drifted, of the other nobody knows
        said = UNKNOWN if one['outcome'] == UNKNOWN else DRIFTED
        first, other = sorted(failing, key=lambda when: bool(one[when] != said))
        return f' {_WHEN[first]}', f'; {_WHEN[other]}: {_TOLD[one[other]]}'
    return f' {" and ".join(_WHEN[when] for when in failing)}' if failing else '', ''


class _Page:
    def __init__(self, options: Options, lines: List[str], now: float) -> None:
        self.options, self.lines, self.now = options, lines, now

    def text(self, label: str, text: str, color: str = '') -> None:
        """A text behind its label, wrapped."""
        pad = ' ' * 10 if label else ''
        for number, line in enumerate(wrapped(shown(text), self.options.width - len(pad))):
            line = f'\x1b[{color}m{line}\x1b[0m' if color and self.options.color else line
            self.lines.append(f'{label:<10}{line}' if label and not number else pad + line)

    def head(self, tree: Tree) -> None:
        """The verdict, and how old it is."""
        self.text('', f'{tree["node"]}: {tree["sentence"]}.')
        self.text('', f'Looked {self.ago(tree["round"]["at"])} ago; looks every {span(tree["interval"])} and when '
                      f'something changes, since {self.when(tree["started"])}.')

    def requirements(self, tree: Tree) -> None:
        """Those that are not as they should be, for how long, and what was found."""
        rows = [one for one in tree['requirements'] if self.options.verbose or one['outcome'] not in _FINE]
        if rows:
            self.lines.append('')
        for one in rows:
            word = one['outcome'] if one['outcome'] != 'not-applicable' else 'n/a'
            color = _COLORS.get(one['outcome'], '')
            which, apart = _halves(one)
            head = f'{word:<{_WORD}}  {one["requirement"]}{which}, for {self.ago(one["since"])}{apart}'
            self.lines.append(f'\x1b[{color}m{head}\x1b[0m' if color and self.options.color else head)
            for said in one['says']:
                self.text(' ', said)

    def lately(self, tree: Tree) -> None:
        """The last transitions, the newest first."""
        newest = tree['transitions'][::-1][:None if self.options.verbose else _LATELY]
        if newest:
            self.lines += ['', 'Lately:']
        for one in newest:
            self.text('', f'  {self.when(one["at"])}  {one["requirement"]}: {one["state"]}'
                      + (f', was {one["was"]} for {span(one["lasted"])}' if one['was'] else ''))

    def hand(self, hand: Tree) -> None:
        """What was mended, what waits, and what is no longer tried."""
        done = hand['done'][::-1][:None if self.options.verbose else _LATELY]
        if hand['fixing'] or done or hand['waiting'] or hand['fights']:
            self.lines.append('')
        if hand['fixing']:
            self.text('fixing', f'{hand["fixing"]["requirement"]}, for {self.ago(hand["fixing"]["since"])}')
        for one in done:
            self.text('fixed' if one['result'] == 'done' else 'NOT fixed',
                      f'{one["requirement"]}, {self.when(one["at"])}, transaction {one["transaction"]}'
                      + (f': {one["why"]}' if one['why'] else ''))
        stopped = [one['requirement'] for one in hand['fights'] if one['stopped']]
        for one in [one for one in hand['waiting'] if one['requirement'] not in stopped]:
            self.text('waits', f'{one["requirement"]}: {one["why"]}')
        for one in hand['fights']:
            self.text('FIGHT' if one['stopped'] else 'reverted', f'{one["requirement"]}: {one["why"]}',
                      '1;31' if one['stopped'] else '33')
        if hand['window']:
            self.text('window', f'the next one opens {self.when(hand["window"])}')

    def master(self, tree: Tree) -> None:
        """The master, and what waits to be told to it."""
        master, spool = tree['master'], tree['spool']
        self.lines.append('')
        node = master.get('node')                # not in what an older agent wrote
        called = master['url'] + (f', joined as {node}' if node else '')
        if not master['url']:
            said = 'none: this host tells its journal and `nodeprep status` alone'
        elif master['problem']:
            said = f'{called}, for {self.ago(master["since"])}: {master["problem"]}'
        else:
            said = called + (f', reached {self.ago(master["reached"])} ago' if master['reached'] else ', not asked yet')
            said += f'; it takes no reports: {master["held"]}' if master.get('held') else ''
        # What is to be typed is copied from there.
        first, *rest = fitted(' ' * 10 + shown(said), self.options.width).split('\n')
        self.lines += ['master'.ljust(10) + first[10:], *rest]
        apart = master.get('quarantine')         # not in what an older agent wrote
        if apart:
            from nodeprep.output import quarantine
            since = self.when(apart['since']) if apart['since'] else ''
            said = quarantine.said(apart, since) + (', as it said last' if master['problem'] else '')
            self.text('apart', f'this node is {said}; {quarantine.remedy(apart, master["url"])}', '1;33')
        members = tree.get('members')            # not in what an older agent wrote
        if members:
            said = f'of the cluster, as the master told them {self.ago(members["at"])} ago' if members['at'] else \
                'of the cluster: the master has told none that count'
            self.text('members', said + (f'; {members["problem"]}' if members['problem'] else ''))
        waits = f'{spool["waiting"]} report{"" if spool["waiting"] == 1 else "s"} kept, {spool["bytes"] >> 10} KiB'
        lost = ''.join(f'; {spool[name]} {words}' for name, words in (
            ('dropped', 'dropped for want of room'), ('refused', 'that the master would not have')) if spool[name])
        self.text('spool', waits + lost)

    def troubles(self, tree: Tree) -> None:
        """What keeps the agent from seeing or telling."""
        if tree['config']['problem']:
            self.text('config', f'WRONG and not in force: {tree["config"]["problem"]}', '1;31')
        for said in tree['troubles']:
            self.text('trouble', said, '1;31')
        for said in tree['unwatched'] if self.options.verbose else []:
            self.text('unwatched', said)

    def ago(self, at: Optional[float]) -> str:
        """How long ago a time was."""
        return span(self.now - at) if at else 'an unknown time'

    def when(self, at: float) -> str:
        """A time on the wall of this host."""
        return time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(at))
