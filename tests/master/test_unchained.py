"""Reports without a chain, in the store: the master makes their links."""
import pytest

from nodeprep.master.store import doctor, nodes
from tests import contract
from tests.master.fleet import Host

AT = 1800000000.0


@pytest.fixture
def node(store):
    return store.do(lambda cursor: nodes.make(cursor, 'k8s-node1', AT - 3600))


def take(store, node, *reports):
    return tuple(store.reports(node, list(reports), AT).result(30))


def kept(store):
    assert store.read(doctor.chains).wrong == []
    return store.read(lambda cursor: cursor.all('SELECT sequence, link FROM report ORDER BY id'))


def test_they_stand_in_a_chain_and_each_is_taken_once(store, node):
    assert [take(store, node, contract.report(number))[0] for number in (1, 2, 4, 3, 1, 4)] == [1, 1, 1, 1, 0, 0]
    assert take(store, node, contract.report(5), contract.report(5), contract.report(2)) == (1, 5, '')
    assert kept(store) == [(1, 'next'), (2, 'next'), (4, 'missing'), (3, 'late'), (5, 'next')]


def test_two_of_one_number_are_both_kept_and_told(store, node):
    other = dict(contract.report(1), id=contract.report(2)['id'])
    assert take(store, node, contract.report(1))[0] == take(store, node, other)[0] == 1
    assert kept(store) == [(1, 'next'), (1, 'fork')]
    assert store.read(lambda cursor: cursor.all('SELECT state FROM gap')) == [('fork',)]


def test_a_check_by_hand_is_the_next_one(store, node):
    by_hand = dict(contract.report(9), sequence=0)
    assert take(store, node, contract.report(5))[:2] == (1, 5)
    assert take(store, node, by_hand)[:2] == (1, 6) and take(store, node, by_hand)[:2] == (0, 6)
    assert kept(store)[-1] == (6, 'next')


def test_an_agent_that_says_its_chain_is_held_to_it_all_the_same(store, node):
    host = Host(1, 'k8s-node1', start=int(AT) - 600)
    assert take(store, node, host.report())[0] == 1
    assert take(store, node, contract.report(2))[0] == 1
    assert 'changed after it was written' in take(store, node, dict(host.report(), verdict='unknown'))[2]
    assert kept(store) == [(1, 'next'), (2, 'next')]
