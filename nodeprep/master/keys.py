"""The keys and certificates of one master: in its data folder, or those that the settings name.

ca.crt and ca.key are made once and kept; server.pem (key and certificate in one file, so that no reader ever sees two
that do not belong together) is made anew when it nears its end or the machine has other names.
"""
import contextlib
import fcntl
import os
import stat

from nodeprep.config import ConfigError
from nodeprep.master import ca
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterable, Iterator, Tuple

AUTHORITY, AUTHORITY_KEY, SERVER = 'ca.crt', 'ca.key', 'server.pem'


class Keys(NamedTuple):
    """What a server is started with: files of its certificate (a whole chain) and key, and what nodes shall trust."""

    certificate: str
    key: str
    ca: str                # PEM
    hash: str              # of the CA, as --ca-cert-hash
    ends: float            # seconds since 1970, of the server's certificate
    names: Tuple[str, ...]


def kept(folder: str, names: Iterable[str], now: float) -> Keys:
    """The keys of a data folder, made where they are missing, too old or for other names. ConfigError."""
    with _alone(folder):                           # a command may be typed while a master starts
        return _kept(folder, names, now)


def _kept(folder: str, names: Iterable[str], now: float) -> Keys:
    authority = _authority(folder, now)
    path, wanted = f'{folder}/{SERVER}', tuple(dict.fromkeys(names))
    whole = _read(path)
    try:
        about = ca.read(whole)
        fit = now >= about.begins and about.ends - now > ca.RENEW and set(about.names) == set(wanted) \
            and ca.read(ca.last(whole)).hash == ca.read(authority.certificate).hash
    except ValueError:
        fit = False
    if not fit:
        pair = ca.server(authority, wanted, now)
        whole = pair.key + pair.certificate + authority.certificate
        put(path, whole, 0o600)
        about = ca.read(pair.certificate)
    return Keys(path, path, authority.certificate.decode('ascii'), ca.read(authority.certificate).hash, about.ends,
                about.names)


def documents(folder: str, name: str, subject: str, now: float) -> bytes:
    """Key, certificate and CA (PEM) to sign documents with, of a data folder that has a CA: kept below a name, and made
    where they are missing or of another CA. ConfigError.
    """
    with _alone(folder):
        authority, path = _authority(folder, now), f'{folder}/{name}'
        whole = _read(path)
        try:
            fit = ca.read(whole).ends > now and ca.public(whole) == ca.read(whole).hash \
                and ca.read(ca.last(whole)).hash == ca.read(authority.certificate).hash
        except ValueError:
            fit = False
        if not fit:
            pair = ca.document(authority, subject, now)
            whole = pair.key + pair.certificate + authority.certificate
            put(path, whole, 0o600)
        return whole


def own(certificate: str, key: str, root: str) -> Keys:
    """The keys that the settings name: `root` is '' when the root is the last certificate of the chain. ConfigError."""
    chain = needed(certificate)
    needed(key)
    try:
        found = ca.last(chain) if not root else needed(root)
        about, above = ca.read(chain), ca.read(found)
        if not ca.is_root(found):
            raise ConfigError(f'{root or certificate}: its last certificate is not a root, which nodes need to trust; '
                              f'name the file of the root with `ca:`')
    except ValueError as error:
        raise ConfigError(f'{certificate}: {error}') from None
    return Keys(certificate, key, found.decode('ascii', 'replace'), above.hash, about.ends, about.names)


def context(keys: Keys) -> Any:
    """The TLS of a server: 1.2 or later. ConfigError when the files do not fit together."""
    import ssl
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if hasattr(made, 'minimum_version'):
        made.minimum_version = ssl.TLSVersion.TLSv1_2
    else:                                          # Python 3.6
        made.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
    made.options |= ssl.OP_NO_COMPRESSION | getattr(ssl, 'OP_NO_RENEGOTIATION', 0)
    made.set_alpn_protocols(['http/1.1'])
    load(made, keys)
    return made


def load(made: Any, keys: Keys) -> None:
    """Lets new connections use these keys. ConfigError when the files do not fit together; then the old ones hold."""
    import ssl
    try:
        trial = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trial.load_cert_chain(keys.certificate, keys.key, password=_no_password)
        made.load_cert_chain(keys.certificate, keys.key, password=_no_password)
    except (OSError, ValueError) as error:        # SSLError is an OSError
        said = getattr(error, 'reason', None) or error
        raise ConfigError(f'{keys.certificate} and {keys.key} cannot be used: {said}') from None


def put(path: str, data: bytes, mode: int) -> None:
    """Replaces a file, whole or not at all. ConfigError."""
    temporary = f'{path}.new'
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with open(handle, 'wb') as file:
            os.fchmod(handle, mode)
            file.write(data)
            file.flush()
            os.fsync(handle)
        os.rename(temporary, path)
        folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ConfigError(f'{path}: {error.strerror}') from None


def _authority(folder: str, now: float) -> ca.Pair:
    paths = [f'{folder}/{name}' for name in (AUTHORITY, AUTHORITY_KEY)]
    there = [os.path.lexists(path) for path in paths]
    if there == [False, False]:
        pair = ca.authority(now)
        put(paths[1], pair.key, 0o600)             # the key first: a certificate alone would be of no use
        put(paths[0], pair.certificate, 0o644)
        return pair
    if there == [False, True]:                     # the first start ended between the two; nobody has seen its hash
        os.unlink(paths[1])
        return _authority(folder, now)
    found = ca.Pair(needed(paths[0]), needed(paths[1]))
    if os.stat(paths[1]).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f'{paths[1]}: others may read it: chmod 0600 it; if they did, every node must join anew with '
                          f'another CA')
    try:
        at = paths[0]
        about = ca.read(found.certificate)
        at = paths[1]
        if ca.public(found.key) != about.hash:
            raise ValueError(f'is not the key of {AUTHORITY}')
    except ValueError as error:
        raise ConfigError(f'{at}: {error}; put both back from one backup') from None
    if about.ends <= now:
        raise ConfigError(f'{paths[0]}: it ended; remove {AUTHORITY} and {AUTHORITY_KEY}, then every node joins anew')
    return found


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f'{folder}: {error.strerror}') from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def needed(path: str) -> bytes:
    """What a file holds. ConfigError."""
    try:
        with open(path, 'rb') as file:
            return file.read(2**20)
    except OSError as error:
        raise ConfigError(f'{path}: {error.strerror}') from None


def _read(path: str) -> bytes:
    try:
        return needed(path)
    except ConfigError:
        return b''


def _no_password() -> str:
    """Instead of asking at the terminal of a daemon."""
    raise ValueError('the key is encrypted; a server that starts by itself needs one that is not')


def days(ends: float, now: float) -> int:
    """How many days a certificate still counts, rounded: one of 90 days that was just made has 90.

    >>> days(86400.0 * 90, 3.0), days(86400.0, 86400.0)
    (90, 0)
    """
    return round((ends - now) / 86400)


def said(ends: float, now: float) -> str:
    """What a person should know of the end of a certificate, such as one of their own; '' when it is far.

    >>> said(86400.0 * 3, 0.0), said(86400.0 * 30, 0.0)
    ('the certificate of this master ends in 3 days', '')
    """
    if ends <= now:
        return 'the certificate of this master has ended: nodes do not speak to it any more'
    left = days(ends, now)
    return '' if left > 14 else f'the certificate of this master ends in {left} days'
