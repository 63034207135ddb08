"""The report is what CONTRACT.md says, and the same after a trip through JSON."""
import json

import pytest

from nodeprep import report
from nodeprep.engine import examine
from nodeprep.ignore import read
from nodeprep.model import Rule, Waiver, Write
from nodeprep.text import UnknownName
from tests.conftest import wants
from tests.pretend import FIX, Pretend, seen

NODE = {'name': 'n\x1b[2J1', 'role': 'worker', 'machine_id': 'f' * 32, 'product_uuid': '', 'macs': [], 'addresses': [],
        'os': {'id': 'centos', 'version': '7', 'name': 'CentOS Linux 7 (Core)'}, 'kernel': '3.10.0', 'arch': 'x86_64',
        'labels': {'rack': 'a1'}, 'boot_id': 'b'}
WAIVER = Waiver('pretend', 'lab', 'ops@example.com', '2026-06-30')


def tree(host, now=(), boot=(), severity='required', mode='report', waiver=None, ignore=(), **more):
    requirement = Pretend(now, boot)
    found = examine(requirement, host, wants(requirement))
    judged = report.Judged(requirement, found, Rule(mode, severity, {}, waiver))
    return report.build([judged], NODE, 'docker', read(ignore, {'pretend': requirement}), taken=1782864000.0, **more)


@pytest.mark.parametrize('given, verdict, summary', [
    (dict(now=[seen()]), 'met', 'met'),
    (dict(now=[seen(False)]), 'drifted', 'drifted'),
    (dict(now=[seen(None)]), 'unknown', 'unknown'),
    (dict(now=[seen(False)], severity='advised'), 'met', 'drifted'),
    (dict(now=[seen(False, advised=True)]), 'met', 'drifted'),
    (dict(now=[seen(False, advised=True), seen(None)]), 'unknown', 'drifted'),
    (dict(now=[seen(False)], waiver=WAIVER._replace(until='2026-07-01')), 'met', 'waived'),
    (dict(now=[seen(False)], waiver=WAIVER), 'drifted', 'drifted'),
    (dict(now=[seen()], waiver=WAIVER._replace(until='2026-07-01')), 'met', 'met'),
    (dict(now=[seen(False)], mode='ignore'), 'met', 'ignored'),
    (dict(now=[seen(False)], ignore=['pretend']), 'met', 'ignored'),
    (dict(now=[seen(False)], ignore=['ALL']), 'met', 'ignored'),
    (dict(now=[seen(False, kubeadm='Pretended-a')], ignore=['pretended-A']), 'met', 'drifted'),
    (dict(now=[seen(False, kubeadm='Pretended-b')], ignore=['pretended-A']), 'drifted', 'drifted'),
    (dict(), 'met', 'not-applicable'),
])
def test_the_verdict_follows_what_is_required_and_not_excepted(host, given, verdict, summary):
    made = tree(host, **given)
    assert made['verdict'] == verdict
    assert [name for name, count in made['summary'].items() if count] == [summary]
    assert sum(made['summary'].values()) == 1


def test_only_advised_faults_make_a_finding_advised(host):
    (finding,) = tree(host, now=[seen(False, advised=True), seen()])['findings']
    assert (finding['state'], finding['severity']) == ('drifted', 'advised')


def test_an_expired_waiver_is_said(host):
    (finding,) = tree(host, now=[seen(False)], waiver=WAIVER)['findings']
    assert finding['waiver'] is None and finding['note'] == 'the waiver of ops@example.com expired on 2026-06-30'


def test_what_was_ignored_by_kubeadms_name_is_said(host):
    (finding,) = tree(host, now=[seen(False, kubeadm='Pretended-a')], ignore=['PRETENDED-A'])['findings']
    assert finding['note'] == 'ignored: Pretended-a'


def test_an_unknown_name_to_ignore_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match='did you mean Pretended-a?'):
        read(['pretended-z'], {'pretend': Pretend()})


def test_a_plan_is_shown_as_a_diff_and_commands_with_their_inverse(host):
    (finding,) = tree(host, boot=[seen(False, fix=FIX)])['findings']
    write, run = finding['observations'][0]['fix']
    assert write == {'write': '/etc/thing', 'diff': '--- /etc/thing\n+++ /etc/thing\n@@ -1 +1 @@\n-old\n+new\n'}
    assert run == {'run': ['act', '--', 'x'], 'undo': ['unact', 'x'], 'risk': 'disruptive'}


@pytest.mark.parametrize('change, diff', [
    (Write('/f', 'a\n'), '--- /dev/null\n+++ /f\n@@ -0,0 +1 @@\n+a\n'),
    (Write('/f', None, was='a'), '--- /f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n'),
    (Write('/f', ''), '--- /dev/null\n+++ /f\n'),
    (Write('/f', 'a\n', was='a\n'), ''),
])
def test_a_diff_is_as_diff_u_prints_it(change, diff):
    assert report.diff(change) == diff


def test_what_could_steer_a_terminal_is_written_out_everywhere_but_line_ends_of_diffs(host):
    made = tree(host, boot=[seen(False, subject='a\x1b]0;x\x07', found='b\udcff', fix=FIX)])
    assert made['node']['name'] == 'n\\x1b[2J1'
    text = json.dumps(made)
    assert '\\u001b' not in text and '\\udcff' in text.replace('\\\\', '\\')
    json.loads(text)


def test_report_to_json_to_report_is_the_identity(host):
    made = tree(host, now=[seen(), seen(False, fix=FIX, hint='h')], boot=[seen(None)], waiver=WAIVER, took=0.0123)
    assert report.loads(report.dumps(made)) == made
    assert made['taken'] == '2026-07-01T00:00:00Z' and made['took_ms'] == 12.3 and made['boot_id'] == 'b'


@pytest.mark.parametrize('text', ['', 'nonsense', '[]', '{}', '{"format": 2}', '{"format": true}', '{"format": 1}',
                                  '{"format": 1, "took_ms": NaN}', '[' * 100000])
def test_what_is_no_report_is_refused(text):
    with pytest.raises(report.BadReport):
        report.loads(text)


def test_ids_are_uuids_of_version_4(host):
    import uuid
    assert {uuid.UUID(tree(host)['id']).version for _ in range(20)} == {4}
