"""What a node is told of its cluster, over the interface."""
import html5lib
import pytest

from nodeprep import members
from nodeprep.master import care, clusters, membership
from nodeprep.master.clusters import EVERY
from nodeprep.master.fleet import cluster
from nodeprep.master.store.trouble import StoreTrouble
from nodeprep.master.web.routes import ROUTES
from tests.master.asking import Asking
from tests.master.fleet import Host
from tests.master.whole import App, Table


class Node:
    """A node of a cluster that reports and beats from its address."""

    def __init__(self, master, name, number, cluster='', address=None, proved=True):
        self.address = f'10.0.0.{number}' if address is None else address
        self.asking = master.join(name)
        self.asking.client = self.address if proved else '192.0.2.7'
        self.host = Host(number, name, requirements=('swap',))
        self.host.about['labels'] = {'cluster': cluster} if cluster else {}
        assert self.asking.post('/v1/reports', self.host.report()).status == 201
        self.beat(self.address)

    def beat(self, *address):
        tree = dict(self.host.beat(), **({'address': address[0]} if address else {}))
        assert self.asking.post('/v1/heartbeats', tree).status == 200

    def told(self, master):
        """(name -> address, conflicts)"""
        master.monotonic.now += EVERY + 1
        answer = self.asking.get('/v1/cluster')
        assert answer.status == 200, answer.text
        found = members.read(answer.tree)
        return {one.name: one.addresses[0] for one in found.members}, dict(found.conflicts)


def test_each_member_is_told_of_all_of_its_cluster_and_of_no_other(master):
    one, two = Node(master, 'a1', 1, 'prod'), Node(master, 'a2', 2, 'prod')
    other, plain = Node(master, 'b1', 3, 'lab'), Node(master, 'c1', 4)
    assert one.told(master) == two.told(master) == ({'a1': '10.0.0.1', 'a2': '10.0.0.2'}, {})
    assert other.told(master)[0] == {'b1': '10.0.0.3'} and plain.told(master)[0] == {'c1': '10.0.0.4'}
    assert one.asking.get('/v1/cluster').tree['cluster'] == 'prod'


def test_a_list_that_is_known_is_not_sent_again(master):
    one = Node(master, 'a1', 1)
    first = one.asking.get('/v1/cluster')
    again = one.asking.get('/v1/cluster', if_none_match=f'"x", {first.headers["etag"]}')
    assert (again.status, again.body, again.headers['etag']) == (304, b'', first.headers['etag'])
    Node(master, 'a2', 2)
    assert one.told(master)[0] == {'a1': '10.0.0.1', 'a2': '10.0.0.2'}
    assert one.asking.get('/v1/cluster', if_none_match=first.headers['etag']).status == 200


def test_the_store_is_asked_once_for_many_nodes(master):
    nodes = [Node(master, f'n{number}', number) for number in (1, 2, 3)]
    nodes[0].told(master)
    reads, read = [], master.store.read
    master.store.read = lambda query: reads.append(query) or read(query)
    for node in nodes * 5:
        assert node.asking.get('/v1/cluster').status == 200
    assert len([one for one in reads if one.__name__ == '_all']) == 0
    master.monotonic.now += EVERY + 1
    for node in nodes * 5:
        assert node.asking.get('/v1/cluster').status == 200
    assert len([one for one in reads if one.__name__ == '_all']) == 1


def test_who_is_away_or_in_quarantine_is_not_told_of(master):
    one, two, three = (Node(master, f'n{number}', number) for number in (1, 2, 3))
    three.host.about['name'] = 'n1'                      # a clone
    three.asking.post('/v1/reports', three.host.report())
    assert one.told(master)[0] == {'n1': '10.0.0.1', 'n2': '10.0.0.2'}
    assert three.told(master)[0] == {'n1': '10.0.0.1', 'n2': '10.0.0.2'}, 'it may know where the others are'
    two.asking.ask('DELETE', '/v1/join')
    assert one.told(master)[0] == {'n1': '10.0.0.1'}
    master.store.do(lambda cursor: membership.forget(cursor, 'n3', 'ann', master.clock.now))
    assert one.told(master)[0] == {'n1': '10.0.0.1'}
    assert two.asking.get('/v1/cluster').status == 401


def test_a_node_that_has_not_reported_is_told_nothing_yet(master):
    new = master.join('new')
    answer = new.get('/v1/cluster')
    assert (answer.status, answer.tree['detail']) == (409, 'This node has not reported yet.')
    host = Host(5, 'new', requirements=('swap',))
    new.post('/v1/reports', host.report())
    master.monotonic.now += 1.5
    assert new.get('/v1/cluster').status == 200, 'it does not wait for others to ask'


@pytest.mark.parametrize('address', ['127.0.0.1', 'fe80::1%eth0', '10.0.0.1\n10.0.0.2 x', '$(id)', 'x' * 10**4, '',
                                     None, 5, ['10.0.0.5'], {'a': 1}, True])
def test_an_address_that_is_none_is_not_told(master, address):
    one = Node(master, 'n1', 1)
    two = Node(master, 'n2', 2, address='', proved=False)
    two.beat(address)
    found, conflicts = one.told(master)
    assert found == {'n1': '10.0.0.1'} and 'no address' in conflicts['n2']


def test_an_address_stays_until_another_one_is_told(master):
    one = Node(master, 'n1', 1)
    one.beat()                                           # has no connection at the moment it is made
    assert one.told(master)[0] == {'n1': '10.0.0.1'}
    one.beat('10.0.0.77')
    assert one.told(master)[0] == {'n1': '10.0.0.77'}


def test_a_node_cannot_say_that_it_was_proved(master):
    one = Node(master, 'n1', 1)
    evil = Node(master, 'n2', 2)
    tree = dict(evil.host.beat(), address='10.0.0.1', client='10.0.0.1', proved=1)
    evil.asking.post('/v1/heartbeats', tree)
    assert one.told(master) == ({'n1': '10.0.0.1'}, {'n2': '10.0.0.1 is also the address of n1'})


def test_a_connection_over_ipv6_sockets_proves_an_ipv4_address(master):
    one, two = Node(master, 'n1', 1), Node(master, 'n2', 2, address='10.0.0.1', proved=False)
    one.asking.client = '::ffff:10.0.0.1'
    one.beat('10.0.0.1')
    assert two.told(master)[0] == {'n1': '10.0.0.1'}


def test_a_cluster_that_is_too_large_is_not_told_in_part(master, monkeypatch):
    one = Node(master, 'n1', 1)
    Node(master, 'n2', 2)
    for limit, said in (('MOST', '2 members, more than 1'), ('BYTES', 'longer than 0 KiB')):
        with monkeypatch.context() as patch:
            patch.setattr(members, limit, 1)
            master.monotonic.now += EVERY + 1
            answer = one.asking.get('/v1/cluster')
            assert answer.status == 409 and said in answer.tree['detail']


def test_a_store_in_trouble_is_asked_again_at_once_when_it_is_over(master):
    one, read = Node(master, 'n1', 1), master.store.read

    def broken(query):
        raise StoreTrouble('away')
    one.told(master)
    master.monotonic.now += EVERY + 1
    master.store.read = broken
    assert one.asking.get('/v1/cluster').status == 503
    master.store.read = read
    assert one.asking.get('/v1/cluster').status == 200


def test_people_are_not_asked_for(master):
    assert master.person('ann', 'admin').get('/v1/cluster').status == 403
    assert Asking(master.app).get('/v1/cluster').status == 401


def browser(master, **more):
    found = Asking(App(master.context, Table([*master.routes, *ROUTES])))
    assert found.submit('/sign-in', {'token': master.person('ann', 'viewer').secret}, **more).status == 303
    return found


def test_who_is_left_out_is_on_the_page_with_the_reason(master):
    Node(master, 'a1', 1, 'prod')
    ann = browser(master)
    assert 'not told to the others' not in ann.get('/clones').text
    Node(master, 'a2', 2, 'prod', address='10.0.0.1', proved=False)
    Node(master, 'a_b', 3, '<b>')
    Node(master, 'nowhere', 4, address='')
    master.monotonic.now += EVERY + 1
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(ann.get('/clones').text)
    section = page.find('.//section[@data-part="left-out"]')
    assert section.find('./h2').text == '3 nodes are not told to the others'
    rows = [[''.join(cell.itertext()) for cell in row] for row in section.findall('.//tbody/tr')]
    assert rows == [['a_b', '<b>', 'is not a host name'], ['a2', 'prod', '10.0.0.1 is also the address of a1'],
                    ['nowhere', '', 'no address is known from which other machines could be reached']]
    assert 'a1 的地址' in ann.get('/clones', accept_language='zh-CN').text


def test_of_very_many_that_are_left_out_the_first_are_shown():
    found = clusters.left_out([('', cluster.Conflict(f'n{number}', cluster.NOWHERE)) for number in range(900)]
                              + [('', cluster.Conflict('last', 'is not a host name'))])
    assert found.total == 901 and len(found.first) == clusters.SHOWN and found.first[0][1].name == 'last'


def test_the_doctor_names_whose_address_is_in_doubt_and_counts_those_without_one(master):
    Node(master, 'a1', 1, 'prod')
    Node(master, 'nowhere', 40, address='')
    seen = master.store.read(care.left_out)
    assert (seen.headline, seen.wrong) == ('nodes can be told of each other; of 1 no address is known', [])
    for number in range(2, 9):
        Node(master, f'a{number}', number, 'prod', address='10.0.0.1', proved=False)
    seen = master.store.read(care.left_out)
    assert seen.headline == 'there are nodes that other nodes are not told of'
    assert seen.wrong[0] == 'a2: 10.0.0.1 is also the address of a1, a3, a4 and 4 more (cluster prod)'
    assert len(seen.wrong) == 6 and seen.wrong[-1] == 'and 2 more'
