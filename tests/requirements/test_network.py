"""Peers that answer, refuse, keep silent, or have no name."""
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.engine import examine, examine_all
from nodeprep.host.network import REACHED, REFUSED, TIMEOUT, UNREACHABLE
from nodeprep.model import DRIFTED, MET, UNKNOWN, CannotTell
from nodeprep.requirements import network
from nodeprep.requirements.network import Network, peer
from tests.conftest import wants
from tests.linux.test_interfaces import TRIE


def look(host, **changed):
    return examine(Network(), host, wants(Network, **dict({'time_limit': '1m'}, **changed)))


def test_no_peers_nothing_to_look_at(host):
    found = look(host)
    assert (found.state, found.note) == ('not-applicable', 'no peers are given')


@pytest.mark.parametrize('how, state, said', [
    (REACHED, MET, 'connected'), (REFUSED, MET, 'refused: it answers'), (TIMEOUT, DRIFTED, 'no answer within 1 s'),
    (UNREACHABLE, DRIFTED, 'no route')])
def test_how_a_connection_goes(host, how, state, said):
    host.reachable['10.0.0.7', 10250] = how
    one = look(host, peers=['10.0.0.7']).observations[0]
    assert (one.subject, one.state, one.source) == ('10.0.0.7:10250', state, 'connect(2) 10.0.0.7:10250')
    assert said in one.found
    assert bool(one.hint) is (state == DRIFTED)


def test_a_name_that_does_not_resolve_cannot_be_told_and_hides_nobody(host):
    host.reachable['gone', 10250] = CannotTell('gone: name or service not known', 'getaddrinfo(3)')
    found = look(host, peers=['gone', 'there'])
    assert [(one.subject, one.state) for one in found.observations] == [('gone:10250', UNKNOWN), ('there:10250', MET)]
    assert '/etc/hosts' in found.observations[0].hint


@pytest.mark.parametrize('role, changed, asked', [
    ('worker', {'peers': ['a']}, ['a:10250']), ('control-plane', {'peers': ['a']}, ['a:10250']),
    ('worker', {'control_planes': ['m']}, ['m:6443']),
    ('control-plane', {'control_planes': ['m']}, ['m:6443', 'm:2379', 'm:2380', 'm:10250']),
    ('control-plane', {'control_planes': ['m'], 'peers': ['m', 'a:22']},
     ['m:6443', 'm:2379', 'm:2380', 'm:10250', 'a:22']),
    ('worker', {'control_planes': ['vip:8443'], 'peers': ['[fd00::1]:22', 'fd00::2', 'a', 'a']},
     ['vip:8443', '[fd00::1]:22', '[fd00::2]:10250', 'a:10250'])])
def test_the_ports_follow_the_roles(host, role, changed, asked):
    assert [one.subject for one in look(host, role=role, **changed).observations] == asked


@pytest.mark.parametrize('itself', ['k8s-node1', 'K8S-NODE1', '10.0.0.5'])
def test_this_host_is_no_peer_of_its_own(host, itself):
    host.files({'/proc/net/fib_trie': TRIE})
    host.kernel = ('Linux', 'k8s-node1.example.com', '5.14', '#1', 'x86_64')
    assert look(host, peers=[itself]).note == 'the only peer given is this host itself'
    assert [one.subject for one in look(host, peers=[itself, 'other']).observations] == ['other:10250']


def test_one_that_hangs_is_unknown_within_the_limit_and_the_rest_is_told(host, monkeypatch):
    gate = threading.Event()

    def connect(address, port, timeout):
        if address == 'slow':
            gate.wait(30)
        return REFUSED
    monkeypatch.setattr(host, 'connect', connect)
    monkeypatch.setattr(network, '_MARGIN', 3)           # seconds: on a busy machine saying it takes its time
    want = wants(Network, peers=['slow', 'fast'], time_limit='6s')
    try:
        found = examine_all([Network()], host, {'network': want})['network']
    finally:
        gate.set()
    assert [(one.subject, one.state) for one in found.observations] == [('slow:10250', UNKNOWN), ('fast:10250', MET)]
    assert found.observations[0].found == 'no answer within 3 s'


def test_hundreds_of_peers_are_asked_side_by_side(host):
    found = look(host, peers=[f'10.1.{n // 250}.{n % 250}' for n in range(600)])
    assert (found.now, len(found.observations)) == ('met', 600)


@pytest.mark.parametrize('bad', ['', 'a:0', 'a:65536', 'a:x', 'a:', '[fd00::1', '[fd00::1]22', '[]:22', ':22', 'a b',
                                 'a/b', 'a..b', '.a', 'x' * 64 + '.a', 'b\u00fcro',
                                 'http://a', 'user@a', 'x' * 300, 'a:-1', '[a]:', 'a\u200b'])
def test_what_is_no_peer_is_refused(bad):
    with pytest.raises(ValueError):
        Network.defaults['peers'].read([bad])


@given(st.text(max_size=40))
def test_any_text_is_a_peer_or_refused(text):
    try:
        found = peer(text)
    except ValueError:
        return
    assert found.host
    assert 0 <= found.port < 65536


def test_an_image_reaches_nobody(image):
    assert look(image, peers=['a']).state == 'not-applicable'
