"""cahash: the hash that openssl gives of a certificate's public key, and nothing for what is no certificate."""
import base64

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep import cahash

# openssl x509 -pubkey -noout -in ec.pem | openssl pkey -pubin -outform der | sha256sum
EC_HASH = 'sha256:71abd87897140f0b192f4feb386fb5ce2bb67bbc0b2feef61e351abb4b8bc9ed'
EC = """\
-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIURy0Geb5AC8VSH31noD1TqC3Wz9UwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQbm9kZXByZXAtdGVzdC1lYzAeFw0yNjExMjcwNTE3MzVaFw0z
NjExMjQwNTE3MzVaMBsxGTAXBgNVBAMMEG5vZGVwcmVwLXRlc3QtZWMwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAS/jEd45DP5mJFlRcActbkkDAzVIvkF2bQcSwBi
RCkgqo6V4eAzGdHUXmcdjDbKKPaHpy7Xhu1SeLJ9DKZsQpJro1MwUTAdBgNVHQ4E
FgQUPb3YwwON+eh9hQXPiPutxzY6CA0wHwYDVR0jBBgwFoAUPb3YwwON+eh9hQXP
iPutxzY6CA0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAm1qr
phBMSZZlgxsIn+z4z9TjO9suAP6EN9biU1JFqTACIFh/fFBc5GSpwjU5t/mc3YcU
/1Gufqbl0Td7N/8H3T8a
-----END CERTIFICATE-----
"""
RSA_HASH = 'sha256:6cb102bc06a86fc1cd38664d9aa506147ef4016ba59befa0e3dd783f4fe1f918'
RSA = """\
-----BEGIN CERTIFICATE-----
MIIC/TCCAeWgAwIBAgIUV6L3g5p6ejg+9DNfvVE8tgOmuRMwDQYJKoZIhvcNAQEL
BQAwDjEMMAoGA1UEAwwDcnNhMB4XDTI2MTEyNzA1MTczNVoXDTM2MTEyNDA1MTcz
NVowDjEMMAoGA1UEAwwDcnNhMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC
AQEAw3P6yyX8VIn+8D6O9jerI30ymwtc4ER4e/y0VQ1Ws/KwAtRI2V7lY8L7K8CY
qk1fM6h13Miyq1EY2uIvW38l5sr5EZEw5rd247aoku9CGwUMJi6FBgs+Cl038eNQ
G78PXmmx2ssmUpkupyky5jFslaGKQlhgvhRCbGCuEdLhx30L5nhN8fnblx9Po/5Z
/Cv5gbMzTBs2YwHMv5fgtG5XE4rfgh3/fIhRPYeVPgbxfgfwls3JylPsD/psXSdv
9Optw5OEbLmpqriv2Fxr+WwliABCuh9iJLrb5KmfY0fRDwbiTPgfZL7KrJ3u38bV
518meuw4aaeUmCzrjmrSAlH6MQIDAQABo1MwUTAdBgNVHQ4EFgQUq3oa3rKZhD9/
lCNJ6POvdRLcDWEwHwYDVR0jBBgwFoAUq3oa3rKZhD9/lCNJ6POvdRLcDWEwDwYD
VR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAkut9PV55ftY3eSLxeFSB
J5XNpTwmxazXaJk8TXnyYkMPP1vfu+1H/nnLbtMWUFmGUu+6atLF4bR8cccnjYzL
cQdRduVr7Ik7B6gHZkluAGdH+5HEodfybyGKA04CHcQFWOz+3jRv2yr5iou/OAyf
qg//UlorcBzE6E53nAx+1tKkdjTD1mwOdc2TcgGVcTFTXVXjRHRC48fdF4FSM3vG
sNLbXkCsHfuEL8Rl21MVd1qh8FbGP/zSusMbls/8ED/HWBufOnLtIh636qF4Jx5z
b5iiRrA4I6GIIGTrkQKNkiSG/mcgDWnqI35iYvCLBvDNK3niTmrrQwPezLYT48K9
0w==
-----END CERTIFICATE-----
"""
DER = base64.b64decode(''.join(EC.split('\n')[1:-2]))


@pytest.mark.parametrize('pem, right', [(EC, EC_HASH), (RSA, RSA_HASH), (EC.replace('\n', '\r\n'), EC_HASH)])
def test_a_certificate_has_the_hash_that_openssl_gives(pem, right):
    assert [one for one, _ in cahash.certificates('text before\n' + pem + 'and after')] == [right]


def test_of_several_each_has_its_own():
    assert list(cahash.certificates(RSA + EC)) == [(RSA_HASH, RSA), (EC_HASH, EC)]


@pytest.mark.parametrize('pem', ['', 'nothing', '-----BEGIN CERTIFICATE-----', EC[:200]])
def test_no_certificate_has_none(pem):
    assert list(cahash.certificates(pem)) == []


@given(some.integers(0, len(DER) - 1), some.binary(max_size=3))
def test_what_is_broken_is_a_value_error_or_another_key(at, put):
    try:
        found = cahash.public_key(DER[:at] + put + DER[at + len(put):])
    except ValueError:
        return
    assert isinstance(found, bytes) and found


@given(some.binary(max_size=200))
def test_any_bytes(raw):
    pem = '-----BEGIN CERTIFICATE-----\n' + base64.b64encode(raw).decode() + '\n-----END CERTIFICATE-----'
    try:
        assert all(one.startswith('sha256:') for one, _ in cahash.certificates(pem))
    except ValueError as error:
        assert 'certificate' in str(error)


def test_a_hash_as_people_write_it():
    assert cahash.wanted(' ' + EC_HASH.upper().replace('SHA', 'sha') + '\n') == EC_HASH
    for wrong in ('', 'sha256:', EC_HASH[:-1], EC_HASH.replace('256', '512'), EC_HASH[7:]):
        with pytest.raises(ValueError, match='64 hexadecimal digits'):
            cahash.wanted(wrong)
