"""Below whatever locale nodeprep runs, files keep their bytes and names, and what is found and done is the same."""
import json
import os
import subprocess

import pytest

from nodeprep import catalogue
from tests.system.oddimage import FSTAB, IDS, OTHERS, PYTHONS, TOP, WINS, copied, nodeprep, odd, tree
from tests.tiers import need

UTF8 = {'LC_ALL': 'C.UTF-8'}
# cron and systemd give no locale, or C; without coercion and UTF-8 mode (3.7) Python takes it for ASCII, as 3.6 does.
LOCALES = {'c': {'LANG': 'C'}, 'posix': {'LC_ALL': 'POSIX', 'PYTHONUTF8': '0', 'PYTHONCOERCECLOCALE': '0'},
           'latin1': {'LC_ALL': 'de_DE.ISO-8859-1', 'PYTHONUTF8': '0'}}
pytestmark = pytest.mark.parametrize('python', PYTHONS)


@pytest.fixture(scope='module')
def compiled(tmp_path_factory):
    """A folder with the locale that glibc has no more of its own."""
    need('locales')
    folder = tmp_path_factory.mktemp('locales')
    subprocess.run(('localedef', '-i', 'de_DE', '-f', 'ISO-8859-1', str(folder / 'de_DE.ISO-8859-1')), check=True)
    return str(folder)


@pytest.fixture(params=sorted(LOCALES))
def locale(request, compiled):
    """The environment of a process."""
    return dict(LOCALES[request.param], LOCPATH=compiled)


def encoding_of(python, locale):
    """What Python takes names of files to be."""
    code = 'import sys; sys.stdout.write(sys.getfilesystemencoding())'
    return subprocess.check_output((python, '-c', code), env=locale).decode()


def test_the_locale_is_what_it_is_called(python, compiled):
    """Without it glibc goes back to C without a word, and all these tests would be of that."""
    found = [encoding_of(python, dict(LOCALES[name], LOCPATH=compiled)) for name in ('posix', 'latin1')]
    assert [name.lower().replace('_', '-') for name in found] == ['ascii', 'iso8859-1']


def told(answer):
    """What a command said as JSON."""
    code, out, err = answer
    assert b'Traceback' not in err
    return code, json.loads(out.decode('ascii'))


def test_what_is_found_and_planned_is_the_same(python, locale, tmp_path):
    root = odd(tmp_path)
    for words in (('check', '-o', 'json'), ('fix', '--dry-run', '-o', 'json')):
        seen = []
        for environment in (UTF8, locale):
            code, tree_told = told(nodeprep(python, environment, *words, '--root', root, *IDS))
            report = tree_told if words[0] == 'check' else tree_told['before']
            seen.append((code, [(one['requirement'], one['boot'], one['note'], one['observations'])
                                for one in report['findings']], tree_told.get('plan')))
        assert seen[0] == seen[1]
        assert seen[0][0] == 1 and [one[1] for one in seen[0][1]] == ['drifted'] * len(IDS)


def test_a_fix_and_its_undo(python, locale, tmp_path):
    root = odd(tmp_path)
    before = tree(root)
    code, out, err = nodeprep(python, locale, 'fix', '--yes', '--root', root, *IDS)
    assert (code, err) == (0, b''), out
    after = {entry[0]: entry[2] for entry in tree(root)}
    assert after[b'/etc/fstab'].endswith(FSTAB.replace(b'/swap', b'#nodeprep# /swap').replace(
        b'LABEL', b'#nodeprep# LABEL'))
    for path, text in WINS.items():
        assert after[path] == text.replace(b' = 0', b' = 1')
    assert {path: after[path] for path in OTHERS} == OTHERS
    code, out, err = nodeprep(python, locale, 'history', '--verbose', '--root', root)
    assert (code, err) == (0, b'') and b'zz-\\udcfc.conf' in out
    code, out, err = nodeprep(python, locale, 'undo', '--yes', '--root', root)
    assert (code, err) == (1, b'') and b'NOT taken back' not in out and tree(root) == before


@pytest.mark.parametrize('first, second', [('latin1', 'posix'), ('posix', 'latin1'), ('latin1', 'c')])
def test_a_fix_is_taken_back_below_another_locale(python, first, second, compiled, tmp_path):
    root = odd(tmp_path)
    attributes = {b'user.\xc3\xbc': b'\xc3\xbc', b'user.\xfc': b'\xfc'}
    for name, value in attributes.items():
        os.setxattr(root + b'/etc/fstab', name, value)
    before = tree(root)
    environments = [dict(LOCALES[name], LOCPATH=compiled) for name in (first, second)]
    code, out, err = nodeprep(python, environments[0], 'fix', '--yes', '--root', root, *IDS)
    assert (code, err) == (0, b''), out
    code, out, err = nodeprep(python, environments[1], 'undo', '--yes', '--root', root)
    assert (code, err) == (1, b'') and tree(root) == before
    kept = {os.fsencode(name): os.getxattr(root + b'/etc/fstab', name) for name in os.listxattr(root + b'/etc/fstab')}
    assert kept == attributes


def test_a_killed_fix_is_taken_back(python, locale, tmp_path):
    """The unfinished copy beside a file has that file's odd name in its own."""
    root = odd(tmp_path)
    other = copied(root, b'other-')
    before = tree(root)
    assert nodeprep(python, locale, 'fix', '--yes', '--root', root, 'forwarding')[0] == 0
    journal = root + b'/var/lib/nodeprep/journal/000001.jsonl'
    with open(journal, 'rb') as file:
        lines = file.read().splitlines(True)
    steps = [number for number, line in enumerate(lines) if b'zz-\\udcfc.conf' in line]
    os.makedirs(other + b'/var/lib/nodeprep/journal', mode=0o700)
    os.chmod(other + b'/var/lib/nodeprep', 0o700)
    with open(other + b'/var/lib/nodeprep/journal/000001.jsonl', 'wb') as file:
        file.writelines(lines[:steps[0] + 1])
    unfinished = json.loads(lines[steps[0]].decode('ascii'))['temporary'].encode('utf-8', 'surrogateescape')
    with open(other + b'/etc/sysctl.d/' + unfinished, 'wb') as file:
        file.write(b'half')
    # Its first step is noted, and was not done: undo finds that by itself.
    code, out, err = nodeprep(python, locale, 'undo', '--yes', '--root', other)
    assert (code, err) == (1, b'') and tree(other) == before, out


def test_words_of_commands_keep_their_bytes(python, locale):
    code = ("from nodeprep.host.changing import Changing\n"
            "word = '/swap\\xfc\\udcfc'\n"
            "host = Changing('/')\n"
            "assert host.do(('printf', '%s', word)).out == host.ask(('printf', '%s', word)).out == word\n")
    environment = dict(locale, PATH=os.environ['PATH'], PYTHONPATH=TOP)
    done = subprocess.run((python, '-c', code), env=environment, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b'')


@pytest.mark.parametrize('words, code', [
    (('status', '--run-dir', '/nowhere-ü'), 3), (('requirements',), 0), (('config', 'show'), 0),
    (('config', 'init', '-'), 0), (('completion', 'bash'), 0), (('--help',), 0)])
def test_what_only_tells_tells_it(python, locale, words, code):
    said = nodeprep(python, locale, *words)
    assert (said[0], said[2]) == (code, b'') and said[1]


def test_every_explanation_is_told(python, locale):
    for name in catalogue.ids():
        code, out, err = nodeprep(python, locale, 'explain', name)
        assert (code, err) == (0, b'') and out.startswith(name.encode() + b': ')


@pytest.mark.parametrize('words', [('check', b'\xc3\xbc\xfc'), ('fix', '--yes', b'\xc3\xbc\xfc'),
                                   ('explain', b'\xc3\xbc\xfc'), ('undo', b'\xc3\xbc\xfc'), (b'\xc3\xbc\xfc',),
                                   ('check', '--config', b'/nowhere/\xc3\xbc\xfc'),
                                   ('check', '--root', b'/nowhere/\xc3\xbc\xfc')])
def test_a_word_that_is_wrong_is_refused(python, locale, words):
    need('root')
    code, out, err = nodeprep(python, locale, *words)
    assert (code, out) == (2, b'') and err and b'Traceback' not in err


def test_a_configuration_by_its_name(python, locale, tmp_path):
    path = os.fsencode(str(tmp_path)) + b'/\xc3\xbc\xfc.yaml'
    for text, code in (('# ü\nrole: worker\n'.encode(), 0), (b'# \xfc\nrole: worker\n', 2), (b'r\xc3\xbcle: x\n', 2)):
        with open(path, 'wb') as file:
            file.write(text)
        said = nodeprep(python, locale, 'check', 'hosts', '--config', path)
        assert said[0] == code and b'Traceback' not in said[2] and (said[2] == b'') == (code == 0)


def test_a_release_file_that_is_not_text_is_no_fault(python, locale, tmp_path):
    root = odd(tmp_path)
    for name in (b'/etc/os-release', b'/usr/lib/os-release'):
        if os.path.lexists(root + name):
            os.unlink(root + name)
    for name in os.listdir(root + b'/etc'):
        if name.endswith(b'-release'):
            os.unlink(root + b'/etc/' + name)
    with open(root + b'/etc/redhat-release', 'wb') as file:
        file.write(b'CentOS Linux release 7.9 (C\xf6re)\n')
    code, found = told(nodeprep(python, locale, 'check', '-o', 'json', '--root', root, 'os'))
    assert 'fault in nodeprep' not in json.dumps(found) and code in (1, 3)
    code, out, err = nodeprep(python, locale, 'fix', '--yes', '--root', root, 'selinux')
    assert code in (1, 3) and b'fault in nodeprep' not in out + err
