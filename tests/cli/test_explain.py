"""nodeprep explain and requirements: the requirements speak for themselves, in 80 columns."""
import json

import pytest

from nodeprep import catalogue
from nodeprep.cli.explain import shown
from nodeprep.host import Host
from tests.cli.runner import run


@pytest.fixture(autouse=True)
def here(host, monkeypatch):
    """The host whose configuration chooses the language."""
    monkeypatch.setattr('nodeprep.cli.explain.Host', lambda root: host if root == '/' else Host(root))
    return host


@pytest.fixture
def root(tmp_path):
    (tmp_path / 'root' / 'etc').mkdir(parents=True)
    return str(tmp_path / 'root')


@pytest.mark.parametrize('requirement_id', catalogue.ids())
def test_each_requirement_explains_itself(requirement_id):
    done = run('explain', requirement_id)
    assert done.code == 0
    for word in ('Why:', 'Read:', 'Fix:', 'Left to a person:'):
        assert word in done.out
    assert all(name in done.out for name in catalogue.load(requirement_id).defaults)
    assert all(len(line) <= 80 for line in done.out.splitlines()) and '\n\n\n' not in done.out


def test_an_unknown_id_is_answered_with_the_right_one():
    done = run('explain', 'swpa')
    assert (done.code, done.out) == (2, '') and 'did you mean swap?' in done.err


def test_without_an_id_they_are_listed():
    done = run('explain')
    assert done.code == 2 and "Missing argument 'ID', one of bridge, cgroup, " in done.err and done.out == ''


def test_what_kubeadm_calls_it_is_explained():
    assert run('explain', 'NumCPU').out == run('explain', 'cpu').out


def test_the_list_has_the_modes_that_are_in_force(tmp_path, root):
    config = tmp_path / 'n.yaml'
    config.write_text('requirements: {swap: {mode: fix, severity: advised}}')
    rows = [line.split()[:3] for line in run('requirements', '--root', root, '--config', config).out.splitlines()]
    assert ['swap', 'advised', 'fix'] in rows and ['cpu', 'required', 'report'] in rows
    config.write_text('requirements: {swap: {mode: fixx}}')
    assert run('requirements', '--root', root, '--config', config).code == 2


def test_the_list_fits_a_terminal_and_names_all(root):
    done = run('requirements', '--root', root)
    assert all(len(line) <= 80 for line in done.out.splitlines())
    # A name of kubeadm's is one to copy.
    assert '(FileContent--proc-sys-net-bridge-bridge-nf-call-iptables)' in done.out.split()
    assert [line.split()[0] for line in done.out.splitlines()[1:] if not line.startswith(' ')] == catalogue.ids()


def test_the_list_is_there_for_programs_too(root):
    listed = json.loads(run('requirements', '--root', root, '-o', 'json').out)
    assert {one['id']: one['kubeadm'] for one in listed}['swap'] == ['Swap']


@pytest.mark.parametrize('value, kind, text', [
    (2 * 10**9, 'size', '2GB'), (2**31, 'size', '2GiB'), (1, 'size', '1'), (0.1, 'duration', '100ms'),
    (60.0, 'duration', '60s'), ((), 'list of texts', '[]'), (('a', 'b'), 'list of texts', '[a, b]'), (True, '', 'true'),
    ('', 'text', '""'), ({}, 'mapping', '{}'), ('off', 'off | open', 'off')])
def test_values_are_shown_as_they_are_written(value, kind, text):
    assert shown(value, kind) == text
