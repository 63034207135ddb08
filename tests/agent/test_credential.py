"""The credential: believed only when nobody else could write or read it, and never shown."""
import json
import os

import pytest

from nodeprep.agent import credential
from nodeprep.agent.credential import BadCredential, Credential, read, tree_of

GOOD = Credential('https://k8s-master:9443', 'node1', 's3cret-of-node1', '-----BEGIN CERTIFICATE-----\nMII\n')


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / 'credential')


def write(path, tree, mode=0o600):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(tree if isinstance(tree, str) else json.dumps(tree))
    os.chmod(path, mode)


def test_read_back(path):
    assert read(path) is None
    write(path, dict(tree_of(GOOD), later='field'))
    assert read(path) == GOOD


def test_the_secret_is_not_shown():
    for shown in (repr(GOOD), str(GOOD), f'{GOOD}', '%s' % (GOOD,), repr([GOOD]), repr(GOOD._replace(node='x'))):
        assert 's3cret' not in shown and 'k8s-master' in shown


@pytest.mark.parametrize('mode', [0o640, 0o604, 0o622, 0o660, 0o610])
def test_others_may_not_have_it(path, mode):
    write(path, tree_of(GOOD), mode)
    with pytest.raises(BadCredential) as told:
        read(path)
    assert 'others may' in str(told.value) and 's3cret' not in str(told.value)


def test_a_link_is_not_followed(path, tmp_path):
    write(str(tmp_path / 'other'), tree_of(GOOD))
    os.symlink('other', path)
    with pytest.raises(BadCredential, match='is not a file'):
        read(path)


@pytest.mark.parametrize('changed', [
    {'url': 'http://k8s-master'}, {'url': 'https://a b'}, {'url': 'https://a:99999'}, {'url': 7}, {'node': None},
    {'secret': 's3cret x'}, {'secret': 's3cret\r\nX: y'}, {'secret': 's3'}, {'secret': 's3crété'}, {'ca': 'none'}])
def test_what_cannot_be_used(path, changed):
    write(path, dict(tree_of(GOOD), **changed))
    with pytest.raises(BadCredential, match='join again') as told:
        read(path)
    assert 's3' not in str(told.value).replace(path, '')


@pytest.mark.parametrize('text', ['', 's3cret', '[]', '{}', '{"secret": "s3cret"}', '[' * 100000, '\0', '"s3cret"'])
def test_what_is_no_credential(path, text):
    write(path, text)
    with pytest.raises(BadCredential, match='join again') as told:
        read(path)
    assert 's3cret' not in str(told.value)
    assert told.value.__cause__ is None and told.value.__suppress_context__ or told.value.__context__ is None


def test_it_is_not_read_without_end(path, monkeypatch):
    monkeypatch.setattr(credential, 'MOST', 100)
    write(path, tree_of(GOOD._replace(ca='x' * 200)))
    with pytest.raises(BadCredential):
        read(path)
