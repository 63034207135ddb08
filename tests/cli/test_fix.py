"""nodeprep fix, undo and history as a person and a script use them, on an image in a folder."""
import json
import os
import re
import sys

import pytest
import yaml

from nodeprep.agent.fights import Fights
from nodeprep.cli import main, people
from nodeprep.host.changing import Changing
from nodeprep.lock import Lock
from tests import hosts


@pytest.fixture
def image(tmp_path, monkeypatch):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing."""
    monkeypatch.setattr(people, 'must_be_root', lambda verb, root, instead: None)
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    monkeypatch.setenv('COLUMNS', '80')
    return root


@pytest.fixture
def run(image, capsys, monkeypatch):
    """run(words...) -> (exit code, stdout, stderr)."""
    def call(*words):
        monkeypatch.setattr(sys, 'argv', ['nodeprep', *words, '--root', image])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err
    return call


def tree(image):
    return [entry[:3] for entry in hosts.snapshot(image) if not entry[0].startswith('/var/lib/nodeprep')]


def test_the_plan_shows_every_file_and_changes_nothing(run, image):
    before = hosts.snapshot(image)
    code, out, err = run('fix', '--dry-run', 'swap', 'selinux', 'firewall')
    assert code == 1 and err == '' and hosts.snapshot(image) == before
    assert '-/dev/mapper/centos-swap swap' in out and '+#nodeprep# /dev/mapper/centos-swap swap' in out
    assert '-SELINUX=enforcing' in out and '+SELINUX=permissive' in out
    assert f'systemctl--root={image}disablefirewalld.service' in ''.join(out.split())
    assert f'back:systemctl--root={image}enablefirewalld.service' in ''.join(out.split())
    assert 'The plan, 4 changes for 3 requirements:' in out and '(an empty file)' in out
    # What is copied from a diff must be what it says, so its lines alone are not wrapped.
    assert all(len(line) <= 80 for line in out.split('\n') if not re.match('     [ +@-]', line))


def test_fix_history_undo(run, image):
    before = tree(image)
    code, out, _ = run('fix', '--yes', 'swap', 'selinux')
    assert code == 0 and 'swap: done' in out and 'FIT' in out
    # Without --root it would take back a fix of the machine that looks, not one of the image.
    assert f'nodeprep undo --root {image} 000001 takes it back.' in ' '.join(out.split())
    assert out.index('NOT FIT') < out.index('The plan') < out.index('write /etc/fstab') < out.index('swap: done')
    code, out, _ = run('history')
    assert code == 0 and out.startswith('000001  ') and '  swap: done\n    write /etc/fstab\n' in out
    assert re.match(r'000001  .* done\n$', run('history', '--quiet')[1])
    everything = hosts.snapshot(image)
    code, out, _ = run('fix', '--yes', 'swap', 'selinux')
    assert code == 0 and 'The plan' not in out and hosts.snapshot(image) == everything
    done = tree(image)
    code, out, _ = run('undo', '--dry-run')
    assert code == 0           # as things are, which is what a check would say
    assert 'swap: /etc/fstab: would be restored' in out and tree(image) == done
    assert 'swap.target: would be removed' in out
    code, out, _ = run('undo', '--yes')
    assert code == 1 and 'swap: /etc/fstab: restored' in out and 'DRIFT' in out      # the old faults are back
    assert tree(image) == before
    assert 'undone 20' in run('history')[1]
    code, _, err = run('undo', '--yes')
    assert code == 2 and 'there is no fix to take back' in err
    code, _, err = run('undo', '--yes', '1')
    assert code == 2 and '000001 was taken back already' in err
    code, _, err = run('undo', '--yes', '7')
    assert code == 2 and f"no transaction '7'; nodeprep history --root {image} lists them" in err


def test_an_image_that_is_met_gets_no_file(run, image):
    before = hosts.snapshot(image)
    code, out, _ = run('fix', '--yes', 'hosts', 'identity')
    assert code == 0 and 'The plan' not in out and hosts.snapshot(image) == before
    assert run('undo', '--yes')[0] == 2 and run('history')[0] == 0 and hosts.snapshot(image) == before


def test_once_more_means_the_rest_of_it_and_not_an_older_fix(run, image):
    before = tree(image)
    assert run('fix', '--yes', 'selinux')[0] == 0 and run('fix', '--yes', 'swap')[0] == 0
    with open(image + '/etc/fstab', encoding='utf-8') as file:
        ours = file.read()
    with open(image + '/etc/fstab', 'a', encoding='utf-8') as file:
        file.write('# somebody was here\n')
    for _ in range(2):
        code, out, _ = run('undo', '--yes')
        assert code == 4 and '/etc/fstab was changed since by somebody else' in ' '.join(out.split())
        assert f'nodeprep undo --root {image} 000002 tries it again; an older fix has to be named.' in ' '.join(
            out.split())
    with open(image + '/etc/fstab', 'w', encoding='utf-8') as file:
        file.write(ours)
    for _ in range(2):
        assert run('undo', '--yes')[0] == 1
    assert tree(image) == before and run('undo', '--yes')[0] == 2


def test_an_older_fix_waits_for_the_newer_one_of_the_same_file(run):
    assert run('fix', '--yes', 'bridge')[0] == 0 and run('fix', '--yes', 'forwarding')[0] == 0
    code, _, err = run('undo', '--yes', '1')
    assert code == 2 and '/etc/sysctl.d/zz-nodeprep.conf was changed again by 000002: take that one back first' in err
    assert run('undo', '--yes', '2')[0] == 1 and run('undo', '--yes', '1')[0] == 1


def test_for_programs(run):
    code, out, err = run('fix', '--dry-run', '-o', 'json', 'swap')
    told = json.loads(out)
    assert code == 1 and told['plan'][0]['changes'][0]['write'] == '/etc/fstab' and told['outcomes'] == []
    assert told['before']['verdict'] == 'drifted' and 'after' not in told and 'The plan' in err
    code, out, err = run('fix', '--yes', '-o', 'yaml', 'swap')
    told = yaml.safe_load(out)
    assert code == 0 and told['transaction'] == '000001' and told['after']['verdict'] == 'met'
    assert told['outcomes'] == [{'requirement': 'swap', 'result': 'done', 'why': '', 'kept': []}]
    code, out, _ = run('history', '-o', 'json')
    (one,) = json.loads(out)['transactions']
    assert (one['id'], one['state'], one['undone']) == ('000001', 'done', '')
    assert [step['write'] for step in one['parts'][0]['steps']] == ['/etc/fstab', '/etc/systemd/system/swap.target']
    code, out, _ = run('undo', '--yes', '-o', 'json')
    assert [step['how'] for step in json.loads(out)['steps']] == ['restored', 'restored']


def test_what_somebody_is_at_is_not_cut_short(run, image):
    assert run('fix', '--yes', 'swap')[0] == 0
    with open(image + '/var/lib/nodeprep/journal/000001.jsonl', 'r+') as file:
        lines = file.readlines()
        file.seek(0)
        file.truncate()
        file.writelines(lines[:-2])                # without what became of the part, and of the whole
    assert 'CUT SHORT, which is taken back by' in run('history')[1]
    with Lock(Changing(image, live=False), 'nodeprep hand swap'):
        code, out, _ = run('history')
        assert code == 0 and re.match(r'000001  .* \(person\)  goes on\n  swap: goes on\n', out), out
        (one,) = json.loads(run('history', '-o', 'json')[1])['transactions']
        assert (one['state'], one['parts'][0]['result']) == ('goes on', 'goes on')
    assert 'CUT SHORT' in run('history')[1]


@pytest.mark.parametrize('answer, code', [('y\n', 0), ('n\n', 1), ('\n', 1)])
def test_the_question(run, image, monkeypatch, answer, code):
    before = tree(image)

    class Terminal:
        def isatty(self):
            return True
    monkeypatch.setattr(sys, 'stdin', Terminal())
    monkeypatch.setattr('click.confirm', lambda question, **more: answer == 'y\n')
    assert run('fix', 'swap')[0] == code
    assert (tree(image) == before) is (code == 1)


@pytest.mark.parametrize('answer, code', [
    (b'y\n', 0), (b'Yes\n', 0), (b'y', 0), (b'y\ny\n' * 9, 0), (b'n\n', 1), (b'no', 1), (b'\n', 2), (b'', 2),
    (b'node2\n', 2), (b'yesterday\n', 2), (b'\xff\n', 2)])
def test_an_answer_that_is_piped_is_one(run, image, monkeypatch, answer, code):
    """As dnf and kubeadm take it; nothing else that standard input happens to be is an answer."""
    before = tree(image)
    reading, writing = os.pipe()
    os.write(writing, answer)
    os.close(writing)
    with open(reading) as stdin:
        monkeypatch.setattr(sys, 'stdin', stdin)
        ended, out, err = run('fix', 'swap', '-o', 'json')
    assert ended == code and 'Make these 2 changes? [y/N]: ' in err
    assert (tree(image) == before) is (code != 0)
    assert (out == '') is (code != 0) and ('--yes' in err) is (code == 2)


@pytest.mark.parametrize('words', [['--ignore', 'swap'], ['--ignore', 'SWAP,NumCPU'],
                                   ['swap', 'selinux', '--ignore=swap']])
def test_what_is_ignored_stays_as_it_is_and_does_not_decide(run, image, words):
    fstab = Changing(image).read('/etc/fstab')
    if 'selinux' not in words:
        words = ['swap', 'selinux'] + words
    code, out, _ = run('fix', '--yes', *words)
    assert code == 0 and 'selinux: done' in out and 'swap: done' not in out
    assert Changing(image).read('/etc/fstab') == fstab
    code, out, _ = run('fix', '--dry-run', *words)
    assert code == 0 and 'There is nothing to change.' in out


def test_a_plan_leaves_alone_what_is_ignored_in_part(run, image):
    """What one of its observations is called stands for all that a fix of it would do."""
    code, out, _ = run('fix', '--dry-run', 'bridge', 'swap', '--ignore',
                       'FileContent--proc-sys-net-bridge-bridge-nf-call-ip6tables')
    assert code == 1 and 'br_netfilter' not in out.split('The plan')[1] and 'fstab' in out
    assert re.search(r"fix --root \S+ --ignore FileContent--proc-sys-net-bridge-bridge-nf-call-ip6tables bridge swap",
                     ' '.join(out.split()))


def test_a_wrong_name_to_ignore_is_told_before_anything_is_begun(run, image):
    code, _, err = run('fix', '--yes', '--ignore', 'swpa')
    assert code == 2 and 'did you mean Swap?' in err


def test_nobody_is_waited_for_who_says_nothing(run, image, monkeypatch):
    monkeypatch.setattr(people, 'PATIENCE', 0.05)
    reading, writing = os.pipe()
    with open(reading) as stdin, open(writing, 'w'):
        monkeypatch.setattr(sys, 'stdin', stdin)
        assert run('fix', 'swap')[0] == 2


def test_nobody_to_ask(run, image):
    before = tree(image)
    code, _, err = run('fix', 'swap')
    assert code == 2 and '--yes' in err and tree(image) == before


@pytest.mark.parametrize('words, said', [
    (['fix', 'swpa'], 'did you mean swap?'), (['fix', '-o', 'junit'], 'junit'), (['undo', 'x', 'y'], 'unexpected'),
    (['fix', '--profile', 'dockr'], 'did you mean docker?')])
def test_a_wrong_word_is_told_before_anything_is_begun(run, image, words, said):
    before = tree(image)
    code, _, err = run(*words)
    assert code == 2 and said in err and tree(image) == before


def test_advised_things_are_done_when_they_are_named(run, image):
    with open(image + '/etc/os-release', encoding='utf-8') as file:
        assert 'CentOS' in file.read()
    code, out, _ = run('fix', '--dry-run')
    assert 'hostname (boot)' in out[out.index('Left to you:'):] and 'kernel_arguments' not in out
    code, out, _ = run('fix', '--dry-run', 'swap')
    # What a masked swap.target settles, which the plan itself writes, is left to nobody.
    assert 'systemd/system/swap.target' in out and 'GPT' not in out


def test_a_dry_run_ends_with_the_command_that_does_it(run, image):
    code, out, _ = run('fix', '--dry-run', 'swap', '--role', 'worker')
    said = ' '.join(out.split())
    assert said.endswith('Nothing was changed: this was a dry run. '
                         f'To do it: nodeprep fix --root {image} --role worker swap')
    run('fix', '--yes', 'swap')
    assert 'dry run' not in run('fix', '--dry-run', 'swap')[1]


def test_another_system_is_left_alone_unless_that_is_allowed(run, image, tmp_path):
    with open(image + '/etc/os-release', 'w', encoding='utf-8') as file:
        file.write('ID=gentoo\nNAME=Gentoo\n')
    os.unlink(image + '/etc/centos-release')
    before = tree(image)
    code, out, _ = run('fix', '--yes', 'swap')
    assert code == 1 and 'fixes are for CentOS and its rebuilds' in ' '.join(out.split()) and tree(image) == before
    allowed = tmp_path / 'allowed.yaml'
    allowed.write_text('requirements: {os: {fix: true}}\n')
    assert run('fix', '--yes', 'swap', '--config', str(allowed))[0] == 0


def test_a_history_that_is_empty_says_whose_it_is(run, image):
    assert run('history')[:2] == (0, f'Nothing was changed in {image} by nodeprep.\n')
    assert json.loads(run('history', '-o', 'json')[1]) == {'format': 1, 'transactions': []}


@pytest.fixture
def fight(image):
    """Swap was taken back three times within a day, and so was disk."""
    host = Changing(image)
    os.makedirs(image + '/var/lib/nodeprep', 0o700, exist_ok=True)
    for requirement in ('swap', 'disk'):
        for at in (1, 2, 3):
            Fights(host).reverted(requirement, ['/etc/fstab'], at)
    return lambda: [one.requirement for one in Fights(host).all() if one.stopped]


def test_a_person_who_names_it_ends_a_fight(run, fight):
    assert run('fix', '--yes', 'forwarding')[0] == 0 and fight() == ['disk', 'swap']        # not named
    assert run('fix', '--dry-run', 'swap')[0] == 1 and fight() == ['disk', 'swap']          # only looked at
    code, out, _ = run('fix', '--yes', 'swap')
    assert code == 0 and 'swap: the agent may fix it again' in out and fight() == ['disk']


def test_naming_it_ends_a_fight_also_where_nothing_is_left_to_do(run, image):
    assert run('fix', '--yes', 'swap')[0] == 0
    for at in (1, 2, 3):
        Fights(Changing(image)).reverted('swap', ['/etc/fstab'], at)
    code, out, _ = run('fix', 'swap')
    assert code == 0 and 'swap: the agent may fix it again' in out and not Fights(Changing(image)).all()
    assert 'may fix it again' not in run('fix', 'swap')[1]


def test_who_does_not_agree_ends_no_fight(run, fight, monkeypatch):
    class Terminal:
        def isatty(self):
            return True
    monkeypatch.setattr(sys, 'stdin', Terminal())
    answers = [False, True]
    monkeypatch.setattr('click.confirm', lambda question, **more: answers.pop(0))
    assert run('fix', 'swap')[0] == 1 and fight() == ['disk', 'swap']
    assert run('fix', 'swap')[0] == 0 and fight() == ['disk']


def test_a_damaged_list_of_fights_does_not_stop_a_person(run, image, fight):
    with open(image + '/var/lib/nodeprep/fights.json', 'w', encoding='utf-8') as file:
        file.write('{')
    code, out, _ = run('fix', '--yes', 'swap')
    assert code == 0 and 'fights.json is damaged' in ' '.join(out.split()) and 'swap: done' in out
