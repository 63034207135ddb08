"""Fixes on a node as reports tell of them: the node's own, and that of the master that it joined."""
import json

import pytest

from tests.lab import collecting
from tests.lab.agency import CONFIG, HOURLY, property_of, reload, status, until
from tests.lab.clock import bounded

NOBODY = ('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups')
OFTEN = HOURLY.replace('interval: 1h', 'interval: 5s')
BY_HAND, BY_MODE = 'by hand at the host', 'mode: fix, by the configuration of the node'


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """A node with a master of its own, which its agent joined; it reports only."""
    with bounded(), collecting.collecting(tmp_path_factory.mktemp('told')) as one:
        one.ask('systemctl', 'start', collecting.UNIT)
        one.write(CONFIG, OFTEN)
        command = one.ask('nodeprep', 'master', 'token', 'create', '--print-join-command').split('\n')[0].split()
        one.ask(*command)
        one.ask('systemctl', 'start', 'nodeprep')
        until(lambda: one.run(['nodeprep', 'report', '--since', '1d'])[0] == 0)      # there is a whole second of it
        yield one


def changes(node, *command):
    """(who, what, requirement, how it was allowed) of all that was done on the node, the oldest first."""
    tree = json.loads(node.ask('nodeprep', *command, 'report', '--since', '1d', '-o', 'json'))
    return [(one['who'], one['what'], one['requirement'], one['allowed']) for one in tree['changes'][::-1]
            if one['what'] in ('fix', 'undo')]


def comes_to(node, made):
    """The node's own report tells just that; it ends with the last whole second."""
    until(lambda: changes(node) == made, said=lambda: changes(node), pause=0.3)


def reaches(node):
    """The master tells the same, once the agent looked again: what ends a fix is written down after what it changed."""
    until(lambda: changes(node, 'master') == changes(node), said=lambda: status(node)['spool'], pause=1.0)


def test_without_root_the_report_of_the_host_says_what_is_missing(node):
    code, out, err = node.run(NOBODY + ('nodeprep', 'report'))
    assert (code, out) == (2, '')
    assert err == 'nodeprep: /var/lib/nodeprep/chronicle: permission denied; run it as root, or name the ' \
                  '--state-dir of an agent of your own\n'


def test_what_a_person_fixed_and_took_back_is_in_both_reports(node):
    assert changes(node) == changes(node, 'master') == []
    assert node.run(['nodeprep', 'fix', 'firewall', '--yes'])[0] in (0, 1)
    assert property_of(node, 'ActiveState', 'firewalld') == 'inactive'
    made = [('root', 'fix', 'firewall', BY_HAND)]
    comes_to(node, made)
    reaches(node)
    assert node.run(['nodeprep', 'undo', '--yes'])[0] in (0, 1)
    made += [('root', 'undo', 'firewall', '')]
    comes_to(node, made)
    reaches(node)


def test_what_mode_fix_mended_by_itself_is_in_both_reports_with_the_line_that_allowed_it(node):
    before = changes(node)
    reload(node, OFTEN + '  firewall: {mode: fix}\n')
    until(lambda: property_of(node, 'ActiveState', 'firewalld') == 'inactive' and len(changes(node)) > len(before))
    who, *made = changes(node)[-1]
    assert made == ['fix', 'firewall', BY_MODE] and who.startswith(CONFIG + ':')
    reaches(node)


@pytest.mark.parametrize('command', [(), ('master',)], ids=['host', 'master'])
def test_every_form_of_both_reports_tells_of_it(node, command):
    for form in ('html', 'csv', 'junit', 'table'):
        words = ('report', '--since', '1d', '-o', form) + (('--verbose',) if form == 'table' else ())
        said = ' '.join(node.ask('nodeprep', *command, *words).split())
        assert BY_MODE in said, form
        assert BY_HAND in said or form == 'csv', form           # which has the last one alone
