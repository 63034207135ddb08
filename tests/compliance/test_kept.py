"""Reports that were sealed once stay provable: files of every format that was ever written are kept beside."""
import os

import pytest

from nodeprep.compliance import library, proof, reading

FOLDER = os.path.join(os.path.dirname(__file__), 'kept')
KEPT = {'format-1-own.json': ('sha256:d935084fc6a323d38b511ddd4aa236c6cca0fb5fbdb83425c9d3481fc16d3b0a',
                              'CN=nodeprep compliance reports'),
        'format-1-company.json': ('sha256:1e457f3d8c6979cdd0bccc2204325bee3742f70a28677b7c7c904f1102e32ae8',
                                  'CN=k8s-master')}


def judged(name, known):
    with open(os.path.join(FOLDER, name), 'rb') as file:
        return proof.judge(reading.read(file.read()), known, library)


def test_all_are_asked_about():
    assert set(os.listdir(FOLDER)) == {*KEPT, 'format-1-host.json'}


@pytest.mark.parametrize('name', KEPT)
def test_what_was_signed_is_still_whole_and_its_key_the_same(name):
    authority, signer = KEPT[name]
    told = judged(name, [authority])
    assert (told.verdict, told.authority, told.signer) == (proof.WHOLE, authority, signer)
    assert judged(name, [other for other, _ in KEPT.values() if other != authority]).verdict == proof.FOREIGN


def test_the_digest_of_a_host_still_fits():
    assert judged('format-1-host.json', []).verdict == proof.FOREIGN
