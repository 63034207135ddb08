"""What the store knows of the clusters of nodes, from their reports and heartbeats; on both databases."""
from nodeprep.master import membership
from nodeprep.master.fleet.cluster import Node
from nodeprep.master.store.cluster import everybody
from tests.master.fleet import Host
from tests.master.test_ingest import AT, join, take


def test_each_node_is_there_with_its_cluster_and_from_where_it_speaks(store):
    hosts = [Host(number, requirements=('swap',)) for number in (1, 2, 3, 4)]
    ids = join(store, *hosts)
    for node, host, cluster in zip(ids[:3], hosts, ('prod', 'prod', '')):
        host.about['labels'] = {'cluster': cluster, 'rack': 'r1'} if cluster else {'rack': 'r1'}
        take(store, node, host.report())
    told = ({'address': '10.0.0.1', 'client': '10.0.0.1'}, {'address': '10.0.0.2', 'client': '10.0.0.9'}, {})
    for node, host, more in zip(ids, hosts, told):
        store.beat(node, host.beat(**more), AT + 60).result(30)
    store.beat(ids[0], hosts[0].beat(client='10.0.0.7'), AT + 120).result(30)      # it does not say from where
    clusters, members = store.read(everybody)
    assert clusters == {ids[0]: 'prod', ids[1]: 'prod', ids[2]: ''}
    assert members == {
        'prod': [Node(ids[0], 'node00001', 'worker', 'prod', '10.0.0.1', True, AT, False),
                 Node(ids[1], 'node00002', 'worker', 'prod', '10.0.0.2', False, AT, False)],
        '': [Node(ids[2], 'node00003', 'worker', '', '', False, AT, False),
             Node(ids[3], 'node00004', '', '', '', False, AT, False)]}
    store.do(lambda cursor: membership.leave(cursor, ids[0], AT + 200))
    clusters, members = store.read(everybody)
    assert ids[0] not in clusters and [one.id for one in members['prod']] == [ids[1]]
