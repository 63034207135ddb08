"""What the master supplies stands in the policy where the owner wants it, and never in place of his own word."""
import json
import os

import pytest

from nodeprep import members
from nodeprep.agent import roster
from nodeprep.agent.supplied import CONTROL_PLANES, NAMES, PEERS, load, supplied
from nodeprep.engine import examine
from nodeprep.requirements.hosts import Hosts
from nodeprep.requirements.network import Network

WANTED = 'master: {supplies: [network, hosts]}\n'
HOME = '/var/lib/nodeprep'
NODES = (('m1', 'control-plane', '10.0.0.1'), ('n1', 'worker', '10.0.0.11'), ('n2', 'worker', '10.0.0.12'))


def keep(host, nodes=NODES, age=0.0, node='N1', cluster='', conflicts=()):
    listing = members.Listing(cluster, tuple(members.Member(name, role, (address,)) for name, role, address in nodes),
                              tuple(conflicts))
    tree = {'url': 'https://master', 'node': node, 'tag': '"t"', 'list': members.tree_of(listing)}
    path = f'{host.root}{HOME}'
    os.makedirs(path, mode=0o700, exist_ok=True)
    with open(f'{path}/{roster.NAME}', 'w', encoding='ascii') as file:
        json.dump(tree, file)
    os.chmod(f'{path}/{roster.NAME}', 0o600)
    os.utime(f'{path}/{roster.NAME}', (host.time() - age,) * 2)
    return host


def policy(host, text=WANTED):
    return load(host.files({'/etc/nodeprep/nodeprep.yaml': text}))


def value(found, name):
    return found.get(f'requirements.{name}'), found.settings[f'requirements.{name}'].origin


def test_peers_and_entries_are_those_of_the_others(host):
    host.now_is = 1769860800.0
    found, as_of = policy(keep(host)), 'from the master, as of 2026-01-31T12:00:00Z'
    assert value(found, 'network.peers') == (('10.0.0.12',), as_of)
    assert value(found, 'network.control_planes') == (('10.0.0.1',), as_of)
    assert value(found, 'hosts.entries') == ({'10.0.0.1': ['m1'], '10.0.0.12': ['n2']}, as_of)
    assert found.rule(Network(), (1, 30)).note == f'peers, control_planes {as_of}'


def test_nothing_counts_until_the_owner_says_so(host):
    found = policy(keep(host), 'role: worker\n')
    assert not any(name.startswith(('requirements.network', 'requirements.hosts')) for name in found.settings)
    assert found.cluster is None and found.rule(Hosts(), (1, 30)).note == ''


def test_only_what_is_named_is_supplied(host):
    found = policy(keep(host), 'master: {supplies: [hosts]}\n')
    assert found.get('requirements.hosts.entries') and 'requirements.network.peers' not in found.settings


@pytest.mark.parametrize('own', ['network: {peers: [10.9.9.9]}', 'network: {control_planes: [10.9.9.9]}',
                                 'network: {peers: []}', 'hosts: {entries: {}}',
                                 'hosts: {entries: {10.9.9.9: mine}}'])
def test_what_the_owner_gave_himself_stands_alone(host, own):
    found = policy(keep(host), WANTED + f'requirements: {{{own}}}\n')
    requirement = own.partition(':')[0]
    given = [one.origin for name, one in found.settings.items() if name.startswith(f'requirements.{requirement}.')]
    assert given == ['/etc/nodeprep/nodeprep.yaml:2']
    other = {'network': 'hosts.entries', 'hosts': 'network.peers'}[requirement]
    assert value(found, other)[0]


def test_modes_and_limits_of_the_owner_are_kept(host):
    found = policy(keep(host), WANTED + 'requirements: {hosts: {mode: fix, timeout: 4s}}\n')
    rule = found.rule(Hosts(), (1, 30))
    assert (rule.mode, rule.want['timeout'], len(rule.want['entries'])) == ('fix', 4.0, 2)


@pytest.mark.parametrize('age, said', [(0, 'Z'), (800, 'Z'), (3 * 3600, 'Z, 3 h ago'), (6 * 86400, 'Z, 6 d ago')])
def test_the_age_of_a_list_is_told(host, age, said):
    found = policy(keep(host, age=age))
    assert value(found, 'hosts.entries')[0] and value(found, 'hosts.entries')[1].endswith(said)


@pytest.mark.parametrize('how, said', [
    (lambda host: host, 'which has sent no list of this cluster yet'),
    (lambda host: keep(host, cluster='prod'), 'which has sent no list of this cluster yet'),
    (lambda host: keep(host, age=8 * 86400), 'whose last list is too old: of 20'),
    (lambda host: keep(host, age=-8 * 86400), 'whose last list is too old: of 20'),
    (lambda host: os.chmod(f'{keep(host).root}{HOME}/{roster.NAME}', 0o666) or host, 'whose list is not used: '),
    (lambda host: keep(host).files({f'{HOME}/{roster.NAME}': '{'}), 'whose list is not used: ')])
def test_without_a_list_that_counts_it_is_as_if_none_were_given_and_that_is_told(host, how, said):
    found = policy(how(host))
    assert value(found, 'network.peers')[0] == () and value(found, 'hosts.entries')[0] == {}
    assert f'from the master, {said}' in value(found, 'hosts.entries')[1]
    for requirement in (Hosts(), Network()):
        rule = found.rule(requirement, (1, 30))
        assert examine(requirement, host, rule.want).state == 'not-applicable' and said in rule.note


def test_somebody_who_may_not_read_it_is_told_so(host, monkeypatch):
    from nodeprep.agent import owned

    def closed(path, most):
        raise PermissionError(13, 'Permission denied')
    monkeypatch.setattr(owned, 'read', closed)
    found = policy(keep(host))
    assert value(found, 'network.peers')[0] == ()
    assert value(found, 'network.peers')[1].startswith('from the master, whose list is not used: /')
    assert value(found, 'network.peers')[1].endswith('/var/lib/nodeprep/cluster.json: permission denied')


def test_the_list_of_ones_own_cluster_counts(host):
    found = policy(keep(host, cluster='prod'), WANTED + 'labels: {cluster: prod}\n')
    assert found.cluster == 'prod' and value(found, 'hosts.entries')[0]


def test_each_of_many_looks_at_those_after_it_so_that_each_is_looked_at_by_as_many(host):
    nodes = [(f'n{number:03}', 'control-plane' if number < 30 else 'worker', f'10.0.{number // 250}.{number % 250}')
             for number in range(200)]
    looked = {}
    for name, _, _ in nodes:
        found = policy(keep(host, nodes, node=name))
        peers, planes = value(found, 'network.peers')[0], value(found, 'network.control_planes')[0]
        assert (len(peers), len(planes)) == (PEERS, CONTROL_PLANES)
        for one in peers + planes:
            looked[one] = looked.get(one, 0) + 1
    own = {address for _, _, address in nodes}
    assert set(looked) == own and min(looked.values()) >= CONTROL_PLANES and max(looked.values()) < 200
    next_one = value(policy(keep(host, nodes, node='n000')), 'network.control_planes')[0][0]
    assert next_one == '10.0.0.1', 'the one after it by name'


def test_more_names_than_a_hosts_file_is_for_are_not_taken_in_part(host):
    nodes = [(f'n{number}', 'worker', f'10.1.{number // 250}.{number % 250}') for number in range(NAMES + 1)]
    found = policy(keep(host, nodes))
    assert value(found, 'hosts.entries')[0] == {} and f'{NAMES + 1} members are more than' in value(
        found, 'hosts.entries')[1]
    assert len(value(policy(keep(host, nodes[1:])), 'hosts.entries')[0]) == NAMES - 1


def test_who_joins_cannot_take_the_name_of_a_server_elsewhere(host):
    nodes = (('github.com', 'worker', '10.0.0.66'), ('n2.example.com', 'worker', '10.0.0.2'),
             ('n3', 'worker', '10.0.0.3'))
    entries, origin = value(policy(keep(host, nodes, node='n1')), 'hosts.entries')
    assert entries == {'10.0.0.3': ['n3']} and 'left out: github.com (not of the domain of n1)' in origin
    entries, origin = value(policy(keep(host, nodes, node='n1.example.com')), 'hosts.entries')
    assert entries == {'10.0.0.2': ['n2.example.com'], '10.0.0.3': ['n3']} and 'github.com' in origin


def test_what_the_master_left_out_is_told(host):
    found = policy(keep(host, conflicts=[(f'x{number}', 'y') for number in range(7)]))
    assert value(found, 'network.peers')[1].endswith(
        '; left out: x0 (y), x1 (y), x2 (y), x3 (y), x4 (y), and 2 more')


def test_an_image_is_not_among_them(tmp_path):
    from tests.fakes import FakeHost
    host = keep(FakeHost(tmp_path, live=False))
    assert 'requirements.hosts.entries' not in policy(host).settings


def test_another_list_takes_the_place_of_the_one_before(host):
    first = policy(keep(host))
    again = supplied(first, keep(host, NODES + (('n3', 'worker', '10.0.0.13'),)))
    assert '10.0.0.13' in value(again, 'network.peers')[0] and '10.0.0.13' not in value(first, 'network.peers')[0]
    assert {name: one for name, one in again.settings.items() if 'master' not in one.origin} == {
        name: one for name, one in first.settings.items() if 'master' not in one.origin}


def test_a_hosts_file_gets_their_names(host):
    keep(host).files({'/etc/hosts': '127.0.0.1 localhost\n', '/etc/nsswitch.conf': 'hosts: files dns\n'})
    rule = policy(host).rule(Hosts(), (1, 30))
    found = examine(Hosts(), host, rule.want)
    assert found.state == 'drifted'
    assert found.observations[0].fix[0].text == ('127.0.0.1 localhost\n# BEGIN nodeprep managed\n10.0.0.1 m1\n'
                                                 '10.0.0.12 n2\n# END nodeprep managed\n')
