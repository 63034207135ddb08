"""nodeprep report verify: its exit codes, and what it says."""
import json

import pytest

from nodeprep import cahash
from nodeprep.agent import credential
from nodeprep.cli import verifying
from nodeprep.compliance import digest, seal
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from tests.cli.runner import run
from tests.compliance import sample, signers

CA = signers.authority()
HASH = next(cahash.certificates(CA.certificate.decode()))[0]
SEALED = seal.sealed(sample.small(), signers.signer(CA))


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder with report.json and ca.crt, on a host that has joined no master."""
    monkeypatch.setattr(credential, 'PATH', str(tmp_path / 'credential'))
    monkeypatch.setattr(credential.read, '__defaults__', (str(tmp_path / 'credential'),))
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath('report.json').write_text(renderer('json')(SEALED, Options()))
    tmp_path.joinpath('ca.crt').write_bytes(CA.certificate)
    return tmp_path


@pytest.mark.parametrize('words', [('--since', '1d'), ('-o', 'json'), ('--state-dir', '/x'), ('-v',)])
def test_what_is_of_making_a_report_is_refused_before_verify(kept, words):
    done = run('report', *words, 'verify', 'report.json', '--ca-cert', 'ca.crt')
    assert (done.code, done.out) == (2, '') and 'before `verify` it is of a report to be made' in done.err


def verify(*words):
    return run('report', 'verify', 'report.json', *words)


@pytest.mark.parametrize('named', [('--ca-cert', 'ca.crt'), ('--ca-cert-hash', HASH),
                                   ('--ca-cert-hash', HASH.upper().replace('SHA', 'sha'))], ids=['file', 'hash', 'BIG'])
def test_what_is_whole_under_the_ca_that_is_named_ends_with_0(kept, named):
    done = verify(*named)
    assert done.code == 0 and done.out.startswith('WHOLE: ')
    assert 'CA: ' + HASH in done.out and 'CN=nodeprep compliance reports' in done.out
    for gap in SEALED['gaps']:
        assert gap['node'] in done.out
    assert all(len(line) <= 80 for line in done.out.split('\n'))


def test_what_was_changed_ends_with_1_and_nothing_in_it_is_told(kept):
    kept.joinpath('report.json').write_text(renderer('json')(dict(SEALED, until='2026-11-27T00:00:00Z'), Options()))
    done = verify('--ca-cert', 'ca.crt')
    assert done.code == 1 and done.out.startswith('NOT WHOLE: its digest is not')
    assert 'web' not in done.out and SEALED['id'] not in done.out
    told = json.loads(verify('-o', 'json').out)
    assert told['verdict'] == 'changed' and 'report' not in told and 'gaps' not in told


def test_another_ca_or_no_signature_ends_with_1(kept):
    done = verify('--ca-cert-hash', 'sha256:' + 'ab' * 32)
    assert done.code == 1 and done.out.startswith('NOT PROVED: it is signed, but under another CA')
    kept.joinpath('report.json').write_text(renderer('json')(seal.sealed(sample.small()), Options()))
    done = verify('--ca-cert', 'ca.crt')
    assert done.code == 1 and ' '.join(done.out.split()).startswith(
        'NOT PROVED: it is not signed; checked: its digest fits its content, as whoever changes both can make it; '
        'not checked: who made it, since nothing in it proves that.')


def test_without_a_ca_it_cannot_be_told_who_made_it(kept):
    done = verify()
    assert done.code == 3 and done.out.startswith('CANNOT TELL: ') and '--ca-cert' in done.out
    assert 'not proved' in done.out and 'signed with the key' not in done.out
    told = json.loads(verify('-o', 'json').out)
    assert (told['verdict'], told['signer'], told['authority']) == ('unproved', None, None)


def test_where_nothing_verifies_a_signature_nobody_is_asked_for_the_ca_that_was_named(kept, monkeypatch):
    monkeypatch.setattr(verifying, '_tool', lambda: None)
    done = verify('--ca-cert', 'ca.crt')
    said = ' '.join(done.out.split())
    assert done.code == 3 and 'since neither the library cryptography, 40 or later, nor openssl(1) is here.' in said
    assert 'any machine that has one of them can verify it.' in said and '--ca-cert' not in said


def test_a_host_that_has_joined_holds_it_against_its_masters_ca(kept):
    held = credential.Credential('https://k8s-master:9443', 'web-1', 'abcdefgh', CA.certificate.decode())
    path = kept / 'credential'
    path.write_text(json.dumps(credential.tree_of(held)))
    path.chmod(0o600)
    assert verify().code == 0
    path.chmod(0o644)
    done = verify()
    assert done.code == 3 and 'others may read it' in done.err


@pytest.mark.parametrize('text', [b'', b'\xff', b'{}', b'[' * 99999, b'{"kind": "compliance", "kind": 1}'])
def test_what_is_no_report_ends_with_2(kept, text):
    kept.joinpath('report.json').write_bytes(text)
    done = verify('--ca-cert', 'ca.crt')
    assert done.code == 2 and done.out == '' and done.err.startswith('nodeprep: report.json: ')


@pytest.mark.parametrize('words', [('--ca-cert', 'nowhere'), ('--ca-cert', 'report.json'),
                                   ('--ca-cert-hash', 'sha256:1'), ('-o', 'yaml')])
def test_a_wrong_command_line_ends_with_2(kept, words):
    assert verify(*words).code == 2


def test_a_file_that_is_not_there_ends_with_2(kept):
    kept.joinpath('report.json').unlink()
    done = verify()
    assert done.code == 2 and 'no such file' in done.err
    kept.joinpath('report.json').mkdir()
    assert verify().code == 2


def test_what_is_hostile_in_it_is_harmless_on_the_terminal(kept):
    tree = sample.small()
    tree['gaps'][0].update(node='\x1b[31m\u202e' + 'x' * 5000, said='\n' * 500 + 'WHOLE')
    tree['by'] = {'host': '\x07' * 50, 'version': '\x1b]0;x', 'key': None}
    kept.joinpath('report.json').write_text(renderer('json')(seal.sealed(tree, signers.signer(CA)), Options()))
    done = verify('--ca-cert', 'ca.crt')
    assert done.code == 0 and all(letter == '\n' or letter.isprintable() for letter in done.out)
    assert len(done.out) < 6000
    assert [line for line in done.out.split('\n') if line.startswith('WHOLE')] == [done.out.split('\n')[0]]


def test_its_json_has_every_node_with_gaps(kept):
    hole = dict(first=1, last=2, state='missing', said='reports 1 to 2 never came', at='2026-11-20T00:00:00Z')
    tree = dict(sample.small(), gaps=[dict(hole, node=f'n{number}') for number in range(100)])
    kept.joinpath('report.json').write_text(renderer('json')(seal.sealed(tree, signers.signer(CA)), Options()))
    told = json.loads(verify('--ca-cert', 'ca.crt', '-o', 'json').out)
    assert len([one for one in told['gaps'] if one['gaps']]) == 100
    assert told['report']['digest'] == digest.of(dict(tree, by=dict(tree['by'], key=HASH)))
    said = verify('--ca-cert', 'ca.crt').out
    assert 'Gaps in the reports of 100 nodes' in said and 'and 80 more: -o json has all' in said


def test_that_no_gap_was_noticed_is_said_and_so_are_nodes_of_which_nothing_is_held(kept):
    tree = dict(sample.small(), gaps=[])
    tree['nodes'][0].update(head='', sequence=0)
    kept.joinpath('report.json').write_text(renderer('json')(seal.sealed(tree, signers.signer(CA)), Options()))
    said = verify('--ca-cert', 'ca.crt').out
    assert 'No gap in the reports of a node was noticed in this time.' in said
    assert f'No report is held of {tree["nodes"][0]["name"]}\n' in said
