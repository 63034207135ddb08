"""Streams that are closed, full or without a reader: the exit code says what became of it, and nothing is half done."""
import json
import os
import shutil
import subprocess

import pytest

from tests import hosts
from tests.system.oddimage import PYTHONS, TOP
from tests.tiers import need

# 8 is a pipe without a reader. Whoever closes a stream does not want it: that changes no code.
UNWANTED = ('>&-', '2>&-', '<&- >&- 2>&-', '2>/dev/full', '<&- >&- 2>&8')
LOST = ('>/dev/full', '>/dev/full 2>/dev/full', '>/dev/full 2>&-', '<&- >&8')
pytestmark = pytest.mark.parametrize('python', PYTHONS)


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


def run(python, streams, *words, code=''):
    """(exit code, what was said on the streams that are left), buffered as it is outside of this process's world."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        script = f'exec "$@" {streams}'
        argv = ('-c', code) if code else ('-m', 'nodeprep')
        done = subprocess.run(('sh', '-c', script, 'sh', python, *argv, *words), cwd=TOP, close_fds=False,
                              env={'PATH': os.environ['PATH'], 'PYTHONPATH': TOP, 'PYTHONDONTWRITEBYTECODE': '1'},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              preexec_fn=lambda: os.dup2(writing, 8))
    finally:
        os.close(writing)
    assert b'Traceback' not in done.stdout + done.stderr and b'Exception ignored' not in done.stderr
    return done.returncode, done.stderr.decode()


def tree(image):
    """Everything but the journal."""
    return [entry[:3] for entry in hosts.snapshot(image) if not entry[0].startswith('/var/lib/nodeprep')]


def journal(image):
    """The transactions, each as the lines of its file; every line is whole."""
    folder = image + '/var/lib/nodeprep/journal'
    found = []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        with open(f'{folder}/{name}', encoding='ascii') as file:
            found.append([json.loads(line) for line in file])
    return found


def looks(image):
    """Commands that only look, with the code that each has."""
    there = ('--root', image)
    return ((('check', *there, 'swap', 'selinux'), 1), (('check', 'hosts'), 0), (('history', *there), 0),
            (('fix', '--dry-run', *there, 'swap'), 1), (('fix', '--dry-run', '-o', 'json', *there, 'swap'), 1),
            (('status', '--run-dir', '/nowhere'), 3), (('explain', 'swap'), 0), (('requirements',), 0),
            (('check', '-o', 'nagios', *there, 'swap'), 2))


@pytest.mark.parametrize('streams', UNWANTED)
def test_what_is_not_wanted_changes_no_code(python, streams, image):
    before = tree(image)
    for words, code in looks(image):
        lost = '2>' in streams and '2>&-' not in streams and 'json' in words      # the plan is told there
        assert run(python, streams, *words)[0] == (74 if lost else code), words
    assert run(python, streams, 'fix', '--yes', '--root', image, 'swap', 'selinux')[0] == 0
    assert run(python, streams, 'check', '--root', image, 'swap', 'selinux')[0] == 0
    assert [lines[-1] for lines in journal(image)] == [{'end': 'done'}]
    assert run(python, streams, 'undo', '--yes', '--root', image)[0] == 1 and tree(image) == before
    assert all(len(lines) > 5 for lines in journal(image))


@pytest.mark.parametrize('streams', LOST)
def test_what_cannot_be_told_is_no_verdict(python, streams, image):
    for words, _ in looks(image):
        assert run(python, streams, *words)[0] == 74, words


@pytest.mark.parametrize('streams', LOST)
def test_what_cannot_be_shown_is_not_begun(python, streams, image):
    before = tree(image)
    code, said = run(python, streams, 'fix', '--yes', '--root', image, 'swap', 'selinux')
    assert code == 2 and tree(image) == before and journal(image) == []
    assert '2>' in streams or 'what would be done cannot be shown (' in said and ': nothing was changed' in said
    assert run(python, '', 'fix', '--yes', '--root', image, 'swap', 'selinux')[0] == 0
    after, lines = tree(image), journal(image)
    assert run(python, streams, 'undo', '--yes', '--root', image)[0] == 2
    assert tree(image) == after and journal(image) == lines


@pytest.mark.parametrize('streams', ['>/dev/full', '>&8', '>/dev/full 2>&-'])
def test_a_report_that_is_lost_after_the_plan_was_shown(python, streams, image):
    """With -o json people read along on the other stream: what was shown is done, whole."""
    before = tree(image)
    assert run(python, streams, 'fix', '--yes', '-o', 'json', '--root', image, 'swap', 'selinux')[0] == 74
    assert journal(image)[0][-1] == {'end': 'done'} and run(python, '', 'check', '--root', image, 'swap')[0] == 0
    assert run(python, streams, 'undo', '--yes', '-o', 'json', '--root', image)[0] == 74 and tree(image) == before


@pytest.mark.parametrize('streams', ['2>/dev/full', '2>&8', '2>&8 >&8'])
def test_a_plan_that_nobody_can_read_beside_its_report(python, streams, image):
    before = tree(image)
    assert run(python, streams, 'fix', '--yes', '-o', 'json', '--root', image, 'swap')[0] == 2
    assert tree(image) == before and journal(image) == []


# The second file cannot be written, and from the first on nothing can be told either.
FAILS = '''
import os, sys
from nodeprep.host import replacing
real, calls = os.rename, []
def rename(*args, **more):
    calls.append(args)
    if len(calls) == {which}:
        for number in {streams}:
            os.dup2(os.open("/dev/full", os.O_WRONLY), number)
        raise OSError(5, "Input/output error")
    return real(*args, **more)
replacing.os.rename = rename
from nodeprep.cli import main
main()
'''


@pytest.mark.parametrize('streams', ['[1]', '[1, 2]'])
@pytest.mark.parametrize('words', [(), ('-o', 'json')])
def test_that_a_fix_was_taken_back_is_said_by_its_code_alone(python, streams, words, image):
    before = tree(image)
    code = FAILS.format(which=2, streams=streams)
    assert run(python, '', 'fix', '--yes', *words, '--root', image, 'swap', code=code)[0] == 4
    assert tree(image) == before and journal(image)[0][-1] == {'end': 'failed'}


@pytest.mark.parametrize('words', [(), ('-o', 'json')])
def test_that_an_undo_left_something_is_said_by_its_code_alone(python, words, image):
    before = tree(image)
    assert run(python, '', 'fix', '--yes', '--root', image, 'swap', 'selinux')[0] == 0
    code = FAILS.format(which=1, streams='[1, 2]')
    assert run(python, '', 'undo', '--yes', *words, '--root', image, code=code)[0] == 4
    assert run(python, '', 'undo', '1', '--yes', '--root', image)[0] == 1 and tree(image) == before


def test_numbers_of_closed_streams_are_given_to_no_file(python):
    code = ('import os, sys\nfrom nodeprep import cli\ncli._open_what_is_closed()\nother = os.open("/", os.O_RDONLY)\n'
            'ends = [os.readlink("/proc/self/fd/%d" % number) for number in (0, 1, 2)]\n'
            'sys.exit(0 if other > 2 and ends == ["/dev/null"] * 3 else 9)')
    assert run(python, '<&- >&- 2>&-', code=code)[0] == 0


def test_a_copy_of_the_image_is_fixed_the_same_without_any_stream(python, image):
    other = image + '.other'
    shutil.copytree(image, other, symlinks=True)
    assert run(python, '', 'fix', '--yes', '--root', image)[0] == run(
        python, '<&- >&- 2>&-', 'fix', '--yes', '--root', other)[0]
    assert tree(image) == tree(other) and len(journal(image)[0]) == len(journal(other)[0])
