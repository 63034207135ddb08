"""Two masters on one PostgreSQL: whichever a node or a person asks, it is the same fleet."""
import json
import os
import shutil
import tarfile
import time

import pytest

from tests.master.fleet import Host, plan
from tests.system.masterprocess import MasterProcess, Person
from tests.system.postgres import Server


@pytest.fixture(scope='module')
def server():
    made = Server()
    yield made
    made.end()


@pytest.fixture
def masters(server, tmp_path):
    """Both, with the CA of the first."""
    config = f'database: {json.dumps(server.database())}\nheartbeat: 1s\nsilent_after: 3s\n'
    for name in 'ab':
        (tmp_path / name).mkdir()
    with MasterProcess(tmp_path / 'a', config) as first:
        os.mkdir(tmp_path / 'b' / 'master', 0o700)
        for name in ('ca.crt', 'ca.key'):
            shutil.copy2(f'{first.data}/{name}', tmp_path / 'b' / 'master' / name)
        with MasterProcess(tmp_path / 'b', config) as second:
            yield first, second


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, 'it did not come to that'
        time.sleep(0.05)


def test_what_one_was_told_the_other_knows(masters):
    first, second = masters
    admin = first.person()
    words = second.join_words()
    assert words[-1] == first.join_words()[-1], 'one CA'
    status, tree = Person(first).ask('POST', '/v1/join', {
        'token': words[3], 'name': 'node1', 'request': '00000000-0000-4000-8000-000000000001'})
    assert status == 201
    there = [Person(one, tree['credential']) for one in masters]
    host = Host(1, 'node1', start=time.time() - 600)
    host.set('swap', 'drifted', mode='approve', changes=plan(), found='swap is on')
    reports = [host.report() for _ in range(6)]
    for number, report in enumerate(reports):
        assert there[number % 2].ask('POST', '/v1/reports', report)[0] == 201
    assert there[1].ask('POST', '/v1/reports', {'reports': reports})[1] == {'sequence': 6, 'new': 0}
    drift = Person(second, admin.token).get('/v1/drift')['drift']
    assert [(one['node'], one['requirement'], one['approval']) for one in drift] == [('node1', 'swap', 'proposed')]
    first.told('approve', 'node1', 'swap')
    assert len(there[1].ask('POST', '/v1/heartbeats', host.beat())[1]['approvals']) == 1
    for one in there:
        assert one.ask('POST', '/v1/heartbeats', host.beat())[0] == 200
    first.told('forget', 'node1')
    until(lambda: all(one.ask('POST', '/v1/heartbeats', {})[0] == 401 for one in there))
    first.told('user', 'delete', 'root')
    assert Person(second, admin.token).ask('GET', '/v1/nodes')[0] == 401


def test_one_that_is_killed_is_not_missed(masters):
    first, second = masters
    admin, words = first.person(), first.join_words()
    tree = Person(first).ask('POST', '/v1/join', {
        'token': words[3], 'name': 'node2', 'request': '00000000-0000-4000-8000-000000000002'})[1]
    host = Host(2, 'node2', start=time.time() - 600)
    assert Person(first, tree['credential']).ask('POST', '/v1/reports', host.report())[0] == 201
    first.process.kill()
    other = Person(second, tree['credential'])
    assert other.ask('POST', '/v1/reports', host.report())[1] == {'sequence': 2, 'new': 1}
    until(lambda: Person(second, admin.token).get('/v1/nodes')['nodes'][0]['standing'] == 'silent')
    # It is silent again after three seconds without a word.
    until(lambda: other.ask('POST', '/v1/heartbeats', host.beat())[0] == 200
          and Person(second, admin.token).get('/v1/nodes')['nodes'][0]['standing'] == 'met')


def test_a_database_that_goes_away_is_told_and_comes_back(masters, server):
    first, _ = masters
    admin = first.person()
    assert Person(first).ask('GET', '/readyz')[0] == 200
    server.stop('immediate')
    try:
        status, tree = Person(first).ask('GET', '/readyz')
        assert status == 503 and 'postgres' not in json.dumps(tree), first.said()
        assert Person(first).ask('GET', '/healthz')[0] == 200
        assert Person(first, admin.token).ask('GET', '/v1/nodes')[0] == 503, first.said()
    finally:
        server.start()
    until(lambda: Person(first).ask('GET', '/readyz')[0] == 200)
    assert admin.get('/v1/nodes')['nodes'] == []
    assert not [line for line in first.lines if 'Traceback' in line or 'fault' in line], first.said()


def test_backup_and_doctor_with_a_server(masters, tmp_path):
    first, _ = masters
    out = first.told('backup', str(tmp_path / 'backup.tar'))
    assert 'pg_dump' in out
    with tarfile.open(str(tmp_path / 'backup.tar')) as tar:
        assert tar.getnames() == ['ca.crt', 'ca.key']
    code, out, err = first.run('doctor')
    assert (code, err) == (0, '') and 'WRONG' not in out
