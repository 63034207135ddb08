"""The digest of a compliance report: whatever is changed in it, its digest is another.

Canonical JSON as the chain of reports has it (chain.py): sorted keys, no spaces, ASCII, floats in the shortest form
that reads back as the same number. "digest" and "signature" do not count, for they come afterwards.
"""
import hashlib

from nodeprep.chain import canonical
from nodeprep.typed import Any, Dict

KIND = 'sha256:'
_AFTERWARDS = ('digest', 'signature')


def of(tree: Dict[str, Any]) -> str:
    """`sha256:` and 64 hexadecimal digits. ValueError for what JSON does not have."""
    counted = {key: value for key, value in tree.items() if key not in _AFTERWARDS}
    return KIND + hashlib.sha256(canonical(counted)).hexdigest()


def message(digest: str) -> bytes:
    """What is signed: the digest and what it is of, so that no signature under something else can be taken for this."""
    return f'nodeprep compliance 1 {digest}'.encode('ascii')
