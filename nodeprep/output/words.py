"""What every format says in the same words: outcomes, the verdict in a sentence, and changes as text.

Where a language can be given (`_`), English is said without one: what programs read is never translated.
"""
from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.report import counts
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

WAIVED, IGNORED, ADVISED = 'waived', 'ignored', 'advised'
_FAILING = (DRIFTED, UNKNOWN)
_PLAIN = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-')

RISKS = {'harmless': N_('harmless'), 'disruptive': N_('disruptive'), 'reboot': N_('reboot')}
_UNITS = ((86400, N_('{n} d')), (3600, N_('{n} h')), (60, N_('{n} min')), (1, N_('{n} s')))

Tree = Dict[str, Any]


def shown(value: Any, keep: str = '') -> str:
    r"""A text of the tree in characters that every format can hold, the others written out; those in `keep` stay.

    >>> shown('a\nb\uffff')
    'a\\x0ab\\uffff'
    """
    text = str(value)
    if text.isprintable():                     # nearly every one is, and this costs nothing
        return text
    return ''.join(_written(letter) for letter in str(clean(text, keep)))


def _written(letter: str) -> str:
    code = ord(letter)
    if code & 0xfffe != 0xfffe and not 0xfdd0 <= code <= 0xfdef:
        return letter
    # Unicode's noncharacters: XML, YAML and HTML refuse some or all of them.
    return f'\\u{code:04x}' if code < 0x10000 else f'\\U{code:08x}'


def outcome(finding: Tree) -> str:
    """met, not-applicable, waived, ignored, or how it fails: drifted, unknown, or advised when that decides nothing."""
    if finding['mode'] == 'ignore':
        return IGNORED
    if finding['state'] in _FAILING and finding['waiver']:
        return WAIVED
    return _judged(finding, finding['state'], finding['observations'])


def half(finding: Tree, when: str) -> str:
    """The same for 'now' or 'boot' alone. What is only advised and could not be told is unknown here."""
    state = finding[when]
    if state == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if finding['mode'] == 'ignore':
        return IGNORED
    if state in _FAILING and finding['waiver']:
        return WAIVED
    word = _judged(finding, state, [seen for seen in finding['observations'] if seen['when'] == when])
    return UNKNOWN if word == ADVISED and state == UNKNOWN else word


def _judged(finding: Tree, state: str, observations: List[Tree]) -> str:
    if state not in _FAILING:
        return state
    if finding['severity'] == ADVISED:
        return ADVISED
    # Something advised may have drifted beside something required that could not be told: the required one decides.
    required = [seen['met'] for seen in observations if not seen['advised']]
    if not observations:
        return state
    return DRIFTED if False in required else UNKNOWN if None in required else ADVISED


def failing(finding: Tree) -> List[Tree]:
    """The observations that are not met, or could not be told."""
    return [seen for seen in finding['observations'] if seen['met'] is not True]


def observed(seen: Tree) -> str:
    """met, drifted or unknown."""
    return UNKNOWN if seen['met'] is None else MET if seen['met'] else DRIFTED


def statement(alike: List[Tree], _: Language = ENGLISH_TEXTS) -> str:
    """What was looked at, found and wanted, with the evidence, as one line: '/etc/fstab:7: a swap line; wanted: none'.

    Takes one observation, or several that differ in nothing but subject, source and remedy.
    """
    text, source = statement_and_source(alike, True, _)
    return text + (f' [{source}]' if source else '')


def statement_and_source(alike: List[Tree], mark: bool = True, _: Language = ENGLISH_TEXTS) -> Tuple[str, str]:
    """The same in two parts. The source is '' where the text has it. Without `mark` the text says not "(advised)"."""
    seen = alike[0]
    subject, source = (_some([one[name] for one in alike], _) for name in ('subject', 'source'))
    near = len(alike) == 1 and source.startswith(subject)    # then the source says what the subject says, and the line
    told = _('could not tell: ') if seen['met'] is None else ''
    # Of what could not be told the engine wants what the title says.
    wanted = '' if seen['met'] else _('; wanted: {what}', what=shown(_.title(seen['wanted'])))
    advised = _(' (advised)') if mark and seen['advised'] and not seen['met'] else ''
    # What is found on a host stands in English, with the punctuation of that, unless ours comes between.
    text = (source if near else subject) + (_(': ') + told if told else ': ') + shown(seen['found'])
    return text + wanted + advised, '' if near else source


def _some(texts: Iterable[str], _: Language, most: int = 6) -> str:
    unique = list(dict.fromkeys(shown(text) for text in texts))
    more = len(unique) - most
    return ', '.join(unique[:most]) + (_.many(' and {count} more', ' and {count} more', more) if more > 0 else '')


def alike(observations: List[Tree]) -> List[List[Tree]]:
    """Observations gathered where just the subject differs: six tools that were not found are one thing to read."""
    groups: Dict[Any, List[Tree]] = {}
    for seen in observations:
        key = seen['when'], seen['met'], seen['found'], seen['wanted'], seen['advised']
        groups.setdefault(key, []).append(seen)
    return list(groups.values())


def waiver(finding: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """Who waived a finding, until when and why; '' without a waiver."""
    given = finding['waiver']
    return _('until {day} by {owner}: {reason}', day=shown(given['until']), owner=shown(given['owner']),
             reason=shown(given['reason'])) if given else ''


def change(one: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """A change of a plan as a person would write it down: 'write /etc/fstab' or a command line."""
    return command(one['run']) if 'run' in one else _('write {path}', path=_quoted(shown(one['write'])))


def command(argv: List[str]) -> str:
    """Words as they are typed in a shell.

    >>> command(['swapoff', '--', '/dev/my disk'])
    "swapoff -- '/dev/my disk'"
    """
    return ' '.join(_quoted(shown(word)) for word in argv)


def _quoted(word: str) -> str:
    return word if word and _PLAIN.issuperset(word) else "'" + word.replace("'", "'\"'\"'") + "'"


def span(seconds: float, _: Language = ENGLISH_TEXTS) -> str:
    """A length of time in its two largest units.

    >>> span(42), span(3700), span(2 * 86400 + 7200), span(0.2)
    ('42 s', '1 h 1 min', '2 d 2 h', '0 s')
    """
    left = int(max(0.0, seconds))
    parts: List[str] = []
    for size, unit in _UNITS:
        if left >= size or parts:
            parts.append(_(unit, n=left // size) if left // size else '')
            left %= size
    return ' '.join(part for part in parts[:2] if part) or _('{n} s', n=0)


def looked_at_now(tree: Tree) -> bool:
    """Whether the running host was looked at: not so with an image."""
    return any(finding['now'] != NOT_APPLICABLE for finding in tree['findings']) or not tree['findings']


def untold(findings: List[Tree]) -> List[Tree]:
    """Those that count of which now, or the next boot, could not be told, also when the other of these has drifted."""
    return [one for one in findings if counts(one) and UNKNOWN in (half(one, 'now'), half(one, 'boot'))]


def verdict(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """The verdict as a sentence that tells now and boot apart, without a full stop."""
    findings = tree['findings']
    if not findings:
        return _('NOTHING EXAMINED: no requirement was looked at')
    deciding = [finding for finding in findings if counts(finding)]
    open_ = untold(findings)
    said = [_drifted(tree, deciding, _) if tree['verdict'] == DRIFTED else
            _('CANNOT TELL: nothing required has drifted') if tree['verdict'] == UNKNOWN else _met(tree, deciding, _)]
    if open_:
        said.append(_.many('{count} could not be told', '{count} could not be told', len(open_)) + _root(open_, _))
    outcomes = [outcome(finding) for finding in findings]
    said += [_(words, count=outcomes.count(word)) for word, words in _APART if word in outcomes]
    return _('; ').join(said)


_APART = ((ADVISED, N_('{count} advised not met')), (WAIVED, N_('{count} waived')), (IGNORED, N_('{count} ignored')))


def _drifted(tree: Tree, deciding: List[Tree], _: Language) -> str:
    now, boot = (sum(half(finding, when) == DRIFTED for finding in deciding) for when in ('now', 'boot'))
    if not looked_at_now(tree):
        return _('NOT FIT: {boot} required drifted at the next boot', boot=boot)
    if now and boot:
        return _('NOT FIT: {now} required drifted now, {boot} after a reboot', now=now, boot=boot)
    if now:
        cured = all(half(finding, 'boot') == MET for finding in deciding if half(finding, 'now') == DRIFTED)
        return _('NOT FIT now: {now} required drifted; none after a reboot', now=now) if cured else \
            _('NOT FIT now: {now} required drifted', now=now)
    return _('NOT FIT after a reboot: {boot} required drifted; none now', boot=boot)


def _met(tree: Tree, deciding: List[Tree], _: Language) -> str:
    met = sum(outcome(finding) == MET for finding in deciding)
    if met:
        if looked_at_now(tree):
            return _.many('FIT: the one required is met, now and after a reboot',
                          'FIT: all {count} required are met, now and after a reboot', met)
        return _.many('FIT: the one required is met, at the next boot',
                      'FIT: all {count} required are met, at the next boot', met)
    told = any(outcome(finding) not in (NOT_APPLICABLE, IGNORED) for finding in tree['findings'])
    return _('FIT: nothing required has drifted') if told else \
        _('NO VERDICT: nothing that was asked for applies here')


def _root(findings: List[Tree], _: Language) -> str:
    denied = any('permission denied' in seen['found'].lower() for finding in findings for seen in failing(finding))
    return _(' (run as root to know more)') if denied else ''
