"""A real swap file of 16 MiB: the check sees it, the planned command takes it away, and everything is put back."""

import os
import re
import subprocess
import sys

import pytest

from nodeprep.engine import examine
from nodeprep.host import Host
from nodeprep.linux import effects, swaps
from nodeprep.model import DISRUPTIVE
from nodeprep.requirements.swap import Swap
from tests.conftest import wants
from tests.system.swapping import KIB, run, swap_lines, swapping


@pytest.fixture(params=['swap file', 'swap\\file'])
def swap_file(request, tmp_path):
    """The path of a file that swaps, with characters that the kernel writes as escapes."""
    with swapping(str(tmp_path / request.param)) as path:
        yield path


def look(path):
    finding = examine(Swap(), Host('/'), wants(Swap))
    return finding, [one for one in finding.observations if one.when == 'now' and one.subject == path]


def test_a_real_swap_file_is_seen_and_after_swapoff_it_is_not(swap_file):
    finding, (seen,) = look(swap_file)
    assert finding.now == 'drifted' and seen.met is False
    # 16380 KiB: a page is the header. What little is used is the kernel's affair: it may need it at any moment.
    assert re.fullmatch(r'swapping on 16 MiB, (0|[0-9.]+ [KM]iB) of it used', seen.found)
    assert seen.source.startswith('/proc/swaps:')
    (swap,) = [one for one in swaps.swaps(Host('/')) if one.path == swap_file]
    assert (swap.kind, swap.size) == ('file', KIB - 4) and 0 <= swap.used <= swap.size
    run('swapoff', swap_file)
    assert look(swap_file)[1] == []


def test_the_planned_command_and_its_inverse_are_real(swap_file, monkeypatch):
    # The machine of a test may bear the marks of a container, in which nothing is planned.
    monkeypatch.setattr('nodeprep.requirements.swap.in_container', lambda host: '')
    _, (seen,) = look(swap_file)
    (change,) = seen.fix
    before = swap_lines()
    assert (effects.there(Host('/'), change.argv), effects.there(Host('/'), change.undo)) == (False, True)
    watched = effects.watch(Host('/'), change.argv)
    assert watched()[0].endswith(' left') and watched()[1] == ''
    run(*change.argv)
    assert look(swap_file)[1] == [] and watched()[0] == ''
    assert (effects.there(Host('/'), change.argv), effects.there(Host('/'), change.undo)) == (True, False)
    run(*change.undo)
    assert swap_lines() == before


# 21 is MADV_PAGEOUT of madvise(2), Linux 5.4: what it is given is swapped out until it is touched again.
SWAPPED = """
import ctypes, mmap, os, sys
memory = mmap.mmap(-1, 2 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory[:] = os.urandom(2 << 20)
libc = ctypes.CDLL(None, use_errno=True)
first = ctypes.addressof(ctypes.c_char.from_buffer(memory))
if libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(2 << 20), 21):
    sys.exit(os.strerror(ctypes.get_errno()))
print('out', flush=True)
sys.stdin.read()
"""


def test_what_is_swapped_out_comes_back(swap_file, monkeypatch):
    monkeypatch.setattr('nodeprep.requirements.swap.in_container', lambda host: '')
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
    with subprocess.Popen((sys.executable, '-c', SWAPPED), **pipes) as other:
        assert other.stdout.readline() == 'out\n'
        _, (seen,) = look(swap_file)
        used = re.fullmatch(r'swapping on 16 MiB, (.*) of it used', seen.found).group(1)
        (change,) = seen.fix
        assert change.risk == DISRUPTIVE and used != '0'
        assert effects.watch(Host('/'), change.argv)()[0].endswith(' left')
        run(*change.argv)
        assert look(swap_file)[1] == []
        other.communicate('')
    assert other.returncode == 0


def test_a_priority_is_given_back(swap_file, monkeypatch):
    monkeypatch.setattr('nodeprep.requirements.swap.in_container', lambda host: '')
    run('swapoff', swap_file)
    run('swapon', '-p', '7', swap_file)
    _, (seen,) = look(swap_file)
    assert seen.fix[0].undo == ('swapon', '-p', '7', '--', swap_file)
    before = swap_lines()
    run(*seen.fix[0].argv)
    run(*seen.fix[0].undo)
    assert swap_lines() == before


def test_the_kernel_keeps_a_swap_file_from_being_deleted(swap_file):
    # may_delete() of fs/namei.c, so ` (deleted)` in /proc/swaps is rare: tests/requirements has it as data.
    with pytest.raises(PermissionError):
        os.unlink(swap_file)
    assert len(look(swap_file)[1]) == 1
