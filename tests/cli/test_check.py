"""nodeprep check: what it takes, what it refuses, and how it ends. The host is an image in a folder."""
import json

import pytest

from nodeprep import catalogue, engine
from tests.cli.runner import run
from tests.fakes import Link

ALL = catalogue.ids()


@pytest.fixture
def disk(image):
    """A small CentOS 9 image with swap in its fstab."""
    image.files({'/etc/os-release': 'ID="centos"\nVERSION_ID="9"\nPRETTY_NAME="CentOS Stream 9"\n',
                 '/etc/hostname': 'k8s-node1\n', '/etc/selinux/config': 'SELINUX=permissive\nSELINUXTYPE=targeted\n',
                 '/etc/fstab': '/dev/sda1 / xfs defaults 0 0\n/dev/sda2 none swap defaults 0 0\n'})
    return image.root


def tree(*argv):
    done = run('check', '-o', 'json', *argv)
    return done.code, json.loads(done.out)


def test_an_image_is_told_by_its_next_boot_alone(disk):
    code, report = tree('--root', disk)
    assert code == 1 and report['verdict'] == 'drifted'
    assert [finding['requirement'] for finding in report['findings']] == ALL
    assert {finding['now'] for finding in report['findings']} == {'not-applicable'}
    swap = next(finding for finding in report['findings'] if finding['requirement'] == 'swap')
    assert swap['boot'] == 'drifted' and swap['kubeadm'] == ['Swap']
    assert any(seen['source'].startswith('/etc/fstab:2') for seen in swap['observations'])
    assert report['node']['name'] == 'k8s-node1' and report['node']['os']['name'] == 'CentOS Stream 9'


def test_only_what_is_named_is_looked_at(disk):
    code, report = tree('--root', disk, 'selinux')
    assert [finding['requirement'] for finding in report['findings']] == ['selinux']
    assert run('check', '--root', disk, 'swap').code == 1


@pytest.mark.parametrize('word', ['swap', 'SWAP', 'all', 'cpu,swap'])
def test_what_is_ignored_is_shown_and_does_not_decide(disk, word):
    code, report = tree('--root', disk, 'swap', '--ignore', word)
    (finding,) = report['findings']
    assert (code, finding['state'], finding['mode'], report['summary']['ignored']) == (0, 'drifted', 'ignore', 1)


@pytest.mark.parametrize('argv, said', [
    (['swpa'], "unknown requirement 'swpa'; did you mean swap?"),
    (['--ignore', 'Swapp'], "--ignore: unknown name 'Swapp'; did you mean"),
    (['--profile', 'dockr'], "--profile: no profile 'dockr'; did you mean docker?"),
    (['--role', 'boss'], "'boss' is not one of"),
    (['-o', 'pdf'], "'pdf' is not one of"),
    (['--config', '/no/such/file'], '/no/such/file: No such file or directory; name a readable file'),
    (['--root', '/no/such/folder'], 'does not exist'),
    (['--nonsense'], '--nonsense'),
    (['sw\x1b[2Jap'], 'sw\\x1b[2Jap'),
])
def test_bad_input_ends_with_2_before_anything_is_looked_at(disk, monkeypatch, argv, said):
    def never(*args):
        raise AssertionError('something was examined')
    monkeypatch.setattr(engine, 'examine', never)
    argv = argv if '--root' in argv else ['--root', disk] + argv
    done = run('check', *argv)
    assert (done.code, done.out) == (2, '') and said in done.err and '\x1b' not in done.err


@pytest.mark.parametrize('text, said', [
    ('requirements: {swap: {mode: always}}\n', "nodeprep.yaml:1: swap.mode: 'always' is none of"),
    ('requirements:\n  memory:\n    minimum: 2 gigs\n', "nodeprep.yaml:3: memory.minimum: '2 gigs' is not a size"),
    ('requirements:\n  memori: {}\n', "nodeprep.yaml:2: unknown requirement 'memori'; did you mean memory?"),
    ('role: worker\nrole: worker\n', 'nodeprep.yaml:2: role stands here a second time'),
])
def test_a_bad_configuration_ends_with_2_and_names_file_line_and_remedy(disk, image, monkeypatch, text, said):
    monkeypatch.setattr(engine, 'examine', None)
    image.files({'/etc/nodeprep/nodeprep.yaml': text})
    done = run('check', '--root', disk)
    assert (done.code, done.out) == (2, '') and said in done.err and 'Traceback' not in done.err


def test_the_configuration_of_the_image_is_the_one_that_holds(disk, image):
    image.files({'/etc/nodeprep/nodeprep.yaml':
                 'role: control-plane\nkubernetes: 1.30\nlabels: {rack: a1}\n'
                 'waivers: [{requirement: swap, reason: lab, owner: me, until: 2999-01-31}]\n'})
    code, report = tree('--root', disk, 'swap')
    assert (code, report['node']['role'], report['node']['kubernetes']) == (0, 'control-plane', '1.30')
    assert report['node']['labels'] == {'rack': 'a1'} and report['summary']['waived'] == 1


@pytest.mark.parametrize('requirement_id', ALL)
def test_each_requirement_can_be_asked_for_by_itself(disk, requirement_id):
    code, report = tree('--root', disk, requirement_id)
    assert code in (0, 1, 3) and len(report['findings']) == 1
    assert not any('fault in nodeprep' in seen['hint'] for seen in report['findings'][0]['observations'])


@pytest.mark.parametrize('name', ['table', 'json', 'yaml', 'junit', 'tap', 'nagios', 'openmetrics', 'csv', 'html'])
def test_each_format_goes_to_standard_output_alone(disk, name):
    done = run('check', '--root', disk, '-o', name)
    assert done.code == (2 if name == 'nagios' else 1)
    assert done.err == '' and 'swap' in done.out and done.out.endswith('\n') and not done.out.endswith('\n\n')


def test_a_mistake_is_unknown_to_nagios_and_said_on_standard_output(disk):
    done = run('check', '--root', disk, '-o', 'nagios', 'swpa')
    assert (done.code, done.err) == (3, '')
    assert done.out.startswith('NODEPREP UNKNOWN - nothing was examined: unknown requirement')
    assert done.out.count('\n') == 1


def test_a_folder_without_a_system_is_refused(tmp_path):
    done = run('check', '--root', tmp_path)
    assert (done.code, done.out) == (2, '') and 'is the image mounted there?' in done.err


def test_what_to_type_next_is_this_very_check(disk):
    out = ' '.join(run('check', '--root', disk, '--role', 'worker', 'swap', 'selinux', '--ignore', 'cpu').out.split())
    assert f'check --root {disk} --role worker --ignore cpu swap selinux --verbose' in out
    assert out.startswith(f'image {disk}: k8s-node1')


def test_a_plan_for_an_image_never_acts_on_the_machine_that_looks(disk, image):
    units = '/usr/lib/systemd/system/'
    image.files({units + 'firewalld.service': '[Install]\nWantedBy=multi-user.target\n',
                 units + 'multi-user.target': '[Unit]\n', units + 'default.target': Link('multi-user.target'),
                 '/etc/systemd/system/multi-user.target.wants/firewalld.service': Link(units + 'firewalld.service')})
    _, report = tree('--root', disk)
    runs = [change for finding in report['findings'] for seen in finding['observations'] for change in seen['fix']
            if 'run' in change]
    assert [change['run'] for change in runs] == [['systemctl', f'--root={disk}', 'disable', 'firewalld.service']]
    assert runs[0]['undo'] == ['systemctl', f'--root={disk}', 'enable', 'firewalld.service']
    assert report['node']['root'] == disk
