"""The master's certificate authority, and the certificate of its server that this signs.

What nodes trust is the public key of the authority, whose SHA-256 is the --ca-cert-hash as kubeadm has it. Keys are of
ECDSA on P-256, which every OpenSSL since that of CentOS 7 speaks. Sources: RFC 5280; CA/Browser Forum 7.1.2.7 (server).
"""
import datetime
import hashlib
import ipaddress
import warnings

with warnings.catch_warnings():
    warnings.simplefilter('ignore')       # the last one for Python 3.6 says so each time
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nodeprep.compliance.library import seconds
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterable, Tuple

_DAY = 86400.0
AUTHORITY, SERVER = 3650 * _DAY, 90 * _DAY      # seconds that they hold
BEFORE = _DAY                                   # and are dated back: the clock of a node may be behind
RENEW = 30 * _DAY                               # when so little of a server's is left


class Pair(NamedTuple):
    """A certificate and its key, as PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        """Without the key."""
        return 'Pair(...)'


class About(NamedTuple):
    """What a certificate says. Times are seconds since 1970; `hash` is `sha256:` and the digest of its public key."""

    subject: str
    names: Tuple[str, ...]
    begins: float
    ends: float
    hash: str
    authority: bool


def authority(now: float) -> Pair:
    """A new authority, which signs servers and no other authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f'nodeprep master CA {number:040x}'[:27])])
    built = _begun(name, name, key.public_key(), number, now, AUTHORITY)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    built = built.add_extension(_usage(signs_certificates=True), critical=True)
    return _signed(built, key, key)


def server(signer: Pair, names: Iterable[str], now: float) -> Pair:
    """A new key and certificate for a server with these names and addresses, the first of which is its subject."""
    listed = list(names)
    above = x509.load_pem_x509_certificate(signer.certificate)
    above_key: Any = serialization.load_pem_private_key(signer.key, None)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, listed[0][:64])])
    lasts = min(SERVER, read(signer.certificate).ends - now)
    built = _begun(subject, above.subject, key.public_key(), x509.random_serial_number(), now, lasts)
    for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True), (_usage(signs_certificates=False), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName([_general(name) for name in listed]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key.public_key()), False)):
        built = built.add_extension(extension, critical=critical)
    return _signed(built, key, above_key)


def document(signer: Pair, name: str, now: float) -> Pair:
    """A new key and certificate to sign documents with, for as long as the authority holds."""
    above = x509.load_pem_x509_certificate(signer.certificate)
    above_key: Any = serialization.load_pem_private_key(signer.key, None)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = _begun(subject, above.subject, key.public_key(), x509.random_serial_number(), now,
                   read(signer.certificate).ends - now)
    for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True), (_usage(signs_certificates=False), True),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key.public_key()), False)):
        built = built.add_extension(extension, critical=critical)
    return _signed(built, key, above_key)


def read(pem: bytes) -> About:
    """What the first certificate of a PEM says. ValueError when there is none."""
    found = x509.load_pem_x509_certificate(pem)
    try:
        names = tuple(str(one.value) for one in
                      found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = ()
    try:
        signs = found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        signs = False
    return About(found.subject.rfc4514_string(), names, seconds(found, 'not_valid_before'),
                 seconds(found, 'not_valid_after'), _hash(found.public_key()), signs)


def public(key: bytes) -> str:
    """The hash of the public key that belongs to a private one (PEM). ValueError when it is none."""
    try:
        return _hash(serialization.load_pem_private_key(key, None).public_key())
    except TypeError as error:                     # it is encrypted
        raise ValueError(str(error)) from None


def _hash(key: Any) -> str:
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return 'sha256:' + hashlib.sha256(spki).hexdigest()


def last(pem: bytes) -> bytes:
    """The last certificate of a PEM, which of a whole chain is the root. ValueError when there is none."""
    begin = pem.rfind(b'-----BEGIN CERTIFICATE-----')
    if begin < 0:
        raise ValueError('there is no certificate in it')
    return pem[begin:]


def is_root(pem: bytes) -> bool:
    """Whether the first certificate of a PEM is its own issuer."""
    found = x509.load_pem_x509_certificate(pem)
    return found.subject == found.issuer


def _begun(subject: Any, issuer: Any, public: Any, number: int, now: float, lasts: float) -> Any:
    return x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public) \
        .serial_number(number).not_valid_before(_day(now - BEFORE)).not_valid_after(_day(now + lasts)) \
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _signed(built: Any, key: Any, above: Any) -> Pair:
    certificate = built.sign(above, hashes.SHA256())
    return Pair(certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def _usage(signs_certificates: bool) -> Any:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False)


def _general(name: str) -> Any:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _day(seconds: float) -> Any:
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=int(seconds))
