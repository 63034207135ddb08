"""A fix that is told to stop, and commands that hang, die or are stopped: real signals and real processes."""
import os
import signal
import subprocess
import time

import pytest

from nodeprep.enforce import FAILED, INTERRUPTED, Fixer, Hooks
from nodeprep.host.changing import Changing
from nodeprep.journal.writing import Transaction
from nodeprep.model import CannotChange, Run, Write
from nodeprep.stopping import Stopping
from tests import actor
from tests.drifted import Machine
from tests.test_laws_fix import undo
from tests.tiers import need
from tests.waiting import until


@pytest.fixture
def machine(tmp_path):
    need('root')
    return Machine('centos7', '', tmp_path)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_a_command_waits_for_it_and_takes_its_part_back(machine, number):
    before = machine.tree()
    told = []

    def slow(host, argv):
        answer = actor.act(host, argv)
        if argv[0] == 'swapoff':
            os.kill(os.getpid(), number)
            time.sleep(0.1)
        return answer
    machine.host.actor = slow
    planned = machine.plan(('selinux', 'swap', 'tools'))
    transaction = Transaction(machine.host, {'how': 'person', 'who': 'test'}, ())
    with Stopping(told.append) as stopping:
        hooks = Hooks(lambda said: None, lambda part: True, stopping.asked)
        fixer = Fixer(machine.host.fresh, transaction, machine.allowed, hooks, settle=0.0)
        outcomes = fixer.enforce(planned, {name: (one, machine.rules[name]) for name, one in
                                           machine.requirements.items()})
    transaction.end('interrupted')
    results = {one.requirement: one.result for one in outcomes}
    assert results['selinux'] == 'done' and results['swap'] == INTERRUPTED
    assert f'stopped by {number.name}' in [one.why for one in outcomes if one.requirement == 'swap'][0]
    assert len(told) == 1 and number.name in told[0]
    assert machine.host.read('/proc/swaps').count('/dev/dm-1') == 1           # on again, though swapoff had ended
    assert undo(machine) == [] and machine.tree() == before


def test_after_it_signals_do_what_they_did():
    before = signal.getsignal(signal.SIGTERM)
    with Stopping(lambda said: None):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def script(host, name, text):
    """A program of the host."""
    path = f'{host.root}/usr/local/sbin/{name}'
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('#!/bin/sh\n' + text)
    os.chmod(path, 0o755)


@pytest.fixture
def real(monkeypatch, tmp_path):
    """A live host whose programs are in a folder of the test."""
    need('root')
    from nodeprep.host import changing
    host = Changing(str(tmp_path), live=True)
    monkeypatch.setattr(changing.Changing, '_executable',
                        lambda self, name: f'{tmp_path}/usr/local/sbin/{name}'
                        if os.path.exists(f'{tmp_path}/usr/local/sbin/{name}') else '')
    return host


def ended(pattern):
    """Waits until no process has this text in its command line: a signal that was sent is taken some time later."""
    return until(lambda: subprocess.run(('pgrep', '-f', pattern), stdout=subprocess.DEVNULL).returncode == 1)


def test_a_command_that_hangs_is_ended_with_all_that_it_started(real):
    script(real, 'hangs', 'sleep 98765 & sleep 98765; echo never\n')
    begun = time.monotonic()
    with pytest.raises(CannotChange, match=r'hangs.* was stopped: it did not end within 0.3 s'):
        real.do(('hangs',), patience=0.3)
    assert time.monotonic() - begun < 20 and ended('sleep 98765')


def test_a_command_that_ignores_being_asked_is_killed(real, monkeypatch):
    from nodeprep.host import doing
    monkeypatch.setattr(doing, '_GRACE', 0.3)
    script(real, 'deaf', "trap '' TERM; while :; do sleep 0.1; done\n")
    with pytest.raises(CannotChange, match='was stopped'):
        real.do(('deaf',), patience=0.3)
    assert ended(f'{real.root}/usr/local/sbin/deaf')


def test_a_command_that_is_killed_has_failed(real):
    script(real, 'killed', 'kill -9 $$\n')
    assert real.do(('killed',)).code == -9


def test_a_watch_may_stop_a_command(real):
    script(real, 'long', 'sleep 87654\n')
    looks = iter([('half', ''), ('half', 'memory runs low')])
    with pytest.raises(CannotChange, match='memory runs low'):
        real.do(('long',), patience=60, watch=lambda: next(looks))
    assert ended('sleep 87654')


def test_an_interrupt_at_the_terminal_does_not_reach_the_command(real):
    script(real, 'asks', 'ps -o pgid= -p $$; ps -o sid= -p $$; echo "$LC_ALL $PATH"; cat\n')
    group, session, rest = real.do(('asks',)).out.split('\n')[:3]
    assert int(group) != os.getpgrp() and int(session) != os.getsid(0) and rest.startswith('C /usr/local/sbin:')


def test_what_is_not_installed_is_told(real):
    with pytest.raises(CannotChange, match='nothere is not installed'):
        real.do(('nothere',))


def test_a_file_that_changes_between_the_plan_and_the_write(machine):
    """The others go on, and what somebody else wrote stays."""
    planned = machine.plan(('selinux', 'swap'))
    theirs = machine.host.read('/etc/fstab') + '# theirs\n'
    machine.host.files({'/etc/fstab': theirs})
    transaction = Transaction(machine.host, {'how': 'person', 'who': 'test'}, ())
    hooks = Hooks(lambda said: None, lambda part: False, lambda: '')          # nothing but what was shown
    fixer = Fixer(machine.host.fresh, transaction, machine.allowed, hooks, settle=0.0)
    outcomes = fixer.enforce(planned, {name: (one, machine.rules[name]) for name, one in machine.requirements.items()})
    assert [(one.requirement, one.result) for one in outcomes] == [('selinux', 'done'), ('swap', FAILED)]
    assert 'no longer what was shown' in outcomes[1].why
    assert machine.host.fresh().read('/etc/fstab') == theirs


def test_a_write_looks_once_more(machine):
    """Between the last look and the write there is an instant still."""
    transaction = Transaction(machine.host, {}, ())
    hooks = Hooks(lambda said: None, lambda part: True, lambda: '')
    fixer = Fixer(machine.host.fresh, transaction, machine.allowed, hooks, settle=0.0)
    with pytest.raises(CannotChange, match='/etc/fstab was changed by somebody else since the plan was made'):
        fixer._step('swap', Write('/etc/fstab', 'new\n', was='what it was\n'))
    assert transaction.steps == []


@pytest.mark.parametrize('path, data', [('/etc/fstab', b'new\n'), ('/etc/fstab', None),
                                        ('/etc/sysctl.d/zz-nodeprep.conf', b'new\n')])
def test_a_file_that_changes_while_its_new_content_is_written(machine, monkeypatch, path, data):
    """The fsync(2) before the rename takes the longest: whatever somebody else writes meanwhile stays."""
    host = machine.host.fresh()
    image = host.image(path)
    before = [entry for entry in machine.tree() if entry[0] != path]
    if data is None:
        machine.host.files({path: 'theirs\n'})
    else:
        monkeypatch.setattr(os, 'fsync', lambda handle: machine.host.files({path: 'theirs\n'}))
    with pytest.raises(CannotChange, match=f'{path} was changed by somebody else at this moment'):
        host.put(image, data)
    monkeypatch.undo()
    assert machine.host.fresh().read(path) == 'theirs\n'
    assert [entry for entry in machine.tree() if entry[0] != path] == before


@pytest.mark.parametrize('call', ['fsync', 'rename', 'write', 'fchown', 'open'])
def test_an_error_of_the_disk(machine, monkeypatch, call):
    """EIO at any call leaves the file whole, and no temporary beside it."""
    before = machine.tree()
    host = machine.host.fresh()
    image = host.image('/etc/fstab')
    real = getattr(os, call)

    def fails(*args, **kwargs):
        if call == 'open' and not args[1] & os.O_CREAT:
            return real(*args, **kwargs)
        raise OSError(5, 'Input/output error')
    monkeypatch.setattr(os, call, fails)
    with pytest.raises(CannotChange, match='/etc/fstab: input/output error'):
        host.put(image, b'new\n')
    monkeypatch.undo()
    assert machine.tree() == before


def test_what_a_command_changes_beside_its_inverse_is_given_back(machine):
    """`systemctl disable` removes links that an administrator made and that no [Install] names."""
    target = '/usr/lib/systemd/system/firewalld.service'
    os.makedirs(machine.host.root + '/etc/systemd/system/rescue.target.wants')
    os.symlink(target, machine.host.root + '/etc/systemd/system/rescue.target.wants/firewalld.service')
    before = machine.tree()
    outcomes, transaction = machine.fix(('firewall',))
    assert [one.result for one in outcomes] == ['done']
    assert any(isinstance(step.run, tuple) and step.run[:2] == ('systemctl', 'disable') for step in transaction.steps)
    assert not os.path.lexists(machine.host.root + '/etc/systemd/system/rescue.target.wants/firewalld.service')
    assert undo(machine) == [] and machine.tree() == before


def test_a_command_without_an_inverse_is_told(machine):
    transaction = Transaction(machine.host, {}, ())
    hooks = Hooks(lambda said: None, lambda part: True, lambda: '')
    fixer = Fixer(machine.host.fresh, transaction, machine.allowed, hooks, settle=0.0)
    fixer._run('time-sync', Run(('chronyc', 'makestep'), (), 'disruptive'))
    (lost,) = undo(machine)
    assert lost.said == 'there is no command that takes it back'
