"""The key that a master signs compliance reports with, and the certificates that lead from it to the CA of its nodes.

Not that of its server, which is made anew every few weeks: a signature shall be provable for as long as the CA is. Not
that of the CA either, which signs certificates and nothing else (RFC 5280 4.2.1.3). So a master with a CA of its own
makes one key for reports, which the CA speaks for as long as it holds itself. A master with certificates of somebody
else's has no other key than that of its server; old reports bring the old certificate along.
"""
from nodeprep import cahash
from nodeprep.compliance.seal import Signer
from nodeprep.config import ConfigError
from nodeprep.master import ca, keys
from nodeprep.master.settings import Settings

REPORTS = 'report.pem'
NAME = 'nodeprep compliance reports'


def signer(found: Settings, data: str, now: float) -> Signer:
    """The key of a master with these settings and this data folder, made where it is missing. ConfigError."""
    try:
        if found.certificate:
            return _own(found)
        whole = keys.documents(data, REPORTS, NAME, now)
        return Signer(whole, ''.join(pem for _, pem in cahash.certificates(whole.decode('ascii'))))
    except ValueError as error:
        raise ConfigError(f'the key for compliance reports: {error}') from None


def _own(found: Settings) -> Signer:
    chain = keys.needed(found.certificate)
    root = keys.needed(found.ca) if found.ca else b''
    pems = [pem for _, pem in cahash.certificates(chain.decode('ascii', 'replace'))]
    if root:
        first = next((pem for _, pem in cahash.certificates(root.decode('ascii', 'replace'))), '')
        pems += [first] if cahash.der(first) not in [cahash.der(pem) for pem in pems] else []
    if not pems or not ca.is_root(pems[-1].encode('ascii')):
        raise ConfigError(f'{found.ca or found.certificate}: its last certificate is not a root')
    return Signer(keys.needed(found.key), ''.join(pems))
