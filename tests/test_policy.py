"""Profile, files and command line make one policy; what is not understood stops the load and names the right word."""
import os

import pytest

from nodeprep import catalogue, policy
from nodeprep.config import ConfigError
from nodeprep.model import CannotTell, Waiver
from tests.pretend import Pretend

FILE = '/etc/nodeprep/nodeprep.yaml'
_LOAD = catalogue.load


@pytest.fixture(autouse=True)
def _one_requirement(monkeypatch):
    monkeypatch.setattr(catalogue, 'ids', lambda: ['pretend'])
    monkeypatch.setattr(catalogue, 'load', lambda requirement_id: Pretend())
    monkeypatch.setattr(policy, 'profile_node', lambda name: policy._as_node(
        {'kubernetes': '1.23', 'requirements': {'pretend': {'minimum': '3GB'}}}, f'profile {name}'))


def problems(host, text):
    with pytest.raises(ConfigError) as error:
        policy.load(host.files({FILE: text}))
    return error.value.problems


def test_without_files_the_profile_lies_over_the_defaults(host):
    rule = policy.load(host).rule(Pretend(), (1, 23))
    assert (rule.mode, rule.severity, rule.waiver) == ('report', 'required', None)
    assert rule.want == {'minimum': 3 * 10**9, 'policy': 'off', 'servers': (), 'limit': 1.0, 'name': '', 'entries': {},
                         'on': False, 'many': 2, 'role': 'worker', 'kubernetes': (1, 23), 'profile': 'docker'}


def test_the_file_of_the_contract_is_understood(host):
    loaded = policy.load(host.files({FILE: '''
profile: containerd
role: control-plane
labels: {rack: a1, row: 7}
kubernetes: 1.30
interval: 5m
requirements:
  pretend: {mode: fix, severity: advised, minimum: 4 GiB, policy: off, servers: [a, b], limit: 100ms,
            name: web, entries: {10.0.0.1: [a, b], 10.0.0.2: c}, on: true, many: 3}
waivers:
  - {requirement: pretend, reason: "lab host", owner: ops@example.com, until: 2027-01-31}
windows: ["Sat 02:00-04:00", "22:00-24:00"]
limits: {fixes_per_day: 3}
master: {url: "https://k8s-master:9443", heartbeat: 60s, supplies: [hosts, network, hosts]}
textfile: /var/lib/node_exporter/textfile_collector
'''}))
    assert (loaded.profile, loaded.role, loaded.get('kubernetes')) == ('containerd', 'control-plane', (1, 30))
    assert (loaded.get('interval'), loaded.get('labels.row'), loaded.get('master.heartbeat')) == (300.0, '7', 60.0)
    assert loaded.get('limits.fixes_per_day') == 3 and loaded.get('windows') == ('Sat 02:00-04:00', '22:00-24:00')
    assert loaded.get('master.supplies') == ('hosts', 'network') and loaded.cluster == ''
    assert loaded.get('textfile') == '/var/lib/node_exporter/textfile_collector'
    rule = loaded.rule(Pretend(), (1, 30))
    assert (rule.mode, rule.severity) == ('fix', 'advised')
    assert rule.want['minimum'] == 4 * 2**30 and rule.want['policy'] == 'off' and rule.want['limit'] == 0.1
    assert rule.want['entries'] == {'10.0.0.1': ['a', 'b'], '10.0.0.2': 'c'}
    assert rule.waiver == Waiver('pretend', 'lab host', 'ops@example.com', '2027-01-31')
    assert loaded.settings['requirements.pretend.mode'].origin == FILE + ':8'


def test_later_files_overlay_earlier_ones_key_by_key(host):
    loaded = policy.load(host.files({
        FILE: 'requirements: {pretend: {mode: fix, many: 5}}\n',
        '/etc/nodeprep/nodeprep.d/20-b.yaml': 'requirements: {pretend: {many: 7}}\nrole: worker\n',
        '/etc/nodeprep/nodeprep.d/10-a.yaml': 'requirements: {pretend: {many: 6}}\nrole: control-plane\n',
        '/etc/nodeprep/nodeprep.d/note.txt': 'unknown: 1\n'}))
    assert (loaded.get('requirements.pretend.mode'), loaded.get('requirements.pretend.many')) == ('fix', 7)
    assert loaded.settings['role'] == policy.Value('worker', '/etc/nodeprep/nodeprep.d/20-b.yaml:2')


def test_the_command_line_has_the_last_word(host):
    host.files({FILE: 'role: worker\nprofile: docker\n'})
    loaded = policy.load(host, profile='containerd', role='control-plane')
    assert loaded.settings['role'] == policy.Value('control-plane', 'command line')
    assert loaded.profile == 'containerd' and loaded.settings['kubernetes'].origin == 'profile containerd'


@pytest.mark.parametrize('text, said', [
    ('rol: worker\n', f"{FILE}:1: unknown key 'rol'; did you mean role?"),
    ('role: boss\n', f"{FILE}:1: role: 'boss' is none of worker, control-plane"),
    ('role: [worker]\n', f'{FILE}:1: role: this must be a single value'),
    ('kubernetes: latest\n', f"{FILE}:1: kubernetes: 'latest' is not a Kubernetes version"),
    ('interval: soon\n', f"{FILE}:1: interval: 'soon' is not a duration"),
    ('interval: 10ms\n', f"{FILE}:1: interval: '10ms' is too short; at least 1s"),
    ('master: {heartbeat: 0}\n', f"{FILE}:1: master.heartbeat: '0' is too short"),
    ('master: {supplies: hosts}\n', f"{FILE}:1: master.supplies: 'hosts' is not a list of network, hosts; write it as"),
    ('master: {supplies: [host]}\n', f"{FILE}:1: master.supplies: 'host' is none; did you mean hosts?"),
    ('master: {supplies: [[hosts]]}\n', f'{FILE}:1: master.supplies: this is not a list of'),
    ('master: {supplys: []}\n', f'{FILE}:1: unknown key master.supplys; did you mean supplies?'),
    ('textfile: metrics\n', f"{FILE}:1: textfile: 'metrics' is not a folder such as /var"),
    ('labels: [a]\n', f'{FILE}:1: labels: this is not a mapping'),
    ('labels:\n  rack: a1\n  zone: [1, 2]\n',
     f"{FILE}:3: label 'zone' must be a single value; write it as {{rack: a1}}"),
    ('labels: {zone: {a: b}}\n', f"{FILE}:1: label 'zone' must be a single value"),
    ('labels: {"a b": c}\n', f"{FILE}:1: label 'a b' is not a name"),
    ('requirements:\n  pretendd: {}\n', f"{FILE}:2: unknown requirement 'pretendd'; did you mean pretend?"),
    ('requirments:\n  pretend: {mode: fix}\n', f"{FILE}:1: unknown key 'requirments'; did you mean requirements?"),
    ('pretend:\n  mode: fix\n', f"{FILE}:1: unknown key 'pretend'; pretend is a requirement and stands below `requ"),
    ('requirements:\n  mode: fix\n', f"{FILE}:2: unknown requirement 'mode'; it stands below the id of one"),
    ('requirements: {pretend: {minimum: 2}}\n', f"{FILE}:1: pretend.minimum: '2' would be 2 bytes; write it as 2GB"),
    ('requirements: [pretend]\n', f'{FILE}:1: requirements: this is not a mapping'),
    ('requirements: {pretend: fix}\n', f'{FILE}:1: pretend is not a mapping'),
    ('requirements: {pretend: {mod: fix}}\n', f"{FILE}:1: pretend has no setting 'mod'; did you mean mode?"),
    ('requirements: {pretend: {mode: always}}\n', f"{FILE}:1: pretend.mode: 'always' is none of ignore"),
    ('requirements:\n  pretend:\n    minimum: 2 gigs\n', f"{FILE}:3: pretend.minimum: '2 gigs' is not a size"),
    ('requirements: {pretend: {many: yes}}\n', f"{FILE}:1: pretend.many: 'yes' is not a whole number"),
    ('requirements: {pretend: {on: 1}}\n', f"{FILE}:1: pretend.on: '1' is neither true nor false"),
    ('requirements: {pretend: {name: no}}\n', f"{FILE}:1: pretend.name: 'no' is not text; put it in quotes"),
    ('requirements: {pretend: {servers: a}}\n', f"{FILE}:1: pretend.servers: 'a' is not a list"),
    ('requirements: {pretend: {servers: [1]}}\n', f"{FILE}:1: pretend.servers: '1' is not text; put"),
    ('requirements:\n  pretend:\n    servers:\n    - a\n    - 2\n',
     f"{FILE}:5: pretend.servers: '2' is not text; put it"),
    ('requirements:\n  pretend:\n    servers:\n    - [a]\n', f'{FILE}:4: pretend.servers: this is not text'),
    ('requirements:\n  pretend:\n    entries:\n      a: b\n      c: 3\n',
     f"{FILE}:5: pretend.entries: '3' is not text"),
    ('requirements:\n  pretend:\n    entries:\n      a: b\n      c:\n      - d\n      - 3\n',
     f"{FILE}:7: pretend.entries: '3' is not text"),
    ('requirements: {pretend: {name: [a, b]}}\n', f'{FILE}:1: pretend.name: this is not text'),
    ('requirements: {pretend: {policy: [off]}}\n', f'{FILE}:1: pretend.policy: this is none of off, open'),
    ('requirements: {pretend: {entries: {a: {b: c}}}}\n', f'{FILE}:1: pretend.entries: this is not text'),
    ('waivers: [{requirement: pretend}]\n', f'{FILE}:1: a waiver has requirement, reason, owner and until'),
    ('waivers: [{requirement: a, reason: b, owner: c, util: d}]\n',
     f'{FILE}:1: a waiver has requirement, reason, owner and until; this one lacks until and has util'),
    ('waivers: [x]\n', f'{FILE}:1: a waiver has'),
    ('waivers: [{requirement: x, reason: a, owner: b, until: 2027-01-31}]\n', f"{FILE}:1: unknown requirement 'x'"),
    ('waivers: [{requirement: pretend, reason: a, owner: b, until: never}]\n',
     f"{FILE}:1: until: 'never' is not a day"),
    ('waivers: [{requirement: pretend, reason: " ", owner: b, until: 2027-01-31}]\n',
     f'{FILE}:1: a waiver needs a reason'),
    ('waivers:\n  - {requirement: pretend, reason: a, owner: b, until: 2027-01-31}\n'
     '  - {requirement: pretend, reason: c, owner: d, until: 2026-01-31}\n',
     f'{FILE}:3: a second waiver for pretend; the first stands at {FILE}:2'),
    ('windows: ["Sat 2-4"]\n', f"{FILE}:1: window 'Sat 2-4' is not written as"),
    ('windows: Sat\n', f"{FILE}:1: windows: 'Sat' is not a list"),
    ('limits: 3\n', f"{FILE}:1: limits: '3' is not a mapping of fixes_per_day"),
    ('limits: {fixes: 3}\n', f'{FILE}:1: unknown key limits.fixes; did you mean fixes_per_day?'),
    ('limits: {fixes_per_day: -1}\n', f"{FILE}:1: limits.fixes_per_day: '-1' is not a whole number"),
    ('master: {url: "http://x"}\n', f"{FILE}:1: master.url: 'http://x' is not an https address"),
])
def test_what_is_wrong_is_named_with_file_line_and_remedy(host, text, said):
    (problem,) = problems(host, text)
    assert problem.startswith(said)


@pytest.mark.parametrize('inner, said', [
    ('network:\n    peers:\n    - a\n    - not an address\n',
     "5: network.peers: 'not an address' is not a peer; write it as host or host:port"),
    ('network:\n    control_planes:\n    - a\n    - 10.0.0.1:x\n',
     "5: network.control_planes: '10.0.0.1:x' is not a peer"),
    ('time-sync:\n    servers:\n    - fd00::1\n    - bad name!\n',
     "5: time-sync.servers: 'bad name!' is neither a host name nor an address; write it as ntp1.example.com"),
    ('hosts:\n    entries:\n      10.0.0.1: a\n      10.0.0.2: 3\n',
     "5: hosts.entries: '3' is not text; put it in quotes"),
    ('hosts:\n    entries:\n      10.0.0.1: a\n      10.0.0: [b, c]\n', "5: hosts.entries: '10.0.0' is not an address"),
    ('hosts:\n    entries:\n      10.0.0.1:\n      - a\n      - b#\n', "6: hosts.entries: 'b#' is not a name"),
])
def test_a_part_that_is_wrong_is_named_where_it_stands(host, monkeypatch, inner, said):
    monkeypatch.setattr(catalogue, 'ids', lambda: ['network', 'time-sync', 'hosts'])
    monkeypatch.setattr(catalogue, 'load', _LOAD)
    monkeypatch.setattr(policy, 'profile_node', lambda name: policy._as_node({'kubernetes': '1.23'}, f'profile {name}'))
    (problem,) = problems(host, 'requirements:\n  ' + inner)
    assert problem.startswith(f'{FILE}:{said}')


def test_all_problems_are_told_at_once(host):
    assert len(problems(host, 'rol: a\nrequirements: {pretend: {mode: x, minimum: y}}\ninterval: z\n')) == 4


def test_a_file_that_cannot_be_read_stops_the_load(host):
    host.files({FILE: 'role: worker\n'}).denied.add(FILE)
    with pytest.raises(ConfigError, match='ermission denied'):
        policy.load(host)


def test_a_named_file_is_read_alone(host, tmp_path):
    host.files({FILE: 'nonsense: 1\n'})
    own = tmp_path / 'own.yaml'
    own.write_text('role: control-plane\n')
    assert policy.load(host, str(own)).role == 'control-plane'
    with pytest.raises(ConfigError, match='name a readable file with --config'):
        policy.load(host, str(tmp_path / 'absent.yaml'))
    own.write_bytes(b'\xff\xfe')
    with pytest.raises(ConfigError, match='is not UTF-8'):
        policy.load(host, str(own))


def test_a_named_file_is_read_whole_or_not_at_all(host, tmp_path):
    own = tmp_path / 'own.yaml'
    own.write_text('#' * 2**20 + '\nrole: control-plane\n')
    with pytest.raises(ConfigError, match='Larger than 1024 KiB'):
        policy.load(host, str(own))


def test_a_named_pipe_is_read_and_waited_for_only_when_somebody_writes(host, tmp_path):
    os.mkfifo(str(tmp_path / 'pipe'))
    with pytest.raises(ConfigError, match='Nothing comes from this pipe'):
        policy.load(host, str(tmp_path / 'pipe'))
    reader, writer = os.pipe()
    try:
        os.write(writer, b'role: control-plane\n')
        os.close(writer)
        assert policy.load(host, f'/dev/fd/{reader}').role == 'control-plane'
    finally:
        os.close(reader)


def test_an_unknown_profile_is_named_with_what_there_is(host, monkeypatch):
    monkeypatch.undo()
    with pytest.raises(ConfigError, match='--profile: no profile .dockr.; did you mean docker?'):
        policy.load(host, profile='dockr')


def test_cannot_tell_is_a_config_error_too(host, monkeypatch):
    error = CannotTell('nodeprep.d: input/output error')
    monkeypatch.setattr(host, 'names', lambda folder: (_ for _ in ()).throw(error))
    with pytest.raises(ConfigError, match='input/output error; nothing is checked'):
        policy.load(host)


def test_a_file_that_would_be_passed_over_is_named(host):
    host.files({'/etc/nodeprep/nodeprep.yml': 'role: worker\n'})
    with pytest.raises(ConfigError, match=r'/etc/nodeprep/nodeprep\.yml: is not read; end its name in \.yaml'):
        policy.load(host)
    host.files({'/etc/nodeprep/nodeprep.yml': None, '/etc/nodeprep/nodeprep.d/30-c.yml': 'role: worker\n'})
    with pytest.raises(ConfigError, match=r'nodeprep.d/30-c.yml: is not read; end its name in .yaml'):
        policy.load(host)
