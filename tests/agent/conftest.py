"""Fixtures of the agent's tests."""
import os
import time

import pytest


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
