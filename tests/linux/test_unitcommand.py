"""The command line of a service's next start."""
import doctest

from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import unitcommand
from nodeprep.linux.unitcommand import command, environment

UNIT = '/usr/lib/systemd/system/docker.service'
# docker-1.13.1 of EL7, shortened: flags come from /etc/sysconfig. centos.md chapter 7.
EL7 = '''[Service]
Type=notify
EnvironmentFile=-/etc/sysconfig/docker
EnvironmentFile=-/etc/sysconfig/docker-storage
Environment=GOTRACEBACK=crash
ExecStart=/usr/bin/dockerd-current \\
          --exec-opt native.cgroupdriver=systemd \\
          $OPTIONS \\
          $DOCKER_STORAGE_OPTIONS
'''


def said(host):
    return [tuple(word) for word in command(host, 'docker.service')]


def test_doctests():
    assert doctest.testmod(unitcommand).failed == 0


def test_no_unit_has_no_command(host):
    assert said(host) == []


def test_a_masked_unit_has_no_command(host):
    host.files({UNIT: '[Service]\nExecStart=/usr/bin/dockerd\n', '/etc/systemd/system/docker.service': ''})
    assert said(host) == []


def test_el7_takes_flags_from_sysconfig(host):
    host.files({UNIT: EL7, '/etc/sysconfig/docker': "# x\nOPTIONS='--selinux-enabled --log-driver=journald'\n",
                '/etc/sysconfig/docker-storage': 'DOCKER_STORAGE_OPTIONS="--storage-driver overlay2 "\n'})
    assert said(host) == [
        ('/usr/bin/dockerd-current', UNIT + ':6'), ('--exec-opt', UNIT + ':6'),
        ('native.cgroupdriver=systemd', UNIT + ':6'),
        ('--selinux-enabled', '/etc/sysconfig/docker:2'), ('--log-driver=journald', '/etc/sysconfig/docker:2'),
        ('--storage-driver', '/etc/sysconfig/docker-storage:1'), ('overlay2', '/etc/sysconfig/docker-storage:1')]


def test_a_drop_in_replaces_the_command(host):
    drop_in = '/etc/systemd/system/docker.service.d/10-hosts.conf'
    host.files({UNIT: '[Service]\nExecStart=/usr/bin/dockerd -H fd://\n',
                drop_in: '[Service]\nExecStart=\nExecStart=/usr/bin/dockerd\n'})
    assert said(host) == [('/usr/bin/dockerd', drop_in + ':3')]


def test_files_win_over_environment_and_absent_variables_vanish(host):
    host.files({UNIT: '[Service]\nEnvironmentFile=/etc/default/docker\nEnvironment="A=--from unit" B=${C}\n'
                      'ExecStart=/usr/bin/dockerd $A $NONE x${NONE}y "a b"\n',
                '/etc/default/docker': 'A=--from-file\n'})
    assert [text for text, _ in said(host)] == ['/usr/bin/dockerd', '--from-file', 'xy', 'a b']


def test_an_empty_assignment_forgets(host):
    host.files({UNIT: '[Service]\nEnvironment=A=-D\nEnvironment=\nExecStart=/usr/bin/dockerd $A\n'})
    assert [text for text, _ in said(host)] == ['/usr/bin/dockerd']


@given(some.text(max_size=100))
def test_any_environment_file_gives_assignments(text):
    assert all(name and line > 0 for name, _, line in environment(text))
