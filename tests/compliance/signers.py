"""Keys and certificates to sign reports with."""
import datetime

from nodeprep.compliance.library import ec, hashes, serialization, x509
from nodeprep.compliance.seal import Signer
from nodeprep.master import ca
from nodeprep.master.ca import NameOID

NOW = 1795651200.0        # 2026-11-26T00:00:00Z, when the samples were made


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def authority(now=NOW):
    return ca.authority(now - 86400)


def signer(above, now=NOW):
    """As a master with a CA of its own has it."""
    pair = ca.document(above, 'nodeprep compliance reports', now - 86400)
    return Signer(pair.key, (pair.certificate + above.certificate).decode())


def certificate(key, name, parent_key=None, parent_name='', authority=False, begins=-10, days=100, path=None,
                usage=None):
    """A certificate by hand, PEM; `parent_key` None: of itself."""
    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    start = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=NOW)
    built = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(parent_name or name)) \
        .public_key(key.public_key()).serial_number(x509.random_serial_number()) \
        .not_valid_before(start + datetime.timedelta(begins)) \
        .not_valid_after(start + datetime.timedelta(begins + days)) \
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path), critical=True)
    if usage is not None:
        built = built.add_extension(ca._usage(signs_certificates=usage), critical=True)
    return built.sign(parent_key or key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def elliptic():
    return ec.generate_private_key(ec.SECP256R1())


def factored():
    from cryptography.hazmat.primitives.asymmetric import rsa  # here, since it says each time that Python 3.6 is old
    return rsa.generate_private_key(65537, 2048)


def edwards(bits=25519):
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
    return ed25519.Ed25519PrivateKey.generate() if bits == 25519 else ed448.Ed448PrivateKey.generate()


def alone(key):
    """A signer whose certificate is of a root itself."""
    root = elliptic()
    return Signer(pem(key), certificate(key, 'own', parent_key=root, parent_name='root') + certificate(
        root, 'root', authority=True))


def chained(**changed):
    """A signer of a company: its server's key of RSA, an authority between, and a root. `changed` as of certificate(),
    for the one that a name ends with: between_path=0, own_days=5.
    """
    def of(which):
        return {key.partition('_')[2]: value for key, value in changed.items() if key.startswith(which)}
    root, between, own = elliptic(), elliptic(), factored()
    certificates = [
        certificate(own, 'k8s-master', parent_key=between, parent_name='between', **of('own')),
        certificate(between, 'between', parent_key=root, parent_name='root',
                    **dict({'authority': True}, **of('between'))),
        certificate(root, 'root', **dict({'authority': True}, **of('root')))]
    return Signer(pem(own), ''.join(certificates))
