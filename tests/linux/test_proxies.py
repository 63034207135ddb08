"""The proxy in the environment of a unit."""
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.linux import proxies
from nodeprep.linux.proxies import Proxy, Variable
from nodeprep.model import CannotTell

UNIT = '[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/dockerd\n'
FILE, DAEMON = '/etc/sysconfig/docker', '/etc/docker/daemon.json'
DROP_IN = '/etc/systemd/system/docker.service.d/proxy.conf'


def unit(host, **files):
    return host.files({'/usr/lib/systemd/system/docker.service': UNIT, **files})


def values(host):
    return {name: one.value for name, one in proxies.environment(host, 'docker.service').items()}


def test_without_a_proxy_there_is_none(host):
    assert proxies.environment(host, 'docker.service') == {}
    assert proxies.environment(unit(host), 'docker.service') == {}


def test_a_drop_in_as_the_docker_manual_writes_it(host):
    unit(host, **{DROP_IN: '[Service]\nEnvironment="HTTP_PROXY=http://p:3128" "NO_PROXY=localhost,.lan"\n'
                           'Environment=HTTPS_PROXY=http://q:3128 OTHER=x\n'})
    assert proxies.environment(host, 'docker.service') == {
        'HTTP_PROXY': Variable('http://p:3128', DROP_IN + ':2'), 'NO_PROXY': Variable('localhost,.lan', DROP_IN + ':2'),
        'HTTPS_PROXY': Variable('http://q:3128', DROP_IN + ':3')}


def test_later_drop_ins_win_and_an_empty_one_takes_all_away(host):
    folder = '/etc/systemd/system/docker.service.d'
    unit(host, **{f'{folder}/10.conf': '[Service]\nEnvironment=HTTP_PROXY=http://a:1 HTTPS_PROXY=http://a:1\n',
                  f'{folder}/20.conf': '[Service]\nEnvironment=HTTP_PROXY=http://b:1\n',
                  '/usr/lib/systemd/system/docker.service.d/10.conf': '[Service]\nEnvironment=NO_PROXY=hidden\n'})
    assert values(host) == {'HTTP_PROXY': 'http://b:1', 'HTTPS_PROXY': 'http://a:1'}
    host.files({f'{folder}/30.conf': '[Service]\nEnvironment=\n'})
    assert values(host) == {}


def test_a_file_of_the_unit_wins_over_its_lines(host):
    unit(host, **{DROP_IN: '[Service]\nEnvironmentFile=-/etc/sysconfig/docker\nEnvironmentFile=-/etc/absent\n'
                           'Environment=HTTP_PROXY=http://a:1\n',
                  '/etc/sysconfig/docker': '# proxy\nHTTP_PROXY="http://b:1"\nexport HTTPS_PROXY=http://c:1\n'})
    assert proxies.environment(host, 'docker.service') == {
        'HTTP_PROXY': Variable('http://b:1', '/etc/sysconfig/docker:2')}


def test_the_manager_has_defaults_for_all_units(host):
    unit(host, **{'/etc/systemd/system.conf': '[Manager]\nDefaultEnvironment=HTTP_PROXY=http://a:1 NO_PROXY=x\n',
                  DROP_IN: '[Service]\nEnvironment=\nEnvironment=NO_PROXY=y\n'})
    assert values(host) == {'HTTP_PROXY': 'http://a:1', 'NO_PROXY': 'y'}


def test_a_percent_sign_is_written_twice(host):
    assert values(unit(host, **{DROP_IN: '[Service]\nEnvironment=HTTP_PROXY=http://u:p%%40@p:1\n'})) == {
        'HTTP_PROXY': 'http://u:p%40@p:1'}


def test_a_drop_in_that_only_root_may_read_cannot_be_told(host):
    unit(host, **{DROP_IN: '[Service]\n'}).denied.add(DROP_IN)
    with pytest.raises(CannotTell) as error:
        proxies.environment(host, 'docker.service')
    assert error.value.source == DROP_IN


@pytest.mark.parametrize('text, found', [
    ('{"proxies": {"http-proxy": "http://a:1", "https-proxy": "http://b:1", "no-proxy": "x", "y": 1}}',
     {'HTTP_PROXY': 'http://a:1', 'HTTPS_PROXY': 'http://b:1', 'NO_PROXY': 'x'}),
    ('{"proxies": {}}', {}), ('{"x": 1}', {}), ('', {}), ('{"proxies": {"http-proxy": ""}}', {})])
def test_daemon_json(host, text, found):
    host.files({'/etc/docker/daemon.json': text})
    assert {name: one.value for name, one in proxies.of_daemon(host).items()} == found


@pytest.mark.parametrize('text', ['{"proxies": [1]}', '{"proxies"', '["proxies"]', '{"proxies": null}'])
def test_a_daemon_json_that_is_none_cannot_be_told(host, text):
    with pytest.raises(CannotTell) as error:
        proxies.of_daemon(host.files({'/etc/docker/daemon.json': text}))
    assert error.value.source == '/etc/docker/daemon.json'


@pytest.mark.parametrize('variables, scheme, found', [
    ({'HTTPS_PROXY': 'http://p:1'}, 'https', 'http://p:1'), ({'HTTP_PROXY': 'http://p:1'}, 'https', ''),
    ({'http_proxy': 'p:1'}, 'http', 'http://p:1'), ({'HTTP_PROXY': '', 'http_proxy': 'p:1'}, 'http', 'http://p:1'),
    ({'HTTPS_PROXY': 'https://a:1', 'https_proxy': 'b'}, 'https', 'https://a:1'),
    ({'HTTPS_PROXY': 'http://p:1', 'NO_PROXY': 'k8s.io'}, 'https', ''),
    ({'HTTPS_PROXY': 'http://p:1', 'NO_PROXY': '', 'no_proxy': 'k8s.io'}, 'https', ''),
    ({'HTTPS_PROXY': 'http://p:1', 'NO_PROXY': 'gcr.io'}, 'https', 'http://p:1')])
def test_the_proxy_that_go_takes(variables, scheme, found):
    variables = {name: Variable(value, 'f:1') for name, value in variables.items()}
    assert proxies.choose(variables, scheme, 'registry.k8s.io', 443).url == found


@pytest.mark.parametrize('no_proxy, name, port, direct', [
    ('', 'a.b', 443, False), ('a.b', 'a.b', 443, True), ('a.b', 'x.a.b', 443, True), ('.a.b', 'a.b', 443, False),
    ('.a.b', 'x.a.b', 443, True), ('*.a.b', 'a.b', 443, False), ('b', 'ab', 443, False), ('A.B', 'a.b', 443, True),
    ('a.b:443', 'a.b', 443, True), ('a.b:80', 'a.b', 443, False), ('*', 'a.b', 443, True), (' x, a.b', 'a.b', 1, True),
    ('10.0.0.0/8', '10.1.1.1', 443, True), ('10.0.0.0/8', '11.1.1.1', 443, False), ('10.0.0.0/8', 'a.b', 443, False),
    ('10.0.0.1', '10.0.0.1', 443, True), ('10.0.0.1:80', '10.0.0.1', 443, False), ('x/y', '10.0.0.1', 443, False),
    ('fd00::/8', 'fd00::1', 443, True), ('[fd00::1]:443', 'fd00::1', 443, True), ('fd00::1', 'fd00::1', 443, True),
    ('', 'localhost', 80, True), ('', '127.0.0.1', 80, True), ('', '::1', 80, True), (',,', 'a.b', 443, False)])
def test_what_goes_past_the_proxy(no_proxy, name, port, direct):
    assert proxies.bypassed(no_proxy, name, port) is direct


@pytest.mark.parametrize('url, shown', [('http://p:1', 'http://p:1'), ('http://u:p@ss@h:1', 'http://***@h:1')])
def test_passwords_are_not_shown(url, shown):
    assert Proxy(url, '').shown == shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(noise=st.binary(max_size=120), path=st.sampled_from([DROP_IN, FILE, DAEMON]))
def test_any_bytes_give_variables_or_cannot_tell(host, noise, path):
    unit(host, **{DROP_IN: '[Service]\nEnvironmentFile=/etc/sysconfig/docker\n', path: noise})
    try:
        for one in list(proxies.environment(host, 'docker.service').values()) + list(proxies.of_daemon(host).values()):
            assert isinstance(one.value, str)
    except CannotTell as error:
        assert error.source


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_no_proxy_is_judged(no_proxy, name):
    assert proxies.bypassed(no_proxy, name, 443) in (True, False)
