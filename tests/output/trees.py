"""Whole reports with any text in every string, that are right by the schema and agree in themselves."""
from hypothesis import strategies as st

from tests.output.samples import finding, report, run, seen, write

# Text that means something in one format or another.
NASTY = ('', ' ', '  two  blanks ', '\n', 'a\nb', '\r\n', '\x1b[31m', '\x00', '\x7f\x85', '\u202etxt', '\u2028',
         '\ufeff', '\ufffe\uffff', '\ufdd0', '\U0001fffe', '=1+1', '@x', "'quoted'", '"double"', '`x`', '$(x)',
         '${x}', '\\', '\\n', '\\x0a', 'a|b', '#', '# SKIP', '# TODO x', '\\# SKIP', 'ok 1', 'not ok 2', '1..0',
         'Bail out!', '---', '...', '- a', '? a', ': ', 'a: b', '{a}', '[a]', '&a', '*a', '!x', '!!python/none',
         '%x', '1e3', '0o17', '0x1f', '1_0', '12:34:56', '2026-01-31', 'yes', 'No', 'null', '~', '.inf', '<', '>',
         '&amp;', ']]>', '<!--', '-->', '<script>', '</style>', 'DRIFT', 'x DRIFT DRIFT', 'NOW      BOOT',
         '\u8282\u70b9', 'e\u0301', '\U0001f600', 'x' * 100, '/etc/fstab', 'permission denied')
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=20))
# As a host may have them, before they are cleaned: bytes that are not UTF-8 come as lone surrogates.
RUDE = st.one_of(TEXTS, st.text(st.characters(), max_size=20))
MODES = ('ignore', 'report', 'approve', 'fix')


def _named(text):
    return text.map(lambda one: one or 'x')


def _changes(text):
    runs = st.builds(lambda argv, undo, risk: run(*argv, undo=tuple(undo), risk=risk),
                     st.lists(text, min_size=1, max_size=3), st.lists(text, max_size=2),
                     st.sampled_from(['harmless', 'disruptive', 'reboot']))
    return st.one_of(st.builds(write, _named(text), text), runs)


def _observations(text):
    met = st.sampled_from([True, False, None])
    return st.builds(seen, st.sampled_from(['now', 'boot']), text, text, text, met, text,
                     st.lists(_changes(text), max_size=2), text, st.booleans(), text)


def _findings(text):
    waivers = st.none() | st.fixed_dictionaries({'reason': text, 'owner': text, 'until': st.dates().map(str)})
    about = st.fixed_dictionaries({'mode': st.sampled_from(MODES), 'waiver': waivers, 'note': text,
                                   'kubeadm': st.lists(text, max_size=2)})
    names = st.from_regex(r'\A[a-z][a-z0-9-]{0,19}\Z')
    return st.builds(lambda name, title, observations, more: finding(name, title, *observations, **more), names,
                     _named(text), st.lists(_observations(text), max_size=4), about)


def trees(text=TEXTS):
    """Reports whose free texts come from `text`."""
    node = st.fixed_dictionaries({
        'name': _named(text), 'kernel': text, 'arch': text, 'machine_id': text, 'macs': st.lists(text, max_size=2),
        'os': st.fixed_dictionaries({'id': text, 'version': text, 'name': text}),
        'labels': st.dictionaries(text, text, max_size=2)})
    return st.builds(lambda findings, about: report(*findings, **about),
                     st.lists(_findings(text), max_size=5, unique_by=lambda one: one['requirement']), node)
