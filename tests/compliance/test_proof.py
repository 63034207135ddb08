"""Seals: whatever is changed in a sealed report is found, and never is more said than was proved."""
import copy
import json
import random
import time

import pytest

from nodeprep import cahash
from nodeprep.compliance import digest, library, proof, reading, seal
from nodeprep.compliance.openssl import Openssl
from nodeprep.model import CannotTell
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from tests.compliance import sample, signers

CA = signers.authority()
SIGNER = signers.signer(CA)
HASH = next(cahash.certificates(CA.certificate.decode()))[0]
SEALED = seal.sealed(sample.small(), SIGNER)


def judged(tree, known=(HASH,), tool=library):
    return proof.judge(reading.read(json.dumps(tree).encode()), known, tool)


def found(text):
    """Whether something is wrong with the text of a report."""
    try:
        return proof.judge(reading.read(text), [HASH], library).verdict != proof.WHOLE
    except reading.NotAReport:
        return True


def places(tree, path=()):
    """Where its values are, from the outermost inward."""
    if path:
        yield path
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in parts:
        yield from places(value, path + (key,))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def others(value):
    """Values that are another one."""
    if isinstance(value, str):
        swapped = value.swapcase()
        return [value + ' ', value[:-1] if value else 'x', swapped if swapped != value else value + 'x', None]
    if isinstance(value, bool) or value is None:
        return [not value, 'x', 0]
    if isinstance(value, (int, float)):
        return [value + 1, -value if value else 5, str(value), None]
    if isinstance(value, list):
        return [value + ['x'], value[1:] if value else [None], value[::-1] if value[::-1] != value else [value]]
    return [dict(value, more='x'), {key: value[key] for key in list(value)[1:]} if value else {'a': 1}, [value]]


def test_what_was_sealed_is_whole_and_says_under_which_ca_with_whose_key():
    told = judged(SEALED)
    assert told.verdict == proof.WHOLE
    assert (told.authority, told.signer) == (HASH, 'CN=nodeprep compliance reports')
    assert SEALED['by']['key'] == HASH and SEALED['signature']['algorithm'] == 'ecdsa-sha256'
    assert SEALED['digest'] == digest.of(SEALED)


def test_each_value_changed_in_turn_is_found():
    count = 0
    for path in places(SEALED):
        for value in others(at(SEALED, path)):
            changed = copy.deepcopy(SEALED)
            at(changed, path[:-1])[path[-1]] = value
            assert found(json.dumps(changed).encode()), (path, value)
            count += 1
    assert count > 1000


def test_each_value_left_out_or_put_elsewhere_is_found():
    for path in places(SEALED):
        changed = copy.deepcopy(SEALED)
        del at(changed, path[:-1])[path[-1]]
        assert found(json.dumps(changed).encode()), path
    for name in SEALED:
        assert found(json.dumps(dict(SEALED, **{name + '2': SEALED[name]})).encode()), name


def test_a_changed_letter_changes_the_verdict_or_nothing_that_the_file_says():
    text = renderer('json')(SEALED, Options()).encode()
    assert not found(text)
    chance = random.Random(1)
    for _ in range(3000):
        where = chance.randrange(len(text))
        changed = text[:where] + bytes([chance.randrange(256)]) + text[where + 1:]
        assert found(changed) or json.loads(changed.decode()) == SEALED, (where, changed[where - 20:where + 20])
        shorter = text[:where] + text[where + chance.randrange(1, 9):]
        assert found(shorter) or json.loads(shorter.decode()) == SEALED, where


def test_whatever_byte_of_a_certificate_is_another_it_is_not_whole_and_no_fault():
    pem = SEALED['signature']['certificate']
    chain = [cahash.der(one) for _, one in cahash.certificates(pem)]
    for place in range(len(chain[0])):
        one = bytearray(chain[0])
        one[place] ^= 26
        text = ''.join(cahash.pem('CERTIFICATE', der) for der in [bytes(one)] + chain[1:])
        changed = dict(SEALED, signature=dict(SEALED['signature'], certificate=text))
        assert judged(changed).verdict == proof.CHANGED, place


def test_another_form_of_the_same_is_the_same():
    for how in ({}, {'indent': 4, 'ensure_ascii': False}, {'sort_keys': True}):
        text = json.dumps(SEALED, **how)
        assert not found(text.encode())


def test_who_changes_a_report_and_works_out_the_digest_gains_nothing():
    changed = copy.deepcopy(SEALED)
    changed['overall']['share'] = 1.0
    changed['digest'] = digest.of(changed)
    assert judged(changed).verdict == proof.CHANGED and judged(changed, ()).verdict == proof.CHANGED
    unsigned = dict(changed, signature=None)
    assert judged(unsigned).verdict == judged(unsigned, ()).verdict == proof.FOREIGN


def test_who_signs_anew_under_a_ca_of_his_own_is_not_believed():
    forged = seal.sealed(dict(sample.small(), gaps=[]), signers.signer(signers.authority()))
    assert judged(forged).verdict == proof.FOREIGN
    told = judged(forged, ())
    assert told.verdict == proof.UNPROVED and not told.authority and not told.signer
    # Nor who puts the certificate of the right CA beside his own, or names it.
    borrowed = copy.deepcopy(forged)
    borrowed['signature']['certificate'] += CA.certificate.decode()
    borrowed['by']['key'] = HASH
    borrowed['digest'] = digest.of(borrowed)
    assert judged(borrowed).verdict == proof.CHANGED
    named = seal.sealed(sample.small(), signers.signer(signers.authority()))
    named['by']['key'] = HASH
    named['digest'] = digest.of(named)
    assert judged(named).verdict == proof.CHANGED


def test_the_certificate_of_the_right_ca_does_not_help_without_its_key():
    other = signers.signer(signers.authority())
    forged = seal.Signer(other.key, SIGNER.chain)
    with pytest.raises(ValueError, match='not that of the certificate'):
        seal.sealed(sample.small(), forged)
    mixed = dict(seal.sealed(sample.small(), other)['signature'], certificate=SEALED['signature']['certificate'])
    assert judged(dict(SEALED, signature=mixed)).verdict == proof.CHANGED


def test_certificates_of_a_company_are_followed_to_its_root_or_to_the_authority_that_is_known():
    tree = seal.sealed(sample.small(), signers.chained())
    assert tree['signature']['algorithm'] == 'rsa-sha256'
    for one, _ in list(cahash.certificates(tree['signature']['certificate'])):
        told = judged(tree, [one])
        assert (told.verdict, told.signer, told.authority) == (proof.WHOLE, 'CN=k8s-master', tree['by']['key'])


@pytest.mark.parametrize('changed, why', [
    ({'between_authority': False}, 'is not an authority'), ({'own_days': 5}, 'did not hold'),
    ({'own_begins': 1}, 'did not hold'), ({'root_days': 5}, 'did not hold'), ({'root_path': 0}, 'so many others'),
    ({'own_parent_name': 'other'}, 'follow'), ({'between_usage': False}, 'is not an authority'),
    ({'own_usage': True}, 'not for signatures')])
def test_certificates_that_do_not_lead_there_are_found(changed, why):
    tree = seal.sealed(sample.small(), _shifted(changed))
    told = judged(tree, [tree['by']['key']])
    assert told.verdict == proof.CHANGED and why in told.why


def _shifted(changed):
    if 'own_parent_name' in changed:
        good, other = signers.chained(), signers.chained()
        own = list(cahash.certificates(good.chain))[0][1]
        return seal.Signer(good.key, own + ''.join(pem for _, pem in list(cahash.certificates(other.chain))[1:]))
    return signers.chained(**changed)


def test_a_key_of_ed25519_signs_and_one_of_another_kind_does_not():
    tree = seal.sealed(sample.small(), signers.alone(signers.edwards()))
    assert tree['signature']['algorithm'] == 'ed25519'
    assert judged(tree, [tree['by']['key']]).verdict == proof.WHOLE
    forged = dict(tree['signature'], value=SEALED['signature']['value'])
    assert judged(dict(tree, signature=forged), [tree['by']['key']]).verdict == proof.CHANGED
    with pytest.raises(ValueError, match='none of ECDSA, RSA or Ed25519'):
        seal.sealed(sample.small(), signers.alone(signers.edwards(448)))


def test_a_report_of_a_host_has_a_digest_and_no_signature():
    tree = seal.sealed(sample.small())
    assert tree['signature'] is None and tree['by']['key'] is None
    assert judged(tree, ()).verdict == judged(tree, [HASH]).verdict == proof.FOREIGN


def test_without_anything_to_verify_with_nothing_is_proved_but_a_change_is_found():
    told = judged(SEALED, [HASH], None)
    assert told.verdict == proof.UNPROVED and 'openssl' in told.why
    changed = copy.deepcopy(SEALED)
    changed['nodes'][0]['drifts'] += 1
    assert judged(changed, [HASH], None).verdict == proof.CHANGED

    def ask(words):
        raise CannotTell('openssl did not answer within 5 s')
    assert judged(SEALED, [HASH], Openssl(ask)).verdict == proof.UNPROVED


def test_which_nodes_have_gaps_is_told():
    tree = sample.small()
    told = proof.gaps(tree)
    assert {one['node'] for one in told if one['gaps']} == {one['node'] for one in tree['gaps']} != set()
    tree['nodes'][0]['head'] = ''
    assert [one['none'] for one in proof.gaps(tree) if one['node'] == tree['nodes'][0]['name']] == [True]


@pytest.mark.parametrize('text, why', [
    (b'', 'not JSON'), (b'\xff\xfe{}', 'UTF-8'), (b'[' * 100000, 'deep'), (b'{"a":' * 100000, 'deep'),
    (b'null', 'no comp'), (b'{"kind":"check","format":1}', 'no comp'), (b'<html>', 'not JSON'),
    (b'{"kind":"compliance","format":1,"format":1}', 'twice'), (b'{"kind":"compliance","format":2}', 'not known'),
    (b'{"kind":"compliance","format":true}', 'not known'), (b'{"kind":"compliance","format":1,"a":NaN}', 'NaN'),
    (b'{"kind":"compliance","format":1,"a":1e999}', 'too large'), (b'\xef\xbb\xbf{}', 'not JSON'),
    (b'{"kind":"compliance","format":1,"a":-Infinity}', 'Inf'),
    (b'{"kind":"compliance","format":1,"a":' + b'9' * 100000 + b'}', 'too long')])
def test_what_is_no_report_is_none(text, why):
    with pytest.raises(reading.NotAReport, match=why):
        reading.read(text)


@pytest.mark.parametrize('inside, why', [
    ('"a":[{"n":1,"n":1}]', "has the name 'n' twice in one place, which two readers may take in two ways"),
    ('"a":1e999', 'holds a number that is too large'), ('"a":' + '9' * 99, 'holds a number that is too long')])
def test_json_that_is_none_of_a_report_is_not_said_to_be_no_json(inside, why):
    with pytest.raises(reading.NotAReport) as refused:
        reading.read(('{"kind":"compliance","format":1,' + inside + '}').encode())
    assert str(refused.value) == why


def test_many_names_cost_no_more_than_they_are():
    text = '{' + ','.join(f'"{number}":0' for number in range(300000)) + ',"7":1}'
    began = time.process_time()
    with pytest.raises(reading.NotAReport, match="has the name '7' twice"):
        reading.read(text.encode())
    assert time.process_time() - began < 5


def test_what_has_a_right_digest_and_is_no_report_is_none():
    tree = {'kind': 'compliance', 'format': 1, 'a': '\ud800'}
    with pytest.raises(reading.NotAReport, match='is missing'):
        judged(dict(tree, digest=digest.of(tree)))
    odd = dict(sample.small(), made='2026-02-31T00:00:00Z')
    with pytest.raises(reading.NotAReport, match='31'):
        judged(seal.sealed(odd, SIGNER))


def test_a_file_that_is_too_large_is_not_taken_apart(monkeypatch):
    monkeypatch.setattr(reading, 'MOST', 1000)
    with pytest.raises(reading.NotAReport, match='larger'):
        reading.read(json.dumps(SEALED).encode())
