"""Where Docker comes from on each release, and what stands in its way."""
import doctest

import pytest

from nodeprep.linux import dockerpackages
from nodeprep.linux.dockerpackages import install_docker, look_alike
from tests.fakes import Link

REPO = '[docker-ce-stable]\nenabled=1\nbaseurl=https://download.docker.com/linux/centos/$releasever/$basearch/stable\n'
BASE = '[base]\nbaseurl=https://vault.centos.org/7.9.2009/os/x86_64\n'


def on(host, release, repo=REPO):
    return host.files({'/etc/os-release': release, '/etc/yum.repos.d/docker-ce.repo': repo,
                       '/etc/yum.repos.d/base.repo': BASE})


def test_doctests():
    assert doctest.testmod(dockerpackages).failed == 0


@pytest.mark.parametrize('release, manager', [
    ('ID=centos\nVERSION_ID=7\n', 'yum'), ('ID=rocky\nVERSION_ID=8.9\n', 'dnf'), ('ID=centos\nVERSION_ID=9\n', 'dnf')])
def test_it_is_installed_from_a_repository_that_carries_it(host, release, manager):
    (run,), hint = install_docker(on(host, release))
    assert run.argv == (manager, '-y', 'install', 'docker-ce', 'docker-ce-cli', 'containerd.io') and hint == ''
    assert run.undo[:3] == (manager, '-y', 'remove')


@pytest.mark.parametrize('release, hint', [
    ('ID=centos\nVERSION_ID=7\n', 'linux/centos/docker-ce.repo (EL7 gets no new builds'),
    ('ID=rocky\nVERSION_ID=8.9\n', 'linux/rhel/docker-ce.repo'),       # builds for centos/8 ended in 2024
    ('ID=centos\nVERSION_ID=10\n', 'linux/centos/docker-ce.repo'),
    ('ID=debian\nVERSION_ID=12\n', 'docs.docker.com'),
])
@pytest.mark.parametrize('repo', ['', REPO.replace('enabled=1', 'enabled=0')])
def test_without_one_it_is_left_to_a_person(host, release, hint, repo):
    changes, said = install_docker(on(host, release, repo))
    assert changes == () and hint in said


def test_dead_repositories_are_their_own_reason(host):
    host.files({'/etc/os-release': 'ID=centos\nVERSION_ID=7\nPRETTY_NAME="CentOS Linux 7 (Core)"\n',
                '/etc/yum.repos.d/CentOS-Base.repo': '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=7\n'})
    changes, said = install_docker(host)
    assert changes == () and 'end of life' in said


def test_podman_of_el8_requires_runc(host):
    on(host, 'ID=rocky\nVERSION_ID=8.9\n').install('/usr/bin/podman')
    changes, said = install_docker(host)
    assert changes == () and 'runc' in said


def test_podman_of_el9_does_not_stand_in_the_way(host):
    on(host, 'ID=rocky\nVERSION_ID=9.3\n').install('/usr/bin/podman')
    assert install_docker(host)[0]


def test_podman_docker_conflicts(host):
    on(host, 'ID=rocky\nVERSION_ID=9.3\n').files({'/usr/lib/tmpfiles.d/podman-docker.conf': ''})
    changes, said = install_docker(host)
    assert changes == () and 'podman-docker' in said


@pytest.mark.parametrize('files, shown', [
    ({}, ''),
    ({'/run/docker.sock': Link('/run/podman/podman.sock')}, '/run/docker.sock leads to /run/podman/podman.sock'),
    ({'/usr/bin/docker': Link('podman')}, '/usr/bin/docker leads to podman'),
    ({'/usr/lib/tmpfiles.d/podman-docker.conf': ''}, '/usr/lib/tmpfiles.d/podman-docker.conf'),
])
def test_look_alike(host, files, shown):
    assert look_alike(host.files(files)) == shown


@pytest.mark.parametrize('there, removed', [
    ((), ['docker-ce', 'docker-ce-cli', 'containerd.io']),
    (('/usr/bin/containerd',), ['docker-ce', 'docker-ce-cli']),
    (('/usr/bin/containerd', '/usr/bin/docker'), ['docker-ce'])])
def test_the_inverse_leaves_what_was_there_before(host, there, removed):
    (run,), _ = install_docker(on(host, 'ID=rocky\nVERSION_ID=9.3\n').install(*there))
    assert list(run.undo[3:]) == removed


LOCAL = '[site-local]\nbaseurl=file:///srv/rpms\nenabled=0\n'
DEAD = {'/etc/yum.repos.d/CentOS-Base.repo': '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=7\n'}


@pytest.mark.parametrize('files, options', [({}, ('--enablerepo=site-local',)),
                                            (DEAD, ('--disablerepo=*', '--enablerepo=site-local'))])
def test_from_the_repository_that_the_configuration_names(host, files, options):
    """Where the system's own are dead they are left out, since one that does not answer ends the whole command."""
    on(host, 'ID=centos\nVERSION_ID=7\n', repo='').files({'/etc/yum.repos.d/local.repo': LOCAL})
    if files:
        host.files({'/etc/yum.repos.d/base.repo': None}).files(files)
    (run,), hint = install_docker(host, repository='site-local')
    assert run.argv[:2] + options == run.argv[:2 + len(options)] and run.argv[2 + len(options)] == 'install'
    assert hint == '' and install_docker(host)[0] == ()


def test_a_repository_that_is_not_there_is_told(host):
    changes, said = install_docker(on(host, 'ID=centos\nVERSION_ID=9\n'), repository='gone')
    assert changes == () and 'no repository gone' in said
