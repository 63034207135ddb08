"""The lines that chronyd itself collects from a configuration (`chronyd -p`, since 4.1), beside what nodeprep reads."""
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.host import Host
from nodeprep.linux.chronyconf import parse
from nodeprep.model import CannotTell
from tests.tiers import need

NAMES = ('a.example', '192.0.2.1', 'ntp1', '2001:db8::1')
blanks = some.sampled_from([' ', '  ', '\t', ' \t '])
words = some.sampled_from(['server', 'SERVER', 'pool', 'Peer', '!server', '# pool', '; peer', '%server', 'allow'])
sources = some.tuples(some.sampled_from(['', ' ', '\t']), words, blanks, some.sampled_from(NAMES),
                      some.sampled_from(['', ' iburst', '  minpoll 4 iburst', ' \t'])).map(''.join)
plain = some.sampled_from(['', '   ', '!', '#', 'local', 'local stratum 10', ' Local', 'rtcsync', 'makestep 1.0 3',
                           'refclock SHM 0 poll 3', 'RefClock PHC /dev/ptp0', 'driftfile /var/lib/chrony/drift'])
more = some.sampled_from(['include {}/sub/*.conf', 'confdir {}/one {}/two', 'CONFDIR {}/two', 'sourcedir {}/one',
                          'include {}/sub/only.conf', 'confdir {}/nowhere', 'include {}/sub/n*.none'])
texts = some.lists(sources | plain | more, max_size=6).map(lambda lines: '\n'.join(lines) + '\n')
inner = some.lists(sources | plain, max_size=3).map(lambda lines: '\n'.join(lines))
trees = some.dictionaries(some.sampled_from(['sub/only.conf', 'sub/z.conf', 'one/x.conf', 'two/x.conf', 'two/a.conf',
                                             'one/README', 'two/.hidden.conf', 'sub/.z.conf']), inner, max_size=5)


@pytest.fixture(scope='module', autouse=True)
def program():
    need('program', 'chronyd')
    need('root')       # chronyd before 4.2 starts as root only, whatever it is asked


def collected(path):
    """(the sources in order, is there a `local`), as chronyd prints them; None when it refuses the configuration."""
    done = subprocess.run(['chronyd', '-p', '-f', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 0:
        return None
    lines = [line.split() for line in done.stdout.decode().split('\n') if line.split()]
    found = [(words[0].lower(), ' '.join(words[1:3 if words[0].lower() == 'refclock' else 2])) for words in lines
             if words[0].lower() in ('server', 'pool', 'peer', 'refclock')]
    return found, any(words[0].lower() == 'local' for words in lines)


@settings(deadline=None, max_examples=300)
@given(texts, trees)
def test_sources_and_includes(tmp_path_factory, text, tree):
    folder = tmp_path_factory.mktemp('chrony')
    for name in ('sub', 'one', 'two'):
        (folder / name).mkdir()
    for name, content in tree.items():
        (folder / name).write_text(content)
    main = folder / 'chrony.conf'
    main.write_text(text.replace('{}', str(folder)))
    real = collected(str(main))
    if real is None:
        return
    try:
        ours = parse(Host('/'), str(main))
    except CannotTell:
        raise AssertionError(f'chronyd reads it: {real}') from None
    assert ([(one.kind, one.name) for one in ours.sources], bool(ours.local)) == real
