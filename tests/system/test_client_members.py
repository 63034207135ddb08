"""A master that is hostile about the members of a cluster, over real TLS: nothing of it is believed, the last good list
stays, it is said once what is wrong, and heartbeats go on.
"""
import json
import time

import pytest

from nodeprep.agent import roster
from nodeprep.agent.roster import Roster
from nodeprep.agent.spool import Spool
from nodeprep.agent.voice import Voice
from tests.system.test_client_tls import keys, speaking  # noqa: F401  # a fixture
from tests.system.tlsmaster import Handler, Server

GOOD = {'cluster': '', 'members': [{'name': 'n1', 'role': 'worker', 'addresses': ['10.0.0.1']}], 'conflicts': []}


def answer(tree, tag='"2"', status=b'200 OK'):
    body = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return b'HTTP/1.1 %s\r\nETag: %s\r\nContent-Length: %d\r\n\r\n' % (status, tag.encode(), len(body)) + body


def member(**more):
    return dict(GOOD, members=[dict(GOOD['members'][0], **more)])


MANY = [{'name': f'n{number}', 'role': 'worker', 'addresses': [f'10.{number >> 16}.{number >> 8 & 255}.{number & 255}']}
        for number in range(1, 6000)]
HOSTILE = {
    'a script': (answer(member(name='$(reboot)')), 'no host name'),
    'a line more': (answer(member(name='a\n10.0.0.9 k8s-master')), 'no host name'),
    'a zone': (answer(member(addresses=['fe80::1%eth0'])), 'addresses are not'),
    'loopback': (answer(member(addresses=['127.0.0.1'])), 'addresses are not'),
    'twice': (answer(dict(GOOD, members=GOOD['members'] * 2)), 'twice'),
    'another cluster': (answer(dict(GOOD, cluster='other')), "of the cluster 'other'"),
    'too many': (answer(dict(GOOD, members=MANY)), 'at most 5000'),
    'a million': (answer(b'{"members": [' + b'{},' * 10**6 + b'{}]}'), 'the answer is too long'),
    'deep': (answer(b'[' * 10**6), 'something that is not JSON'),
    'types': (answer({'cluster': 1, 'members': 'x', 'conflicts': None}), 'no object'),
    'no tag': (answer(GOOD, tag=''), 'the master answers 200'),
    'an old master': (answer({'title': 'There is nothing'}, status=b'404 No'), 'the master answers 404'),
    'a redirect': (b'HTTP/1.1 302 There\r\nLocation: https://evil/\r\nContent-Length: 0\r\n\r\n', 'not followed'),
    'not asked for': (b'HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n{"a":', ''),
    'garbage': (b'\x00\x01\x02\r\n\r\n', 'is not HTTP'),
    'cut': (b'HTTP/1.1 200 OK\r\nETag: "2"\r\nContent-Length: 900\r\n\r\n{"cluster"', 'cut off')}


class Hostile(Handler):
    """Heartbeats are answered as ever, the question for the members as a test likes."""

    def do_GET(self):
        self.server.shown.append(self.headers.get('If-None-Match'))
        raw = self.server.answer
        self.wfile.write(raw)
        self.close_connection = raw != answer(GOOD, '"1"')


@pytest.fixture
def server(keys):  # noqa: F811  # the fixture
    with Server(f'{keys}/server-both.pem', Hostile) as made:
        made.shown, made.answer = [], answer(GOOD, '"1"')
        yield made


@pytest.mark.parametrize('kind', sorted(HOSTILE))
def test_what_a_hostile_master_says_is_not_believed(keys, server, tmp_path, kind):  # noqa: F811
    raw, said = HOSTILE[kind]
    client, folder = speaking(keys, server), str(tmp_path)
    tmp_path.chmod(0o700)
    members = Roster(folder, server.url, 'n1', time.time, time.monotonic)
    voice = Voice(Spool(f'{folder}/spool'), client, server.url, 0.02, time.monotonic, time.time)
    voice.follow(members)
    voice.of_cluster('')
    voice.about({'verdict': 'met'})

    def go_on(until):
        end = time.monotonic() + 60
        while not until():
            assert time.monotonic() < end, voice.facts()
            time.sleep(min(0.02, voice.step()))
    try:
        go_on(lambda: server.shown and voice.listed())
        server.answer = raw
        asked, beats = len(server.shown), len(server.master.beats)
        go_on(lambda: len(server.shown) > asked + 3 and len(server.master.beats) > beats + 3)
        kept = roster.load(f'{folder}/{roster.NAME}')
        assert [one.name for one in kept.listing.members] == ['n1'] and kept.tag == '"1"'
        assert set(server.shown[1:]) == {'"1"'}
        heard = [text for text, _ in voice.heard() if 'the list of the cluster' in text]
        if said:
            assert len(heard) == 1 and said in heard[0], heard
        assert voice.facts()['master']['problem'] == ''
        server.answer = answer(GOOD, '"3"')
        go_on(lambda: roster.load(f'{folder}/{roster.NAME}').tag == '"3"')
    finally:
        voice.end()
