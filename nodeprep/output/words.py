"""What every format says in the same words: outcomes, the verdict in a sentence, and changes as text."""
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.report import counts
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

WAIVED, IGNORED, ADVISED = 'waived', 'ignored', 'advised'
_FAILING = (DRIFTED, UNKNOWN)
_PLAIN = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-')

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


def statement(alike: List[Tree]) -> str:
    """What was looked at, found and wanted, with the evidence, as one line: '/etc/fstab:7: a swap line; wanted: none'.

    Takes one observation, or several that differ in nothing but subject, source and remedy.
    """
    text, source = statement_and_source(alike)
    return text + (f' [{source}]' if source else '')


def statement_and_source(alike: List[Tree], mark: bool = True) -> Tuple[str, str]:
    """The same in two parts. The source is '' where the text has it. Without `mark` the text says not "(advised)"."""
    seen = alike[0]
    subject, source = (_some(one[name] for one in alike) for name in ('subject', 'source'))
    near = len(alike) == 1 and source.startswith(subject)    # then the source says what the subject says, and the line
    told = 'could not tell: ' if seen['met'] is None else ''
    wanted = '' if seen['met'] else f'; wanted: {shown(seen["wanted"])}'
    advised = ' (advised)' if mark and seen['advised'] and not seen['met'] else ''
    return f'{source if near else subject}: {told}{shown(seen["found"])}{wanted}{advised}', '' if near else source


def _some(texts: Iterable[str], most: int = 6) -> str:
    unique = list(dict.fromkeys(shown(text) for text in texts))
    return ', '.join(unique[:most]) + (f' and {len(unique) - most} more' if len(unique) > most else '')


def alike(observations: List[Tree]) -> List[List[Tree]]:
    """Observations gathered where just the subject differs: six tools that were not found are one thing to read."""
    groups: Dict[Any, List[Tree]] = {}
    for seen in observations:
        key = seen['when'], seen['met'], seen['found'], seen['wanted'], seen['advised']
        groups.setdefault(key, []).append(seen)
    return list(groups.values())


def waiver(finding: Tree) -> str:
    """Who waived a finding, until when and why; '' without a waiver."""
    given = finding['waiver']
    return f'until {shown(given["until"])} by {shown(given["owner"])}: {shown(given["reason"])}' if given else ''


def change(one: Tree) -> str:
    """A change of a plan as a person would write it down: 'write /etc/fstab' or a command line."""
    return command(one['run']) if 'run' in one else 'write ' + _quoted(shown(one['write']))


def command(argv: List[str]) -> str:
    """Words as they are typed in a shell.

    >>> command(['swapoff', '--', '/dev/my disk'])
    "swapoff -- '/dev/my disk'"
    """
    return ' '.join(_quoted(shown(word)) for word in argv)


def _quoted(word: str) -> str:
    return word if word and _PLAIN.issuperset(word) else "'" + word.replace("'", "'\"'\"'") + "'"


def span(seconds: float) -> str:
    """A length of time in its two largest units.

    >>> span(42), span(3700), span(2 * 86400 + 7200), span(0.2)
    ('42 s', '1 h 1 min', '2 d 2 h', '0 s')
    """
    left = int(max(0.0, seconds))
    parts: List[str] = []
    for size, unit in ((86400, 'd'), (3600, 'h'), (60, 'min'), (1, 's')):
        if left >= size or parts:
            parts.append(f'{left // size} {unit}' if left // size else '')
            left %= size
    return ' '.join(part for part in parts[:2] if part) or '0 s'


def looked_at_now(tree: Tree) -> bool:
    """Whether the running host was looked at: not so with an image."""
    return any(finding['now'] != NOT_APPLICABLE for finding in tree['findings']) or not tree['findings']


def verdict(tree: Tree) -> str:
    """The verdict as a sentence that tells now and boot apart, without a full stop."""
    findings = tree['findings']
    if not findings:
        return 'NOTHING EXAMINED: no requirement was looked at'
    deciding = [finding for finding in findings if counts(finding)]
    untold = [finding for finding in deciding if UNKNOWN in (half(finding, 'now'), half(finding, 'boot'))]
    said = _drifted(tree, deciding) if tree['verdict'] == DRIFTED else \
        'CANNOT TELL: nothing required has drifted' if tree['verdict'] == UNKNOWN else _met(tree, deciding)
    if untold:
        said += f'; {len(untold)} could not be told' + _root(untold)
    outcomes = [outcome(finding) for finding in findings]
    more = [f'{outcomes.count(word)} {words}' for word, words in (
        (ADVISED, 'advised not met'), (WAIVED, WAIVED), (IGNORED, IGNORED)) if word in outcomes]
    return '; '.join([said] + more)


def _drifted(tree: Tree, deciding: List[Tree]) -> str:
    now, boot = (sum(half(finding, when) == DRIFTED for finding in deciding) for when in ('now', 'boot'))
    if not looked_at_now(tree):
        return f'NOT FIT: {boot} required drifted at the next boot'
    if now and boot:
        return f'NOT FIT: {now} required drifted now, {boot} after a reboot'
    if now:
        cured = all(half(finding, 'boot') == MET for finding in deciding if half(finding, 'now') == DRIFTED)
        return f'NOT FIT now: {now} required drifted' + ('; none after a reboot' if cured else '')
    return f'NOT FIT after a reboot: {boot} required drifted; none now'


def _met(tree: Tree, deciding: List[Tree]) -> str:
    met = sum(outcome(finding) == MET for finding in deciding)
    when = 'now and after a reboot' if looked_at_now(tree) else 'at the next boot'
    if met:
        return f'FIT: all {met} required are met, {when}' if met > 1 else f'FIT: the one required is met, {when}'
    told = any(outcome(finding) not in (NOT_APPLICABLE, IGNORED) for finding in tree['findings'])
    return 'FIT: nothing required has drifted' if told else 'NO VERDICT: nothing that was asked for applies here'


def _root(untold: List[Tree]) -> str:
    denied = any('permission denied' in seen['found'].lower() for finding in untold for seen in failing(finding))
    return ' (run as root to know more)' if denied else ''
