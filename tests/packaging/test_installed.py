"""The packages of each release, installed into a root and run by that release's Python, without a systemd.

What runs is the release's minor version of Python, not the build of it that a CentOS has; rpm is Debian's.
"""
import json
import os
import re
import subprocess

import pytest

from tests.packaging import built
from tests.packaging.roots import Root

# Of rpm and of who makes a user; and what an overlay has of a folder in which something was made.
OTHERS = re.compile(r'/var/lib/rpm/.*|/etc/(passwd|group|shadow|gshadow)-?|/etc/\.pwd\.lock|/var/tmp|/run|/tmp')
MODULES = ('/usr/lib/nodeprep', '/usr/lib64/nodeprep')


@pytest.fixture(scope='module', params=built.RELEASES)
def root(request, rpms, stubs, tmp_path_factory):
    """A root with all packages of a release, and what was in it before."""
    with Root(tmp_path_factory.mktemp('root-' + request.param), request.param) as one:
        one.rpm('-i', stubs[request.param])
        one.before = one.changed()
        one.packages = built.packages(rpms, request.param)
        one.rpm('-i', *one.packages.values())
        yield one


def owned(root):
    """The paths that rpm says are of the packages."""
    return set(root.rpm('-ql', *root.packages).split('\n')) - {''}


def parents(paths):
    return {above for path in paths for above in [path[:at] for at, letter in enumerate(path) if letter == '/']}


def test_installed_it_has_put_down_its_own_files_and_nothing_else(root):
    mine = owned(root)
    more = root.changed() - root.before - mine - parents(mine)
    assert {path for path in more if not OTHERS.fullmatch(path)} == set()
    units = [name for name in root.ask('sh', '-c', 'ls /etc/systemd/system/*.wants').split() if 'nodeprep' in name]
    assert units == [], 'installed is not enabled'
    assert root.rpm('-V', *root.packages) == ''


def test_the_commands_run_on_the_python_of_the_release(root):
    assert root.ask('nodeprep', '--version').startswith('nodeprep ')
    code, out, err = root.run(['nodeprep', 'check', '-o', 'json'])
    report = json.loads(out)
    assert code in (1, 3) and err == '' and len(report['findings']) > 20
    number = root.release.name[2:]
    assert report['node']['os']['id'] == 'centos' and report['node']['os']['version'].split('.')[0] == number
    code, out, err = root.run(['nodeprep', 'check'])
    assert code in (1, 3) and err == '' and 'NOT FIT' in out
    assert 'requirements.swap.mode: report  # default' in root.ask('nodeprep', 'config', 'show')
    assert 'no file sets anything' in root.ask('nodeprep', 'config', 'check')
    assert 'kubelet' in root.ask('nodeprep', 'explain', 'swap')
    assert root.ask('nodeprep', 'completion', 'bash') == root.ask(
        'cat', '/usr/share/bash-completion/completions/nodeprep')
    assert root.ask('nodeprep', 'config', 'init', '-') == root.ask('cat', '/etc/nodeprep/nodeprep.yaml')
    assert root.run(['nodeprep', 'status'])[0] == 3, 'no agent runs'


def test_neither_the_environment_nor_what_others_installed_reaches_its_modules(root):
    root.write('/tmp/evil/click.py', 'raise SystemExit("not the one in the package")\n')
    code, out, err = root.run(['env', 'PYTHONPATH=/tmp/evil', 'PYTHONSTARTUP=/tmp/evil/click.py', 'nodeprep',
                               'requirements'])
    assert (code, err) == (0, '') and 'swap' in out
    code, out, err = root.run(['sh', '-c', 'cd /tmp/evil && nodeprep requirements'])
    assert (code, err) == (0, '') and 'swap' in out


def test_a_master_serves_and_a_host_joins_it(root):
    root.write('/etc/nodeprep/nodeprep.d/here.yaml', 'requirements: {registry: {mode: ignore}}\n')
    words = ['setpriv', '--reuid', 'nodeprep-master', '--regid', 'nodeprep-master', '--clear-groups',
             'nodeprep', 'master', 'serve', '--listen', '127.0.0.1:9443']
    with subprocess.Popen(root.entered(words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as serving:
        try:
            first = serving.stdout.readline().decode()
            assert 'serves https://' in first, first + serving.stdout.read().decode()
            token = root.ask('nodeprep', 'master', 'token', 'create', '--print-join-command').split()
            at = token.index('join')
            code, out, err = root.run(['nodeprep', 'join', 'https://127.0.0.1:9443', *token[at + 2:]])
            assert (code, err) == (0, '') and 'This host has joined' in out
            nodes = json.loads(root.ask('nodeprep', 'master', 'nodes', '-o', 'json'))['nodes']
            assert len(nodes) == 1
            code, out, err = root.run(['nodeprep', 'master', 'doctor'])
            assert (code, err) == (0, '') and 'ok     the certificates' in out, out
        finally:
            serving.terminate()
            assert serving.wait(30) == 0
            serving.stdout.read()
    owner = root.ask('sh', '-c', 'stat -c "%U %a" /var/lib/nodeprep-master /var/lib/nodeprep-master/*').split('\n')
    assert owner[0] == 'nodeprep-master 700' and {line.split()[0] for line in owner if line} == {'nodeprep-master'}
    root.ask('rm', '/etc/nodeprep/nodeprep.d/here.yaml')


def test_the_driver_of_postgresql_reaches_for_the_server(root):
    root.write('/tmp/master.yaml', 'database: postgresql://nobody@127.0.0.1:1/none\n')
    code, out, err = root.run(['nodeprep', 'master', 'nodes', '--config', '/tmp/master.yaml'])
    assert code == 2 and 'refused' in err.lower() and 'psycopg2' not in err, (out, err)


def test_nothing_is_written_beside_the_modules_and_rpm_finds_all_as_it_was(root):
    # As who looks into it with a Python that writes byte code.
    program = f'import sys; sys.path += {[MODULES[0], MODULES[0] + "/bundled"]!r}; import nodeprep.cli.check, yaml'
    root.ask(root.release.interpreter, '-c', program)
    root.ask('nodeprep', 'master', '--help')
    there = set(root.ask('find', *MODULES).split('\n')) - {''}
    assert there == {path for path in owned(root) if path.startswith(MODULES)}
    assert root.rpm('-V', *root.packages) == ''


def test_the_rest_of_the_life_of_a_package(rpms, stubs, tmp_path):
    """The agent alone; its configuration is edited, it is installed once more, and it goes."""
    with Root(tmp_path, 'el9') as root:
        root.rpm('-i', stubs['el9'])
        path = built.packages(rpms, 'el9')['nodeprep']
        before = root.changed()
        root.rpm('-i', path)
        code, out, err = root.run(['nodeprep', 'master', 'token', 'create'])
        assert (code, out) == (2, '') and 'it is in the package nodeprep-master' in err
        root.write('/etc/nodeprep/nodeprep.yaml', 'role: control-plane\n')
        root.write('/var/lib/nodeprep/journal/000001/what', 'a way back\n')
        root.write('/run/nodeprep/status', '{}')
        link = '/etc/systemd/system/multi-user.target.wants/nodeprep.service'
        assert root.run(['systemctl', f'--root={root.path}', 'enable', 'nodeprep'], inside=False)[0] == 0
        assert root.ask('readlink', link).endswith('/systemd/system/nodeprep.service\n')
        root.rpm('-U', '--replacepkgs', path)
        assert root.ask('cat', '/etc/nodeprep/nodeprep.yaml') == 'role: control-plane\n'
        done = root.run(['rpm', '--root', root.path, '--define', '_dbpath /var/lib/rpm', '-e', 'nodeprep'],
                        inside=False)
        assert done[0] == 0 and 'saved as' in done[2], done
        left = {one for one in root.changed() - before if not OTHERS.fullmatch(one)}
        there = {one for one in left if root.run(['test', '-f', one])[0] == 0}
        assert there == {'/etc/nodeprep/nodeprep.yaml.rpmsave', '/var/lib/nodeprep/journal/000001/what'}
        assert root.run(['test', '-e', '/usr/lib/nodeprep'])[0] == 1 and root.run(['test', '-L', link])[0] == 1
        assert root.run(['test', '-e', '/run/nodeprep'])[0] == 1


def test_an_image_is_made_fit_from_outside_before_it_ever_boots(rpms, stubs, tmp_path):
    """What the README says about building images: with the packages of the host that builds."""
    image = f'{tmp_path}/image'
    os.makedirs(image + '/etc')
    with open(image + '/etc/fstab', 'w') as file:
        file.write('/dev/vda1 / xfs defaults 0 0\n/dev/vda2 swap swap defaults 0 0\n')
    with open(image + '/etc/os-release', 'w') as file:
        file.write('NAME="CentOS Stream"\nID="centos"\nVERSION_ID="9"\nID_LIKE="rhel fedora"\n')
    (tmp_path / 'root').mkdir()
    with Root(tmp_path / 'root', 'el9') as root:
        root.rpm('-i', stubs['el9'])
        root.rpm('-i', built.packages(rpms, 'el9')['nodeprep'])
        root.ask('mkdir', '-p', '/mnt/image')
        assert root.run(['mount', '--bind', image, root.path + '/mnt/image'], inside=False)[0] == 0
        code, out, _ = root.run(['nodeprep', 'check', '--root', '/mnt/image', 'swap'])
        assert code == 1 and '/etc/fstab:2' in out
        code, out, err = root.run(['nodeprep', 'fix', '--root', '/mnt/image', '--yes', 'swap', 'forwarding'])
        assert code == 0, (out, err)
        assert root.run(['nodeprep', 'check', '--root', '/mnt/image', 'swap', 'forwarding'])[0] == 0
        with open(image + '/etc/fstab') as file:
            assert '#nodeprep# /dev/vda2' in file.read()
        assert os.path.isdir(image + '/var/lib/nodeprep/journal')
        code, out, err = root.run(['nodeprep', 'undo', '--root', '/mnt/image', '--yes'])
        assert 'NOT taken back' not in out and code == 1, (out, err)
        assert root.run(['umount', root.path + '/mnt/image'], inside=False)[0] == 0
