"""A master to test against: keeps reports once each, and is bad on demand. It has no socket of its own."""
import json
import zlib

from nodeprep.chain import BAD, GENESIS, SEEN, judge


def unpacked(headers, body):
    """The tree of a request."""
    if headers.get('content-encoding') == 'gzip':
        body = zlib.decompress(body, 31)
    return json.loads(body.decode('utf-8'))


class Master:
    """Idempotent by id; `held` are the reports in the order they came, `links` what each of them was to the chain."""

    def __init__(self, sick=()):
        self.held, self.links, self.beats, self.sick = {}, [], [], set(sick)
        self.sequence, self.head = 0, GENESIS

    def take(self, reports):
        """(status, tree) of POST /v1/reports: nothing is kept of a batch with a report that cannot be."""
        for report in reports:
            if report['id'] in self.sick:
                return 422, {'title': 'Unprocessable', 'detail': f'report {report["id"]} is sick'}
        new = [report for report in reports if report['id'] not in self.held]
        for report in new:
            link = judge(report, self.sequence, self.head)
            assert link.state not in (BAD, SEEN), link
            self.links.append(link.state)
            self.sequence, self.head = report['sequence'], report['chain']['digest']
            self.held[report['id']] = report['sequence']
        return 201 if new else 200, {'sequence': self.sequence}

    def beat(self, tree, now):
        """(status, tree) of POST /v1/heartbeats."""
        self.beats.append(tree)
        return 200, {'received': now, 'answered': now, 'approvals': [], 'sequence': self.sequence}
