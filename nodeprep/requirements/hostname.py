"""hostname: see the class."""
from nodeprep.linux import cloudinit, hostname, hostsfile, interfaces, names
from nodeprep.linux.member import membership
from nodeprep.linux.waiting import within
from nodeprep.model import DISRUPTIVE, CannotTell, Change, Folder, Observation, Requirement, Run, Want, Write, unknown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, List, Tuple
from nodeprep.wanted import Option, duration

_VALID = 'an RFC 1123 name in lower case, of this host alone'
_OWN = 'an address of this host that is not loopback'
_CLOUD_FILE = '/etc/cloud/cloud.cfg.d/zz-nodeprep.cfg'      # a later name wins
_CLOUD_TEXT = '# Written by nodeprep: the name of a node must not change.\npreserve_hostname: true\n'


def _read_name(value: Any) -> str:
    if not isinstance(value, str) or (value and hostname.wrong(value)):
        raise ValueError('is not a host name' if not isinstance(value, str) else hostname.wrong(value))
    return value


class Hostname(Requirement):
    """The host has a name that is fit for a node, that resolves to an address of its own, and that a reboot keeps.

    Why: the name becomes the node's identity in the cluster and in its certificates. localhost, a name that resolves to
    127.0.0.1, or one that changes at a reboot makes kubelet and etcd bind or announce the wrong address, or register a
    second node.
    Read: now uname(2), getaddrinfo(3) for that name, and this host's addresses in /proc/net/fib_trie and if_inet6. At
    boot /etc/hostname, what /etc/hosts maps that name to, and cloud-init's preserve_hostname, hostname, fqdn and
    manage_etc_hosts in /etc/cloud/cloud.cfg and cloud.cfg.d. User data of the cloud is not seen.
    Debian's installer maps the name to 127.0.1.1; where nothing else answers nss-myhostname says 127.0.0.2.
    Fix: only with a wanted `name`: hostnamectl set-hostname, and a file that lets cloud-init keep it. Never on a host
    that has joined a cluster.
    Left to a person: choosing a name, and its line in /etc/hosts (the requirement `hosts` can write it) or DNS.
    """

    id = 'hostname'
    title = 'The host has a name of its own that resolves to it'
    kubeadm = ('Hostname',)
    after = ('hosts',)        # the new name must resolve
    defaults = {'name': Option('', _read_name, 'text', 'the name that this host must have; empty: any that is fit'),
                'timeout': duration('2s', 'how long the resolver may take')}
    watches = (Folder('/etc'), Folder('/etc/cloud/cloud.cfg.d'))
    waits = True              # a resolver without an answer takes its time

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The running name, and what it resolves to."""
        name = host.uname().nodename
        yield _running(host, name, want['name'])
        if hostname.wrong(name) in ('', hostname.UPPER):
            yield _resolved(host, name, want['timeout'])

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The name that the disk keeps, what /etc/hosts says of it, and what cloud-init would do."""
        kept = hostname.kept(host)
        yield _kept(host, kept, want['name'])
        name = kept.name if not hostname.placeholder(kept.name) else host.uname().nodename if host.live else ''
        if not hostname.placeholder(name):
            yield from _mapped(host, name)
        if cloudinit.runs(host):
            yield from _cloud(host, name, want['name'])


def _running(host: Any, name: str, given: str) -> Observation:
    wrong = hostname.wrong(name)
    if given:
        fix, hint = _renamed(host, given) if name != given else ((), '')
        return Observation('host name', name, given, name == given, 'uname(2)', fix, hint)
    hint = 'name it: hostnamectl set-hostname NAME, or give the wanted `name`' if wrong else ''
    return Observation('host name', f'{name or "(none)"}{": it " + wrong if wrong else ""}', _VALID, not wrong,
                       'uname(2)', hint=hint, advised=wrong == hostname.UPPER)


def _renamed(host: Any, given: str) -> Tuple[Tuple[Change, ...], str]:
    """What gives the host its wanted name, or why that is not offered. The inverse is the name that the disk keeps."""
    try:
        member, old = membership(host), hostname.kept(host).name
    except CannotTell as error:
        return (), f'not offered, for what it would change cannot be told: {error.reason}'
    if member:
        return (), f'this host is a node already ({member}): drain it, kubeadm reset, rename it and join it again'
    if not host.live:
        was = host.read(hostname.PATH) if host.exists(hostname.PATH) else None
        return (Write(hostname.PATH, given + '\n', was=was),), ''
    return (Run(('hostnamectl', 'set-hostname', given), ('hostnamectl', 'set-hostname', old), DISRUPTIVE),), ''


class Judged(NamedTuple):
    """Whether some addresses are this host's own, and what a person does when they are not."""

    met: bool
    found: str
    hint: str


def _resolved(host: Any, name: str, timeout: float) -> Observation:
    lines = hostsfile.lookup(host.read(hostsfile.PATH, missing=''), name)
    source = ', '.join([line.source for line in lines][:3] + ['getaddrinfo(3)'])
    try:
        found: List[str] = within(timeout, lambda: names.resolve(host, name))
        own = interfaces.addresses(host)
    except CannotTell as error:
        return unknown(name, _OWN, CannotTell(error.reason, error.source or source))
    if not found:
        return Observation(name, 'does not resolve', _OWN, False, source, hint=_line(own, name))
    judged = _judge(found, own, lines, name)
    return Observation(name, judged.found, _OWN, judged.met, source, hint=judged.hint)


def _judge(found: List[str], own: List[str], lines: List[hostsfile.Line], name: str) -> Judged:
    plain = [address.partition('%')[0] for address in found]
    where = ', '.join(line.source for line in lines if line.address in plain)
    loopback = [address for address in plain if interfaces.loopback(address)]
    foreign = [address for address in plain if address not in own and address not in loopback]
    shown = ', '.join(address + (' (loopback)' if address in loopback else
                                 ' (no address of this host)' if address in foreign else '') for address in plain[:8])
    if foreign:
        return Judged(False, shown, f'correct {where or "DNS"}, or give this host a name of its own')
    if '127.0.0.2' in loopback and not lines:
        return Judged(False, f'{shown}: nothing but nss-myhostname knows the name', _line(own, name))
    if loopback:
        return Judged(False, shown, f'take the name off {where or "its loopback address"}; {_line(own, name)}')
    if all(interfaces.link_local(address) for address in plain):
        return Judged(False, f'{shown}: good on one wire alone', _line(own, name))
    return Judged(True, shown, '')


def _line(own: List[str], name: str) -> str:
    address = next((one for one in own if not interfaces.link_local(one)), 'ADDRESS')
    return f'add to /etc/hosts or to DNS: {address} {name}'


def _kept(host: Any, kept: hostname.Kept, given: str) -> Observation:
    """What /etc/hostname brings. Without a name of its own in it, DHCP or cloud-init decides at each boot."""
    none = hostname.placeholder(kept.name)
    running = host.uname().nodename if host.live else ''
    if given:
        fix, hint = _renamed(host, given) if kept.name != given else ((), '')
        return Observation(hostname.PATH, kept.name or 'no name', given, kept.name == given, kept.source, fix, hint)
    if none:
        return Observation(hostname.PATH, f'{kept.name or "no name"}: DHCP or cloud-init names the host at each boot',
                           'a name that stays', False, kept.source, advised=True,
                           hint='keep it: hostnamectl set-hostname NAME, or give the wanted `name`')
    wrong = hostname.wrong(kept.name)
    if wrong:
        return Observation(hostname.PATH, f'{kept.name[:70]}: it {wrong}', _VALID, False, kept.source,
                           advised=wrong == hostname.UPPER, hint='name it: hostnamectl set-hostname NAME')
    if running and running.lower() != kept.name and not hostname.wrong(running):
        return Observation(hostname.PATH, f'{kept.name}: the next boot renames the host', running, False, kept.source,
                           hint='keep the running name: hostnamectl set-hostname ' + running)
    return Observation(hostname.PATH, kept.name, _VALID, True, kept.source)


def _mapped(host: Any, name: str) -> Iterator[Observation]:
    """What /etc/hosts will say of the name. What is not in it is for DNS to answer, which no file tells."""
    lines = hostsfile.lookup(host.read(hostsfile.PATH, missing=''), name)
    if not lines or 'files' not in names.sources(host):
        return
    found = [line.address for line in lines]
    source = ', '.join(line.source for line in lines[:3])
    if host.live:
        try:
            judged = _judge(found, interfaces.addresses(host), lines, name)
        except CannotTell as error:
            yield unknown(hostsfile.PATH, _OWN, error)
            return
    else:                         # an image has no addresses yet
        judged = _judge(found, [one for one in found if not interfaces.loopback(one)], lines, name)
    yield Observation(hostsfile.PATH, judged.found, _OWN, judged.met, source, hint=judged.hint)


def _cloud(host: Any, name: str, given: str) -> Iterator[Observation]:
    try:
        settings = cloudinit.settings(host)
    except CannotTell as error:
        yield unknown('cloud-init', 'the name stays', error, advised=True)
        return
    keeps, sets = settings.get('preserve_hostname'), settings.get('fqdn') or settings.get('hostname')
    if keeps and keeps.true:
        yield Observation('cloud-init', 'leaves the name alone', 'the name stays', True, keeps.source)
    elif sets and (given or name) not in (sets.value, sets.value.partition('.')[0]):
        yield _cloud_sets(host, f'names the host {sets.value} on a new instance', sets.source, given)
    elif given and not sets:
        yield _cloud_sets(host, 'names the host as the cloud says on a new instance',
                          keeps.source if keeps else cloudinit.FILE, given)
    else:
        yield Observation('cloud-init', 'names the host ' + ('so too' if sets else 'as the cloud says'),
                          'the name stays', True, sets.source if sets else keeps.source if keeps else cloudinit.FILE)
    manages = settings.get('manage_etc_hosts')
    if manages and (manages.true or manages.value in ('localhost', 'template')):
        yield Observation('cloud-init', 'maps the name to a loopback address in /etc/hosts at each boot', _OWN, False,
                          manages.source, hint='set manage_etc_hosts: false', advised=manages.value != 'localhost')


def _cloud_sets(host: Any, found: str, source: str, given: str) -> Observation:
    """cloud-init may take the name away. The fix comes with the wanted name, on a host that is no node yet."""
    fix, hint = _renamed(host, given) if given else ((), 'set preserve_hostname: true in ' + cloudinit.FOLDER)
    if fix:
        was = host.read(_CLOUD_FILE) if host.exists(_CLOUD_FILE) else None
        fix = (Write(_CLOUD_FILE, _CLOUD_TEXT, was=was),)
    return Observation('cloud-init', found, 'the name stays', False, source, fix, hint, advised=True)
