"""A master for each test of the interface."""
import pytest

from tests.master.whole import whole


@pytest.fixture
def master(store):
    with whole(store) as made:
        yield made
