"""A unit whose own condition surely fails is not started, whatever pulls it in."""
import pytest

from nodeprep.linux.unitboot import starts_at_boot
from tests.linux.test_unitboot import BASE, ETC, USR, WANTS, A

DROP_IN = ETC + 'a.service.d/x.conf'


@pytest.mark.parametrize('text, line', [
    ('[Unit]\nConditionPathExists=/nonexistent\n', 2),
    ('[Unit]\n\nAssertPathExists=/nonexistent\n', 3),
    ('[Unit]\nConditionPathExists=!/etc/there\n', 2),
    ('[Unit]\nConditionPathIsDirectory=/etc/there\n', 2),
    ('[Unit]\nConditionFileNotEmpty=/etc/empty\n', 2),
    ('[Unit]\nConditionPathExistsGlob=/etc/no*\n', 2),
    ('[Unit]\nConditionPathExists=\nConditionPathExists=/nonexistent\n', 3),
    ('[Unit]\nConditionPathExists=/etc/there\n', 0),
    ('[Unit]\nConditionPathExists=!/nonexistent\n', 0),
    ('[Unit]\nConditionFileNotEmpty=/etc/there\n', 0),
    ('[Unit]\nConditionPathExists=/nonexistent\nConditionPathExists=\n', 0),
    ('[Unit]\nConditionPathExists=|/nonexistent\nConditionPathExists=|/etc/there\n', 0),
    ('[Unit]\nConditionPathExists=/run/nonexistent\n', 0),
    ('[Unit]\nConditionPathExists=/etc/%i\n', 0),
    ('[Unit]\nConditionVirtualization=!container\nConditionCapability=CAP_SYS_TIME\n', 0),
    ('[Service]\nConditionPathExists=/nonexistent\n', 0),
])
def test_a_condition_about_files_is_weighed(image, text, line):
    image.files(BASE).files({WANTS + 'a.service': A, '/etc/there': 'x', '/etc/empty': '', DROP_IN: text})
    wanted = (False, f'{DROP_IN}:{line}') if line else (True, WANTS + 'a.service')
    assert starts_at_boot(image, 'a.service') == wanted


def test_the_unit_file_itself_may_say_so(image):
    image.files(BASE).files({WANTS + 'a.service': A, USR + 'a.service': '[Unit]\nConditionPathExists=/none\n'})
    assert starts_at_boot(image, 'a.service') == (False, USR + 'a.service:2')
