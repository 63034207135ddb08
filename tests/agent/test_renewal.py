"""renewal: a secret that is old is exchanged, and nothing that goes wrong meanwhile locks the node out."""
import json
import os

import pytest

from nodeprep.agent import credential, keep, renewal
from nodeprep.agent.client import Answer, Members
from nodeprep.agent.credential import Credential, tree_of
from nodeprep.agent.renewal import AFTER, AGAIN, Renewing
from nodeprep.agent.reporting import Sent
from nodeprep.model import CannotChange

HELD = Credential('https://master:9443', 'n1', 'old-secret', '-----BEGIN CERTIFICATE-----')


class Client:
    """A master that gives new secrets; `calls` is what was done, in order."""

    def __init__(self):
        self.gives, self.problem, self.calls = 'new-secret', '', []

    def beat(self, heartbeat):
        self.calls.append('beat')
        return Answer(self.problem)

    def send(self, reports):
        return Sent(0, self.problem)

    def members(self, tag):
        return Members(self.problem)

    def another(self):
        self.calls.append('another')
        return self.gives

    def use(self, secret):
        self.calls.append(secret)


@pytest.fixture
def made(tmp_path):
    path, clock = str(tmp_path / 'credential'), [AFTER * 3]
    keep.write(path, json.dumps(tree_of(HELD)), 0o600, lasting=False)
    os.utime(path, (AFTER, AFTER))
    client = Client()
    return path, clock, client, Renewing(client, path, HELD, lambda: clock[0])


def test_a_young_secret_is_used_on(made):
    _, clock, client, renewing = made
    clock[0] = AFTER * 2 - 1
    assert renewing.beat({}) == Answer('') and client.calls == ['beat']


def test_an_old_one_is_exchanged_and_on_the_disk_before_it_is_used(made, monkeypatch):
    path, _, client, renewing = made
    real = keep.write
    monkeypatch.setattr(keep, 'write', lambda *args, **more: (client.calls.append('write'), real(*args, **more)))
    assert renewing.beat({}) == Answer('') and client.calls == ['beat', 'another', 'write', 'new-secret']
    assert credential.read(path) == HELD._replace(secret='new-secret') and os.stat(path).st_mode & 0o777 == 0o600


def test_a_clock_that_was_set_back_does_not_keep_one_for_years(made):
    path, clock, client, renewing = made
    os.utime(path, (AFTER * 9, AFTER * 9))
    renewing.beat({})
    assert 'another' in client.calls


@pytest.mark.parametrize('gives, problem, calls', [('', '', ['beat', 'another']), ('x', 'down', ['beat'])])
def test_a_master_that_gives_none_is_asked_again_later(made, gives, problem, calls):
    path, clock, client, renewing = made
    client.gives, client.problem = gives, problem
    renewing.beat({})
    renewing.beat({})
    assert client.calls == calls + ['beat'] and credential.read(path) == HELD
    clock[0] += AGAIN
    client.gives, client.problem = 'new-secret', ''
    renewing.beat({})
    assert credential.read(path).secret == 'new-secret'


def test_a_full_disk_leaves_the_old_one_in_use(made, monkeypatch):
    path, _, client, renewing = made

    def write(*args, **more):
        raise CannotChange('full')
    monkeypatch.setattr(renewal.keep, 'write', write)
    renewing.beat({})
    assert client.calls == ['beat', 'another'] and credential.read(path) == HELD


def test_who_left_meanwhile_has_nothing_put_in_its_place(made):
    path, _, client, renewing = made
    os.unlink(path)
    renewing.beat({})
    assert client.calls == ['beat'] and not os.path.exists(path)


@pytest.mark.parametrize('ask', [lambda one: one.beat({}), lambda one: one.send([]), lambda one: one.members('')])
def test_who_joined_again_meanwhile_is_told_to_start_the_agent_again_and_not_to_join(made, ask):
    path, _, client, renewing = made
    client.problem = 'the master answers 401: was this node forgotten there? nodeprep leave'
    assert ask(renewing).problem == client.problem
    os.unlink(path)
    assert ask(renewing).problem == client.problem
    keep.write(path, json.dumps(tree_of(HELD._replace(secret='of-another-join'))), 0o600, lasting=False)
    assert ask(renewing).problem == ('this host has joined again since this agent was started, which takes the new '
                                     'credential when it is started again')
    client.problem = 'the master answers 503'
    assert ask(renewing).problem == client.problem
    keep.write(path, 'broken', 0o600, lasting=False)
    client.problem = 'the master answers 401'
    assert ask(renewing).problem == client.problem


def test_a_secret_that_this_agent_exchanged_itself_is_no_other_join(made):
    _, _, client, renewing = made
    renewing.beat({})
    client.problem = 'the master answers 401'
    assert 'new-secret' in client.calls and renewing.beat({}).problem == client.problem
