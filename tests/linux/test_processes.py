"""processes: who runs, by name, from /proc."""
import pytest

from nodeprep.linux import processes
from nodeprep.model import CannotTell


def proc(pid, comm, *argv):
    return {f'/proc/{pid}/comm': comm + '\n', f'/proc/{pid}/cmdline': '\0'.join(argv) + ('\0' if argv else '')}


@pytest.mark.parametrize('comm, argv, found', [
    ('firewalld', ['/usr/bin/python3', '-s', '/usr/sbin/firewalld', '--nofork'], True),
    ('python3', ['/usr/bin/python3', '-s', '/usr/sbin/firewalld', '--nofork'], True),
    ('platform-python', ['/usr/libexec/platform-python', '-s', '/usr/sbin/firewalld'], True),
    ('python3', ['/usr/bin/python3', '/usr/bin/tail', '/var/log/firewalld'], False),
    ('firewalld-watch', ['/bin/firewalld-watch'], False),
    ('bash', [], False),
])
def test_a_program_or_its_script(host, comm, argv, found):
    host.files(proc(1, 'systemd', '/sbin/init')).files(proc(77, comm, *argv))
    assert [(one.pid, one.name) for one in processes.named(host, 'firewalld')] == ([(77, 'firewalld')] if found else [])


@pytest.mark.parametrize('argv, found', [
    (['/usr/local/bin/kube-controller-manager', '--x'], ['kube-controller-manager']),
    (['/usr/local/bin/kube-controllers'], []),
])
def test_comm_holds_fifteen_bytes_so_the_command_line_tells(host, argv, found):
    host.files(proc(1, 'systemd')).files(proc(5, 'kube-controller', *argv))
    assert [one.name for one in processes.named(host, 'kube-controller-manager')] == found


def test_a_process_that_ended_meanwhile_is_left_out(host):
    host.files(proc(1, 'systemd')).files({'/proc/9': {}})
    assert [one.pid for one in processes.processes(host)] == [1]


@pytest.mark.parametrize('state, found', [('S (sleeping)', [77]), ('Z (zombie)', []), ('X (dead)', [])])
def test_one_that_has_ended_and_whose_parent_has_not_noted_it_yet_does_not_run(host, state, found):
    host.files(proc(1, 'systemd')).files(proc(77, 'dockerd'))
    host.files({'/proc/77/status': f'Name:\tdockerd\nState:\t{state}\nNSpid:\t77\n'})
    assert [one.pid for one in processes.named(host, 'dockerd')] == found


def test_a_proc_that_hides_others_shows_nothing_of_them(host):
    """hidepid=2: whoever may not trace the first process sees its own alone."""
    host.files(proc(812, 'bash', '-bash'))
    with pytest.raises(CannotTell, match='hides the processes of others'):
        processes.named(host, 'firewalld')


def test_a_process_that_is_there_and_does_not_say_which_it_is_cannot_be_told(host):
    """hidepid=1: all are listed, and tell only who may trace them."""
    host.files(proc(1, 'systemd')).files(proc(812, 'bash', '-bash'))
    host.denied.add('/proc/1/comm')
    with pytest.raises(CannotTell, match='/proc/1/comm'):
        processes.named(host, 'firewalld')


def test_an_empty_proc_cannot_be_told(host):
    with pytest.raises(CannotTell, match='/proc'):
        processes.named(host, 'firewalld')


def test_nothing_runs_in_an_image(image):
    image.files(proc(1, 'systemd'))
    with pytest.raises(CannotTell):
        processes.processes(image)


def test_a_command_line_of_any_bytes(host):
    host.files({'/proc/3/comm': b'\xff\n', '/proc/3/cmdline': b'\xff\0a b\0\0'})
    assert processes.command_line(host, 3) == ['\udcff', 'a b']
    assert processes.command_line(host, 4) == []


@pytest.mark.parametrize('status, found', [
    ('Name:\tdockerd\nNSpid:\t77\t5\nNSpgid:\t77\t5\n', False), ('Name:\tdockerd\nNSpid:\t77\nNSpgid:\t77\n', True),
    ('Name:\tdockerd\n', True), ('', True)])
def test_one_in_a_container_does_not_run_on_this_host(host, status, found):
    host.files(proc(1, 'systemd')).files(proc(77, 'dockerd', '/usr/bin/dockerd'))
    host.files({'/proc/77/status': status} if status else {})
    assert [one.pid for one in processes.named(host, 'dockerd')] == ([77] if found else [])
    assert [one.pid for one in processes.processes(host)] == [1, 77]      # a guard that counts containers sees it
