"""The members of a cluster are believed whole or not at all, whoever sent them."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep import members
from nodeprep.members import Listing, Member, read, tree_of

GOOD = {'cluster': '', 'members': [{'name': 'k8s-master', 'role': 'control-plane', 'addresses': ['10.0.0.1']},
                                   {'name': 'k8s-node1', 'role': 'worker', 'addresses': ['fd00::2']}],
        'conflicts': [{'name': 'x y', 'why': 'is not a host name'}]}


def member(**more):
    return dict(GOOD, members=[dict({'name': 'a', 'role': 'worker', 'addresses': ['10.0.0.1']}, **more)])


def test_a_list_is_read_and_written_again():
    assert read(GOOD) == Listing('', (Member('k8s-master', 'control-plane', ('10.0.0.1',)),
                                      Member('k8s-node1', 'worker', ('fd00::2',))), (('x y', 'is not a host name'),))
    assert tree_of(read(GOOD)) == GOOD
    assert read(dict(GOOD, later='added')) == read(GOOD)


@pytest.mark.parametrize('name', [
    '', 'a b', 'A', 'a\nb', 'a#b', 'a;rm -rf /', '$(reboot)', '`id`', '-a', 'a-', '.a', 'a.', 'a..b', 'a_b', '../etc',
    'x' * 64, '.'.join(['x' * 60] * 5), 'localhost', 'localhost.localdomain', 'localhost4', 'a.localhost',
    'ip6-localhost', '10.0.0.9', '1', 'a.1', 'f\u00fc', '\u212a8s', 'a\u200bb', 'a\0', 'a\n', None, 5,
    ['a'], {'a': 1}, True])
def test_a_name_that_is_none_spoils_the_list(name):
    with pytest.raises(ValueError, match=r'members\[0\]: its name is no host name'):
        read(member(name=name))


@pytest.mark.parametrize('address', [
    '', '1', '127.0.0.1', '127.255.0.1', '::1', '::', '0.0.0.0', '169.254.3.4', 'fe80::1', 'fe80::1%eth0', 'fd00::1%1',
    'fd00::1%$(id)', '224.0.0.1', '255.255.255.255', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '010.0.0.1',
    '10.0.0.1 evil', '10.0.0.1\n10.0.0.2 b', 'FD00::1', 'fd00:0::1', 'k8s-node1', None, 167772161,
    ['10.0.0.1'], b'x', 1.5])
def test_an_address_that_is_none_spoils_the_list(address):
    with pytest.raises(ValueError, match=r'members\[0\]: its addresses are not'):
        read(member(addresses=[address]))


@pytest.mark.parametrize('tree, said', [
    (None, 'no object'), ([], 'no object'), ('x', 'no object'), ({}, 'no object'), (dict(GOOD, cluster=5), 'no object'),
    (dict(GOOD, cluster='x' * 301), 'no object'), (dict(GOOD, members={}), 'not lists'),
    (dict(GOOD, members=None), 'not lists'), (dict(GOOD, conflicts='x'), 'not lists'),
    (dict(GOOD, members=[None]), r'members\[0\]'), (dict(GOOD, members=[[]]), r'members\[0\]'),
    (member(addresses='10.0.0.1'), 'list of addresses'), (member(addresses=[]), 'are not 1 to'),
    (member(addresses=[f'10.0.0.{one}' for one in range(9)]), 'are not 1 to'),
    (member(role=None), 'no role'), (member(role='x' * 301), 'no role'), (member(role='a\nb'), 'no role'),
    (dict(GOOD, conflicts=[{'name': 'a'}]), 'a conflict'), (dict(GOOD, conflicts=[5]), 'a conflict'),
    (dict(GOOD, members=[{'name': 'a', 'role': 'worker', 'addresses': ['10.0.0.1']},
                         {'name': 'a', 'role': 'worker', 'addresses': ['10.0.0.2']}]), 'the name a is there twice'),
    (dict(GOOD, members=[{'name': 'a', 'role': 'worker', 'addresses': ['10.0.0.1']},
                         {'name': 'b', 'role': 'worker', 'addresses': ['10.0.0.1']}]), 'the address 10.0.0.1 is there'),
    (member(addresses=['10.0.0.1', '10.0.0.1']), 'twice'),
    (dict(GOOD, members=[GOOD['members'][0]] * 10**6), 'at most 5000')])
def test_what_is_no_list_is_refused_and_says_why(tree, said):
    with pytest.raises(ValueError, match=said):
        read(tree)


def test_a_million_conflicts_cost_little_and_are_not_shown_raw():
    found = read(dict(GOOD, conflicts=[{'name': 'a\x1b[2J', 'why': 'w' * 10**4}] * 10**6))
    assert len(found.conflicts) == 100 and found.conflicts[0] == ('a\\x1b[2J', 'w' * 300)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(
                        ['cluster', 'members', 'conflicts', 'name', 'role', 'addresses', 'why']), inner))


@given(JSON)
def test_whatever_json_there_is_gives_a_list_or_a_reason(tree):
    try:
        found = read(tree)
    except ValueError as error:
        assert str(error)
    else:
        assert read(json.loads(json.dumps(tree_of(found)))) == found


@given(st.text(max_size=300))
def test_a_name_that_is_taken_is_one_word_of_a_hosts_file(text):
    found = members.name(text)
    assert found == '' or found == text.lower() and len(found) < 254 and set(found) <= set(
        'abcdefghijklmnopqrstuvwxyz0123456789-.')


@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_an_address_that_is_taken_is_one_for_the_resolver_too(text):
    from nodeprep.linux import hostsfile, interfaces
    found = members.address(text)
    if found:
        assert hostsfile.address(found) == found and members.address(found) == found
        assert not interfaces.loopback(found) and not interfaces.link_local(found)
