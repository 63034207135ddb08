"""The CA and the server's certificate: made once, kept, renewed, refused when others may read the key."""
import concurrent.futures
import os
import stat

import pytest

from nodeprep.config import ConfigError
from nodeprep.master import ca, here, keys

NOW, DAY = 1800000000.0, 86400.0
NAMES = ('k8s-master', '192.0.2.1', 'fd00::1')


def test_the_first_start_makes_a_ca_and_a_certificate_that_it_signed(tmp_path):
    found = keys.kept(str(tmp_path), NAMES, NOW)
    assert found.names == NAMES and found.ends == NOW + 90 * DAY
    assert found.hash.startswith('sha256:') and len(found.hash) == 71
    modes = {name: stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in os.listdir(tmp_path)}
    assert modes == {'ca.crt': 0o644, 'ca.key': 0o600, 'server.pem': 0o600}
    above = ca.read(found.ca.encode())
    assert above.authority and above.hash == found.hash and above.ends == NOW + 3650 * DAY
    about = ca.read((tmp_path / 'server.pem').read_bytes())
    assert not about.authority and about.begins == NOW - DAY, 'a node whose clock is behind believes it too'
    keys.context(found)


def test_the_next_start_finds_the_same(tmp_path):
    first = keys.kept(str(tmp_path), NAMES, NOW)
    assert keys.kept(str(tmp_path), NAMES[::-1], NOW + 59 * DAY) == first


@pytest.mark.parametrize('why', ['end', 'names', 'damage', 'gone', 'clock'])
def test_the_certificate_is_made_anew_and_the_ca_stays(tmp_path, why):
    first, names, now = keys.kept(str(tmp_path), NAMES, NOW), NAMES, NOW
    if why == 'end':
        now = NOW + 61 * DAY
    elif why == 'names':
        names = ('other',)
    elif why == 'damage':
        (tmp_path / 'server.pem').write_bytes(b'x')
    elif why == 'clock':
        now = NOW - 30 * DAY
    else:
        (tmp_path / 'server.pem').unlink()
    second = keys.kept(str(tmp_path), names, now)
    assert second.hash == first.hash and second.names == names
    assert second.ends == now + 90 * DAY
    keys.context(second)


def test_a_certificate_of_another_ca_is_made_anew(tmp_path):
    one, two = tmp_path / 'one', tmp_path / 'two'
    one.mkdir(), two.mkdir()
    keys.kept(str(one), NAMES, NOW)
    other = keys.kept(str(two), NAMES, NOW)
    (one / 'server.pem').write_bytes((two / 'server.pem').read_bytes())
    again = keys.kept(str(one), NAMES, NOW)
    assert again.hash != other.hash
    assert ca.read(ca.last((one / 'server.pem').read_bytes())).hash == again.hash


def test_a_certificate_never_outlives_its_ca(tmp_path):
    keys.kept(str(tmp_path), NAMES, NOW)
    assert keys.kept(str(tmp_path), NAMES, NOW + 3600 * DAY).ends == NOW + 3650 * DAY
    with pytest.raises(ConfigError, match='it ended'):
        keys.kept(str(tmp_path), NAMES, NOW + 3650 * DAY)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    keys.kept(str(tmp_path), NAMES, NOW)
    os.chmod(tmp_path / 'ca.key', 0o640)
    with pytest.raises(ConfigError, match='others may read it'):
        keys.kept(str(tmp_path), NAMES, NOW)


def test_a_ca_that_is_gone_is_not_replaced_in_silence(tmp_path):
    keys.kept(str(tmp_path), NAMES, NOW)
    (tmp_path / 'ca.key').unlink()
    with pytest.raises(ConfigError, match='ca.key: No such file'):
        keys.kept(str(tmp_path), NAMES, NOW)
    (tmp_path / 'ca.crt').write_bytes(b'-----BEGIN CERTIFICATE-----\nx')
    (tmp_path / 'ca.key').touch(0o600)
    with pytest.raises(ConfigError, match=r'ca\.crt: '):
        keys.kept(str(tmp_path), NAMES, NOW)


def test_a_key_of_another_ca_is_not_signed_with(tmp_path):
    keys.kept(str(tmp_path), NAMES, NOW)
    for wrong in (ca.authority(NOW).key, b'', b'-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n'):
        (tmp_path / 'ca.key').write_bytes(wrong)
        with pytest.raises(ConfigError, match=r'ca\.key'):
            keys.kept(str(tmp_path), NAMES, NOW)


def test_several_that_start_at_once_make_one_ca(tmp_path):
    """Such as `master token create` while the service starts for the first time."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number in range(5):
            folder = tmp_path / str(number)
            folder.mkdir()
            found = [one.result() for one in [pool.submit(keys.kept, str(folder), NAMES, NOW) for _ in range(8)]]
            assert len({one.hash for one in found}) == 1
            keys.context(keys.kept(str(folder), NAMES, NOW))


def test_a_first_start_that_was_cut_short_begins_again(tmp_path):
    (tmp_path / 'ca.key').write_bytes(b'half')
    (tmp_path / 'server.pem.new').write_bytes(b'half')
    assert keys.kept(str(tmp_path), NAMES, NOW).names == NAMES


def files_of(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    keys.kept(str(folder), NAMES, NOW)
    return folder


def test_a_certificate_of_ones_own_is_used_with_the_root_of_its_chain(tmp_path):
    folder = files_of(tmp_path, 'pki')
    whole, root = str(folder / 'server.pem'), str(folder / 'ca.crt')
    found = keys.own(whole, whole, '')
    assert found.hash == ca.read((folder / 'ca.crt').read_bytes()).hash
    assert keys.own(whole, whole, root) == found
    keys.context(found)


def test_a_certificate_whose_root_is_not_known_is_refused(tmp_path):
    folder = files_of(tmp_path, 'pki')
    text = (folder / 'server.pem').read_bytes()
    alone = folder / 'alone.pem'
    alone.write_bytes(text[:text.rfind(b'-----BEGIN CERTIFICATE')])
    with pytest.raises(ConfigError, match='not a root'):
        keys.own(str(alone), str(alone), '')
    assert keys.own(str(alone), str(alone), str(folder / 'ca.crt')).names == NAMES
    with pytest.raises(ConfigError, match='there is no certificate in it'):
        keys.own(str(folder / 'ca.key'), str(folder / 'ca.key'), '')
    with pytest.raises(ConfigError, match='No such file'):
        keys.own('/nowhere.pem', '/nowhere.key', '')


def test_files_that_do_not_fit_together_leave_the_old_ones_in_force(tmp_path):
    one, two = files_of(tmp_path, 'one'), files_of(tmp_path, 'two')
    good = keys.own(str(one / 'server.pem'), str(one / 'server.pem'), '')
    context = keys.context(good)
    with pytest.raises(ConfigError, match='cannot be used'):
        keys.load(context, good._replace(key=str(two / 'server.pem')))


def test_keys_are_in_no_repr():
    assert 'BEGIN' not in repr(ca.authority(NOW))


def test_the_addresses_of_a_machine_are_read_from_proc(tmp_path):
    (tmp_path / 'net').mkdir()
    (tmp_path / 'net' / 'fib_trie').write_text('''Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.0.0.0/24 2 0 2
           |-- 10.0.0.5
              /32 host LOCAL
           |-- 10.0.0.255
              /32 link BROADCAST
Local:
           |-- 10.0.0.5
              /32 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
''')
    (tmp_path / 'net' / 'if_inet6').write_text(
        '00000000000000000000000000000001 01 80 10 80       lo\n'
        'fe80000000000000021122fffe334455 02 40 20 80     eth0\n'
        'fd000000000000000000000000000002 02 40 00 80     eth0\n')
    found = here.names(str(tmp_path))
    assert found[-4:] == ['10.0.0.5', '127.0.0.1', '::1', 'fd00::2']
    assert os.uname().nodename in found and 'localhost' in found
    assert here.names(str(tmp_path / 'none'))[-1] == 'localhost'
