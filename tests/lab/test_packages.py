"""Packages that lack on a node: installed by dnf from its repository, enabled, started, and taken back.

A second repository does not answer, as one does that a mirror has forgotten or a proxy keeps out.
"""
import subprocess

import pytest

from tests.lab.clock import bounded
from tests.lab.product import CONFIG, booted, check, nodeprep, same, state
from tests.waiting import until

DEAD = '[dead]\nname=Of yesterday\nbaseurl=http://192.0.2.10:1/\ngpgcheck=0\nskip_if_unavailable={}\n'
# A package whose installation takes a while, with the name of one that nodeprep wants.
SLOW = '''Name: socat
Version: 9
Release: 1.el9
Summary: slow
License: Apache-2.0
BuildArch: noarch
%description
%pre
while [ ! -e /run/go-on ]; do sleep 0.1; done
%install
mkdir -p %{buildroot}/usr/bin
echo '#!/bin/sh' >%{buildroot}/usr/bin/socat
%files
%attr(755, root, root) /usr/bin/socat
'''


@pytest.fixture
def node(tmp_path):
    with bounded(), booted(tmp_path, CONFIG) as one:
        yield one


def flat(text):
    return ' '.join(text.split())


def without(node, *packages):
    """A node as it would be had these never been there."""
    node.ask('dnf', '-y', 'remove', *packages)
    node.run(['rm', '-rf', '/etc/docker'])
    node.ask('systemctl', 'daemon-reload')


def test_chrony_and_docker_are_installed_beside_a_dead_repository_and_taken_back(node):
    without(node, 'chrony', 'docker-ce', 'docker-ce-cli', 'containerd.io')
    node.ask('systemctl', 'disable', '--now', 'firewalld.service')     # to which dockerd adds a zone of its own
    node.write('/etc/yum.repos.d/dead.repo', DEAD.format('True'))
    before = state(node)

    code, out, err = nodeprep(node, 'fix', '--yes', 'time-sync', 'docker')
    assert (code, err) == (0, '') and 'docker: done' in out and 'time-sync: done' in out, (out, err)
    after = state(node)
    added = sorted(name.rsplit('-', 2)[0] for name in after['packages'] if name not in before['packages'])
    assert added == ['chrony', 'containerd.io', 'docker-ce', 'docker-ce-cli']
    assert after['units']['docker.service'] == after['units']['chronyd.service'] == ('enabled', 'active')
    servers = [line for line in node.read('/etc/chrony.conf').splitlines() if line.startswith(('server ', 'pool '))]
    assert servers == ['pool 2.centos.pool.ntp.org iburst', 'server 127.0.0.1 iburst'], 'those of the package are kept'

    code, out, err = nodeprep(node, 'undo', '--yes')
    assert (code, err) == (1, '') and 'NOT taken back' not in out, (out, err)
    assert same(before, state(node)) == ''


def test_a_dead_repository_is_named(node):
    node.write('/etc/yum.repos.d/dead.repo', DEAD.format('False'))
    before = state(node)
    code, out, err = nodeprep(node, 'fix', '--yes', 'tools')
    assert (code, err) == (4, ''), out
    assert 'the repository dead does not answer' in flat(out) and 'enabled=0 in its file leaves it out' in flat(out)
    assert same(before, state(node)) == ''
    node.ask('sed', '-i', '$aenabled=0', '/etc/yum.repos.d/dead.repo')        # as it says
    assert nodeprep(node, 'fix', '--yes', 'tools')[0] == 0


@pytest.fixture
def killed(node):
    """A node on which nodeprep was killed while dnf installed socat, and the state before; dnf goes on."""
    node.write('/tmp/socat.spec', SLOW)
    node.ask('rpmbuild', '-bb', '--quiet', '--define', '_rpmdir /srv/slow', '--define', '_topdir /tmp/build',
             '/tmp/socat.spec')
    node.ask('createrepo_c', '-q', '/srv/slow')
    node.write('/etc/yum.repos.d/slow.repo', '[slow]\nname=Slow\nbaseurl=file:///srv/slow\ngpgcheck=0\n')
    for name in ('conntrack-tools', 'ethtool'):
        node.ask('dnf', '-y', 'install', name)
    before = state(node)
    child = subprocess.Popen(node.entered(['python3', '-m', 'nodeprep', 'fix', '--yes', 'tools']),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd='/')
    until(lambda: node.run(['pgrep', '-f', '^/bin/sh /var/tmp/rpm-tmp'])[0] == 0 or child.poll() is not None, 300)
    assert child.poll() is None, child.stdout.read()
    node.ask('pkill', '-KILL', '-f', '^python3 -m nodeprep fix')
    child.wait(30)
    child.stdout.close()
    return before


def finished(node):
    """Lets dnf end."""
    node.write('/run/go-on', '')
    until(lambda: node.run(['pgrep', '-x', 'dnf'])[0] != 0, 300)


@pytest.mark.parametrize('way', ['undo', 'fix'])
def test_killed_in_the_middle_of_dnf(node, killed, way):
    assert node.run(['pgrep', '-x', 'dnf'])[0] == 0, 'it has a session of its own, and goes on'
    assert node.run(['rpm', '-q', 'socat'])[0] == 1
    code, out, err = nodeprep(node, 'history')
    assert code == 0 and 'CUT SHORT' in out and 'dnf -y install socat (intended)' in out
    finished(node)
    assert node.run(['rpm', '-q', 'socat'])[0] == 0
    if way == 'fix':
        code, out, err = nodeprep(node, 'fix', '--yes', 'tools')
        assert code == 0 and 'in the middle of: dnf -y install socat' in flat(out), (out, err)
        assert check(node, ['tools'])[0] == {'tools': ('met', 'not-applicable')}
    code, out, err = nodeprep(node, 'undo', '--yes')
    assert code == 0 and 'rpm -e socat: run' in out, (out, err)           # socat is only advised
    assert same(killed, state(node)) == ''
