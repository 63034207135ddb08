"""The packages are built once for all tests, unless $NODEPREP_RPMS names a folder that has them."""
import os

import pytest

from tests.packaging import built


@pytest.fixture(scope='session')
def rpms(tmp_path_factory):
    """The folder with the packages of all releases and machines, a folder for each release."""
    for release in built.RELEASES:
        built.needs(release)
    if os.environ.get('NODEPREP_RPMS'):
        return os.environ['NODEPREP_RPMS']
    folder = str(tmp_path_factory.mktemp('rpm'))
    built.build(folder)
    return folder


@pytest.fixture(scope='session')
def stubs(tmp_path_factory):
    """{release: path of the package that stands in for the rest of it}"""
    built.needs('el9')
    return {release: built.stub(tmp_path_factory.mktemp('stub-' + release), release) for release in built.RELEASES}
