"""nodeprep config: what is in force and from where, whether it is right, and a file to start from."""
import json

import yaml

from nodeprep import catalogue
from nodeprep.policy import load
from tests.cli.runner import run
from tests.fakes import FakeHost

FILE = '/etc/nodeprep/nodeprep.yaml'


def test_show_tells_each_value_and_its_origin(image):
    image.files({FILE: 'role: control-plane\nrequirements:\n  swap: {mode: fix}\n'})
    lines = run('config', 'show', '--root', image.root, '--profile', 'containerd').out.splitlines()
    assert 'profile: containerd  # command line' in lines
    assert f'role: control-plane  # {image.root}{FILE}:1' in lines
    assert f'requirements.swap.mode: fix  # {image.root}{FILE}:3' in lines
    assert 'requirements.cpu.mode: report  # default' in lines
    assert any(line.startswith('kubernetes: "1.') and line.endswith('# profile containerd') for line in lines)


def test_show_is_there_for_programs_too(image):
    told = json.loads(run('config', 'show', '--root', image.root, '-o', 'json').out)
    assert told == yaml.safe_load(run('config', 'show', '--root', image.root, '-o', 'yaml').out)
    assert {name.split('.')[1] for name in told if name.startswith('requirements.')} == set(catalogue.ids())


def test_check_says_right_or_what_is_wrong(image):
    done = run('config', 'check', '--root', image.root)
    assert (done.code, done.out) == (0, 'The configuration is right: no file sets anything\n')
    image.files({FILE: 'role: worker\n'})
    assert run('config', 'check', '--root', image.root).out == f'The configuration is right: {image.root}{FILE}\n'
    image.files({FILE: 'waivers: [{requirement: swap, reason: lab, owner: me, until: 2999-01-31}]\n'})
    assert run('config', 'check', '--root', image.root).out == f'The configuration is right: {image.root}{FILE}\n'
    image.files({FILE: 'roll: worker\n'})
    done = run('config', 'check', '--root', image.root)
    assert (done.code, done.out) == (2, '') and f"{FILE}:1: unknown key 'roll'; did you mean role?" in done.err


def test_init_writes_a_file_that_changes_nothing_and_is_right_when_uncommented(tmp_path, image):
    path = tmp_path / 'new' / 'nodeprep.yaml'
    assert run('config', 'init', path).out == (
        f'Written: {path}\nIt is read from /etc/nodeprep/nodeprep.yaml, or where --config {path} names it.\n')
    text = path.read_text()
    assert text == run('config', 'init', '-').out
    assert load(image.files({FILE: text})).settings.keys() == load(image.files({FILE: ''})).settings.keys()
    bare = '\n'.join(line[2:] if line.startswith('# ') else '' for line in text.splitlines()[3:])
    for words in ('Each requirement', 'let the agent', 'Exceptions'):
        bare = bare.replace('\n' + words, '\n# ' + words)
    loaded = load(image.files({FILE: bare}))
    assert loaded.waivers and loaded.get('requirements.swap.mode') == 'report'
    assert all(loaded.get(f'requirements.{one.id}.{name}') == option.default
               for one in catalogue.load_all().values() for name, option in one.defaults.items())


def test_init_says_what_stands_against_it(tmp_path):
    (tmp_path / 'file').write_text('')
    done = run('config', 'init', tmp_path / 'file' / 'nodeprep.yaml')
    assert done.code == 2 and done.out == '' and '/file: is no folder' in done.err
    done = run('config', 'init', tmp_path / 'file' / 'deeper' / 'nodeprep.yaml')
    assert done.code == 2 and 'nodeprep.yaml: not a directory; as root, or' in done.err


def test_init_leaves_a_file_that_is_there_alone(tmp_path):
    path = tmp_path / 'nodeprep.yaml'
    path.write_text('mine\n')
    done = run('config', 'init', path)
    assert done.code == 2 and 'is there already' in done.err and path.read_text() == 'mine\n'


def test_a_waiver_that_is_over_is_told_though_nothing_is_wrong_with_it(tmp_path, image):
    path = tmp_path / 'w.yaml'
    path.write_text('waivers:\n  - {requirement: disk, reason: a, owner: b, until: 2020-01-31}\n'
                    '  - {requirement: swap, reason: a, owner: b, until: 2999-01-31}\n')
    done = run('config', 'check', '--root', image.root, '--config', path)
    assert done.code == 0 and f'{path}:2: the waiver of disk ended with 2020-01-31: it waives nothing\n' in done.out
    assert 'swap' not in done.out


def test_a_file_of_an_image_that_is_passed_over_is_named_with_the_image(tmp_path):
    (tmp_path / 'etc' / 'nodeprep').mkdir(parents=True)
    (tmp_path / 'etc' / 'nodeprep' / 'nodeprep.yml').write_text('role: worker\n')
    done = run('config', 'check', '--root', tmp_path)
    assert done.code == 2 and f'{tmp_path}/etc/nodeprep/nodeprep.yml: is not read' in done.err


def test_what_the_master_supplies_is_shown_with_when_it_was_told(image):
    """The list is of a machine that runs, so it is laid over the policy of one here."""
    from nodeprep.agent.supplied import supplied
    from nodeprep.cli.config import _effective
    from tests.agent.test_supplied import keep
    host = keep(FakeHost(image.root))
    host.files({FILE: 'master: {supplies: [network, hosts]}\nrequirements: {network: {peers: [mine]}}\n'})
    lines = {name: (written, origin) for name, written, origin, _ in _effective(host, supplied(load(host), host))}
    assert lines['master.supplies'] == ('[network, hosts]', f'{FILE}:1')
    assert lines['requirements.network.peers'] == ('[mine]', f'{FILE}:2')
    assert lines['requirements.hosts.entries'] == ('{"10.0.0.1": ["m1"], "10.0.0.12": ["n2"]}',
                                                   'from the master, as of 2026-01-31T12:00:00Z')
