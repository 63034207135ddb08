"""Whom the members of a cluster are told of, and who is left out."""
from hypothesis import given
from hypothesis import strategies as st

from nodeprep import members
from nodeprep.master.fleet.cluster import Node, listing


def node(number, name='', address='', **more):
    given_ = dict(id=number, name=name or f'n{number}', role='worker', cluster='', proved=True,
                  address=address or f'10.0.0.{number}', joined=float(number), silent=False)
    given_.update(more)
    return Node(**given_)


def told(*nodes):
    found = listing('', nodes)
    return {one.name: one.addresses[0] for one in found.members}, dict(found.conflicts)


def test_the_members_are_told_by_name():
    found = listing('prod', [node(2, 'B'), node(1, 'a', role='control-plane')])
    assert found == members.Listing('prod', (members.Member('a', 'control-plane', ('10.0.0.1',)),
                                             members.Member('b', 'worker', ('10.0.0.2',))))
    assert members.read(members.tree_of(found)) == found


def test_nobody_takes_the_name_of_a_node_that_joined_before():
    assert told(node(1, 'web'), node(2, 'WEB')) == ({'web': '10.0.0.1'}, {
        'WEB': 'is also the name of web, which joined before'})


def test_nobody_takes_the_address_of_a_node_that_speaks_from_it():
    owner, thief = node(1, address='10.0.0.9'), node(2, address='10.0.0.9', proved=False)
    assert told(thief, owner) == ({'n1': '10.0.0.9'}, {'n2': '10.0.0.9 is also the address of n1'})


def test_an_address_of_which_nobody_knows_whose_it_is_is_nobodys():
    for proved in (True, False):
        pair = node(1, address='10.0.0.9', proved=proved), node(2, address='10.0.0.9', proved=proved)
        assert told(*pair) == ({}, {'n1': '10.0.0.9 is also the address of n2',
                                    'n2': '10.0.0.9 is also the address of n1'})


def test_an_address_goes_over_to_who_speaks_from_it_when_its_last_owner_is_silent():
    gone, new = node(1, address='10.0.0.9', silent=True), node(2, address='10.0.0.9')
    assert told(gone, new)[0] == {'n2': '10.0.0.9'}
    assert told(gone)[0] == {'n1': '10.0.0.9'}, 'one that is down is still a peer'


def test_what_cannot_be_reached_or_named_is_left_out_with_the_reason():
    assert told(node(1)._replace(address=''), node(2, 'a_b'), node(3, role='')) == ({}, {
        'n1': 'no address is known from which other machines could be reached', 'a_b': 'is not a host name'})


NODES = st.lists(st.builds(
    Node, st.integers(1, 9), st.sampled_from(['a', 'A', 'b', 'c.d', 'x y', '$(id)']), st.sampled_from(['worker', '']),
    st.just(''), st.sampled_from(['10.0.0.1', '10.0.0.2', 'fd00::1', '']), st.booleans(), st.floats(0, 3),
    st.booleans()), max_size=8, unique_by=(lambda one: one.id, lambda one: one.name))


@given(NODES)
def test_the_list_is_one_that_an_agent_believes_and_nobody_is_lost(nodes):
    found = listing('', nodes)
    assert members.read(members.tree_of(found)) == found
    told_of = len(found.members) + len(found.conflicts)
    assert told_of >= len([one for one in nodes if one.role]) and told_of <= len(nodes)
    assert listing('', reversed(nodes)) == found


@given(NODES, st.sampled_from(['10.0.0.1', '10.0.0.2', '10.9.9.9', '']), st.sampled_from(['A', 'B', 'evil', 'x y']))
def test_one_more_node_that_proves_nothing_never_changes_where_the_others_are(nodes, address, name):
    """What it can do is to have others that prove nothing either left out, and that is told."""
    before = {one.name: one.addresses for one in listing('', nodes).members}
    evil = Node(99, name + '' if name not in [one.name for one in nodes] else 'evil', 'worker', '', address, False,
                99.0, False)
    found = listing('', nodes + [evil])
    after = {one.name: one.addresses for one in found.members}
    own = members.name(evil.name)
    for one, addresses in before.items():
        assert after.get(one, addresses) == addresses
        assert one in after or any(members.name(who) == one for who, _ in found.conflicts)
    assert set(after) - set(before) <= {own}


def test_thousands_that_say_one_address_cost_no_more_than_others():
    some = [node(number, f'n{number:04}', address='10.0.0.9', proved=False) for number in range(1, 5001)]
    found = listing('', some)
    assert found.members == () and len(found.conflicts) == 5000
    assert dict(found.conflicts)['n0002'] == '10.0.0.9 is also the address of n0001, n0003, n0004 and 4996 more'
    assert max(len(why) for _, why in found.conflicts) < 100
    assert len(members.tree_of(found)['conflicts']) == 100
