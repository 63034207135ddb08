"""nodeprep master: what its commands print and decide, each on a data folder with a small fleet."""
import json
import os
import re
import stat
import tarfile
import time

import pytest

from nodeprep.language import speaking
from nodeprep.master import listening, secret
from nodeprep.master.store import audit, covering, nodes, open_store, people, settled, tokens, waivers
from tests.cli.runner import Terminal, run
from tests.master.fleet import Host, plan

NOW = 1900000000.0       # some years from now: what is told lies in the past


class Commands:
    """Runs commands on one folder."""

    def __init__(self, folder):
        self.data, self.config = f'{folder}/master', f'{folder}/master.yaml'
        with open(self.config, 'w') as file:
            file.write('approvals: {valid: 8h}\n')
        self.options = f' --data {self.data} --config {self.config}'

    def run(self, *words):
        """(exit code, output, errors)."""
        done = run('master', *words, '--data', self.data, '--config', self.config)
        # Whatever is told to type next means this same master.
        for line in (done.out + done.err).splitlines():
            for at in [found.start() for found in re.finditer('nodeprep master [a-z]', line)]:
                assert self.options in line[at:].partition(';')[0] or line.startswith(('Usage: ', "Try '")), line
        return done.code, done.out, done.err

    def told(self, *words):
        code, out, err = self.run(*words)
        assert (code, err) == (0, ''), (code, out, err)
        return out

    def tree(self, *words):
        return json.loads(self.told(*words, '-o', 'json'))

    def refused(self, *words):
        code, out, err = self.run(*words)
        assert (code, out) == (2, ''), (code, out, err)
        return err

    def store(self, work):
        store = open_store(f'sqlite://{self.data}/fleet.db')
        try:
            return work(store)
        finally:
            store.close()


@pytest.fixture
def empty(tmp_path):
    """No master was ever here."""
    return Commands(tmp_path)


@pytest.fixture
def commands(empty):
    """A fleet of a fit node, one that drifted and wants to mend it, and one that never reported."""
    os.mkdir(empty.data, 0o700)

    def fill(store):
        fit, bad = Host(1, 'fit'), Host(2, 'bad')
        bad.set('swap', 'drifted', mode='approve', changes=plan(), found='swap is on')
        bad.set('docker', 'drifted', now='met', found='docker is off')
        bad.set('cpu', 'unknown')
        for host in (fit, bad):
            node = store.do(lambda cursor, host=host: nodes.make(cursor, host.about['name'], 1.7e9))
            assert store.reports(node, [host.report()], host.now).result(30).new == 1
        store.do(lambda cursor: nodes.make(cursor, 'mute', 1.7e9))
    empty.store(fill)
    return empty


def test_a_command_where_no_master_is_says_so_and_makes_nothing(empty):
    for words in (['nodes'], ['node', 'x'], ['drift'], ['approvals'], ['waivers'], ['user', 'list'], ['token', 'list'],
                  ['doctor'], ['forget', 'x'], ['clones'], ['decide', 'keep-both', '1']):
        assert f'this host has no master; `nodeprep master serve{empty.options}` begins one' in empty.refused(*words)
    assert not os.path.exists(empty.data)


def test_at_a_terminal_lines_fit_and_what_is_to_be_typed_stays_whole(commands, monkeypatch):
    monkeypatch.delenv('COLUMNS', raising=False)
    commands.store(lambda store: alike(store, 'copy'))
    long = '--reason', 'lab', '--owner', 'ops', '--until', '2999-12-31'
    for words in (['waive', 'bad', 'swap', *long], ['waive', 'rack=' + 'r' * 60, 'swap', *long], ['unwaive', '99'],
                  ['drift', '--search', 'zzz'], ['nodes', '--search', 'zzz'], ['clones'], ['decide', 'keep-both', '1'],
                  ['decide', 'keep-both', '99'], ['forget', 'x'], ['node', 'x'], ['doctor'], ['token', 'list']):
        done = run('master', *words, '--data', commands.data, '--config', commands.config, stream=Terminal)
        for line in (done.out + done.err).splitlines():
            assert len(line) <= 80 or commands.options in line and len(line.split(commands.options)[0]) < 60, line
            if commands.options in line:
                assert re.fullmatch(f' +nodeprep master [a-z -]+( [0-9]+)?{re.escape(commands.options)}', line), line
        said = done.out + done.err
        assert said.count('--data') == said.count(commands.options), f'a command is broken: {said}'


def test_waivers_of_an_owner_with_an_address_fit_80_columns(commands):
    commands.told('waive', 'rack=r02', 'swap', '--until', '2999-12-31', '--owner', 'kim.andersen@ops.example.com',
                  '--reason', 'the machines of this rack swap until their memory has come, in the spring')
    out = commands.told('waivers')
    assert max(map(len, out.splitlines())) <= 80 and '  kim.andersen@ops.example.com\n' in out


def test_where_the_package_of_the_master_is_not_installed_it_is_named(monkeypatch):
    monkeypatch.setattr('importlib.util.find_spec', lambda name: None)
    ran = run('master', 'token', 'create')
    assert (ran.code, ran.out) == (2, '') and 'it is in the package nodeprep-master' in ran.err


def test_a_token_is_printed_once_and_kept_as_a_hash(empty):
    made = empty.told('token', 'create', '--uses', '3', '--description', 'rack a1').strip()
    assert re.fullmatch(r'[a-z0-9]{6}\.[a-z0-9]{16}', made)
    assert stat.S_IMODE(os.stat(empty.data).st_mode) == 0o700
    kept = empty.store(lambda store: store.read(tokens.every))[0]
    assert kept.hash == secret.hashed(made) and kept.uses_left == 3 and kept.expires - kept.created == 86400
    listed = empty.told('token', 'list')
    assert made[:6] in listed and made not in listed and 'rack a1' in listed
    tree = empty.tree('token', 'list')['tokens'][0]
    assert (tree['id'], tree['uses_left'], tree['expired']) == (made[:6], 3, False)
    assert 'is deleted' in empty.told('token', 'delete', made)
    assert 'there is no token' in empty.refused('token', 'delete', made[:6])
    there = f'--data {empty.data} --config {empty.config}'
    assert empty.told('token', 'list') == f'There are no tokens; nodeprep master token create {there} makes one.\n'
    for wrong in ('0', '1s', '9999d', 'x'):
        assert '--ttl' in empty.refused('token', 'create', '--ttl', wrong)


def test_the_join_command_is_whole(empty):
    with open(empty.config, 'w') as file:
        file.write('names: [k8s-master.example.com]\nlisten: 0.0.0.0:7443\n')
    words = empty.told('token', 'create', '--print-join-command').split()
    assert words[:4] == ['nodeprep', 'join', 'https://k8s-master.example.com:7443', '--token']
    assert re.fullmatch(r'sha256:[0-9a-f]{64}', words[-1]) and words[-2] == '--ca-cert-hash'
    assert empty.told('token', 'create', '--print-join-command').split()[-1] == words[-1], 'the CA stays'


def test_the_join_command_names_the_port_where_the_master_listens_now(empty):
    with open(empty.config, 'w') as file:
        file.write('names: [k8s-master.example.com]\nlisten: 0.0.0.0:7443\n')

    def address():
        return empty.told('token', 'create', '--print-join-command').split()[2]
    assert address() == 'https://k8s-master.example.com:7443'
    listening.note(empty.data, ('::', 19443))
    assert address() == 'https://k8s-master.example.com:19443'
    for wrong in ('', 'nonsense:port\n', '1.2.3.4:99999\n'):
        with open(os.path.join(empty.data, listening.NAME), 'w') as file:
            file.write(wrong)
        assert address() == 'https://k8s-master.example.com:7443'
    listening.forget(empty.data)
    listening.forget(empty.data)
    assert listening.told(empty.data) is None


def test_a_user_is_made_listed_and_deleted(empty):
    made = empty.told('user', 'create', 'ann', '--role', 'approver', '--ttl', '90d').strip()
    assert secret.is_one(secret.PERSON, made)
    kept = empty.store(lambda store: store.read(people.every))[0]
    assert (kept.name, kept.role, kept.hash) == ('ann', 'approver', secret.hashed(made))
    assert f'there is a user ann; nodeprep master user delete ann --data {empty.data} --config ' in empty.refused(
        'user', 'create', 'ann')
    assert 'not a name' in empty.refused('user', 'create', '<b>')
    assert 'approver' in empty.told('user', 'list') and empty.tree('user', 'list')['users'][0]['name'] == 'ann'
    assert empty.told('user', 'delete', 'ann') == 'The user ann is deleted.\n'
    assert 'there is no user ann' in empty.refused('user', 'delete', 'ann')


@pytest.mark.parametrize('words', [
    'nodes', 'node fit', 'drift', 'approvals', 'waivers', 'clones', 'doctor', 'report', 'token list', 'user list',
    'backup FILE', 'forget fit', 'unwaive 1', 'decide keep-both 1', 'token delete abcdef', 'user delete ann'])
def test_no_command_makes_a_database_in_the_place_of_one_that_is_gone(commands, tmp_path, words):
    os.rename(f'{commands.data}/fleet.db', f'{tmp_path}/away.db')
    for name in os.listdir(commands.data):
        os.unlink(f'{commands.data}/{name}')
    err = commands.refused(*[str(tmp_path / 'file.tar') if word == 'FILE' else word for word in words.split()])
    assert 'fleet.db is not there' in err and 'nodeprep master serve' in err
    assert os.listdir(commands.data) == []


def test_a_database_without_tables_is_no_fleet_without_nodes(commands):
    with open(f'{commands.data}/fleet.db', 'wb'):
        pass
    for words in ('nodes', 'doctor', 'nodes'):
        assert 'has no tables' in commands.refused(words)
    assert commands.told('token', 'create')


@pytest.fixture
def far_east(monkeypatch):
    """The time of a zone far from UTC."""
    monkeypatch.setenv('TZ', 'XXX-08')
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_times_for_people_are_in_utc_and_say_so(commands, far_east):
    for made, listed in ((['user', 'create', 'ann', '--ttl', '90d'], 'user'), (['token', 'create'], 'token')):
        commands.told(*made)
        (tree,) = commands.tree(listed, 'list')[f'{listed}s']
        assert f'{tree["expires"][:16].replace("T", " ")} UTC' in commands.told(listed, 'list')
    said = commands.told('approve', 'bad', 'swap')
    until = commands.tree('approvals', '--all')['approvals'][0]['until']
    assert f'Approved until {until[:16].replace("T", " ")} UTC: bad learns it' in said


def test_the_nodes_are_listed_worst_first(commands):
    out = commands.told('nodes')
    lines = [' '.join(line.split()) for line in out.split('\n')]
    assert lines[0] == 'NODE STANDING ROLE HEARD NOT MET'
    listed = [line.split()[:2] for line in lines[1:] if line.startswith(('bad', 'mute', 'fit'))]
    assert listed == [['bad', 'drifted'], ['mute', 'new'], ['fit', 'met']]
    assert 'docker, swap, cpu (unknown)' in ' '.join(out.split())
    assert [one['name'] for one in commands.tree('nodes', '--standing', 'met')['nodes']] == ['fit']
    assert [one['name'] for one in commands.tree('nodes', '--label', 'rack=r02')['nodes']] == ['bad']
    assert commands.told('nodes', '--standing', 'silent') == 'No node is so.\n'
    assert 'is one of drifted' in commands.refused('nodes', '--standing', 'fine')


def test_a_node_is_shown_with_what_is_not_met_and_its_plan(commands):
    out = commands.told('node', 'bad')
    assert out.startswith('bad: drifted\n') and 'labels rack=r02, site=c' in out
    assert 'swap: drifted for ' in out and 'swap is on; wanted: swap as wanted' in out
    assert 'docker: drifted for ' in out and 'now met, at boot drifted' in out
    assert '1. swapoff -a' in out and 'nodeprep master approve bad swap' in out
    assert 'memory: met' not in out and 'memory: met' in commands.told('node', 'bad', '--verbose')
    tree = commands.tree('node', 'bad')
    assert tree['approvals'][0]['requirement'] == 'swap' and tree['standing'] == 'drifted'
    assert 'All is met that is required.' in commands.told('node', 'fit')
    assert 'never heard' not in commands.told('node', 'mute')
    assert 'there is no node x' in commands.refused('node', 'x')


def test_of_nodes_that_cannot_be_told_apart_each_is_shown_with_the_other(commands):
    def fill(store):
        host = Host(3, 'copy')
        host.about['machine_id'] = Host(1, 'fit').about['machine_id']
        node = store.do(lambda cursor: nodes.make(cursor, 'copy', 1.8e9))
        store.reports(node, [host.report()], host.now).result(30)
    commands.store(fill)
    one, other = commands.tree('node', 'fit'), commands.tree('node', 'copy')
    assert one['clones'] == other['clones'] and commands.tree('node', 'bad')['clones'] == []
    (found,) = one['clones']
    assert (found['kind'], found['value'], found['first'], found['later']) == (
        'machine_id', one['machine_id'], 'fit', 'copy')
    out = ' '.join(commands.told('node', 'fit').split())
    assert out.startswith('fit: met') and (f'copy came later and has the same machine-id {one["machine_id"]}: that one '
                                           'is in quarantine') in out
    out = ' '.join(commands.told('node', 'copy').split())
    assert out.startswith('copy: quarantined')
    assert f'fit was here first and has the same machine-id {found["value"]}: what this one reports changes ' in out


def test_whoever_is_in_quarantine_is_told_of_where_he_is_not_counted(commands):
    def fill(store, *numbers):
        for number in numbers:
            host = Host(number, f'copy{number}')
            host.set('swap', 'drifted')
            host.about['machine_id'] = Host(1, 'fit').about['machine_id']
            node = store.do(lambda cursor, name=host.about['name']: nodes.make(cursor, name, 1.8e9))
            store.reports(node, [host.report()], host.now).result(30)
    where = f'; nodeprep master clones{commands.options} says why\n'
    assert 'ok     no node is in quarantine\n' in commands.run('doctor')[1]
    commands.store(lambda store: fill(store, 3))
    one = f'1 node is in quarantine and is not counted{where}'
    assert commands.told('drift', '--search', 'copy') == f'Nothing is drifted.\n{one}'
    assert commands.told('drift', '--search', 'fit') == 'Nothing is drifted.\n'
    commands.store(lambda store: fill(store, 4, 5))
    three = f'3 nodes are in quarantine and are not counted{where}'
    assert commands.told('drift', '--requirement', 'memory') == f'Nothing is drifted.\n{three}'
    assert commands.told('drift').endswith(three) and commands.told('approvals').endswith(three)
    commands.told('deny', 'bad', 'swap')
    assert commands.told('approvals') == f'No plan waits for an answer.\n{three}'
    assert 'quarantine' not in commands.told('approvals', '--all') + commands.told('drift', '-o', 'json')
    code, out, _ = commands.run('doctor')
    assert code == 1 and ('WRONG  nodes are in quarantine\n       3 nodes are in quarantine and are not counted; '
                          f'nodeprep master clones{commands.options} says why\n') in out


def alike(store, *names):
    """Nodes that say all that `fit` says of its machine but their host names."""
    for number, name in enumerate(names, 11):
        host = Host(number, name)
        host.about.update({field: Host(1).about[field] for field in ('machine_id', 'product_uuid')})
        host.set('swap', 'drifted')
        node = store.do(lambda cursor, name=name: nodes.make(cursor, name, 1.8e9))
        store.reports(node, [host.report()], host.now).result(30)


def test_clones_that_are_alike_no_more_are_told_so(commands):
    def other(store):
        host = Host(11, 'copy')
        host.report()
        node = store.read(lambda cursor: nodes.find(cursor, 'copy'))[0]
        store.reports(node, [host.report()], host.now).result(30)
    commands.store(lambda store: alike(store, 'copy'))
    assert 'not any more' not in commands.told('clones') + commands.told('node', 'copy')
    assert [one['still'] for one in commands.tree('clones')['clones']] == [True, True]
    commands.store(other)
    assert [one['still'] for one in commands.tree('clones')['clones']] == [False, False]
    lines = [' '.join(line.split()) for line in commands.told('clones').split('\n')]
    assert lines[1].startswith('2 product_uuid (not any more) fit copy')
    assert 'had the same machine-id' in ' '.join(commands.told('node', 'copy').split())
    said = ' '.join(commands.told('decide', 'keep-both', '1-2').split())
    assert f'they had the same machine-id {Host(1).about["machine_id"]}, and have not any more' in said


def test_where_no_node_is_it_is_not_said_that_every_node_is_a_machine_of_its_own(empty):
    os.mkdir(empty.data, 0o700)
    empty.store(lambda store: None)
    assert empty.told('clones') == 'There are no nodes.\n'


def test_of_a_node_whose_role_or_profile_nobody_told_nothing_stands_in_their_place(commands):
    commands.store(lambda store: store.do(lambda cursor: cursor.run(
        "UPDATE node SET role = 'worker', profile = '' WHERE name = 'bad'")))
    assert 'profile' not in commands.told('node', 'bad') and '\nworker\n' in commands.told('node', 'bad')


def test_clones_are_listed_with_what_is_the_same_and_what_to_type(commands):
    assert commands.told('clones') == 'Every node is a machine of its own.\n'
    assert commands.tree('clones') == {'format': 1, 'clones': []}
    commands.store(lambda store: alike(store, 'copy'))
    out = commands.told('clones')
    lines = [' '.join(line.split()) for line in out.split('\n')]
    assert lines[0] == 'NUMBER THE SAME HERE FIRST CAME LATER FOUND'
    assert [re.sub(r'\d+ d .*ago', '', line) for line in lines[1:5]] == [
        '2 product_uuid fit copy ', Host(1).about['product_uuid'],
        '1 machine-id fit copy ', Host(1).about['machine_id']]
    assert out.endswith(
        'What the later ones report changes nothing until somebody decides, by their numbers (1 2 3, 1-9).\n'
        f'Two machines, which both stay:\n  nodeprep master decide keep-both 2{commands.options}\n'
        f'One is to go, the later or the first:\n  nodeprep master decide forget-later 2{commands.options}\n'
        f'  nodeprep master decide forget-first 2{commands.options}\n')
    for line in out.splitlines():
        if 'nodeprep master' in line:
            assert not set('<>|&;()$`\\"\'*?[]#~=%') & set(line), 'it can be pasted into a shell'
    assert commands.tree('clones')['clones'] == commands.tree('node', 'copy')['clones'][::-1]
    commands.told('decide', 'keep-both', '1')
    assert [one['id'] for one in commands.tree('clones')['clones']] == [2]
    assert [one['decision'] for one in commands.tree('clones', '--all')['clones']] == ['', 'keep-both']
    out = commands.told('clones', '--all')
    assert re.search(r'\n2 +product_uuid +fit +copy +.+ ago +nobody has decided\n', out)
    assert re.search(r'\n1 +machine-id +fit +copy +.+ ago +two machines, by .* \(command line\)\n', ' '.join(
        out.split(' ')).replace('\n' + ' ' * 20, '')) and 'changes nothing' in out
    commands.told('decide', 'keep-both', '2')
    assert commands.told('clones') == 'Every node is a machine of its own.\n'
    assert 'changes nothing' not in commands.told('clones', '--all')


def test_a_node_is_released_when_all_is_decided_that_holds_it(commands):
    commands.store(lambda store: alike(store, 'copy', 'third'))
    found = {(one['first'], one['later'], one['kind']): one['id'] for one in commands.tree('clones')['clones']}
    assert len(found) == 6
    numbers = {pair: [str(number) for (first, later, _), number in sorted(found.items()) if (first, later) == pair]
               for pair in (('fit', 'copy'), ('fit', 'third'), ('copy', 'third'))}
    assert commands.told('decide', 'keep-both', numbers['fit', 'copy'][0]).endswith(
        '\ncopy stays in quarantine: 1 more is to be decided about it; nodeprep master '
        f'clones{commands.options} lists it.\n')
    assert commands.tree('drift', '--search', 'copy')['drift'] == []
    assert commands.told('decide', 'keep-both', numbers['fit', 'copy'][1]).endswith(
        '\ncopy is released: what it reports counts.\n')
    assert [one['requirement'] for one in commands.tree('drift', '--search', 'copy')['drift']] == ['swap']
    out = commands.told('decide', 'keep-both', *numbers['fit', 'third'], *numbers['copy', 'third'])
    assert out.count('third is released') == 1 and 'stays' not in out
    assert commands.told('clones') == 'Every node is a machine of its own.\n'
    said = commands.store(lambda store: store.read(audit.newest))
    assert [(one['what'], one['subject'], one['detail']['kind']) for one in said[:2]] == [
        ('clone keep-both', 'copy, third', 'product_uuid'), ('clone keep-both', 'copy, third', 'machine_id')]
    assert said[0]['who'].endswith(' (command line)')


@pytest.mark.parametrize('what, gone, there', [('forget-later', 'copy', 'fit'), ('forget-first', 'fit', 'copy')])
def test_one_of_two_clones_is_forgotten_by_a_decision(commands, what, gone, there):
    commands.store(lambda store: alike(store, 'copy'))
    out = commands.told('decide', what, '1', '2')         # the second is decided by the first
    assert out.endswith(f'\n{gone} is forgotten.\n' + ('copy is released: what it reports counts.\n'
                                                        if there == 'copy' else ''))
    assert f'there is no node {gone}' in commands.refused('node', gone)
    assert commands.tree('node', there)['status'] == 'member' and commands.tree('clones')['clones'] == []
    told = ' '.join(commands.told('clones', '--all').split())
    assert f'the {"later" if what == "forget-later" else "first"} one forgotten, by ' in told


def test_a_range_of_numbers_is_what_there_is_to_decide_in_it(commands):
    commands.store(lambda store: alike(store, 'copy', 'third'))
    commands.told('decide', 'keep-both', '2')
    out = commands.told('decide', 'keep-both', '3', '1-4', '3')
    assert [line.split(':')[0] for line in out.split('\n') if ' was here first' in line] == ['3', '1', '4']
    assert [one['id'] for one in commands.tree('clones')['clones']] == [6, 5]
    commands.told('decide', 'keep-both', '5-99')
    assert commands.tree('clones')['clones'] == []


def test_of_a_range_only_what_was_shown_is_decided(commands, monkeypatch, mocker):
    commands.store(lambda store: alike(store, 'copy'))
    monkeypatch.setattr('sys.stdin', mocker.Mock(isatty=lambda: True, fileno=lambda: -1))
    monkeypatch.setattr('nodeprep.cli.people.agree', lambda question: commands.store(
        lambda store: alike(store, 'meanwhile')))
    commands.told('decide', 'keep-both', '1-99')
    assert {one['later'] for one in commands.tree('clones')['clones']} == {'meanwhile'}


def test_what_is_not_to_be_decided_decides_nothing(commands):
    commands.store(lambda store: alike(store, 'copy'))
    for words, said in ((['forget-both', '1'], 'forget-both'), (['keep-both', '0'], 'NUMBER'),
                        (['keep-both', '2-1'], "'2-1' is none of: 3, 1-9"), (['keep-both', '1-'], 'NUMBER'),
                        (['keep-both', '9' * 30], 'NUMBER'), (['keep-both', '3-9'], 'nothing to decide about 3-9;'),
                        (['keep-both'], 'NUMBER'),
                        (['keep-both', '1', '9'], 'there is nothing to decide about 9; nodeprep master clones')):
        assert said in commands.refused('decide', *words)
    assert len(commands.tree('clones')['clones']) == 2
    commands.told('decide', 'keep-both', '1')
    assert 'there is nothing to decide about 1;' in commands.refused('decide', 'keep-both', '2', '1')
    assert [one['id'] for one in commands.tree('clones')['clones']] == [2]


def test_whoever_is_at_the_terminal_is_asked_before_it_is_decided(commands, monkeypatch, mocker):
    commands.store(lambda store: alike(store, 'copy'))
    asked = []
    monkeypatch.setattr('sys.stdin', mocker.Mock(isatty=lambda: True, fileno=lambda: -1))
    monkeypatch.setattr('nodeprep.cli.people.agreed', lambda question: asked.append(question))
    code, out, err = commands.run('decide', 'forget-first', '1')
    assert (code, err, asked) == (1, 'Nothing was changed.\n', ['Forget fit?'])
    assert out.startswith('1: fit was here first, copy came later; they have the same machine-id ')
    assert len(commands.tree('clones')['clones']) == 2
    commands.told('decide', 'keep-both', '1', '2', '--yes')
    assert len(asked) == 1 and commands.tree('clones')['clones'] == []


def test_drift_is_listed_the_longest_first(commands):
    out = commands.told('drift')
    assert [line.split()[:2] for line in out.split('\n')[1:] if line.startswith('bad')] == [
        ['bad', 'docker'], ['bad', 'swap']]
    assert 'proposed' in out
    assert [one['requirement'] for one in commands.tree('drift', '--kind', 'unknown')['drift']] == ['cpu']
    assert commands.told('drift', '--search', 'fit') == 'Nothing is drifted.\n'
    assert commands.told('drift', '--kind', 'waived') == 'Nothing is waived; 2 drifted, 1 unknown: see --kind.\n'


@pytest.mark.parametrize('command', ['nodes', 'drift'])
@pytest.mark.parametrize('words, said', [
    (['--search', 'zzz'], 'None of the 3 nodes has zzz in its name.\n'),
    (['--label', 'rack=zz', '--requirement', 'swap'], 'None of the 3 nodes has the label rack=zz.\n'),
    (['--label', 'rack=r01', '--search', 'bad'],
     'None of the 3 nodes has bad in its name and has the label rack=r01.\n'),
    (['--role', 'control-plane'], 'None of the 3 nodes has the role control-plane.\n')])
def test_of_nodes_that_there_are_not_it_is_said_that_there_are_none(commands, command, words, said):
    assert commands.told(command, *words) == said


@pytest.mark.parametrize('command', ['nodes', 'drift'])
@pytest.mark.parametrize('words, said', [
    (['--requirement', 'swpa'], "nodeprep: --requirement: 'swpa' is not known; did you mean swap?\n"),
    (['--role', 'bad'], "nodeprep: --role: 'bad' is not known; known are control-plane, worker\n")])
def test_a_role_or_a_requirement_that_there_is_not_is_refused(commands, command, words, said):
    assert commands.refused(command, *words) == said


def test_a_plan_is_shown_and_approved_for_as_long_as_is_configured(commands):
    assert 'swapoff -a' in commands.told('approvals')
    digest = commands.tree('approvals')['approvals'][0]['digest']
    assert 'is another one now' in commands.run('approve', 'bad', 'swap', '--digest', '0' * 64)[2]
    out = commands.told('approve', 'bad', 'swap', '--reason', 'as agreed', '--digest', digest)
    assert '1. swapoff -a\n' in out and 'Approved until' in out
    given = commands.tree('approvals', '--all')['approvals'][0]
    assert (given['state'], given['reason']) == ('approved', 'as agreed') and given['by'].endswith('(command line)')
    from nodeprep import epoch
    assert epoch.of(given['until']) - epoch.of(given['decided']) == 8 * 3600
    assert 'no plan of bad about swap waits' in commands.refused('approve', 'bad', 'swap')
    assert commands.told('approvals') == 'No plan waits for an answer.\n'
    assert 'there is no node x' in commands.refused('approve', 'x', 'swap')


def test_a_plan_is_denied(commands):
    assert commands.told('deny', 'bad', 'swap') == 'Denied: bad does not do this.\n'
    assert commands.tree('approvals', '--all')['approvals'][0]['state'] == 'denied'
    assert 'no plan of bad about docker waits' in commands.refused('deny', 'bad', 'docker')


@pytest.mark.parametrize('to, shown', [('bad', 'bad'), ('*', '*'), ('rack=r02', 'rack=r02')])
def test_a_waiver_is_made_listed_and_ended(commands, to, shown):
    said = ('--reason', 'lab', '--owner', 'ops@example.com', '--until', '2999-12-31')
    assert commands.told('waive', to, 'swap', *said) == \
        f'Waived until 2999-12-31; nodeprep master unwaive 1{commands.options} ends it.\n'
    assert [one['requirement'] for one in commands.tree('drift')['drift']] == ['docker']
    _, line, why = commands.told('waivers').splitlines()
    assert line.split() == ['1', shown, 'swap', '2999-12-31', 'ops@example.com']
    assert why.startswith('    lab (made by ') and why.endswith(' (command line))')
    assert commands.told('unwaive', '1') == 'The waiver 1 is ended.\n'
    assert 'there is no waiver 1 that holds' in commands.refused('unwaive', '1')
    assert commands.told('waivers') == 'There are no waivers.\n' and 'ended' in commands.told('waivers', '--all')
    assert len(commands.tree('drift')['drift']) == 2


def test_while_a_waiver_does_not_count_everywhere_yet_the_lists_say_so(commands, monkeypatch):
    said = 'A waiver was given or ended a moment ago: some of what it covers is counted as before until all of it is'
    monkeypatch.setattr(covering.decided, '__defaults__', (0,))         # none counts at once
    lists = (['nodes'], ['drift'], ['node', 'bad'], ['waivers'], ['drift', '--search', 'fit'])

    def look():
        told = [' '.join(commands.told(*words).split()) for words in lists]
        return [said in one for one in told], [commands.tree(*words)['settling'] for words in lists]
    assert look() == ([False] * 5, [False] * 5)
    commands.store(lambda store: store.do(lambda cursor: waivers.add(
        cursor, 'all', '', 'swap', 'why', 'ops', '2999-12-31', 'ada', NOW)))
    assert look() == ([True] * 5, [True] * 5)
    assert [one['settling'] for one in commands.tree('waivers')['waivers']] == [True]
    commands.store(lambda store: settled.finish(store, NOW))
    assert look() == ([False] * 5, [False] * 5)
    assert [one['settling'] for one in commands.tree('waivers')['waivers']] == [False]


def test_a_waiver_that_cannot_be_says_why(commands):
    said = ('--reason', 'lab', '--owner', 'ops')
    assert 'did you mean swap?' in commands.refused('waive', 'bad', 'swpa', *said, '--until', '2999-12-31')
    assert 'there is no node x' in commands.refused('waive', 'x', 'swap', *said, '--until', '2999-12-31')
    for until in ('2020-01-01', 'soon', '2999-02-30'):
        assert 'is not a day to come' in commands.refused('waive', 'bad', 'swap', *said, '--until', until)
    assert commands.told('waive', '*', 'kubelet', *said, '--until', '2999-12-31')


@pytest.mark.parametrize('which', ['reason', 'owner'])
def test_a_waiver_without_a_reason_or_an_owner_names_what_is_empty_and_not_the_day(commands, which):
    said = {'reason': 'lab', 'owner': 'ops', which: ' '}
    refused = commands.refused('waive', 'bad', 'swap', '--reason', said['reason'], '--owner', said['owner'], '--until',
                               '2999-12-31')
    assert refused == f'nodeprep: the {which} is empty; a waiver has a reason and an owner\n'


@pytest.mark.parametrize('first, second', [('bad', 'bad'), ('*', 'bad'), ('rack=r02', 'bad'), ('rack=r02', 'rack=r02')])
def test_a_waiver_beside_one_that_covers_the_same_says_so_when_it_is_made_and_when_it_is_ended(commands, first, second):
    said = ('swap', '--reason', 'lab', '--owner', 'ops', '--until', '2999-12-31')
    commands.told('waive', 'bad', 'docker', *said[1:])
    commands.told('waive', first, *said)
    code, _, err = commands.run('waive', second, *said)
    assert (code, err) == (0, 'nodeprep: waiver 2 covers it already: each holds until its own day\n')
    assert commands.told('unwaive', '3') == 'The waiver 3 is ended; waiver 2 covers it still.\n'
    assert [one['requirement'] for one in commands.tree('drift')['drift']] == []
    assert commands.told('unwaive', '2') == 'The waiver 2 is ended.\n'


@pytest.mark.parametrize('first, second', [('bad', '*'), ('bad', 'rack=r02'), ('fit', 'bad'), ('rack=r01', 'bad')])
def test_a_waiver_beside_one_that_covers_less_or_others_says_nothing_of_it(commands, first, second):
    said = ('swap', '--reason', 'lab', '--owner', 'ops', '--until', '2999-12-31')
    commands.told('waive', first, *said)
    commands.told('waive', second, *said)
    assert commands.told('unwaive', '2') == 'The waiver 2 is ended.\n'


def test_a_waiver_for_a_label_that_no_node_has_says_so_and_holds(commands):
    said = ('swap', '--reason', 'lab', '--owner', 'ops', '--until', '2999-12-31')
    code, out, err = commands.run('waive', 'rack=r20', *said)
    assert (code, err) == (0, 'nodeprep: no node has the label rack=r20 yet: the waiver is for those that get it\n')
    assert out.startswith('Waived until 2999-12-31; ') and len(commands.tree('waivers')['waivers']) == 1
    commands.told('waive', 'rack=r02', *said)
    commands.told('forget', 'bad')
    assert 'no node has the label rack=r02 yet' in commands.run('waive', 'rack=r02', *said)[2], 'which was its own'


def test_whoever_is_at_the_terminal_is_asked_before_a_node_is_forgotten(commands, monkeypatch, mocker):
    asked = []
    monkeypatch.setattr('sys.stdin', mocker.Mock(isatty=lambda: True, fileno=lambda: -1))
    monkeypatch.setattr('nodeprep.cli.people.agreed', lambda question: asked.append(question))
    assert commands.run('forget', 'bad') == (1, '', 'Nothing was changed.\n')
    assert commands.run('forget', 'mute') == (1, '', 'Nothing was changed.\n')
    assert re.fullmatch(r'bad is drifted, heard .* ago\. Forget it\?', asked[0])
    assert asked[1].startswith('mute is new, heard ')
    assert 'there is no node x' in commands.refused('forget', 'x') and len(asked) == 2
    assert len(commands.tree('nodes')['nodes']) == 3
    assert commands.told('forget', 'bad', '--yes') == 'bad is forgotten.\n' and len(asked) == 2
    monkeypatch.setattr('nodeprep.cli.people.agreed', lambda question: True)
    assert commands.told('forget', 'mute') == 'mute is forgotten.\n'


def test_a_node_is_forgotten(commands):
    assert commands.told('forget', 'bad') == 'bad is forgotten.\n'
    assert [one['name'] for one in commands.tree('nodes')['nodes']] == ['mute', 'fit']
    assert 'there is no node bad' in commands.refused('forget', 'bad')


def test_a_backup_has_the_database_and_the_ca_and_can_be_unpacked(commands, tmp_path):
    commands.told('token', 'create', '--print-join-command')
    target = str(tmp_path / 'backup.tar')
    assert commands.told('backup', target) == f'Written: {target}, with ca.crt, ca.key, fleet.db\n'
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o600
    assert sorted(os.listdir(str(tmp_path))) == ['backup.tar', 'master', 'master.yaml']
    assert 'is there already' in commands.refused('backup', target)
    other = Commands(tmp_path)
    other.data = str(tmp_path / 'restored')
    os.mkdir(other.data, 0o700)
    with tarfile.open(target) as tar:
        for name in tar.getnames():
            with open(f'{other.data}/{name}', 'wb', opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(tar.extractfile(name).read())
    assert other.tree('nodes') == commands.tree('nodes')
    assert other.told('token', 'create', '--print-join-command').split()[-1] == \
        commands.told('token', 'create', '--print-join-command').split()[-1]
    assert '/nowhere' in commands.refused('backup', '/nowhere/x.tar')


def test_the_doctor_finds_a_report_that_was_changed(commands, monkeypatch):
    monkeypatch.setattr('nodeprep.master.care._ROOM', 0)           # however full the disk of the tests is
    code, out, err = commands.run('doctor')
    assert code == 0 and 'WRONG' not in out, out
    assert 'ok     2 reports are as they were taken' in out
    assert 'ok     the certificates can be used, for 90 days\n' in out
    commands.store(lambda store: store.do(lambda cursor: cursor.run(
        'UPDATE report SET body = (SELECT r.body FROM report r WHERE r.id = 1) WHERE id = 2')))
    code, out, err = commands.run('doctor')
    assert code == 1 and 'bad: report 1 is not what was taken' in out
    code, out, err = commands.run('doctor', '-o', 'json')
    assert code == 1 and [one for one in json.loads(out)['doctor'] if one['wrong']]


def test_a_folder_that_others_may_enter_is_refused(commands):
    os.chmod(commands.data, 0o750)
    assert 'chmod 0700' in commands.refused('nodes')


def test_hostile_names_are_shown_harmless(commands):
    def add(store):
        store.do(lambda cursor: cursor.run("UPDATE node SET os_name = ? WHERE name = 'bad'", ('\x1b[31mred\u202e',)))
    commands.store(add)
    for words in (['nodes'], ['node', 'bad']):
        assert '\x1b[31m' not in commands.told(*words) and '\u202e' not in commands.told(*words)


def test_what_was_made_in_the_future_is_told(commands):
    commands.told('token', 'create')
    for words in (['ann', '--ttl', '90d'], ['bob']):
        commands.told('user', 'create', *words)
    assert 'in the future' not in commands.told('token', 'list') + commands.told('user', 'list')
    commands.store(lambda store: store.do(lambda cursor: [cursor.run(
        f'UPDATE {table} SET created = created + 3e7, expires = expires + 3e7') for table in ('token', 'person')]))
    assert commands.told('token', 'list').count('made in the future') == 1
    assert [line.split()[0] for line in commands.told('user', 'list').splitlines() if 'made in the future' in line] == [
        'ann']
    code, out, _ = commands.run('doctor')
    assert code == 1 and 'the token of the user ann was made in the future and does not count' in out


@pytest.fixture
def lasting(empty):
    """A node that was fit for a day and a half, and then drifted."""
    os.mkdir(empty.data, 0o700)

    def fill(store):
        host = Host(1, '=fit', start=1700000000)
        node = store.do(lambda cursor: nodes.make(cursor, '=fit', 1.7e9))
        store.reports(node, [host.report()], host.now).result(30)
        host.set('swap', 'drifted', found='swap is on')
        store.reports(node, [host.report(after=129600)], host.now).result(30)
    empty.store(fill)
    return empty


SPAN = ('report', '--since', '2023-11-14T22:14:20Z', '--until', '2023-11-16T22:14:20Z')


def test_the_report_says_how_long_what_was_met(lasting):
    told = ' '.join(lasting.told(*SPAN).split())
    assert told.startswith('Compliance of the fleet, 2023-11-14 22:14 to 2023-11-16 22:14 UTC (2 d)')
    assert '98.8 % of the time was as wanted' in told and '=fit swap 12 h swap is on' in told
    tree = json.loads(lasting.told(*SPAN, '-o', 'json', '--evidence'))
    assert tree['overall']['seconds'] == {'met': 20 * 172800.0 + 129600.0, 'drifted': 43200.0}
    assert tree['evidence'] == {'=fit': {'swap': tree['evidence']['=fit']['swap']}}
    assert tree['open'][0]['since'] == '2023-11-16T10:14:20Z' and tree['open'][0]['found'] == 'swap is on'
    assert json.loads(lasting.told(*SPAN, '-o', 'json', '--label', 'rack=none'))['nodes'] == []


@pytest.mark.parametrize('ending, form', [('html', 'html'), ('csv', 'csv'), ('json', 'json'), ('xml', 'junit'),
                                          ('txt', 'table')])
def test_the_report_is_written_whole_or_not_at_all(lasting, tmp_path, ending, form):
    target = tmp_path / f'report.{ending}'
    target.write_text('old')
    assert lasting.told(*SPAN, '--output-file', target) == ''
    assert sorted(os.listdir(tmp_path)) == sorted(['master', 'master.yaml', f'report.{ending}'])
    text = target.read_text()
    assert {'html': '<!DOCTYPE html>', 'csv': '', 'json': '{', 'junit': '<?xml', 'table': 'Compliance'}[form] == \
        text[:len({'html': '<!DOCTYPE html>', 'csv': '', 'json': '{', 'junit': '<?xml', 'table': 'Compliance'}[form])]
    assert 'old' not in text[:5] and 'fit' in text and stat.S_IMODE(os.stat(target).st_mode) == 0o640
    if form == 'json':
        assert run('report', 'verify', target, '--ca-cert', f'{lasting.data}/ca.crt').code == 0
        target.write_text(text.replace('swap is on', 'swap is no'))
        assert run('report', 'verify', target, '--ca-cert', f'{lasting.data}/ca.crt').code == 1


def test_a_report_that_cannot_be_is_refused_before_anything_is_written(lasting, tmp_path):
    for words, said in ((['--since', 'x'], '--since: is not a time'), (['--until', '2023-13-01'], '--until: is not a'),
                        (['--since', '2d', '--until', '3d'], 'is not before until'), (['--since', '900d'], '800 days'),
                        (['--output-file', '/dev/null'], 'is not a file'),
                        (['--output-file', f'{tmp_path}/r.junit'], 'no form has the ending .junit'),
                        (['--output-file', f'{tmp_path}/none/r.csv'], 'No such file or directory')):
        assert said in lasting.refused('report', *words)
    assert lasting.run('report', '-o', 'pdf')[0] == lasting.run('report', '--role', 'master')[0] == 2


def test_the_report_is_in_the_language_of_the_master_or_of_who_asks(lasting, tmp_path, monkeypatch):
    """What programs read is not, and a file is written in it whatever a terminal can show."""
    chinese, target = speaking('zh_CN')('Worst requirements'), tmp_path / 'r.html'
    monkeypatch.setenv('LANGUAGE', 'zh_CN')
    monkeypatch.setenv('LC_ALL', 'zh_CN.UTF-8')
    assert chinese in lasting.told(*SPAN) and 'wanted: ' in lasting.told(*SPAN, '-o', 'junit')
    monkeypatch.setenv('LC_ALL', 'C')
    assert 'Worst requirements' in lasting.told(*SPAN)
    with open(lasting.config, 'a') as file:
        file.write('language: zh_CN\n')
    assert chinese in lasting.told(*SPAN) and lasting.told(*SPAN, '--output-file', target) == ''
    assert '<html lang="zh-CN">' in target.read_text(encoding='utf-8')


@pytest.mark.parametrize('library', ['cryptography', 'httptools', 'jinja2'])
def test_a_library_that_lacks_is_named_with_what_brings_it(tmp_path, monkeypatch, library):
    """As after `pip install .`, which is all that a node needs."""
    def lacks(*args, **more):
        raise ModuleNotFoundError(f"No module named '{library}'", name=library)
    monkeypatch.setattr('nodeprep.cli.masterserve.serve.callback', lacks)
    ran = run('master', 'serve', '--data', tmp_path)
    assert ran.code == 2 and library in ran.err and "pip install '.[master]'" in ran.err
