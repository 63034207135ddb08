"""What a whole round says of each fixture host stays what it was; `python -m tests.golden` writes it anew."""
import pytest

from tests import golden, hosts


@pytest.mark.parametrize('name', hosts.NAMES)
def test_the_report_is_the_golden_one(name, tmp_path):
    with open(golden.path(name), encoding='utf-8') as expected:
        assert golden.report(name, tmp_path) == expected.read()
