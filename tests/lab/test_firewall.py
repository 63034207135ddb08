"""`policy: open` on a real firewalld: ports open in the running one and in its files, and closed again."""
import pytest

from tests.lab.product import booted, check, nodeprep, same, state

CONFIG = 'requirements: {firewall: {policy: open, ports: [8472/udp]}}\n'
WANTED = {'10250/tcp', '8472/udp'}


@pytest.fixture
def node(tmp_path):
    with booted(tmp_path, CONFIG) as one:
        yield one


def opened(node, *words):
    return set(node.ask('firewall-cmd', '--list-ports', *words).split())


def rules(node):
    """What the kernel lets in: the ports that its rules name."""
    said = node.ask('nft', 'list', 'ruleset')
    return {port for port in WANTED if f'{port[-3:]} dport {port[:-4]} ' in said}


def test_ports_are_opened_stay_so_after_a_boot_and_are_closed_again(node):
    before = state(node)
    assert before['units']['firewalld.service'] == ('enabled', 'active')
    assert check(node, ['firewall'])[0] == {'firewall': ('drifted', 'drifted')} and not rules(node)
    closed = opened(node)

    code, out, err = nodeprep(node, 'fix', '--yes', 'firewall')
    assert (code, err) == (0, '') and 'firewall: done' in out, (out, err)
    assert opened(node) >= WANTED and opened(node, '--permanent') >= WANTED and rules(node) == WANTED
    assert state(node)['units']['firewalld.service'] == ('enabled', 'active')

    node.reboot()
    assert opened(node) >= WANTED and rules(node) == WANTED
    assert check(node, ['firewall'])[0] == {'firewall': ('met', 'met')}

    code, out, err = nodeprep(node, 'undo', '--yes')
    assert (code, err) == (1, '') and 'NOT taken back' not in out, (out, err)
    assert opened(node) == opened(node, '--permanent') == closed and not rules(node)
    assert same(before, state(node)) == ''
