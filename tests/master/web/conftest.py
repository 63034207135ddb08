"""A site for each test, and one with a fleet."""
import pytest

from tests.master.web.browsing import Site, fleet


@pytest.fixture
def site(store):
    """Nobody and nothing is there yet."""
    return Site(store)


@pytest.fixture
def full(site):
    """The same with a fleet of every kind."""
    site.fleet = fleet(site.store)
    return site
