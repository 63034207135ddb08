"""A plan for an image changes the image, and never the machine that looks."""
import pytest

from nodeprep.image import below
from nodeprep.model import Run, Write
from tests.pretend import seen

FILE = Write('/etc/a', 'x\n')


@pytest.mark.parametrize('fix, planned, hint', [
    ((), (), ''),
    ((FILE,), (FILE,), ''),
    ((Run(('systemctl', 'disable', 'a.service'), ('systemctl', 'enable', 'a.service'), 'harmless'),),
     (Run(('systemctl', '--root=/mnt', 'disable', 'a.service'),
          ('systemctl', '--root=/mnt', 'enable', 'a.service')),), ''),
    ((FILE, Run(('modprobe', 'x'), ('modprobe', '-r', 'x'))), (), 'run in the image: modprobe x'),
    ((Run(('systemctl', 'stop', 'a.service'), ('systemctl', 'start', 'a.service')),), (),
     'run in the image: systemctl stop a.service'),
    ((Run(('systemctl', 'enable', '--now', 'a'), ()),), (), 'run in the image: systemctl enable --now a'),
    ((Run(('systemctl', 'enable', 'a'), ()),), (), 'run in the image: systemctl enable a'),      # no way back
])
def test_what_a_plan_may_be(fix, planned, hint):
    told = below('/mnt', seen(False, fix=fix))
    assert (told.fix, told.hint) == (planned, hint)


def test_a_hint_says_where():
    assert below('/mnt', seen(False, hint='do this')).hint == 'in the image: do this'
    assert below('/mnt', seen(False, hint='install it in the image')).hint == 'install it in the image'
