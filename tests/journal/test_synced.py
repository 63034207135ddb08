"""The way back is on the disk before the way forward: what the journal waits for, in which order, and no more."""
import os

import pytest

from nodeprep.enforce import DONE
from tests import actor
from tests.drifted import CASES, Machine

# What changes a file or a name, beside the journal's own.
CHANGES = ('rename', 'unlink', 'mkdir', 'rmdir', 'symlink')


def where(path, folder):
    """The path on this machine of a call's argument."""
    if isinstance(path, int):
        return os.readlink(f'/proc/self/fd/{path}')
    return os.path.join(os.readlink(f'/proc/self/fd/{folder}') if folder is not None else '/', os.fsdecode(path))


class Recorder:
    """What a fix does to the disk, in order: ('note', file), ('sync', file), ('change', path or command)."""

    def __init__(self, host, monkeypatch):
        self.seen, self.host = [], host
        self.patch = monkeypatch
        for name in CHANGES:
            self.replace(name, self.changing)
        self.replace('write', self.writing)
        self.replace('fsync', self.syncing)
        self.replace('fdatasync', self.syncing)
        host.actor = self.acting

    def replace(self, name, how):
        """Puts something before a function of `os`."""
        real = getattr(os, name)

        def called(*args, **more):
            how(*args, **more)
            return real(*args, **more)
        self.patch.setattr(os, name, called)

    def acting(self, host, argv):
        """A command; what it does itself is not recorded."""
        self.seen.append(('change', argv))
        kept = list(self.seen)
        answer = actor.act(host, argv)
        self.seen[:] = kept
        return answer

    def changing(self, path, *more, **named):
        folder = named.get('src_dir_fd', named.get('dir_fd'))
        at = where(more[0] if more and isinstance(more[0], bytes) and 'dst_dir_fd' not in named else path, folder)
        if '/var/lib/nodeprep' not in at:
            self.seen.append(('change', at))

    def writing(self, handle, data):
        at = where(handle, None)
        if at.endswith('.jsonl'):
            self.seen.append(('note', b'"before"' in bytes(data)))
        elif at.startswith((self.host.root + '/proc/', self.host.root + '/sys/')):
            self.seen.append(('change', at))

    def syncing(self, handle):
        self.seen.append(('sync', where(handle, None)))


@pytest.mark.parametrize('case', [case for case in CASES if case[1] in ('', 'names', 'no-docker')], ids='-'.join)
def test_each_change_waits_until_its_way_back_is_on_the_disk(case, tmp_path, monkeypatch):
    machine = Machine(*case, tmp_path)
    planned = machine.plan()
    recorder = Recorder(machine.host, monkeypatch)
    outcomes, transaction = machine.fix(planned=planned)
    monkeypatch.undo()
    assert {one.result for one in outcomes} <= {DONE}
    noted = synced = changed = named = 0
    for what, value in recorder.seen:
        if what == 'note' and value:
            noted += 1
        elif what == 'sync' and value.endswith('.jsonl'):
            synced = noted
        elif what == 'sync' and value.endswith('/var/lib/nodeprep/journal'):
            named += 1
        elif what == 'change':
            assert noted == synced > 0 and named == 1, (what, value)
            changed += 1
    assert noted == len(transaction.steps) and (changed >= noted if noted else recorder.seen == [])


def test_the_fix_of_one_sysctl_waits_for_the_disk_at_most_twice_as_often_as_its_journal_must(tmp_path, monkeypatch):
    """A journal must wait before each change, once for its own name, and once at its end."""
    machine = Machine('centos7', '', tmp_path)
    machine.fix(('selinux',))
    recorder = Recorder(machine.host, monkeypatch)
    outcomes, transaction = machine.fix(('forwarding',))
    monkeypatch.undo()
    assert [one.result for one in outcomes] == [DONE] and len(transaction.steps) == 2
    assert len([one for one in recorder.seen if one[0] == 'sync']) <= 2 * (len(transaction.steps) + 2)
