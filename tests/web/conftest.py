"""A master and browsers for the tests with a real Chromium."""
import pytest

from tests.tiers import need


@pytest.fixture
def chrome():
    """Makes browsers, which are closed in the end."""
    need('program', 'chromium')
    need('program', 'chromedriver')
    need('module', 'selenium')
    from tests.web.chrome import Chrome
    made = []

    def make(*args, **more):
        made.append(Chrome(*args, **more))
        return made[-1]
    yield make
    for one in made:
        one.close()


@pytest.fixture
def serving(tmp_path, chrome):
    """A master with a fleet of every kind, on loopback."""
    from tests.web.serving import Serving
    with Serving(tmp_path) as made:
        yield made
