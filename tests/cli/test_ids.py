"""How people name requirements: as in the list, with capitals, with commas, as kubeadm does."""
import pytest

from nodeprep.cli import ids
from nodeprep.text import UnknownName
from tests.cli.runner import run


@pytest.mark.parametrize('words, found', [
    ([], ()), (['swap', 'cpu'], ('swap', 'cpu')), (['swap,cpu', 'swap'], ('swap', 'cpu')), (['SELinux'], ('selinux',)),
    (['NumCPU'], ('cpu',)), (['numcpu,Swap,'], ('cpu', 'swap')), (['time-sync'], ('time-sync',))])
def test_a_name_stands_for_its_ids(words, found):
    assert ids.chosen(words) == found


def test_a_name_that_is_not_known_stays_for_the_one_who_complains(tmp_path):
    (tmp_path / 'etc').mkdir()
    assert ids.chosen(['swpa', '', ',']) == ('swpa', '', ',')
    done = run('check', '--root', tmp_path, 'cpu,swpa')
    assert done.code == 2 and "unknown requirement 'swpa'; did you mean swap?" in done.err and done.out == ''


@pytest.mark.parametrize('command', ['check', 'fix'])
def test_all_is_what_no_id_means(command):
    with pytest.raises(UnknownName):
        ids.chosen(['All'])
    done = run(command, 'all')
    assert done.code == 2 and "'all' is no requirement: without an ID every one" in done.err and done.out == ''
