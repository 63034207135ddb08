"""A master for each test of the interface."""
import pytest

from tests.master.api import documented
from tests.master.asking import Asking
from tests.master.fleet import Host, plan
from tests.master.whole import whole


@pytest.fixture(autouse=True)
def documented_answers(monkeypatch):
    """Whatever a test here asks, it is answered as the document says, and with no member that this does not name."""
    asked = Asking.ask

    def ask(self, method, path, *args, **more):
        answer = asked(self, method, path, *args, **more)
        assert documented.wrong(method, path, answer) == []
        return answer
    monkeypatch.setattr(Asking, 'ask', ask)


@pytest.fixture
def master(store):
    with whole(store) as made:
        yield made


def drifted(master, name, number):
    """A node with swap (for which it proposes a plan) and docker drifted an hour ago: (as it asks, its host)."""
    node, host = master.join(name), Host(number, name, start=master.clock.now - 3600)
    host.set('swap', 'drifted', mode='approve', changes=plan(), found='swap is on')
    host.set('docker', 'drifted', found='docker is off')
    assert node.post('/v1/reports', host.report()).status == 201
    return node, host
