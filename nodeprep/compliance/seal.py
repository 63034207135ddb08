"""The seal of a compliance report: its digest, and a signature of that with a key that the master's CA speaks for.

The certificates go along, up to the CA: who has the CA's certificate or hash (as `nodeprep join` takes it) needs
nothing else, and the report stays provable when the key of the server is exchanged. Signatures are ECDSA or RSA
(PKCS #1 v1.5, RFC 8017 8.2) with SHA-256, which every openssl(1) verifies, or Ed25519 (RFC 8032), which later ones do.
"""
import base64

from nodeprep import cahash
from nodeprep.compliance import digest
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional

ECDSA, RSA, ED25519 = 'ecdsa-sha256', 'rsa-sha256', 'ed25519'
# The AlgorithmIdentifier with which a public key begins: RFC 5480 2.1.1, RFC 3279 2.3.1, RFC 8410 3.
_KINDS = ((ECDSA, bytes.fromhex('06072a8648ce3d0201')), (RSA, bytes.fromhex('06092a864886f70d010101')),
          (ED25519, bytes.fromhex('06032b6570')))
_BEGINNING = 20           # bytes of a public key in which that stands


class Signer(NamedTuple):
    """A private key, and the certificates from its own up to that of the CA; both PEM."""

    key: bytes
    chain: str

    def __repr__(self) -> str:
        """Without the key."""
        return 'Signer(...)'


def algorithm(key: bytes) -> str:
    """How one signs with a key whose SubjectPublicKeyInfo (DER) this is; '' for a kind that is not used here."""
    return next((name for name, identifier in _KINDS if identifier in key[:_BEGINNING]), '')


def sealed(tree: Dict[str, Any], signer: Optional[Signer] = None) -> Dict[str, Any]:
    """The report with its digest and, of a master, its signature; `by.key` becomes that of the signer's CA.

    ValueError for a key of a kind that is not used here, or one that is not that of the first certificate.
    """
    found = dict(tree, by=dict(tree['by'], key=_authority(signer)))
    found['digest'] = digest.of(found)
    found['signature'] = _signature(signer, digest.message(found['digest'])) if signer else None
    return found


def _authority(signer: Optional[Signer]) -> Optional[str]:
    return [one for one, _ in cahash.certificates(signer.chain)][-1] if signer else None


def _signature(signer: Signer, message: bytes) -> Dict[str, str]:
    from nodeprep.compliance import library
    chain = [cahash.der(pem) for _, pem in cahash.certificates(signer.chain)]
    key = cahash.public_key(chain[0])
    kind = algorithm(key)
    if not kind:
        raise ValueError('the key of this master is none of ECDSA, RSA or Ed25519: a report cannot be signed with it')
    return {'algorithm': kind, 'key': cahash.pem('PUBLIC KEY', key),
            'certificate': ''.join(cahash.pem('CERTIFICATE', one) for one in chain),
            'value': base64.b64encode(library.sign(signer.key, key, message)).decode('ascii')}
