"""Signatures and certificates by the library `cryptography`, where it is installed: ImportError where it is not.

A master has it. A host has it only when somebody installed it; openssl.py is for those.
"""
import warnings

with warnings.catch_warnings():
    warnings.simplefilter('ignore')       # the last one for Python 3.6 says so each time
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

import datetime

from nodeprep.typed import Any, Optional, Sequence

# What the library says of certificates that somebody changed; not all of it is a ValueError.
_UNREADABLE = (InvalidSignature, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion,
               x509.UnsupportedGeneralNameType, TypeError, ValueError)
VERIFIES = hasattr(x509.Certificate, 'verify_directly_issued_by')        # since 40.0; systems have older ones


def sign(key: bytes, public: bytes, message: bytes) -> bytes:
    """The signature of a message with a private key (PEM), of which `public` must be the other half. ValueError."""
    private: Any = serialization.load_pem_private_key(key, None)
    if _der(private.public_key()) != public:
        raise ValueError('the key is not that of the certificate')
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(message, ec.ECDSA(hashes.SHA256()))
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(message)
    return bytes(private.sign(message, padding.PKCS1v15(), hashes.SHA256()))


def fits(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that of a message under a public key (SubjectPublicKeyInfo, DER)."""
    try:
        public: Any = serialization.load_der_public_key(key)
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, message)
        else:
            public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def follows(chain: Sequence[bytes], at: float) -> str:
    """What is wrong with certificates (DER) of which each was issued by the next, the last by itself, to sign at a time
    (seconds since 1970); '' when nothing. RFC 5280 6.1 of what matters here: names are not asked about.
    """
    try:
        loaded = [x509.load_der_x509_certificate(one) for one in chain]
        for number, (child, parent) in enumerate(zip(loaded, loaded[1:] + loaded[-1:])):
            if not seconds(child, 'not_valid_before') <= at <= seconds(child, 'not_valid_after'):
                return f'the certificate of {child.subject.rfc4514_string()} did not hold when this was made'
            wrong = _issuer(parent, number) if child is not parent else ''
            if wrong:
                return wrong
            child.verify_directly_issued_by(parent)
        usage = _extension(loaded[0], x509.KeyUsage)
        if len(loaded) > 1 and usage is not None and not usage.digital_signature:
            return 'its certificate is not for signatures'
    except _UNREADABLE:
        return 'its certificates do not follow from each other'
    return ''


def _issuer(parent: Any, below: int) -> str:
    """`below` is how many authorities stand between the parent and the signer."""
    name, basic = parent.subject.rfc4514_string(), _extension(parent, x509.BasicConstraints)
    usage = _extension(parent, x509.KeyUsage)
    if basic is None or not basic.ca or usage is not None and not usage.key_cert_sign:
        return f'{name} is not an authority'
    if basic.path_length is not None and below > basic.path_length:
        return f'{name} may not speak for so many others'
    return ''


def subject(certificate: bytes) -> str:
    """Whose it is (RFC 4514)."""
    return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()


def _extension(certificate: Any, kind: Any) -> Optional[Any]:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def seconds(certificate: Any, field: str) -> float:
    """`not_valid_after` is without a zone, and since cryptography 42 warned of; `not_valid_after_utc` is new there."""
    when = getattr(certificate, field + '_utc', None)
    when = getattr(certificate, field) if when is None else when.replace(tzinfo=None)
    return float((when - datetime.datetime(1970, 1, 1)).total_seconds())


def _der(key: Any) -> bytes:
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
