"""Fixtures of the agent's tests."""
import os
import time

import pytest

from tests.agent.owned import Owned
from tests.agent.whole import Whole


@pytest.fixture
def zone():
    """zone(name) sets the local time of this process; what it was is given back."""
    before = os.environ.get('TZ')

    def choose(name):
        os.environ['TZ'] = name
        time.tzset()
    yield choose
    os.environ.pop('TZ') if before is None else os.environ.update(TZ=before)
    time.tzset()


@pytest.fixture
def utc(zone):
    """Local time is UTC."""
    zone('UTC')


@pytest.fixture
def make(tmp_path, utc):
    """make(config, client, problem) begins a whole agent on a drifted machine of its own; all are ended."""
    made = []

    def whole(config, client=None, problem=''):
        owned = Owned(tmp_path / f'machine{len(made)}').config(config)
        made.append(Whole(owned, tmp_path / f'agent{len(made)}', client, problem))
        return made[-1].begin()
    yield whole
    for one in made:
        one.end()
