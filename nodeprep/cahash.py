"""The hash by which a person names a CA: SHA-256 of its public key, as `kubeadm join --discovery-token-ca-cert-hash`.

Source: kubeadm's pubkeypin (RFC 7469 2.4: the DER of SubjectPublicKeyInfo); RFC 5280 4.1 for where that lies in a
certificate; X.690 8.1 for lengths. Read here, so that a host needs no library of certificates.
"""
import base64
import binascii
import hashlib
import re

from nodeprep.typed import Iterator, Tuple

KIND = 'sha256:'
_HASH = re.compile(r'sha256:[0-9a-f]{64}')
_PEM = re.compile(r'-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----')
_SEQUENCE, _VERSION = 0x30, 0xa0
# What stands before: serialNumber, signature, issuer, validity, subject.
_BEFORE_ISSUER, _BEFORE_SUBJECT, _BEFORE_KEY = 2, 4, 5


def wanted(text: str) -> str:
    """A hash as a person gives it, in small letters. ValueError when it is none."""
    found = text.strip().lower()
    if not _HASH.fullmatch(found):
        raise ValueError(f'{text!r} is not sha256: and 64 hexadecimal digits')
    return found


def certificates(pem: str) -> Iterator[Tuple[str, str]]:
    """(hash, PEM) of each certificate in a text. ValueError for one that is broken."""
    for found in _PEM.finditer(pem):
        yield KIND + hashlib.sha256(public_key(der(found.group(0)))).hexdigest(), found.group(0) + '\n'


def der(certificate: str) -> bytes:
    """The first certificate of a PEM as DER. ValueError when there is none, or it is not base64."""
    found = _PEM.search(certificate)
    if not found:
        raise ValueError('there is no certificate')
    try:
        return base64.b64decode(''.join(found.group(1).split()), validate=True)
    except binascii.Error:
        raise ValueError('a certificate is not base64') from None


def pem(kind: str, content: bytes) -> str:
    """DER as PEM (RFC 7468), in the one way in which it is written there; `kind` is CERTIFICATE or PUBLIC KEY."""
    text = base64.b64encode(content).decode('ascii')
    return '\n'.join([f'-----BEGIN {kind}-----', *(text[at:at + 64] for at in range(0, len(text), 64)),
                      f'-----END {kind}-----', ''])


def public_key(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate (DER), whole. ValueError when it is not where it should be."""
    begin, _, end = _element(certificate, _fields(certificate, _BEFORE_KEY), _SEQUENCE)
    return certificate[begin:end]


def names(certificate: bytes) -> Tuple[bytes, bytes]:
    """The names of who issued a certificate (DER), and of whose it is: a Name each (DER). ValueError."""
    issuer, subject = (_element(certificate, _fields(certificate, before), _SEQUENCE)
                       for before in (_BEFORE_ISSUER, _BEFORE_SUBJECT))
    return certificate[issuer[0]:issuer[2]], certificate[subject[0]:subject[2]]


def _fields(certificate: bytes, count: int) -> int:
    """Where the field of a certificate begins that stands after so many, the version apart."""
    _, content, _ = _element(certificate, 0, _SEQUENCE)
    _, at, _ = _element(certificate, content, _SEQUENCE)             # tbsCertificate
    if certificate[at:at + 1] == bytes([_VERSION]):
        at = _element(certificate, at)[2]
    for _ in range(count):
        at = _element(certificate, at)[2]
    return at


def _element(data: bytes, at: int, tag: int = -1) -> Tuple[int, int, int]:
    """Where an element begins, where its content does, and where it ends. ValueError when it is cut off or another."""
    if len(data) < at + 2 or tag >= 0 and data[at] != tag:
        raise ValueError('a certificate is not DER')
    length, content = data[at + 1], at + 2
    if length >= 0x80:
        count = length - 0x80
        if not 0 < count <= 4:
            raise ValueError('a certificate has a length that is none')
        length, content = int.from_bytes(data[content:content + count], 'big'), content + count
    if content + length > len(data):
        raise ValueError('a certificate is cut off')
    return at, content, content + length
