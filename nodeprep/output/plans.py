"""Plans and what became of them, as text for people; a script takes -o json."""
from nodeprep.journal.steps import INTENDED
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.transactions import UNDO_CUT_SHORT, undo
from nodeprep.output.words import change, command, shown, verdict
from nodeprep.typed import Any, Dict, Iterable, List

Tree = Dict[str, Any]
_MARK = {'harmless': '', 'disruptive': '  (disruptive)', 'reboot': '  (takes effect at a reboot)'}
_MOST_LINES = 200         # of one diff


class Page:
    """Texts of the options' width."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def plan(self, parts: List[Tree], report: Tree, waiting: Iterable[Tree] = ()) -> str:
        """The whole plan, every file as a diff and every command with its inverse; `waiting` as plan.waiting gives."""
        planned = [part for part in parts if part['changes']]
        lines = self._text(f'{shown(report["node"]["name"])}: {verdict(report)}.', '', '')
        if planned:
            total = sum(len(part['changes']) for part in planned)
            lines.append(f'\nThe plan, {_count(total, "change")} for {_count(len(planned), "requirement")}:')
        for part in planned:
            lines += self._part(part)
        left = [(part, one) for part in parts for one in part['left']]
        if left:
            lines += ['', 'Left to you:'] + self._left(left)
        if not planned:
            lines += ['', 'There is nothing to change.' if not left else 'There is nothing that a fix would change.']
            lines += self._reboot(list(waiting))
        return '\n'.join(lines) + '\n'

    def dry(self, parts: List[Tree], again: str) -> str:
        """The end of a dry run; `again` is the command that does what was shown."""
        if not any(part['changes'] for part in parts):
            return ''
        return '\n'.join([''] + self._text(f'Nothing was changed: this was a dry run. To do it: {shown(again)}', '', ''
                                           )) + '\n'

    def part(self, part: Tree) -> str:
        """What is to be done about one requirement."""
        return '\n'.join(self._part(part)) + '\n'

    def later(self, parts: List[Tree]) -> str:
        """The changes that only show once the first ones are made."""
        return '\n'.join(['', 'Now that this is done, more is to be changed:'] +
                         [line for part in parts for line in self._part(part)]) + '\n'

    def progress(self, said: str) -> str:
        """One step that goes on."""
        return f'  ... {shown(said)}\n'

    def warning(self, said: str) -> str:
        """Something that a person should know."""
        return '\n'.join(self._text(said, 'warning: ', '         ')) + '\n'

    def half_done(self, past: Tree) -> str:
        """A transaction, as transactions.tree gives it, that a crash or a kill cut short; or its undo."""
        name, when = shown(past['id']), shown(past['begun'])
        back = undo(self.options, name)
        if past['state'] == UNDO_CUT_SHORT:
            return self.warning(f'the undo of the fix {name} of {when} was cut short; {back} goes on with it')
        steps = [one for part in past['parts'] for one in part['steps'] if not one['taken_back']]
        half = [f', in the middle of: {change(one)}' for one in steps if one['state'] == INTENDED]
        return self.warning(f'the fix {name} of {when} was cut short in step {len(steps)}{"".join(half[-1:])}; '
                            f'{back} takes back what it did, going on finishes what is left')

    def outcomes(self, tree: Tree) -> str:
        """What became of each part."""
        lines = ['']
        for one in tree['outcomes']:
            lines += self._text(_became(one) + (f': {shown(one["why"])}' if one['why'] else ''),
                                f'{shown(one["requirement"])}: ', '  ')
            for kept in one['kept']:
                lines += self._text(f'NOT taken back: {shown(kept)}', '  ', '    ')
        if tree['transaction']:
            lines += self._text(f'{undo(self.options, tree["transaction"])} takes it back.', '', '')
        return '\n'.join(lines + self._reboot(tree['reboot'])) + '\n'

    def _reboot(self, waiting: List[Tree]) -> List[str]:
        lines: List[str] = []
        for one in waiting:
            lines += self._text(f'{shown(one["subject"])}: {shown(one["found"])}; wanted: {shown(one["wanted"])}',
                                f'  {shown(one["requirement"])}: ', '    ')
        return ['A reboot is needed, which ends this:'] + lines if lines else []

    def _part(self, part: Tree) -> List[str]:
        lines = ['', f'{part["requirement"]}  {shown(part["title"])}']
        for number, one in enumerate(part['changes'], 1):
            lines += self._change(f'{number:3}. ', one)
        return lines

    def _change(self, first: str, one: Tree) -> List[str]:
        lines = self._text(change(one) + _MARK.get(one.get('risk', ''), ''), first, '     ')
        if 'run' in one:
            back = command(one['undo']) if one['undo'] else 'nothing takes it back'
            return lines + self._text(back, '     back: ', '           ')
        diff = [shown(line, '\t') for line in one['diff'].split('\n')[2:] if line]
        more = len(diff) - _MOST_LINES
        if not diff and one['diff'].startswith('--- /dev/null'):
            diff = ['(an empty file)']
        return lines + ['     ' + line for line in diff[:_MOST_LINES]] + (
            [f'     ... and {_count(more, "line")} more'] if more > 0 else [])

    def _left(self, left: List[Any]) -> List[str]:
        lines = []
        for part, one in left:
            advised = ' (advised)' if one['advised'] else ''
            lines += self._text(f'{shown(one["subject"])}: {shown(one["found"])}{advised}',
                                f'  {shown(part["requirement"])} ({one["when"]}): ', '    ')
            lines += self._text(shown(one['why']), '    ', '    ')
        return lines

    def _text(self, text: str, first: str, indent: str) -> List[str]:
        width = max(20, self.options.width - max(len(first), len(indent)))
        return [(indent if at else first) + line for at, line in enumerate(wrapped(text, width))]


def _became(one: Tree) -> str:
    if one['result'] == 'done':
        return 'done'
    if one['kept']:
        return 'FAILED, and not all could be taken back'
    return 'not done' if one['result'] in ('skipped', 'interrupted') else 'FAILED, taken back'


def machine(tree: Tree, format_name: str) -> str:
    """A tree as JSON or YAML."""
    if format_name == 'yaml':
        from nodeprep.output.yaml_ import render
        return render(tree, Options())
    import json
    return json.dumps(tree, indent=2, ensure_ascii=True, allow_nan=False) + '\n'


def _count(number: int, word: str) -> str:
    return f'{number} {word}' + ('' if number == 1 else 's')
