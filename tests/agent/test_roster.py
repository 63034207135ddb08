"""The list of the cluster's members: asked for now and then, kept, and believed only as far as it can be."""
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.agent import roster
from nodeprep.agent.client import Members
from nodeprep.agent.cluster import NEW, SAME
from nodeprep.agent.roster import EVERY, TOO_OLD, Roster, load
from nodeprep.members import Member
from nodeprep.model import CannotChange

NOW = 1800000000.0


def told(*names, tag='"1"', cluster='', **more):
    tree = {'cluster': cluster, 'conflicts': [], 'members': [
        {'name': name, 'role': 'worker', 'addresses': [f'10.0.0.{at}']} for at, name in enumerate(names, 1)]}
    return Members(tag=tag, tree=dict(tree, **more))


class Client:
    """Plays answers, and notes which tags were shown."""

    def __init__(self):
        self.answers, self.tags = [], []

    def members(self, tag):
        self.tags.append(tag)
        return self.answers.pop(0)


class Made:
    def __init__(self, folder):
        self.folder, self.clock, self.client = str(folder), [NOW], Client()
        self.begin()

    def begin(self, url='https://master', node='n1', cluster=''):
        self.roster = Roster(self.folder, url, node, lambda: self.clock[0], lambda: self.clock[0], lambda: 0.0)
        self.roster.follow(cluster)
        return self.roster

    def step(self, answer):
        self.client.answers = [answer]
        return self.roster.step(self.client, 60.0)

    def names(self):
        kept = load(f'{self.folder}/{roster.NAME}')
        return kept and [one.name for one in kept.listing.members]


@pytest.fixture
def made(tmp_path):
    os.chmod(str(tmp_path), 0o700)
    return Made(tmp_path)


def test_a_list_is_kept_for_its_owner_alone_with_when_it_was_told(made):
    assert made.roster.wait() == 0 and made.step(told('n1', 'n2')) == NEW and made.roster.problem == ''
    kept = load(f'{made.folder}/{roster.NAME}')
    assert (kept.url, kept.node, kept.tag, kept.at) == ('https://master', 'n1', '"1"', NOW)
    assert kept.listing.members == (Member('n1', 'worker', ('10.0.0.1',)), Member('n2', 'worker', ('10.0.0.2',)))
    assert os.stat(f'{made.folder}/{roster.NAME}').st_mode & 0o777 == 0o600
    assert made.roster.wait() == EVERY * 60.0 and made.roster.facts() == {'at': NOW, 'problem': ''}


def test_one_that_is_still_so_is_of_now_and_is_not_written_again(made):
    made.step(told('n1', 'n2'))
    before = os.stat(f'{made.folder}/{roster.NAME}').st_ino
    made.clock[0] += 300
    assert made.step(Members(same=True, tag='"1"')) == SAME and made.client.tags == ['', '"1"']
    assert load(f'{made.folder}/{roster.NAME}').at == NOW + 300
    assert os.stat(f'{made.folder}/{roster.NAME}').st_ino == before


def test_another_one_is_news(made):
    made.step(told('n1', 'n2'))
    assert made.step(told('n1', 'n3', tag='"2"')) == NEW and made.names() == ['n1', 'n3']


def test_an_agent_that_is_started_again_goes_on_with_it(made):
    made.step(told('n1', 'n2'))
    made.begin()
    assert made.step(Members(same=True, tag='"1"')) == SAME and made.client.tags[-1] == '"1"'
    for another in ({'url': 'https://other'}, {'node': 'n2'}, {'cluster': 'prod'}):
        made.begin(**another)
        assert made.step(Members('not now', soon=True)) == '' and made.client.tags[-1] == ''


@pytest.mark.parametrize('answer, said', [
    (Members('the master answers 404: is it the address of a master?'), 'the master answers 404'),
    (told('n1', '$(reboot)'), 'it is not believed: members[1]: its name is no host name'),
    (told('n1', 'n1'), 'it is not believed: the name n1 is there twice'), (Members(tag='"1"', tree=[]), 'not believed'),
    (told('n1', members=[{}] * 10**6), 'not believed: members and conflicts are not lists of at most 5000'),
    (told('n1', 'n2', cluster='other'), "it is of the cluster 'other', and this host is of ''"),
    (Members(same=True, tag='"9"'), 'not believed')])
def test_what_is_no_list_of_this_cluster_leaves_the_last_one(made, answer, said):
    assert made.step(answer) == '' and said in made.roster.problem and made.names() is None
    made.step(told('n1', 'n2'))
    assert made.roster.problem == ''
    if not answer.same:
        assert made.step(answer) == '' and said in made.roster.problem and made.names() == ['n1', 'n2']
    assert made.step(Members(same=True, tag='"1"')) == SAME and made.roster.problem == ''


def test_a_problem_that_will_pass_is_tried_again_soon(made):
    made.step(Members('has not reported yet', soon=True))
    assert made.roster.wait() == 60.0
    made.step(Members('is too large'))
    assert made.roster.wait() == 300.0


def test_that_it_is_too_old_is_news_once_and_so_is_that_it_is_not(made):
    made.step(told('n1', 'n2'))
    away = Members('no route', soon=True)
    made.clock[0] += TOO_OLD - 1
    assert made.step(away) == ''
    made.clock[0] += 2
    assert made.roster.facts()['at'] is None
    assert [made.step(away), made.step(away)] == [NEW, '']
    assert made.roster.facts() == {'at': None, 'problem': 'no route'}
    assert made.step(Members(same=True, tag='"1"')) == NEW and made.step(Members(same=True, tag='"1"')) == SAME


def test_without_somebody_who_wants_it_nothing_is_asked(made):
    made.roster.follow(None)
    assert made.roster.wait() == float('inf') and made.roster.facts() is None
    made.roster.follow('prod')
    assert made.roster.wait() == 0 and made.step(told('n1', cluster='prod')) == NEW
    made.roster.follow('prod')
    assert made.roster.wait() == 300.0, 'the same is nothing to hurry for'


def test_a_list_that_was_taken_away_is_fetched_again(made):
    made.step(told('n1', 'n2'))
    os.unlink(f'{made.folder}/{roster.NAME}')
    assert made.step(Members(same=True, tag='"1"')) == NEW and 'no such file' in made.roster.problem.lower()
    assert made.step(told('n1', 'n2')) == NEW and made.client.tags[-1] == '' and made.names() == ['n1', 'n2']


def test_a_disk_that_takes_nothing_is_told_and_the_last_one_counts(made):
    made.step(told('n1', 'n2'))
    os.mkdir(f'{made.folder}/{roster.NAME}.new')             # where the new one would be written
    assert made.step(told('n1', 'n3', tag='"2"')) == '' and roster.NAME in made.roster.problem
    assert made.names() == ['n1', 'n2'] and made.step(Members(same=True, tag='"1"')) == SAME


@pytest.mark.parametrize('text, said', [
    ('', 'damaged'), ('{', 'damaged'), ('[]', 'damaged'), ('null', None), ('{"url": "u"}', 'damaged'), ('5', 'damaged'),
    ('{"url": "u", "node": "n", "tag": 5, "list": {}}', 'damaged'),
    ('{"url": "u", "node": "n", "tag": "t\\r\\nX: y", "list": {}}', 'no tag'),
    ('{"url": "u", "node": "n", "tag": "t"}', 'damaged'), ('[' * 10**5, 'damaged'),
    ('{"url": "u", "node": "n", "tag": "t", "list": {"cluster": ""}}', 'damaged')])
def test_a_damaged_file_is_not_used_and_is_written_anew(made, text, said):
    with open(f'{made.folder}/{roster.NAME}', 'w', encoding='ascii') as file:
        file.write(text)
    if said:
        with pytest.raises(CannotChange, match=said):
            load(f'{made.folder}/{roster.NAME}')
    made.begin()
    assert made.step(told('n1')) == NEW and made.names() == ['n1']


@pytest.mark.parametrize('mode', [0o620, 0o602, 0o666])
def test_a_file_that_others_could_have_written_is_not_believed(made, mode):
    made.step(told('n1', 'n2'))
    os.chmod(f'{made.folder}/{roster.NAME}', mode)
    with pytest.raises(CannotChange, match='not trusted'):
        load(f'{made.folder}/{roster.NAME}')


def test_a_link_in_its_place_is_not_followed(made, tmp_path):
    with open(f'{made.folder}/elsewhere', 'w', encoding='ascii') as file:
        json.dump({'url': 'https://master', 'node': 'n1', 'tag': 't', 'list': told('n9').tree}, file)
    os.symlink('elsewhere', f'{made.folder}/{roster.NAME}')
    with pytest.raises(CannotChange, match='not trusted'):
        load(f'{made.folder}/{roster.NAME}')


STEPS = st.lists(st.one_of(
    st.tuples(st.just('told'), st.sampled_from([('n1',), ('n1', 'n2'), ('n1', 'n2', 'n3')])),
    st.sampled_from([('same', None), ('away', None), ('bad', None), ('restart', None), ('days', None)])), max_size=12)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_the_newest_list_that_was_right_is_there_and_news_are_told(tmp_path_factory, steps):
    """A loop that looks again whenever it hears of news always goes by what counts."""
    made = Made(tmp_path_factory.mktemp('roster'))
    newest, at, seen, number = None, NOW, None, 0
    for kind, names in steps:
        if kind == 'restart':
            made.begin()
            seen = newest if newest and made.clock[0] - at <= TOO_OLD else None
            continue
        if kind == 'days':
            made.clock[0] += 5 * 86400
            continue
        number += kind == 'told'
        answers = {'told': lambda: told(*names, tag=f'"{number}"'),
                   'same': lambda: Members(same=True, tag='"0"') if newest else Members('first'),
                   'away': lambda: Members('no route', soon=True), 'bad': lambda: told('a b')}
        news = made.step(answers[kind]())
        if kind == 'told' or kind == 'same' and newest:
            newest, at = names or newest, made.clock[0]
        counts = newest if newest and made.clock[0] - at <= TOO_OLD else None
        assert made.names() == (list(newest) if newest else None)
        if news == NEW:
            seen = counts
        assert seen == counts
