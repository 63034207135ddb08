"""Which key a master signs reports with: one that its CA speaks for, and that outlives its server's certificate."""
import os
import stat

import pytest

from nodeprep import cahash
from nodeprep.compliance import library, proof, seal
from nodeprep.config import ConfigError
from nodeprep.master import ca, keys, settings, signing
from tests.compliance import sample, signers

NOW = signers.NOW
DAY = 86400.0
OWN_CA = settings.Settings()


def sealed(folder, now=NOW, found=OWN_CA):
    tree = dict(sample.small(), made='2026-11-26T00:00:00Z')
    return seal.sealed(tree, signing.signer(found, str(folder), now))


def test_it_is_made_once_for_its_owner_alone_and_never_the_key_of_the_ca_or_the_server(tmp_path):
    first = signing.signer(OWN_CA, str(tmp_path), NOW)
    assert signing.signer(OWN_CA, str(tmp_path), NOW + 3000 * DAY) == first
    assert stat.S_IMODE(os.stat(str(tmp_path / 'report.pem')).st_mode) == 0o600
    keys.kept(str(tmp_path), ['localhost'], NOW)
    texts = [tmp_path.joinpath(name).read_bytes() for name in ('ca.key', 'server.pem', 'report.pem')]
    assert len({ca.public(text) for text in texts}) == 3 and 'PRIVATE' not in repr(first)


def test_a_report_stays_provable_when_the_server_has_another_certificate(tmp_path):
    tree = sealed(tmp_path)
    trusted = keys.kept(str(tmp_path), ['localhost'], NOW).hash
    later = keys.kept(str(tmp_path), ['localhost', 'other.example.com'], NOW + 400 * DAY)
    assert later.hash == trusted == tree['by']['key']
    assert proof.judge(tree, [trusted], library).verdict == proof.WHOLE


def test_a_key_of_another_ca_is_made_anew(tmp_path):
    first = sealed(tmp_path)
    for name in ('ca.crt', 'ca.key'):
        tmp_path.joinpath(name).unlink()
    second = sealed(tmp_path)
    assert first['by']['key'] != second['by']['key']
    assert proof.judge(second, [second['by']['key']], library).verdict == proof.WHOLE


@pytest.mark.parametrize('content', [
    b'', b'rubbish', b'-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])
def test_a_damaged_one_is_made_anew(tmp_path, content):
    keys.kept(str(tmp_path), ['localhost'], NOW)
    tmp_path.joinpath('report.pem').write_bytes(content)
    tree = sealed(tmp_path)
    assert proof.judge(tree, [tree['by']['key']], library).verdict == proof.WHOLE


def test_with_certificates_of_somebody_elses_it_is_the_key_of_the_server(tmp_path):
    own = signers.chained()
    pems = [pem for _, pem in cahash.certificates(own.chain)]
    tmp_path.joinpath('key').write_bytes(own.key)
    for name, chain, root in (('whole', pems, ''), ('apart', pems[:2], 'root'), ('both', pems, 'root')):
        tmp_path.joinpath(name).write_text(''.join(chain))
        tmp_path.joinpath('root').write_text(pems[2])
        tree = sealed(tmp_path, found=OWN_CA._replace(
            certificate=str(tmp_path / name), key=str(tmp_path / 'key'), ca=str(tmp_path / root) if root else ''))
        assert proof.judge(tree, [tree['by']['key']], library).signer == 'CN=k8s-master'
        assert tree['signature']['certificate'] == own.chain
    with pytest.raises(ConfigError, match='not a root'):
        tmp_path.joinpath('cut').write_text(pems[0])
        sealed(tmp_path, found=OWN_CA._replace(certificate=str(tmp_path / 'cut'), key=str(tmp_path / 'key')))
