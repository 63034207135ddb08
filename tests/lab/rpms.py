"""Packages of a CentOS, made from the programs of a Debian's root, and a repository of them in /srv/repo.

chrony, docker-ce, docker-ce-cli and containerd.io hold Debian's real programs, with the units, files and scriptlets of
the CentOS packages. conntrack-tools, socat and ethtool hold a script that says its name: that dnf brings it and rpm
takes it away is what is tried, not what it does. All of them are installed but these three.
"""
import os
import shutil
import subprocess

from tests.lab.files import TOP, put

FIXTURE = TOP + '/hosts/stream9/root'
SPEC = '''%global debug_package %{{nil}}
%global __os_install_post %{{nil}}
%global _build_id_links none
%global _binary_payload w1.gzdio
Name: {name}
Version: {version}
Release: 1.el9
Summary: {name} of the lab
License: Apache-2.0
AutoReqProv: no
{more}
%description
{name} of the lab.
%install
cp -a /lab/stage/{name}/. %{{buildroot}}/
{scripts}
%files
{files}
'''
# %systemd_post, %systemd_preun and %systemd_postun, and the reload that systemd's own file triggers bring.
SCRIPTS = '''%post
systemctl --no-reload preset {unit} >/dev/null 2>&1 || :
systemctl daemon-reload >/dev/null 2>&1 || :
%preun
if [ $1 -eq 0 ]; then systemctl --no-reload disable --now {unit} >/dev/null 2>&1 || :; fi
%postun
systemctl daemon-reload >/dev/null 2>&1 || :
'''
# Docker's own unit, without the lines that set limits.
DOCKER = '''[Unit]
Description=Docker Application Container Engine
After=network-online.target docker.socket firewalld.service containerd.service
Wants=network-online.target containerd.service
Requires=docker.socket
[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
ExecReload=/bin/kill -s HUP $MAINPID
Delegate=yes
KillMode=process
[Install]
WantedBy=multi-user.target
'''
DOCKER_SOCKET = '''[Unit]
Description=Docker Socket for the API
[Socket]
ListenStream=/run/docker.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker
[Install]
WantedBy=sockets.target
'''
CONTAINERD = '''[Unit]
Description=containerd container runtime
After=network.target
[Service]
ExecStart=/usr/bin/containerd
Type=notify
Delegate=yes
KillMode=process
[Install]
WantedBy=multi-user.target
'''
# -x: the clock is the host's. It stands here, out of sight, since nodeprep would rightly call an option in the unit or
# in /etc/sysconfig/chronyd a fault. So that the process is called chronyd, the program is.
CHRONYD = '#!/bin/sh\nexec /usr/lib/lab/chronyd -x "$@"\n'
UNITS = '/usr/lib/systemd/system'


def package(root):
    """Builds the packages, takes Debian's own files away, and installs what a node of the lab has."""
    _stage_chrony(root)
    _stage_docker(root)
    for name in ('conntrack', 'socat', 'ethtool'):
        put(_stage(root, _TOOLS.get(name, name)), f'/usr/sbin/{name}', f'#!/bin/sh\necho {name} of the lab\n', 0o755)
    _build(root, 'conntrack-tools')
    _build(root, 'socat')
    _build(root, 'ethtool')
    _build(root, 'chrony', '4.6', scripts=SCRIPTS.format(unit='chronyd.service'))
    _build(root, 'containerd.io', scripts=SCRIPTS.format(unit='containerd.service'))
    _build(root, 'docker-ce-cli')
    _build(root, 'docker-ce', more='Requires: docker-ce-cli containerd.io',
           scripts=SCRIPTS.format(unit='docker.service docker.socket'))
    put(_stage(root, 'centos-stream-release'), '/etc/centos-release', 'CentOS Stream release 9\n')
    # dnf asks the first two for $releasever; the rest is what the root has from Debian, of which rpm knows nothing.
    _build(root, 'centos-stream-release', more='Provides: system-release = 9 system-release(releasever) = 9 '
                                               '/bin/sh systemd python3')
    _in(root, 'createrepo_c', '-q', '/srv/repo')
    _in(root, 'sh', '-c', 'cd /srv/repo && rpm -i --force-debian centos-stream-release* chrony* containerd* docker*')
    shutil.rmtree(root + '/lab')


_TOOLS = {'conntrack': 'conntrack-tools'}


def _stage(root, name):
    return f'{root}/lab/stage/{name}'


def _stage_chrony(root):
    stage = _stage(root, 'chrony')
    for name in ('chronyd', 'timesource'):
        os.makedirs(root + '/usr/lib/lab', exist_ok=True)
        shutil.copy(root + '/usr/sbin/chronyd', f'{root}/usr/lib/lab/{name}')
    os.unlink(root + '/usr/sbin/chronyd')
    put(stage, '/usr/sbin/chronyd', CHRONYD, 0o755)
    _move(root, '/usr/bin/chronyc', stage)
    with open(f'{FIXTURE}{UNITS}/chronyd.service') as file:
        # The node may not set a clock, so systemd would pass over the unit.
        put(stage, UNITS + '/chronyd.service', file.read().replace('ConditionCapability=CAP_SYS_TIME\n', ''))
    with open(FIXTURE + '/etc/chrony.conf') as file:
        put(stage, '/etc/chrony.conf', file.read())
    put(stage, '/etc/sysconfig/chronyd', '# Command-line options for chronyd\nOPTIONS=""\n')
    put(stage, '/etc/chrony.keys', '', 0o640)
    shutil.rmtree(root + '/etc/chrony')
    os.makedirs(root + '/etc/chrony')
    os.symlink('../chrony.conf', root + '/etc/chrony/chrony.conf')     # where Debian's program looks
    _forget(root, 'chrony')


def _stage_docker(root):
    engine, command, runtime = (_stage(root, name) for name in ('docker-ce', 'docker-ce-cli', 'containerd.io'))
    for name in ('dockerd', 'docker-init', 'docker-proxy'):
        _move(root, _where(root, name), engine, '/usr/bin')
    _move(root, _where(root, 'docker'), command, '/usr/bin')
    for name in ('containerd', 'containerd-shim-runc-v2', 'runc', 'ctr'):
        _move(root, _where(root, name), runtime, '/usr/bin')
    put(engine, UNITS + '/docker.service', DOCKER)
    put(engine, UNITS + '/docker.socket', DOCKER_SOCKET)
    put(runtime, UNITS + '/containerd.service', CONTAINERD)
    for name in ('docker', 'containerd'):
        _forget(root, name)


def _where(root, name):
    return next(path for path in (f'/usr/bin/{name}', f'/usr/sbin/{name}', f'/usr/libexec/docker/{name}',
                                  f'/usr/lib/docker/{name}') if os.path.exists(root + path))


def _move(root, path, stage, folder=''):
    to = f'{stage}{folder or os.path.dirname(path)}'
    os.makedirs(to, exist_ok=True)
    shutil.move(root + path, f'{to}/{os.path.basename(path)}')


def _forget(root, name):
    """Takes the units of a Debian package away, with the links that enable them."""
    for folder, _, names in list(os.walk(root + '/etc/systemd/system')) + list(os.walk(root + UNITS)):
        for one in names:
            if one.startswith(name):
                os.unlink(f'{folder}/{one}')
    for path in (f'/etc/init.d/{name}', f'/etc/default/{name}'):
        if os.path.exists(root + path):
            os.unlink(root + path)


def _build(root, name, version='1.0', more='', scripts=''):
    stage = _stage(root, name)
    files = [os.path.join(folder, one)[len(stage):] for folder, _, names in os.walk(stage) for one in names]
    lines = [('%config(noreplace) ' if path.startswith('/etc/') else '') + path for path in sorted(files)]
    put(root, f'/lab/{name}.spec', SPEC.format(name=name, version=version, more=more, scripts=scripts,
                                               files='\n'.join(lines)))
    _in(root, 'rpmbuild', '-bb', '--quiet', '--define', '_topdir /lab/build', '--define', '_rpmdir /srv/repo',
        '--define', '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm', f'/lab/{name}.spec')


def _in(root, *argv):
    done = subprocess.run(('chroot', root) + argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root', 'LC_ALL': 'C'})
    assert done.returncode == 0, f'{argv}: {done.stdout.decode(errors="replace")[-3000:]}'
