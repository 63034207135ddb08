"""What changing commands do to a machine in a folder, as the real ones would: for FakeHost.do.

Only what a later look shows: links, control groups, lists of /proc, files that a package brings.
"""
import json
import os
import re

from nodeprep.host import Answer
from nodeprep.linux import dockersocket, hostsfile, units
from nodeprep.model import CannotChange
from tests import actor_tools
from tests.fakes import FakeHost, Link

_UNITS = '/etc/systemd/system'
_INVOCATION = '/run/systemd/units/invocation:'
_SHIPPED = ('/usr/lib/systemd/system', '/lib/systemd/system')
_BRIDGE = ('bridge-nf-call-iptables', 'bridge-nf-call-ip6tables', 'bridge-nf-call-arptables')
PACKAGES = {'conntrack-tools': ['/usr/sbin/conntrack'], 'socat': ['/usr/bin/socat'],
            'iptables-nft': ['/usr/sbin/iptables', '/usr/sbin/ebtables'], 'iproute-tc': ['/usr/sbin/tc'],
            'ethtool': ['/usr/sbin/ethtool'],
            'chrony': ['/usr/sbin/chronyd', '/usr/bin/chronyc', '/usr/lib/systemd/system/chronyd.service'],
            'docker-ce': ['/usr/bin/dockerd', '/usr/lib/systemd/system/docker.service',
                          '/usr/lib/systemd/system/docker.socket'],
            'docker-ce-cli': ['/usr/bin/docker'],
            'containerd.io': ['/usr/bin/containerd', '/usr/lib/systemd/system/containerd.service']}


class ActedHost(FakeHost):
    """A host on which commands act."""

    def __init__(self, root, live=True):
        super().__init__(root, live)
        self.actor = act

    def ask(self, argv, timeout=5.0):
        if argv[0] == 'firewall-cmd':
            return actor_tools.zones(self, _memory(self).get('ports', []))
        if tuple(argv) == dockersocket.ASK:
            return Answer(0, f'ActiveState={units.active(self, argv[-1])[0]}\n', '')
        return act(self, tuple(argv)) if argv[0] == 'rpm' else super().ask(argv, timeout)

    def uname(self):
        """With the name that hostnamectl gave."""
        kernel = list(self.kernel)
        kernel[1] = _memory(self).get('nodename', kernel[1])
        return os.uname_result(kernel)

    def addresses(self, name):
        """/etc/hosts first, as nsswitch.conf has it."""
        found = hostsfile.lookup(_read(self, '/etc/hosts'), name)      # which tests/compare holds against glibc
        return [line.address for line in found] or super().addresses(name)


def act(host, argv):
    """Does what a command would do, and answers as it does."""
    name = argv[0]
    if name == 'swapoff' or name == 'swapon':
        return _swap(host, name, argv[-1], argv)
    if name == 'modprobe':
        return _modprobe(host, argv[-1], '-r' in argv)
    if name == 'systemctl':
        return _systemctl(host, [word for word in argv[1:] if not word.startswith('--root=')])
    if name in ('yum', 'dnf', 'rpm'):
        return _packages(host, argv)
    if name == 'hostnamectl':
        return _hostname(host, argv[-1])
    if name == 'grubby':
        return actor_tools.grubby(host, argv)
    if name == 'firewall-offline-cmd' or name == 'firewall-cmd' and '--permanent' in argv:
        return actor_tools.permanent(host, argv)
    if name == 'firewall-cmd':
        return _open_now(host, argv[-1])
    if name == 'chronyc':
        return Answer(0, '200 OK\n', '')
    raise AssertionError(f'nobody said what {argv} does')


def failing(host, argv):
    """Every command fails, having done nothing."""
    return Answer(1, '', f'{argv[0]}: no luck today\n')


def late(ends):
    """The first command that is run does its work, and then ends as `ends` says; those after it end well."""
    ran = []

    def act_late(host, argv):
        answer = act(host, argv)
        ran.append(argv)
        return ends(argv) if len(ran) == 1 else answer
    return act_late


def hangs(argv):
    """How Host.do ends a command that does not end."""
    raise CannotChange(f'{" ".join(argv)} was stopped: it did not end within 60 s')


def lying(host, argv):
    """Every command says that it did its work, and did not."""
    return Answer(0, '', '')


def _read(host, path):
    with open(host.root + path, encoding='utf-8', errors='surrogateescape') as file:
        return file.read()


def _write(host, path, text):
    """In place: what the kernel or a daemon shows has no new inode."""
    os.makedirs(os.path.dirname(host.root + path), exist_ok=True)
    with open(host.root + path, 'w', encoding='utf-8', errors='surrogateescape') as file:
        file.write(text)


def _memory(host):
    path = host.root + '/.actor.json'
    if not os.path.exists(path):
        return {}
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def _remember(host, key, value):
    known = dict(_memory(host), **{key: value})
    with open(host.root + '/.actor.json', 'w', encoding='utf-8') as file:
        json.dump(known, file)


def _swap(host, name, device, argv):
    lines = _read(host, '/proc/swaps').splitlines(True)
    mine = [line for line in lines if line.split()[:1] == [device]]
    if name == 'swapoff':
        if not mine:
            return Answer(4, '', f'swapoff: {device}: swapoff failed: Invalid argument\n')
        _remember(host, device, [lines.index(mine[0]), mine[0]])
        _write(host, '/proc/swaps', ''.join(line for line in lines if line not in mine))
    else:
        if mine:
            return Answer(255, '', f'swapon: {device}: swapon failed: Device or resource busy\n')
        at, line = _memory(host)[device]
        _write(host, '/proc/swaps', ''.join(lines[:at] + [line] + lines[at:]))
    return Answer(0, '', '')


def _modprobe(host, name, remove):
    lines = _read(host, '/proc/modules').splitlines(True)
    kept = [line for line in lines if line.split()[0] != name]
    if remove:
        _write(host, '/proc/modules', ''.join(kept))
        if name == 'br_netfilter':
            for key in _BRIDGE:
                os.unlink(f'{host.root}/proc/sys/net/bridge/{key}')
            os.rmdir(host.root + '/proc/sys/net/bridge')
    elif len(kept) == len(lines):
        _write(host, '/proc/modules', f'{name} 28672 0 - Live 0x0000000000000000\n' + ''.join(lines))
        if name == 'br_netfilter':
            for key in _BRIDGE:
                _write(host, f'/proc/sys/net/bridge/{key}', '0\n')       # as 00-system.conf of EL7 leaves them
    return Answer(0, '', '')


def _open_now(host, word):
    verb, port = re.match('--(add|remove)-port=(.*)', word).groups()
    ports = [one for one in _memory(host).get('ports', []) if one != port]
    _remember(host, 'ports', ports + [port] if verb == 'add' else ports)
    return Answer(0, 'success\n', '')


def _hostname(host, name):
    _remember(host, 'nodename', name or 'localhost')
    _write(host, '/etc/hostname', name + '\n')
    return Answer(0, '', '')


def _packages(host, argv):
    if argv[:2] == ('rpm', '-q'):
        names = argv[argv.index('%{NAME}\\n') + 1:] if '%{NAME}\\n' in argv else argv[2:]
        absent = [name for name in names if not os.path.exists(host.root + _files_of(name)[0])]
        return Answer(len(absent), ''.join(f'package {name} is not installed\n' for name in absent), '')
    remove = '-e' in argv or 'remove' in argv
    verb = '-e' if '-e' in argv else 'remove' if remove else 'install'
    for name in argv[argv.index(verb) + 1:]:
        if remove and not os.path.exists(host.root + _files_of(name)[0]):
            return Answer(1, '', f'error: package {name} is not installed\n')
        if name.startswith('kernel-modules-extra'):
            release = name.partition('extra-')[2]
            dep = f'/lib/modules/{release}/modules.dep'
            line = 'extra/net/bridge/br_netfilter.ko.xz:\n'
            text = _read(host, dep)
            _write(host, dep, text.replace(line, '') if remove else text + line)
        for path in _files_of(name):
            if remove:
                os.unlink(host.root + path)
            elif actor_tools.unit_file(path):
                host.files({path: actor_tools.unit_file(path)})
            else:
                host.install(path)
    return Answer(0, '', '')


def _files_of(name):
    return PACKAGES.get(name, [f'/usr/bin/of-{name}'])


# ---- systemctl

def _systemctl(host, words):
    verb, now = words[0], '--now' in words
    for name in (word for word in words[1:] if not word.startswith('-')):
        if verb in ('enable', 'disable', 'mask', 'unmask'):
            answer = globals()['_' + verb](host, name)
            if answer.code:
                return answer
        if verb in ('start', 'restart', 'reload') or verb == 'enable' and now:
            _start(host, name)
        if verb == 'stop' or verb in ('disable', 'mask') and now:
            _stop(host, name)
    return Answer(0, '', '')


def _fragment(host, name):
    return next((f'{folder}/{name}' for folder in _SHIPPED if os.path.isfile(f'{host.root}{folder}/{name}')), '')


def _enable(host, name):
    fragment = _fragment(host, name)
    if not fragment:
        return Answer(1, '', f'Failed to enable unit: Unit file {name} does not exist.\n')
    text = _read(host, fragment)
    for key, folder in (('WantedBy', 'wants'), ('RequiredBy', 'requires')):
        for target in _setting(text, key):
            _link(host, f'{_UNITS}/{target}.{folder}/{name}', fragment)
    for alias in _setting(text, 'Alias'):
        _link(host, f'{_UNITS}/{alias}', fragment)
    for other in _setting(text, 'Also'):
        if _fragment(host, other):
            _enable(host, other)
    return Answer(0, '', '')


def _disable(host, name):
    top = host.root + _UNITS
    fragment = _fragment(host, name)
    also = _setting(_read(host, fragment), 'Also') if fragment else []
    for folder, _, files in os.walk(top, topdown=False):
        for file in files:
            path = f'{folder}/{file}'
            if os.path.islink(path) and name in (file, os.path.basename(os.readlink(path))) \
                    and os.readlink(path) != '/dev/null':
                os.unlink(path)
        if folder != top and folder.endswith(('.wants', '.requires')) and not os.listdir(folder):
            os.rmdir(folder)
    for other in also:
        if other != name:
            _disable(host, other)
    return Answer(0, '', '')


def _mask(host, name):
    path = f'{host.root}{_UNITS}/{name}'
    if os.path.lexists(path) and not os.path.islink(path):
        return Answer(1, '', f'Failed to mask unit: File {_UNITS}/{name} already exists.\n')
    _link(host, f'{_UNITS}/{name}', '/dev/null')
    return Answer(0, '', '')


def _unmask(host, name):
    path = f'{host.root}{_UNITS}/{name}'
    if os.path.islink(path) and os.readlink(path) == '/dev/null':
        os.unlink(path)
    return Answer(0, '', '')


def _setting(text, key):
    section = re.split(r'^\[Install\]', text, flags=re.M)[1:]
    return [word for line in re.findall(rf'^{key}=(.*)$', section[0] if section else '', re.M) for word in line.split()]


def _link(host, path, target):
    host.files({path: Link(target)})


def _group(host, name):
    v2 = os.path.exists(host.root + '/sys/fs/cgroup/cgroup.controllers')
    return ('/sys/fs/cgroup' if v2 else '/sys/fs/cgroup/systemd') + f'/system.slice/{name}', v2


def _start(host, name):
    if name.endswith('.swap'):
        _swap(host, 'swapon', '/dev/' + name[4:-5], ())
        return
    group, v2 = _group(host, name)
    kept = _memory(host).get(name, {'cgroup.procs': '4321\n', **({'cgroup.events': 'populated 1\n'} if v2 else {})})
    for file, text in kept.items() if not os.path.isdir(host.root + group) else ():
        _write(host, f'{group}/{file}', text)
    # Of a service whose unit says KillMode=process it tells whether more than what its stop left is there.
    shown = v2 and name in ('docker.service', 'containerd.service')
    invocation = _memory(host).get(_INVOCATION + name, '0123' if shown else '')
    if invocation and not os.path.islink(host.root + _INVOCATION + name):
        _link(host, _INVOCATION + name, invocation)
    if name == 'docker.service':
        _docker(host)
    if name == 'firewalld.service':
        _remember(host, 'ports', actor_tools.in_the_file(host))


def _docker(host):
    """What dockerd answers once it has read its daemon.json."""
    from tests.hosts import replies_of
    path = '/etc/docker/daemon.json'
    said = json.loads(_read(host, path)) if os.path.exists(host.root + path) else {}
    for key, reply in replies_of('alma9').items():
        if key.endswith('/info'):
            info = json.loads(reply.body.decode())
            info['RegistryConfig']['Mirrors'] = said.get('registry-mirrors', [])
            reply = reply._replace(body=json.dumps(info).encode())
        host.replies[key] = reply


def _stop(host, name):
    if name.endswith('.swap'):
        _swap(host, 'swapoff', '/dev/' + name[4:-5], ())
        return
    group = host.root + _group(host, name)[0]
    if os.path.isdir(group):
        files = sorted(os.listdir(group))
        _remember(host, name, {file: _read(host, _group(host, name)[0] + '/' + file) for file in files})
        for file in files:
            os.unlink(f'{group}/{file}')
        os.rmdir(group)
    if os.path.islink(host.root + _INVOCATION + name):
        _remember(host, _INVOCATION + name, os.readlink(host.root + _INVOCATION + name))
        os.unlink(host.root + _INVOCATION + name)
