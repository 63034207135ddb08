"""Reports are verified by openssl(1) as by the library: for hosts that have nothing else."""
import os
import subprocess
import sys

import pytest

from nodeprep import cahash
from nodeprep.cli import verifying
from nodeprep.compliance import digest, library, proof, seal
from nodeprep.compliance.openssl import Openssl
from nodeprep.host import Host
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from tests.compliance import sample, signers
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MANUAL = os.path.join(TOP, 'docs', 'compliance.md')
BAD = [{'between_authority': False}, {'own_days': 5}, {'own_begins': 1}, {'root_days': 5}, {'root_path': 0},
       {'between_usage': False}]


@pytest.fixture
def openssl():
    need('program', 'openssl')
    return Openssl(Host('/').ask)


@pytest.mark.parametrize('signer', [signers.signer(signers.authority()), signers.chained(), signers.alone(
    signers.edwards())], ids=['own CA', 'company', 'ed25519'])
def test_it_says_the_same_as_the_library_of_what_is_whole(openssl, signer):
    tree = seal.sealed(sample.small(), signer)
    for known in ([tree['by']['key']], [], ['sha256:' + '0' * 64]):
        assert proof.judge(tree, known, openssl) == proof.judge(tree, known, library)
    assert proof.judge(tree, [tree['by']['key']], openssl).verdict == proof.WHOLE


@pytest.mark.parametrize('changed', BAD, ids=str)
def test_certificates_that_do_not_lead_to_the_root_are_found(openssl, changed):
    tree = seal.sealed(sample.small(), signers.chained(**changed))
    told = proof.judge(tree, [tree['by']['key']], openssl)
    assert told.verdict == proof.CHANGED and 'follow' in told.why


def test_what_this_machine_believes_on_the_web_is_not_believed(openssl, tmp_path):
    """Nor a root that does not sign itself, nor certificates of two who bear one name."""
    good, other = signers.chained(), signers.chained()
    pems = [pem for _, pem in cahash.certificates(good.chain)]
    mixed = pems[:1] + [pem for _, pem in cahash.certificates(other.chain)][1:]
    for chain in (pems[:2], mixed, pems[:1] + pems[2:], pems[::-1]):
        ders = [cahash.der(pem) for pem in chain]
        assert openssl.follows(ders, signers.NOW) and library.follows(ders, signers.NOW)
    ders = [cahash.der(pem) for pem in pems]
    assert openssl.follows(ders, signers.NOW) == library.follows(ders, signers.NOW) == ''


@pytest.mark.parametrize('signer', [signers.signer(signers.authority()), signers.alone(signers.edwards())],
                         ids=['ecdsa', 'ed25519'])
def test_a_changed_signature_is_found(openssl, signer):
    tree = seal.sealed(sample.small(), signer)
    key = cahash.public_key(cahash.der(tree['signature']['certificate']))
    value = library.sign(signer.key, key, digest.message(tree['digest']))
    assert openssl.fits(key, digest.message(tree['digest']), value)
    for number in range(0, len(value), 7):
        wrong = value[:number] + bytes([value[number] ^ 1]) + value[number + 1:]
        assert not openssl.fits(key, digest.message(tree['digest']), wrong)
    assert not openssl.fits(key, b'other', value) and not openssl.fits(key, digest.message(tree['digest']), b'')


def test_the_recipe_of_the_manual_verifies_a_report_without_nodeprep(openssl, tmp_path):
    authority = signers.authority()
    tree = seal.sealed(sample.small(), signers.signer(authority))
    tmp_path.joinpath('report.json').write_text(renderer('json')(tree, Options()))
    tmp_path.joinpath('ca.crt').write_bytes(authority.certificate)
    with open(MANUAL, encoding='utf-8') as file:
        lines = [line[4:] for line in file.read().split('### By hand')[1].split('\n') if line.startswith('    ')]
    recipe = '\n'.join(line[2:] if line.startswith('$ ') else line for line in lines)
    done = subprocess.run(['bash', '-euo', 'pipefail', '-c', recipe], cwd=str(tmp_path), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.decode().split('\n') == [tree['digest'], 'Verified OK', 'chain.pem: OK', '']


def test_the_command_verifies_on_a_host_without_that_library(openssl, tmp_path):
    authority = signers.authority()
    tmp_path.joinpath('cryptography.py').write_text("raise ImportError('it is not installed here')\n")
    tmp_path.joinpath('ca.crt').write_bytes(authority.certificate)
    tree = seal.sealed(sample.small(), signers.signer(authority))
    for made, code, said in ((tree, 0, 'WHOLE: '), (dict(tree, scope='host'), 1, 'NOT WHOLE: ')):
        tmp_path.joinpath('report.json').write_text(renderer('json')(made, Options()))
        done = subprocess.run(
            [sys.executable, '-m', 'nodeprep', 'report', 'verify', 'report.json', '--ca-cert', 'ca.crt'],
            stdout=subprocess.PIPE, cwd=str(tmp_path), env=dict(os.environ, PYTHONPATH=f'{tmp_path}:{TOP}'))
        assert (done.returncode, done.stdout.decode().startswith(said)) == (code, True)


def test_a_library_that_is_too_old_to_follow_certificates_is_not_asked(openssl, monkeypatch):
    assert verifying._tool() is library
    monkeypatch.setattr(library, 'VERIFIES', False)
    assert isinstance(verifying._tool(), Openssl)


def test_a_ca_that_is_known_and_vouches_for_nothing_there_is_no_proof(openssl):
    """openssl(1) finds a way by names: from a signer to a root that somebody gave the name of the known CA, past it."""
    real = signers.authority()
    known = [one for one, _ in cahash.certificates(real.certificate.decode())]
    name = library.x509.load_pem_x509_certificate(real.certificate).subject.rfc4514_string().partition('=')[2]
    root, own = signers.elliptic(), signers.elliptic()
    forged = seal.Signer(signers.pem(own), signers.certificate(
        own, 'nodeprep compliance reports', parent_key=root, parent_name=name) + real.certificate.decode()
        + signers.certificate(root, name, authority=True))
    tree = seal.sealed(sample.small(), forged)
    for tool in (openssl, library):
        assert proof.judge(tree, known, tool).verdict == proof.CHANGED
