"""What can be proved of a compliance report by itself, and with the CA of a master that one knows; never more.

A digest alone proves nothing about who made a report, nor does a signature under a key that only the report itself
names: whoever changes it can work out the one and make the other anew.
"""
import base64
import binascii

from nodeprep import cahash, epoch
from nodeprep.compliance import digest, reading, seal
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Sequence, Tuple

# What came out: it is whole and signed under a CA that is known; it, or its signature, was changed; it is signed
# under another CA, or not at all; or nobody can tell, for want of a key or a tool.
WHOLE, CHANGED, FOREIGN, UNPROVED = 'whole', 'changed', 'foreign', 'unproved'
_LONGEST = 16             # certificates
# What is said of what was looked at.
_DIGEST = 'checked: its digest fits its content'
_ALL = 'checked: digest, signature and certificates'
_UNSIGNED = {'host': 'a host signs no report', 'fleet': 'nothing in it proves that'}
_MEMBERS = {'algorithm', 'key', 'certificate', 'value'}


class Proof(NamedTuple):
    """One of the words above, why in a sentence; whose key signed under which CA, as far as that is proved. `hint`:
    what would let more be told.
    """

    verdict: str
    why: str
    signer: str = ''
    authority: str = ''
    hint: str = ''


class _Changed(Exception):
    """What does not fit."""


def judge(tree: Dict[str, Any], known: Sequence[str], tool: Optional[Any]) -> Proof:
    """What is proved of a tree of reading.read(). `known` are the hashes of CAs that are believed (cahash.py), `tool`
    verifies signatures (library or Openssl; None: there is none). NotAReport when it is whole and no report.
    """
    try:
        if digest.of(tree) != tree.get('digest'):
            return Proof(CHANGED, 'its digest is not that of its content: it was changed after it was made')
    except (TypeError, ValueError, RecursionError) as error:
        raise reading.NotAReport(f'cannot be written as JSON: {error}') from None
    reading.examined(tree)
    if tree['signature'] is None:
        # Whatever CA were known: there is nothing that it could vouch for.
        return Proof(FOREIGN, 'it is not signed; checked: its digest fits its content, as whoever changes both can '
                              f'make it; not checked: who made it, since {_UNSIGNED[tree["scope"]]}')
    try:
        return _signed(tree, known, tool)
    except _Changed as wrong:
        return Proof(CHANGED, str(wrong))
    except CannotTell as error:
        return Proof(UNPROVED, f'{_DIGEST}; not checked: the signature, since {error}')


def _signed(tree: Dict[str, Any], known: Sequence[str], tool: Optional[Any]) -> Proof:
    chain, hashes, value = _parts(tree['signature'])
    if tree['by']['key'] != hashes[-1]:
        raise _Changed('it is signed under another CA than the one that it names itself')
    if tool is None:
        return Proof(UNPROVED, f'{_DIGEST}; not checked: the signature, since neither the library cryptography, 40 or '
                               'later, nor openssl(1) is here', hint='any machine that has one of them can verify it')
    if not tool.fits(cahash.public_key(chain[0]), digest.message(tree['digest']), value):
        raise _Changed('its signature is not that of its digest under its key')
    wrong = tool.follows(chain, epoch.of(tree['made']))
    if wrong:
        raise _Changed(wrong)
    if not known:
        return Proof(UNPROVED, f'{_ALL} fit each other; not checked: who made it, since no CA is known here that '
                               'these could be held against',
                     hint='--ca-cert or --ca-cert-hash names the CA of the master that should have signed it')
    if not set(hashes) & set(known):
        return Proof(FOREIGN, f'it is signed, but under another CA than the one that is believed here; {_ALL} fit each '
                              'other; not checked: who made it, since nobody here vouches for that CA', '', hashes[-1])
    return Proof(WHOLE, f'nothing in it was changed since it was signed; {_ALL} fit each other and the CA that is '
                        'believed here', tool.subject(chain[0]), hashes[-1])


def _parts(signature: Dict[str, Any]) -> Tuple[List[bytes], List[str], bytes]:
    """The certificates (DER) with their hashes, and the signature itself. Each is written in one way alone."""
    if set(signature) != _MEMBERS:
        raise _Changed('its signature has other members than a signature has')
    try:
        found = list(cahash.certificates(signature['certificate']))
        chain = [cahash.der(pem) for _, pem in found]
        value = base64.b64decode(signature['value'].encode('ascii'), validate=True)
        key = cahash.public_key(chain[0]) if chain else b''
    except (ValueError, binascii.Error):
        raise _Changed('its signature cannot be read') from None
    written = ''.join(cahash.pem('CERTIFICATE', one) for one in chain), cahash.pem('PUBLIC KEY', key), \
        base64.b64encode(value).decode('ascii'), seal.algorithm(key)
    if not 0 < len(chain) <= _LONGEST or not seal.algorithm(key) or written != (
            signature['certificate'], signature['key'], signature['value'], signature['algorithm']):
        raise _Changed('its signature is not written as one is')
    return chain, [one for one, _ in found], value


def gaps(tree: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The nodes in whose reports gaps were noticed in its time ("gaps"), or of which no report is held ("none").

    So far as the report says: of a tree that is not WHOLE that is somebody's word.
    """
    found: Dict[str, List[Any]] = {}
    for one in tree['gaps']:
        found.setdefault(one['node'], []).append({key: one[key] for key in ('first', 'last', 'state', 'said', 'at')})
    none = {one['name'] for one in tree['nodes'] if not one['head']}
    return [{'node': name, 'gaps': found.get(name, []), 'none': name in none} for name in sorted(none | set(found))]
