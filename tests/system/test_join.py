"""nodeprep join and leave against a real TLS server: what is sent to whom, what is kept, and every refusal."""
import json
import os
import socket
import subprocess
import sys

import pytest

from nodeprep import cahash
from nodeprep.agent import credential
from tests.system import tlsmaster
from tests.system.tlsmaster import Handler, Server
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOKEN, SECRET = 'abcdef.0123456789abcdef', 'npn_' + 'x' * 43


class Joiner(Handler):
    """A master for joining alone: `answers` by method and path, in place of what it would say."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.server.requests.append((self.command, self.path, self.headers.get('Authorization', ''), body))
        good = {('GET', '/v1/ca'): (200, {'ca': self.server.pem}),
                ('POST', '/v1/join'): (201, {'node': 'n1', 'credential': SECRET, 'heartbeat': 60}),
                ('DELETE', '/v1/join'): (200, {})}
        status, tree = self.server.answers.get((self.command, self.path), good[self.command, self.path])
        self.mood_right(status, tree if isinstance(tree, bytes) else json.dumps(tree).encode())

    do_GET = do_POST = do_DELETE = answer


@pytest.fixture(scope='module')
def keys(tmp_path_factory):
    need('program', 'openssl')
    folder = str(tmp_path_factory.mktemp('keys'))
    for name in ('ca', 'other'):
        tlsmaster.authority(folder, name)
    tlsmaster.certificate(folder)
    tlsmaster.certificate(folder, 'DNS:elsewhere.example', name='elsewhere')
    return folder


def pem(keys, name='ca'):
    with open(f'{keys}/{name}.pem', encoding='ascii') as file:
        return file.read()


def hash_of(text):
    return next(cahash.certificates(text))[0]


@pytest.fixture
def master(keys):
    with Server(f'{keys}/server-both.pem', Joiner) as server:
        server.pem, server.answers = pem(keys), {}
        yield server


def nodeprep(*words, given=''):
    environment = {name: value for name, value in os.environ.items() if 'proxy' not in name.lower()}
    done = subprocess.run([sys.executable, '-m', 'nodeprep'] + list(words), cwd=TOP, env=environment, timeout=60,
                          input=given.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def join(master, folder, *more, token=TOKEN, ca=None, given=''):
    return nodeprep('join', master.url, '--token', token, '--ca-cert-hash', ca or hash_of(master.pem), '--node-name',
                    'n1', '--state-dir', str(folder), *more, given=given)


def test_joining_keeps_the_credential_for_its_owner_alone_and_leaving_removes_it(master, tmp_path):
    (tmp_path / 'state').mkdir(mode=0o700)
    (tmp_path / 'state' / 'cluster.json').write_text('{}')           # what another master told of its cluster
    code, out, err = join(master, tmp_path / 'state')
    assert (code, err) == (0, '') and f'joined {master.url} as n1' in out
    assert not (tmp_path / 'state' / 'cluster.json').exists() and 'supplies: [network, hosts]' in out
    assert 'quarantine' not in out
    path = tmp_path / 'state' / 'credential'
    assert path.stat().st_mode & 0o777 == 0o600 and (tmp_path / 'state').stat().st_mode & 0o777 == 0o700
    assert credential.read(str(path)) == credential.Credential(master.url, 'n1', SECRET, master.pem)
    assert [one[:2] for one in master.requests] == [('GET', '/v1/ca'), ('POST', '/v1/join')]
    sent = json.loads(master.requests[1][3].decode())
    assert sent['token'] == TOKEN and sent['name'] == 'n1' and len(sent['request']) == 36
    with open('/proc/sys/kernel/hostname') as file:
        assert sent['hostname'] == file.read().strip()
    assert set(sent) == {'token', 'name', 'request', 'version', 'hostname', 'machine_id', 'product_uuid', 'macs'}
    code, _, err = join(master, tmp_path / 'state')
    assert f'has joined {master.url} as n1: `nodeprep leave --state-dir {tmp_path}/state` first' in err
    assert code == 2 and len(master.requests) == 2
    code, out, err = nodeprep('leave', '--state-dir', str(tmp_path / 'state'))
    assert (code, err) == (0, '') and f'has left {master.url}.' in out and not path.exists()
    assert master.requests[2][:3] == ('DELETE', '/v1/join', f'Bearer {SECRET}')
    assert nodeprep('leave', '--state-dir', str(tmp_path / 'state')) == (0, 'This host has joined no master.\n', '')


def test_the_master_may_be_named_as_kubeadm_names_a_control_plane(master, tmp_path):
    """Host and port, without a scheme."""
    code, out, err = nodeprep('join', master.url.split('://')[1], '--token', TOKEN, '--ca-cert-hash',
                              hash_of(master.pem).upper(), '--node-name', 'n1', '--state-dir', str(tmp_path))
    assert (code, err) == (0, '') and f'joined {master.url} as n1' in out
    assert credential.read(str(tmp_path / 'credential')).url == master.url


@pytest.mark.parametrize('told, said', [
    ({'quarantined': True, 'quarantine': {'since': '2027-01-31T12:00:00Z', 'because': [
        {'node': 'n0\x1b[31m', 'same': ['hostname', 'mac']}]}},
     r'n0\x1b[31m came first and has the same host name, MAC address'),
    ({'quarantined': True}, 'another node, which came first, says that it is the same machine')],
    ids=['now', 'before'])
def test_a_node_that_is_set_apart_at_once_is_told_so(master, tmp_path, told, said):
    """By masters of this version, and by those before, which say no more than that."""
    master.answers['POST', '/v1/join'] = 201, dict({'node': 'n1', 'credential': SECRET, 'heartbeat': 60}, **told)
    code, out, err = join(master, tmp_path)
    assert (code, err) == (0, '') and (tmp_path / 'credential').exists()
    assert out.endswith(
        f'This node is in quarantine at its master: {said}.\nWhat it reports is kept and changes nothing until whoever '
        f'looks after the master decides: {"`nodeprep master clones` there, or " if "quarantine" in told else ""}'
        f'{master.url}/clones\n')


def test_the_token_may_come_from_standard_input(master, tmp_path):
    assert join(master, tmp_path, token='-', given=TOKEN + '\n')[0] == 0
    assert json.loads(master.requests[1][3].decode())['token'] == TOKEN


def test_a_master_with_another_ca_gets_no_token(master, keys, tmp_path):
    code, _, err = join(master, tmp_path, ca=hash_of(pem(keys, 'other')))
    assert code == 1 and 'nothing secret was sent' in err and hash_of(master.pem) in err
    assert [one[:2] for one in master.requests] == [('GET', '/v1/ca')] and not (tmp_path / 'credential').exists()


def test_one_who_shows_the_right_ca_and_is_not_signed_by_it_gets_no_token(master, keys, tmp_path):
    master.pem = pem(keys, 'other')                      # what anybody may show: it is no secret
    code, _, err = join(master, tmp_path, ca=hash_of(master.pem))
    assert code == 1 and 'certificate' in err and TOKEN not in err
    assert [one[:2] for one in master.requests] == [('GET', '/v1/ca')]


def test_a_certificate_of_another_name_gets_no_token(keys, tmp_path):
    with Server(f'{keys}/elsewhere-both.pem', Joiner) as master:
        master.pem, master.answers = pem(keys), {}
        code, _, err = join(master, tmp_path)
    assert code == 1 and 'no master answers' in err and [one[:2] for one in master.requests] == [('GET', '/v1/ca')]


def test_a_ca_in_a_file_needs_no_first_contact(master, keys, tmp_path):
    code, out, err = nodeprep('join', master.url, '--token', TOKEN, '--ca-file', f'{keys}/ca.pem', '--node-name', 'n1',
                              '--state-dir', str(tmp_path))
    assert (code, err) == (0, '') and [one[:2] for one in master.requests] == [('POST', '/v1/join')]


@pytest.mark.parametrize('status, tree, said', [
    (401, {'title': 'No', 'detail': 'the token has expired'}, 'the master refuses: the token has expired'),
    (409, {'detail': 'n1 is a member already\x1b[31m'}, 'the master refuses: n1 is a member already [31m'),
    (404, b'<html>', 'is it the address of a master?'), (201, b'[]', 'speaks no JSON'),
    (201, {'node': 'n1'}, 'answers without a credential'),
    (201, {'node': 'n1', 'credential': 'a b'}, 'answers without a credential')])
def test_what_the_master_refuses_is_said_and_nothing_kept(master, tmp_path, status, tree, said):
    master.answers['POST', '/v1/join'] = status, tree
    code, out, err = join(master, tmp_path)
    assert code == 1 and said in err and out == '' and os.listdir(str(tmp_path)) == []
    assert TOKEN not in err and 'Traceback' not in err


@pytest.mark.parametrize('tree', [b'', b'{}', b'{"ca": 5}', b'{"ca": "-----BEGIN CERTIFICATE-----"}',
                                  b'{"ca": "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"}'])
def test_who_shows_no_ca_gets_no_token(master, tmp_path, tree):
    master.answers['GET', '/v1/ca'] = 200, tree
    code, _, err = join(master, tmp_path)
    assert code == 1 and 'Traceback' not in err and [one[:2] for one in master.requests] == [('GET', '/v1/ca')]


@pytest.mark.parametrize('words, said', [
    (['--token', 'short', '--ca-cert-hash', 'sha256:' + '0' * 64], 'it looks like abcdef.0123456789abcdef'),
    (['--token', TOKEN, '--ca-cert-hash', 'sha256:12'], '64 hexadecimal digits'),
    (['--token', TOKEN], 'either --ca-cert-hash or --ca-file'),
    (['--token', TOKEN, '--ca-file', '/nowhere.pem'], '/nowhere.pem: no such file'),
    (['--token', TOKEN, '--ca-cert-hash', 'sha256:' + '0' * 64, '--node-name', 'a b'], 'letters, digits')])
def test_what_is_wrong_with_the_command_line_is_found_before_anything_is_sent(tmp_path, words, said):
    with socket.socket() as nobody:
        nobody.bind(('127.0.0.1', 0))                    # who does not even listen
        code, out, err = nodeprep('join', 'https://localhost:%d' % nobody.getsockname()[1], '--state-dir',
                                  str(tmp_path), *words)
    assert (code, out) == (2, '') and said in err and 'Traceback' not in err, err
    assert nodeprep('join', 'http://master', '--token', TOKEN)[0] == 2


def test_where_the_credential_cannot_be_kept_nothing_is_asked_for(master, tmp_path):
    (tmp_path / 'file').write_text('')
    code, _, err = join(master, tmp_path / 'file' / 'state')
    assert code == 2 and str(tmp_path) in err and master.requests == []


def test_leaving_without_the_master(master, tmp_path):
    assert join(master, tmp_path)[0] == 0
    master.answers['DELETE', '/v1/join'] = 503, {'detail': 'the disk is full'}
    code, _, err = nodeprep('leave', '--state-dir', str(tmp_path))
    assert code == 1 and 'the disk is full' in err and 'nodeprep master forget n1' in err
    assert (tmp_path / 'credential').exists()
    assert nodeprep('leave', '--force', '--state-dir', str(tmp_path))[0] == 0 and not (tmp_path / 'credential').exists()


def test_leaving_a_master_that_forgot_this_host(master, tmp_path):
    assert join(master, tmp_path)[0] == 0
    master.answers['DELETE', '/v1/join'] = 401, {'detail': 'unknown credential'}
    code, out, _ = nodeprep('leave', '--state-dir', str(tmp_path))
    assert code == 0 and 'which did not know it any more' in out and not (tmp_path / 'credential').exists()
