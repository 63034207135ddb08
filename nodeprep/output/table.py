"""The table for people: what is fine first and short, what is wrong last and with its evidence, then the verdict.

Below the heading a row begins with the id and its two words, NOW and BOOT; whatever belongs to a row is indented. So a
script may read it too: awk '/^ +NOW +BOOT$/ {rows=1} rows && /^[a-z]/ && ($2=="DRIFT" || $3=="DRIFT") {print $1}'.
In English nothing but ASCII comes from here; what the tree holds beside that is the host's own.
"""
from nodeprep.language import N_, Language
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.output import Options
from nodeprep.output.columns import columns, wrapped
from nodeprep.output.words import (
    ADVISED,
    IGNORED,
    WAIVED,
    half,
    observed,
    outcome,
    shown,
    statement,
    verdict,
    waiver,
)
from nodeprep.typed import Any, Dict, List

_WORDS = {MET: N_('met'), DRIFTED: N_('DRIFT'), UNKNOWN: N_('unknown'), NOT_APPLICABLE: N_('n/a'),
          ADVISED: N_('advised'), WAIVED: N_('waived'), IGNORED: N_('ignored')}
_WHEN = {'now': N_('now'), 'boot': N_('boot')}
_COLORS = {MET: '32', DRIFTED: '1;31', UNKNOWN: '1;33', ADVISED: '33', NOT_APPLICABLE: '2', WAIVED: '36', IGNORED: '2'}
# The end of the output is what a person sees first: the worst comes last, next to the verdict.
_ORDER = (NOT_APPLICABLE, IGNORED, MET, WAIVED, ADVISED, UNKNOWN, DRIFTED)
_FAILED = (ADVISED, UNKNOWN, DRIFTED)
_FEW = 4                  # wrong requirements that are told at length; with more, just the first thing now and at boot
_WORD = 7                 # columns of the longest word for a state


def render(tree: Dict[str, Any], options: Options) -> str:
    """The table, `options.width` columns wide."""
    findings = sorted(tree['findings'], key=lambda finding: _ORDER.index(outcome(finding)))
    failed = [finding for finding in findings if outcome(finding) in _FAILED]
    fold = bool(failed) and not options.verbose
    rows = failed if options.quiet else [one for one in findings if not fold or not _fine(one)]
    page = Page(options, rows, [outcome(finding) for finding in failed])
    _ = page.language
    if not options.quiet:
        _head(page, tree)
        if fold:
            _folded(page, findings)
    if rows:
        page.row('', _('NOW'), _('BOOT'), '')
    for finding in rows:
        _finding(page, finding)
    if rows:
        page.lines.append('')
    _verdict(page, tree)
    return '\n'.join(page.lines) + '\n'


class Page:
    """Lines that fit the width, some in colour, for rows of these findings and the words of those that fail."""

    def __init__(self, options: Options, findings: List[Dict[str, Any]], failed: List[str]) -> None:
        self.options, self.lines = options, []               # type: Options, List[str]
        self.language: Language = options.language
        # What is only advised waits while something required is wrong.
        self.detailed = [word for word in _FAILED if word != ADVISED or set(failed) == {ADVISED}]
        self.failed = sum(word in self.detailed for word in failed)
        self.brief = self.failed > _FEW
        self.verbose = options.verbose and not options.quiet
        self.names = min(max([10] + [columns(shown(one['requirement'])) for one in findings]), 20)

    def text(self, text: str, indent: str = '', first: str = '', color: str = '', beside: int = 0) -> None:
        """A wrapped text; `first` begins its first line and `indent` the others.

        `beside` is the columns of `first` where its letters are more than that: it has colours in it.
        """
        for at, line in enumerate(wrapped(text, self.options.width - (beside or max(len(indent), columns(first))))):
            self.lines.append(((indent if at else first) + self._in(color, line)).rstrip())

    def called(self) -> str:
        """The command line of this check, without ids. The program is a path, which may hold anything."""
        return shown(f'{self.options.program} check{self.options.said}')

    def row(self, name: str, now: str, boot: str, text: str, strong: bool = False) -> None:
        """An id, its two states, and a text beside them or, where that is too narrow, below."""
        start = (self._in('1' if strong else '', name) + ' ' * (self.names - columns(name))
                 + '  ' + self._word(now) + '  ' + self._word(boot))
        beside = self.names + 2 * (2 + _WORD) + 2
        if self.options.width - beside >= 30:
            self.text(text, ' ' * beside, start + '  ', beside=beside)
        else:
            self.lines.append(start.rstrip())
            if text.strip():             # a blank line ends the rows
                self.text(text, '  ', '  ')

    def _word(self, state: str) -> str:
        word = self.language(_WORDS[state]) if state in _WORDS else state
        return self._in(_COLORS.get(state, '1'), word) + ' ' * (_WORD - columns(word))

    def begun(self, seen: Dict[str, Any]) -> str:
        """When an observation is of, as the beginning of its line."""
        when = self.language(_WHEN[seen['when']])
        return f'  {when}' + ' ' * (6 - columns(when))

    def _in(self, color: str, text: str) -> str:
        return f'\x1b[{color}m{text}\x1b[0m' if color and text and self.options.color else text


def _head(page: Page, tree: Dict[str, Any]) -> None:
    _, node, kernel = page.language, tree['node'], shown(tree['node']['kernel'])
    arch = shown(node['arch']) if not node['kernel'].endswith(node['arch']) else ''
    system = [shown(node['os']['name']), kernel and _('kernel {release}', release=kernel), arch]
    wanted = [_('profile {name}', name=shown(tree['agent']['profile'])), shown(node['role']),
              'Kubernetes ' + shown(node['kubernetes']) if node.get('kubernetes') else '']
    image = _('image {folder}: ', folder=shown(node['root'])) if node.get('root') else ''
    page.text(f'{image}{shown(node["name"])}{_(": ")}' + _(', ').join(filter(None, system)), '  ')
    page.text(_('wanted: {what}', what=_(', ').join(filter(None, wanted))), '  ')
    if page.options.verbose:
        page.text(_('taken: {when}, in {ms} ms', when=shown(tree['taken']), ms=f'{tree["took_ms"]:g}'), '  ')
    page.lines.append('')


def _fine(finding: Dict[str, Any]) -> bool:
    return finding['state'] not in (DRIFTED, UNKNOWN)


def _folded(page: Page, findings: List[Dict[str, Any]]) -> None:
    """What needs no attention, in a line for each kind."""
    _ = page.language
    for word in (MET, NOT_APPLICABLE, IGNORED):
        names = [shown(one['requirement']) for one in findings if _fine(one) and outcome(one) == word]
        if names:
            page.text(_(_WORDS[word]) + _(': ') + ', '.join(names), '  ')
    if page.lines[-1]:
        page.lines.append('')


def _finding(page: Page, finding: Dict[str, Any]) -> None:
    _ = page.language
    word, title, note = outcome(finding), shown(_.title(finding['title'])), shown(finding['note'])
    # A title says what is wanted. Beside DRIFT it would read as what was found.
    said = (waiver(finding, _) if word == WAIVED else note if note and word == NOT_APPLICABLE else
            _('wanted: {what}', what=title) if word in _FAILED or word == IGNORED else title)
    page.row(shown(finding['requirement']), half(finding, 'now'), half(finding, 'boot'), said, word in _FAILED)
    if page.verbose:
        if title not in said:
            page.text(_('wanted: {what}', what=title), ' ' * 10, '  ')
        for seen in finding['observations']:
            word_seen = _(_WORDS[observed(seen)])
            page.text(statement([seen], _), ' ' * 17,
                      page.begun(seen) + word_seen + ' ' * (_WORD - columns(word_seen)) + '  ')
            if seen['fix'] or seen['hint']:
                from nodeprep.output import wrong
                wrong.whole_plan(page, seen)
    elif word in page.detailed:
        from nodeprep.output import wrong
        wrong.observations(page, finding, word != ADVISED)
    if note and said != note and (word != IGNORED or page.verbose):
        page.text(_('note: {what}', what=note), ' ' * 8, '  ')


def _verdict(page: Page, tree: Dict[str, Any]) -> None:
    _ = page.language
    page.text(verdict(tree, _) + _('.'), color='1;' + _COLORS[tree['verdict']].split(';')[-1])
    failed = [finding for finding in tree['findings'] if outcome(finding) in _FAILED]
    if not page.options.quiet and failed:
        from nodeprep.output import wrong
        wrong.end(page, failed, min(failed, key=lambda finding: -_ORDER.index(outcome(finding))))
