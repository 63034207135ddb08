"""Reports without a chain: those that `nodeprep check -o json` prints, and other programs send in the name of a node.

The master makes their link when it takes them. What was left out of them before they came nobody can tell; from then on
they stand in the chain of their node as all others do.
"""
import json
import zlib

from nodeprep.chain import hashed
from nodeprep.master.jsontext import canonical
from nodeprep.master.prepared import Report, packed


def linked(report: Report, sequence: int, head: str) -> Report:
    """The report as the one that follows the newest of its node, which has the number `sequence` and the digest `head`.
    It keeps its own number; number 0, of a check by hand, becomes the next one.
    """
    content = zlib.decompress(report.body)
    if not report.sequence:
        content = canonical(dict(json.loads(content.decode('ascii')), sequence=sequence + 1)).encode('ascii')
        report = report._replace(sequence=sequence + 1, body=packed(content))
    return report._replace(previous=head, digest=hashed(head, content))
