"""registry: see the class."""
import re
from functools import partial

from nodeprep.linux import proxies, unitfiles
from nodeprep.linux.waiting import within
from nodeprep.model import CannotTell, Observation, Requirement, Want, unknown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, Tuple
from nodeprep.wanted import Option, choice, duration

# A registry that answers /v2/: at once, elsewhere, or asking who it is: OCI distribution specification "API version".
_ANSWERS = (200, 301, 302, 307, 308, 401, 403)
_UNITS = {'docker': 'docker.service', 'containerd': 'containerd.service', 'crio': 'crio.service'}
_TRUST = ('/etc/docker/certs.d', '/etc/containerd/certs.d')
# No blanks, no quotes, nothing beyond ASCII: what remains may go into a request line as it is. A fragment never does.
_ADDRESS = (r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
            r"(?P<path>/[a-z0-9._~%!$&'()*+,;=:@/-]*)?(?P<query>\?[a-z0-9._~%!$&'()*+,;=:@/?-]*)?(?:#[!-~]*)?\Z")
_MARGIN = 0.2             # seconds kept from the time limit for saying what came of it


class Address(NamedTuple):
    """The parts of an http or https address."""

    scheme: str
    host: str
    port: int
    whole: str


def address(value: str) -> Address:
    """Reads an address; ValueError for anything but plain http and https, and for one with a password in it.

    >>> address('https://mirror.example.com:5000')
    Address(scheme='https', host='mirror.example.com', port=5000, whole='https://mirror.example.com:5000/v2/')
    """
    match = re.match(_ADDRESS, value, re.IGNORECASE | re.ASCII)
    if '@' in value.partition('://')[2].partition('/')[0]:
        raise ValueError('has a name or password in it; the check needs none')
    if not match or not 0 < int(match.group('port') or 80) < 65536:
        raise ValueError('is not an address of a registry; write it as https://mirror.example.com/v2/')
    scheme, name, port = match.group('scheme').lower(), match.group('host').strip('[]'), match.group('port')
    if any(not 0 < len(label) < 64 for label in name.rstrip('.').split('.')):
        raise ValueError('has no host in it that could exist')
    path = match.group('path') if match.group('path') not in (None, '', '/') else '/v2/'
    whole = f'{scheme}://{match.group("host")}{":" + port if port else ""}{path}{match.group("query") or ""}'
    return Address(scheme, name.lower(), int(port or (443 if scheme == 'https' else 80)), whole)


def _read_address(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('is not text; put it in quotes')
    return address(value).whole if value else ''


class Registry(Requirement):
    """Images can be pulled: the registry, or the site's mirror of it, answers through the container engine's own proxy.

    Why: kubeadm pulls the control plane's images, the kubelet everything else. That fails late, one image at a time,
    behind a proxy that only the shell knows, a mirror with a certificate nobody trusts, or no way out at all.
    Read: now a GET of /v2/ of `mirror`, or else `url`. The proxy comes from where the engine has it: Environment= and
    EnvironmentFile= of its unit with all drop-ins, DefaultEnvironment= of systemd, "proxies" of daemon.json; NO_PROXY
    counts as Go programs read it. Nobody's shell is asked. Any of 200, 301, 302, 307, 308, 401 and 403 is an answer.
    Fix: none.
    Left to a person: the proxy of the unit, the way out, certificates; a site without one names its `mirror`.
    """

    id = 'registry'
    title = 'Images can be pulled'
    kubeadm = ('ImagePull',)
    severity = 'advised'
    defaults = {'url': Option('https://registry.k8s.io/v2/', _read_address, 'text', 'the address that must answer'),
                'mirror': Option('', _read_address, 'text', "the site's own registry, asked instead"),
                'engine': choice('auto', 'docker', 'containerd', 'crio', help='whose proxy is taken'),
                'time_limit': duration('2s', 'how long it may take')}
    waits = True

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """One GET."""
        target = address(want['mirror'] or want['url'])
        wanted = 'it answers as a registry'
        try:
            proxy = proxies.choose(_variables(host, want), target.scheme, target.host, target.port)
        except CannotTell as error:
            yield unknown(target.whole, wanted, error, advised=True)
            return
        source = f'GET {target.whole}' + (f' through {proxy.shown} ({proxy.source})' if proxy.url else
                                          f' past the proxy ({proxy.source})' if proxy.source else '')
        if proxy.url and not proxy.url.startswith('http://'):
            yield unknown(target.whole, wanted, CannotTell('only http:// proxies can be tried', source), advised=True)
            return
        limit = max(want['time_limit'] - _MARGIN, want['time_limit'] / 2)
        try:
            reply = within(limit, partial(host.https, target.whole, proxy.url, limit))
        except CannotTell as error:
            said = _said(error.reason, target, proxy)
            hint, trusted = _advice(host, target, proxy, said)
            found = f'{said}; the engine trusts more than this host does: {trusted}' if trusted else said
            yield Observation(target.whole, found, wanted, None if trusted else False, source, hint=hint, advised=True)
            return
        met = reply.status in _ANSWERS
        yield Observation(target.whole, f'answers {reply.status}', wanted, met, source, advised=True,
                          hint='' if met else 'this is no registry, or one in trouble: see its own log')


def _variables(host: Any, want: Want) -> Dict[str, proxies.Variable]:
    engine = want['engine'] if want['engine'] != 'auto' else _engine(host, want)
    found = proxies.environment(host, _UNITS[engine])
    if engine == 'docker':
        found.update(proxies.of_daemon(host))
    return found


def _engine(host: Any, want: Want) -> str:
    """The engine that pulls: the profile's, where it is installed, or else the one that is."""
    first = 'containerd' if want['profile'] == 'containerd' else 'docker'
    tree = unitfiles.tree(host)
    return next((one for one in (first, 'containerd', 'crio') if tree.find(_UNITS[one]).path), first)


def _said(reason: str, target: Address, proxy: proxies.Proxy) -> str:
    """The reason without the address, which is the subject, the number of an error, and the proxy's password."""
    plain = re.sub(r'^\[Errno -?[0-9]{1,4}\] ', '', reason.replace(f'{target.whole}: ', ''))
    return plain.replace(proxy.url, proxy.shown) if proxy.url else plain


def _advice(host: Any, target: Address, proxy: proxies.Proxy, said: str) -> Tuple[str, str]:
    """What a person does, and the folder of certificates that the engine alone trusts: then it cannot be told here."""
    low = said.lower()
    if 'certificate' in low or 'ssl' in low or 'tls' in low:
        folders = [f'{folder}/{name}' for folder in _TRUST
                   for name in (f'{target.host}:{target.port}', target.host) if host.is_folder(f'{folder}/{name}')]
        return ('let this host trust the certificate, or the one that the proxy shows instead', ', '.join(folders[:1]))
    if 'resolution' in low or 'not known' in low or 'no address' in low:
        return ('the name does not resolve: a closed site names its own registry as `mirror`', '')
    if proxy.url:
        return (f'see the proxy, which {proxy.source} sets', '')
    return ('name the proxy in a drop-in of the engine, or the registry of the site as `mirror`', '')
