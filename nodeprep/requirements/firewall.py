"""The firewall does not stand between the nodes."""
from nodeprep.linux import firewalls, units
from nodeprep.linux.containers import in_container
from nodeprep.linux.firewalls import FIREWALLD
from nodeprep.model import (
    DISRUPTIVE,
    HARMLESS,
    CannotTell,
    Change,
    Folder,
    NotApplicable,
    Observation,
    Requirement,
    Unit,
    Want,
    unknown,
)
from nodeprep.typed import Any, Iterator, Tuple
from nodeprep.wanted import Option, choice


def _read_ports(value: Any) -> Tuple[str, ...]:
    from nodeprep.linux.firewallzone import read_port
    if not isinstance(value, (list, tuple)):
        raise ValueError('is not a list; write it as [8472/udp, 179/tcp]')
    for one in value:
        read_port(one)
    return tuple(str(one).strip() for one in value)


class Firewall(Requirement):
    """firewalld is off, now and after a reboot; or, with `policy: open`, it runs and lets the cluster's ports in.

    Why: the API server, the kubelets and etcd talk to each other over fixed ports, and pods over what their network
    brings. firewalld's default zone rejects nearly all of that, and its nftables backend (EL8 and later) does so even
    where kube-proxy accepts. kubeadm only warns; the cluster then fails in odd ways.

    Read: now, the control group of firewalld.service (without systemd, the processes), and with `policy: open` what
    firewall-cmd says of the running zones. At boot, the unit's links, masks and whatever else would pull it in; with
    `policy: open` the zone and service files in /etc/firewalld and /usr/lib/firewalld. Other firewall services
    (nftables, iptables, ip6tables, ebtables, ufw) are told as advice.

    Fix: firewalld is stopped and disabled, and Docker, where it runs, is restarted so that it writes its rules again,
    which firewalld took along; or the ports of the role and of `ports` are added to the zone of the node's
    interfaces, for good and at run time, each by itself and without a reload, and it is started and enabled.

    Left to a person: without --force-live or an approval, to stop, start or enable a firewall on a host that runs
    containers or is a node of a cluster, since that flushes the rules of Docker, kube-proxy and the pod network until
    each writes them anew; to start one whose zone does not let SSH in; other firewall services; what the pod network
    needs (give it as `ports: [8472/udp]`), and its addresses in the zone `trusted`.
    """

    id = 'firewall'
    title = 'No firewall stands between the nodes'
    remade = True
    kubeadm = ('Firewalld',)
    defaults = {'policy': choice('off', 'open', help='off: firewalld does not run; open: it runs with the ports open'),
                'ports': Option((), _read_ports, 'list of ports', 'beside those of the role: [8472/udp, 179/tcp]')}
    watches = (Unit(FIREWALLD), Folder('/etc/firewalld/zones'), Folder('/etc/systemd/system'),
               Folder('/etc/systemd/system/multi-user.target.wants'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Whether firewalld runs, and with `policy: open` each port in the zones of the node's interfaces."""
        _refuse_container(host)
        runs, source = firewalls.firewalld_runs(host)
        opened = want['policy'] == 'open'
        seen = Observation(FIREWALLD, 'active' if runs else 'inactive', 'active' if opened else 'inactive',
                           runs == opened, source, kubeadm='Firewalld')
        yield seen if seen.met else _switched(host, want, seen, opened)
        if opened and runs:
            from nodeprep.linux import firewallports  # with its XML, which `policy: off` spares
            yield from firewallports.opened_now(host, want)
        yield from _others(host, 'inactive', firewalls.other_runs)

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Whether the next boot starts firewalld, and with `policy: open` each port in the permanent zones."""
        _refuse_container(host)
        yield _starts(host, want['policy'] == 'open')
        if want['policy'] == 'open':
            from nodeprep.linux import firewallports
            yield from firewallports.opened_at_boot(host, want)
        yield from _others(host, 'not started at boot', firewalls.other_starts)


def _refuse_container(host: Any) -> None:
    inside = in_container(host)
    if inside:
        raise NotApplicable(f'this is a container ({inside}): the firewall is its host\'s')


def _switched(host: Any, want: Want, seen: Observation, on: bool) -> Observation:
    """With the command that starts or stops firewalld, and what it does to containers."""
    before: Tuple[Change, ...] = ()
    if on and units.enablement(host, FIREWALLD).state in ('not-found', 'masked'):
        return seen._replace(found='not installed, or masked', hint='Install firewalld, or choose `policy: off`.')
    if on:
        from nodeprep.linux import firewallports
        try:
            out = firewallports.shuts_out(host)
            # The ports come first: it reads its files when it starts, and shuts out what they do not let in.
            before = tuple(change for one in firewallports.opened_at_boot(host, want) for change in one.fix)
        except CannotTell as error:
            out = error.reason
        if out:
            return seen._replace(hint=f'To start it may shut you out: {out}.')
    held = _live(host)
    verb = 'Starting' if on else 'Stopping'
    hint = (f'{verb} firewalld flushes the rules of Docker, kube-proxy and the pod network ({held}): drain it first, '
            'or let it be done with an approval or --force-live, and look at the DOCKER and KUBE chains afterwards.')
    # To start it may shut out what its zones do not know, to stop it exposes what it hid: both are told beforehand.
    change = units.start(FIREWALLD, disruptive=True) if on else units.stop(FIREWALLD)
    return seen._replace(fix=before + (change,) + (() if on else _docker_again(host)), hint=hint if held else '')


def _docker_again(host: Any) -> Tuple[Change, ...]:
    """A restart of a Docker that runs: it writes the rules that went along with firewalld at its start alone."""
    from nodeprep.linux import dockerplan
    return (dockerplan.RESTART,) if dockerplan.active(host) else ()


def _starts(host: Any, wanted: bool) -> Observation:
    starts, source = units.starts_at_boot(host, FIREWALLD)
    state = units.enablement(host, FIREWALLD, at_boot=True)
    found = f'{state.state}, {"started" if starts else "not started"} at boot'
    if not starts and state.enabled:
        # Its bus name is still linked, so that the first program that calls the name starts it.
        found, source, starts = 'enabled under another name, which may start it', state.source, True
    seen = Observation(FIREWALLD, found, 'started at boot' if wanted else 'not started at boot', starts == wanted,
                       source, kubeadm='Firewalld')
    if seen.met:
        return seen
    if wanted:
        if state.state in ('not-found', 'masked'):
            return seen._replace(hint=f'systemctl enable {FIREWALLD} needs it there and not masked.')
        held = _live(host)
        hint = f'Once it is on, the pod network must be let through its zones as well ({held}).' if held else ''
        return seen._replace(fix=(units.enable(FIREWALLD, now=False, risk=DISRUPTIVE if held else HARMLESS),),
                             hint=hint)
    # A unit that others pull in does not stay away by being disabled.
    change = units.disable(FIREWALLD, now=False) if state.enabled else units.mask(FIREWALLD)
    if not state.enabled and state.fragment.startswith('/etc/systemd/system/'):
        return seen._replace(hint=f'{source} pulls it in, and {state.fragment} is a file that a mask cannot replace.')
    return seen._replace(fix=(change,))


def _others(host: Any, wanted: str, look: Any) -> Iterator[Observation]:
    for name in firewalls.OTHERS:
        if units.enablement(host, name).state == units.NOT_FOUND:
            continue
        try:
            on, source = look(host, name)
        except CannotTell as error:
            yield unknown(name, wanted, error, advised=True)
            continue
        found = wanted if not on else wanted.replace('inactive', 'active').replace('not started', 'started')
        hint = '' if not on else (f'See that the rules of {name} let the cluster through; to stop it on a node may '
                                  'flush those of kube-proxy with its own.')
        yield Observation(name, found, wanted, not on, source, hint=hint, advised=True)


def _live(host: Any) -> str:
    from nodeprep.linux.live import live  # a host as it should be does not pay for plans
    return live(host)
