"""The registry answers, through the proxy of the engine, or it is said why not."""
import re
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.engine import examine, examine_all
from nodeprep.host.network import Reply
from nodeprep.model import DRIFTED, MET, UNKNOWN, CannotTell
from nodeprep.requirements import registry
from nodeprep.requirements.registry import Registry, address
from tests.conftest import wants

URL = 'https://registry.k8s.io/v2/'
DROP_IN = '/etc/systemd/system/docker.service.d/proxy.conf'
UNIT = {'/usr/lib/systemd/system/docker.service': '[Service]\nExecStart=/usr/bin/dockerd\n'}
PROXY = {**UNIT, DROP_IN: '[Service]\nEnvironment=HTTPS_PROXY=http://u:secret@proxy:3128\n'}


@pytest.fixture
def asked(host, monkeypatch):
    """What https is asked for: (url, proxy); the replies are the host's."""
    seen, real = [], host.https

    def https(url, proxy='', timeout=2.0):
        seen.append((url, proxy))
        return real(url, proxy, timeout)
    monkeypatch.setattr(host, 'https', https)
    return seen


def look(host, reply=None, url=URL, **changed):
    if reply is not None:
        host.replies[url] = Reply(reply, {}, b'') if isinstance(reply, int) else reply
    found = examine(Registry(), host, wants(Registry, **dict({'time_limit': '1m'}, **changed)))
    assert len(found.observations) == 1
    return found.observations[0]


@pytest.mark.parametrize('status, state', [(200, MET), (301, MET), (307, MET), (401, MET), (403, MET), (404, DRIFTED),
                                           (500, DRIFTED), (503, DRIFTED)])
def test_what_counts_as_an_answer(host, status, state):
    found = look(host, status)
    assert (found.subject, found.found, found.state, found.advised, found.source) == (
        URL, f'answers {status}', state, True, f'GET {URL}')


@pytest.mark.parametrize('reason, hint', [
    ('[Errno -3] Temporary failure in name resolution', 'as `mirror`'),
    ('[Errno -2] Name or service not known', 'mirror'),
    ('[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate', 'trust the certificate'),
    ('[Errno 111] Connection refused', 'name the proxy in a drop-in'), ('timed out', 'name the proxy in a drop-in')])
def test_no_answer_names_the_failure_and_what_to_do(host, reason, hint):
    found = look(host, CannotTell(f'{URL}: {reason}', f'GET {URL}'))
    assert (found.state, found.found, found.advised) == (DRIFTED, re.sub(r'^.Errno.*?. ', '', reason), True)
    assert hint in found.hint


def test_the_proxy_of_the_unit_is_taken_and_its_password_is_not_shown(host, asked):
    found = look(host.files(PROXY), 401)
    assert asked == [(URL, 'http://u:secret@proxy:3128')]
    assert found.source == f'GET {URL} through http://***@proxy:3128 ({DROP_IN}:2)'
    found = look(host, CannotTell(f'{URL}: http://u:secret@proxy:3128: Tunnel connection failed: 407', 'x'))
    assert (found.state, found.hint) == (DRIFTED, f'see the proxy, which {DROP_IN}:2 sets')
    assert 'secret' not in str(found)


def test_no_proxy_is_respected(host, asked):
    host.files({**PROXY, DROP_IN: PROXY[DROP_IN] + 'Environment=NO_PROXY=.k8s.io\n'})
    assert look(host, 200).source == f'GET {URL} past the proxy ({DROP_IN}:3)'
    assert asked == [(URL, '')]


def test_daemon_json_wins_over_the_unit(host, asked):
    host.files({**PROXY, '/etc/docker/daemon.json': '{"proxies": {"https-proxy": "http://other:1"}}'})
    assert '(/etc/docker/daemon.json)' in look(host, 200).source
    assert asked == [(URL, 'http://other:1')]


@pytest.mark.parametrize('files, changed, proxy', [
    ({}, {}, 'http://c:1'), (UNIT, {}, ''), (UNIT, {'profile': 'containerd'}, 'http://c:1'),
    (UNIT, {'engine': 'containerd'}, 'http://c:1'), ({}, {'engine': 'docker'}, '')])
def test_the_engine_that_pulls_is_asked(host, asked, files, changed, proxy):
    host.files({**files, '/usr/lib/systemd/system/containerd.service':
                '[Service]\nExecStart=x\nEnvironment=HTTPS_PROXY=http://c:1\n'})
    look(host, 200, **changed)
    assert asked == [(URL, proxy)]


@pytest.mark.parametrize('proxy', ['socks5://p:1', 'https://p:1'])
def test_a_proxy_that_cannot_be_tried_is_unknown(host, asked, proxy):
    found = look(host.files({**UNIT, DROP_IN: f'[Service]\nEnvironment=HTTPS_PROXY={proxy}\n'}))
    assert (found.state, found.advised, asked) == (UNKNOWN, True, [])


def test_a_unit_that_cannot_be_read_is_unknown(host):
    host.files(PROXY).denied.add(DROP_IN)
    found = look(host)
    assert (found.state, found.source, found.advised) == (UNKNOWN, DROP_IN, True)


def test_a_certificate_that_the_engine_alone_trusts_cannot_be_told(host):
    host.files({'/etc/docker/certs.d/mirror:5000': {}})
    whole = 'https://mirror:5000/v2/'
    found = look(host, CannotTell(f'{whole}: certificate verify failed'), whole, mirror='https://mirror:5000')
    assert found.state == UNKNOWN
    assert '/etc/docker/certs.d/mirror:5000' in found.found


def test_a_mirror_is_asked_instead(host, asked):
    assert look(host, 200, 'http://mirror:5000/v2/', mirror='http://mirror:5000/').met
    assert asked == [('http://mirror:5000/v2/', '')]


def test_one_that_never_answers_is_told_within_the_limit(host, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(host, 'https', lambda *given: gate.wait(30))
    monkeypatch.setattr(registry, '_MARGIN', 3)          # seconds: on a busy machine saying it takes its time
    want = wants(Registry, time_limit='6s')
    try:
        found = examine_all([Registry()], host, {'registry': want})['registry'].observations[0]
    finally:
        gate.set()
    assert (found.state, found.found) == (DRIFTED, 'no answer within 3 s')


@pytest.mark.parametrize('bad', [
    'file:///etc/shadow', 'ftp://a/', 'gopher://a', 'https://', 'https:///v2/', 'https://u:p@a/', 'https://a b/', 'a',
    'https://a/\r\nX: y', 'https://a:99999/', 'https://a:x/', 'https://a:0/', 'https://b\u00fc/', 'javascript:alert(1)',
    'https://a\u017f/',
    'https://[fd00::1/', 'https://a..b/', 'https://' + 'x' * 64 + '/', 5, None, ['https://a']])
def test_an_address_that_is_none_or_hostile_is_refused(bad):
    with pytest.raises(ValueError):
        Registry.defaults['url'].read(bad)


@pytest.mark.parametrize('text, whole, port', [
    ('https://a', 'https://a/v2/', 443), ('HTTPS://a/', 'https://a/v2/', 443),
    ('http://a:5000/v2', 'http://a:5000/v2', 5000),
    ('http://[fd00::1]:5000', 'http://[fd00::1]:5000/v2/', 5000), ('https://a/x?y#z', 'https://a/x?y', 443)])
def test_an_address_is_completed(text, whole, port):
    assert (address(text).whole, address(text).port) == (whole, port)


@given(st.text(max_size=40).map(lambda text: 'https://' + text))
def test_any_text_is_an_address_or_refused(text):
    try:
        assert address(text).host
    except ValueError:
        return


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50)
@given(noise=st.binary(max_size=100), path=st.sampled_from(sorted(PROXY) + ['/etc/docker/daemon.json']))
def test_any_bytes_give_a_verdict(host, noise, path):
    host.files({**PROXY, '/etc/docker/daemon.json': '{}', path: noise})
    assert 'fault in nodeprep' not in look(host, 200).hint


def test_an_image_pulls_nothing(image):
    assert examine(Registry(), image, wants(Registry)).state == 'not-applicable'
