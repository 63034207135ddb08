"""master.yaml: what is understood, and what is said about the rest."""
import os

import pytest

from nodeprep.config import ConfigError, parse
from nodeprep.master import settings
from nodeprep.master.settings import Settings
from nodeprep.master.settingvalues import Webhook


def read(text, exposed=False):
    return settings.read(parse(text, 'master.yaml'), lambda: exposed)


def problems(text, exposed=False):
    with pytest.raises(ConfigError) as caught:
        read(text, exposed)
    return list(caught.value.problems)


WHOLE = '''
listen: "[::]:443"
names: [k8s-master, k8s-master.example.com, 192.0.2.1, "fd00::1"]
database: postgresql://nodeprep@db/nodeprep
certificate: /etc/pki/m.crt
key: /etc/pki/m.key
ca: /etc/pki/root.crt
heartbeat: 30s
silent_after: 5m
retention: {reports: 7d, transitions: 100d, audit: 700d}
approvals: {valid: 8h}
webhooks:
  - {name: pager, url: "https://alerts.example.com/x", kind: alertmanager}
  - {name: log, url: "http://127.0.0.1:8080", secret: hush}
'''


def test_a_whole_file_is_read():
    assert read(WHOLE) == Settings(
        ('::', 443), ('k8s-master', 'k8s-master.example.com', '192.0.2.1', 'fd00::1'),
        'postgresql://nodeprep@db/nodeprep', '/etc/pki/m.crt', '/etc/pki/m.key', '/etc/pki/root.crt', 30.0, 300.0,
        7 * 86400.0, 100 * 86400.0, 700 * 86400.0, 8 * 3600.0,
        (Webhook('pager', 'https://alerts.example.com/x', 'alertmanager'),
         Webhook('log', 'http://127.0.0.1:8080', 'generic', 'hush')))


def test_without_a_file_there_are_defaults(tmp_path, monkeypatch):
    assert read('# nothing\n') == Settings()
    assert Settings().listen == ('0.0.0.0', 9443) and Settings().silent_after == 180.0
    monkeypatch.setattr(settings, 'FILE', str(tmp_path / 'none.yaml'))
    assert settings.load() == Settings()


def test_what_is_no_mapping_is_told_with_a_line_that_may_stand_there(tmp_path):
    path = tmp_path / 'master.yaml'
    path.write_text('listen 127.0.0.1:9443\n')
    with pytest.raises(ConfigError, match='such as `listen: 0.0.0.0:9443`'):
        settings.load(str(path))


def test_a_file_that_is_named_must_be_there_also_by_the_usual_name(tmp_path, monkeypatch):
    path = str(tmp_path / 'none.yaml')
    monkeypatch.setattr(settings, 'FILE', path)
    with pytest.raises(ConfigError) as caught:
        settings.load(path)
    assert str(caught.value) == f'{path}: there is no such file; name one that is there, or leave --config out'


@pytest.mark.parametrize('text, said', [
    ('lisen: 1', "master.yaml:1: unknown key 'lisen'; did you mean listen?"),
    ('retention: {report: 1d}', "master.yaml:1: unknown key 'retention.report'; did you mean reports?"),
    ('retention: 30d', 'master.yaml:1: retention: is not a mapping'),
    ('retention: {reports: 1h}', "master.yaml:1: retention.reports: '1h' is too short; at least 86400s"),
    ('heartbeat: often', "master.yaml:1: heartbeat: 'often' is not a duration; write it as 100ms, 60s, 5m or 2h"),
    ('listen: 0.0.0.0:99999', "master.yaml:1: listen: '0.0.0.0:99999' is not ADDRESS:PORT, such as 0.0.0.0:9443 or "
                              '[::]:9443'),
    ('listen: [a]', 'master.yaml:1: listen: must be a single value'),
    ('names: [a b]', "master.yaml:1: names: 'a b' is neither a host name nor an address"),
    ("retention: {reports: '30'}", "master.yaml:1: retention.reports: '30' is too short; at least 86400s; without a "
                                   'unit it is seconds: write it with one, such as 30d'),
    ('retention: {audit: 30s}', "master.yaml:1: retention.audit: '30s' is too short; at least 86400s"),
    ('names: k8s', 'master.yaml:1: names: is not a list; write it as [k8s-master, 192.0.2.1]'),
    ('database: mysql://x', 'master.yaml:1: database: is neither sqlite:///PATH nor postgresql://USER@HOST/NAME'),
    ('\ncertificate: /a', 'master.yaml:2: certificate and key are named together, or neither'),
    ('ca: /a', 'master.yaml:1: ca is for a certificate of your own; name certificate and key too'),
    ('key: a', "master.yaml:1: key: 'a' is not an absolute path"),
    ('heartbeat: 2m', 'master.yaml:1: silent_after is at least three heartbeats, 360s; a node is not silent because '
                      'one was lost'),
    ('webhooks: [{name: a}]', 'master.yaml:1: webhooks: webhook a has no url such as '
                              'https://alerts.example.com/nodeprep'),
    ('webhooks: [{name: a, url: "http://x", kind: slack}]',
     'master.yaml:1: webhooks: webhook a: kind is one of generic, alertmanager'),
    ('webhooks: [{name: a, url: "http://x"}, {name: a, url: "http://y"}]',
     'master.yaml:1: two webhooks are called a'),
    ('webhooks:\n- {name: a, url: "http://x"}\n- name: a\n  url: "http://y"\n',
     'master.yaml:3: two webhooks are called a'),
    ('webhooks:\n- name: a\n  url: x\n', 'master.yaml:3: webhooks: webhook a has no url'),
    ('webhooks:\n- {name: a, url: "http://x"}\n- url: "http://x"\n', 'master.yaml:3: webhooks: a webhook has a name'),
    ('webhooks:\n- name: a\n  url: "http://x"\n  kind: slack', 'master.yaml:4: webhooks: webhook a: kind is one of'),
    ('webhooks:\n- name: a\n  adress: x', "master.yaml:3: webhooks: a webhook has no 'adress'"),
    ('webhooks:\n- name: [a]', 'master.yaml:2: webhooks: must be a single value'),
    ('names:\n- a\n- b c\n', "master.yaml:3: names: 'b c' is neither a host name nor an address"),
    ('names:\n- a\n- [b]\n', 'master.yaml:3: names: must be a single value'),
    ('report:\n  keep: 3\n  webhook: {secret: x}\n', 'master.yaml:3: report.webhook needs url'),
    ('report:\n  keep: 3\n  mail: {server: mx}\n', 'master.yaml:3: report.mail needs server, from and to'),
    ('report:\n  mail:\n    to:\n    - a@b\n    - nobody\n', "master.yaml:5: report.mail.to: 'nobody' is not an"),
])
def test_what_is_wrong_is_told_with_its_place(text, said):
    assert any(one.startswith(said) for one in problems(text)), problems(text)


@pytest.mark.parametrize('url, secret', [
    ('postgresql://nodeprep:hush@db/nodeprep', True), ('postgresql://nodeprep@db/nodeprep', False),
    ('postgresql://db/nodeprep?user=n&password=hush', True), ('postgresql://db:5432/nodeprep', False),
    ('sqlite:///srv/a:b@c.db', False)])
def test_a_password_of_a_database_that_others_may_read_is_refused(url, secret):
    text = f'database: "{url}"'
    assert read(text).database == url
    if secret:
        assert 'a secret in this file' in problems(text, exposed=True)[0]
    else:
        assert read(text, exposed=True).database == url


def test_a_secret_that_others_may_read_is_refused_and_never_shown(tmp_path):
    text = 'webhooks: [{name: a, url: "http://x", secret: hush}]'
    assert problems(text, exposed=True) == ['master.yaml:1: there is a secret in this file, which everybody may read: '
                                            'chmod 0640 it']
    path = tmp_path / 'master.yaml'
    path.write_text(text)
    os.chmod(path, 0o644)
    with pytest.raises(ConfigError):
        settings.load(str(path))
    os.chmod(path, 0o640)
    found = settings.load(str(path))
    assert found.webhooks[0].secret == 'hush' and 'hush' not in repr(found)
