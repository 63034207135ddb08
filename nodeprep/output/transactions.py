"""Transactions of the journal as people read them: the history, and the way back of one."""
import difflib

from nodeprep.journal.reading import Past
from nodeprep.journal.steps import Step
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.words import command, shown
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List

Tree = Dict[str, Any]
CUT_SHORT, UNDO_CUT_SHORT = 'cut short', 'undo cut short'
GOES_ON = 'goes on'       # what looks cut short while somebody is at work is what he is at
_TOLD = {CUT_SHORT: 'CUT SHORT, which is taken back by ', UNDO_CUT_SHORT: 'UNDO CUT SHORT, which goes on with '}


def trees(past: List[Past], at_work: bool) -> List[Tree]:
    """All of them; `at_work`: whether a fix or undo goes on while they are read, which is then the newest."""
    found = [tree(one) for one in past]
    if at_work and found and found[-1]['state'] in _TOLD:
        found[-1].update(state=GOES_ON)
        for part in found[-1]['parts']:
            part.update(result=GOES_ON if part['result'] == CUT_SHORT else part['result'])
    return found


def tree(past: Past) -> Tree:
    """A transaction as mappings, lists and texts, safe to show."""
    found: Tree = clean({
        'id': past.id, 'begun': past.begun, 'by': past.by, 'command': list(past.command),
        'state': _state(past), 'undone': past.undone,
        'parts': [{'requirement': name, 'result': past.results.get(name, (CUT_SHORT, ''))[0],
                   'why': past.results.get(name, ('', ''))[1], 'steps': [_step(one) for one in past.steps
                                                                         if one.part == name]}
                  for name in dict.fromkeys(step.part for step in past.steps)]}, keep='\n')
    return found


def _state(past: Past) -> str:
    if past.returning or past.undone and not past.open:
        return UNDO_CUT_SHORT if past.open else 'undone'
    return past.end or CUT_SHORT


def _step(step: Step) -> Tree:
    one: Tree = {'step': step.number, 'state': step.state, 'why': step.why, 'taken_back': step.undone}
    if step.write:
        one.update(write=step.write, diff=_diff(step))
    else:
        one.update(run=list(step.run), undo=list(step.undo), risk=step.risk)
    return one


def _diff(step: Step) -> str:
    before, after = step.before[0].data, step.data or b''
    old, new = (data.decode('utf-8', 'surrogateescape').splitlines() for data in (before, after))
    return '\n'.join(list(difflib.unified_diff(old, new, lineterm=''))[2:])


def undo(options: Options, name: str) -> str:
    """The command that takes a transaction back, which has to name the program and the image as this one was called."""
    return shown(f'{options.program} undo{options.root} {name}')


class Page:
    """Texts of the options' width."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def history(self, past: List[Tree], where: str) -> str:
        """One paragraph for each transaction, the oldest first; when quiet, without what it did. `where` is
        'on this host' or 'in /mnt/image'.
        """
        if not past:
            return shown(f'Nothing was changed {where} by nodeprep.') + '\n'
        return '\n'.join(line for one in past for line in self._one(one)) + '\n'

    def way_back(self, past: Tree, steps: List[Tree]) -> str:
        """What would be taken back, and what not."""
        lines = [f'{past["id"]}, {self._by(past)}:']
        return '\n'.join(lines + self._steps(steps, 'would be ')) + '\n'

    def taken_back(self, name: str, steps: List[Tree]) -> str:
        """What was taken back, and what not."""
        again = [] if all(one['how'] != 'left' for one in steps) else self._text(
            f'Once that is settled, {undo(self.options, name)} tries it again; an older fix has to be named.', '', '')
        return '\n'.join([''] + self._steps(steps, '') + again) + '\n'

    def _one(self, past: Tree) -> List[str]:
        lines = [f'{past["id"]}  {self._by(past)}  {self._became(past)}']
        if len(lines[0]) > self.options.width:
            lines = [f'{past["id"]}  {self._by(past)}'] + self._text(self._became(past), '  ', '    ')
        for part in past['parts'] if not self.options.quiet else ():
            lines += self._text(part['result'] + (f': {part["why"]}' if part['why'] else ''),
                                f'  {shown(part["requirement"])}: ', '    ')
            for one in part['steps']:
                lines += self._text(self._did(one), '    ', '      ')
                if self.options.verbose and 'diff' in one:
                    lines += ['      ' + shown(line, '\t') for line in one['diff'].split('\n') if line]
        return lines

    def _became(self, past: Tree) -> str:
        state, undone = past['state'], past['undone']
        back = undo(self.options, past['id'])
        if state in _TOLD:
            return _TOLD[state] + back + (f' {undone}' if undone else '')
        if undone and state != 'undone':
            return f'{state}; in part undone {undone}, which goes on with {back}'
        return state + (f' {undone}' if undone else '')

    def _by(self, past: Tree) -> str:
        by = past['by']
        return f'{shown(past["begun"])} by {shown(by.get("who", "?"))} ({shown(by.get("how", "?"))})'

    def _did(self, one: Tree) -> str:
        what = command(one['run']) if 'run' in one else f'write {shown(one["write"])}'
        said = '' if one['state'] == 'done' else f' ({one["state"]}{": " + one["why"] if one["why"] else ""})'
        return what + said + (f' (taken back: {one["taken_back"]})' if one['taken_back'] else '')

    def _steps(self, steps: List[Tree], would: str) -> List[str]:
        lines: List[str] = []
        for one in steps:
            what = shown(one['write']) if one['write'] else command(one['run']) if one['run'] else 'a command'
            # What the fix made anew is not there any more when it is as it was before.
            as_before = would + ('removed' if one.get('new') else 'restored')
            word = {'restored': as_before, 'ran': f'{would}run', 'nothing': 'nothing to do'}.get(
                one['how'], 'NOT taken back')
            lines += self._text(f'{what}: {word}' + (f': {shown(one["why"])}' if one['why'] else ''),
                                f'  {shown(one["requirement"])}: ', '    ')
        return lines

    def _text(self, text: str, first: str, indent: str) -> List[str]:
        width = max(20, self.options.width - max(len(first), len(indent)))
        return [(indent if at else first) + line for at, line in enumerate(wrapped(text, width))]
