"""The report of the contract, word for word but for what stands in it for a value: what other programs are built on."""
import copy

_REPORT = {
    'format': 1, 'id': '6f1f7d2a-3c1e-4b3a-9f0e-0c9a1b2d3e4f', 'sequence': 17, 'taken': '2026-01-31T12:00:00Z',
    'took_ms': 12.5, 'boot_id': '5f1f7d2a-3c1e-4b3a-9f0e-0c9a1b2d3e4f',
    'node': {'name': 'k8s-node1', 'role': 'worker', 'machine_id': 'ab' * 16,
             'product_uuid': '00000001-1111-4222-8333-444455556666', 'macs': ['52:54:00:00:00:01'],
             'addresses': ['10.0.0.1'], 'os': {'id': 'centos', 'version': '7', 'name': 'CentOS Linux 7 (Core)'},
             'kernel': '3.10.0-1160', 'arch': 'x86_64', 'labels': {'rack': 'a1'}},
    'agent': {'version': '1.0.0', 'profile': 'docker'}, 'verdict': 'drifted',
    'summary': {'met': 10, 'drifted': 2, 'unknown': 0, 'not-applicable': 1, 'waived': 0},
    'findings': [{
        'requirement': 'swap', 'kubeadm': ['Swap'], 'title': 'Swap is off', 'state': 'drifted', 'now': 'met',
        'boot': 'drifted', 'severity': 'required', 'mode': 'report', 'waiver': None, 'note': '', 'observations': [{
            'subject': '/etc/fstab', 'when': 'boot', 'found': '/dev/sda2 is turned on', 'wanted': 'no swap',
            'met': False, 'source': '/etc/fstab:7', 'fix': [
                {'write': '/etc/fstab', 'diff': '...'},
                {'run': ['systemctl', 'mask', 'swap.target'], 'undo': ['systemctl', 'unmask', 'swap.target'],
                 'risk': 'harmless'}], 'hint': ''}]}]}


def report(number=17, **more):
    """That report with a number, and an id that goes with it."""
    return dict(copy.deepcopy(_REPORT), id=f'6f1f7d2a-3c1e-4b3a-9f0e-{number:012x}', sequence=number, **more)
