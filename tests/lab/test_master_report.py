"""The report that is made by itself, as systemd starts it: as the user of the master, in its sandbox."""
import os
import time

import pytest

from tests.lab.agency import property_of
from tests.lab.collecting import CONFIG, DATA, UNIT, collecting
from tests.system.masterprocess import nodeprep
from tests.waiting import until

REPORT, SHELF = 'nodeprep-report', '/var/log/nodeprep'


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """A node whose master serves."""
    with collecting(tmp_path_factory.mktemp('report')) as one:
        one.ask('systemctl', 'start', UNIT)
        yield one


def journal(node):
    node.ask('journalctl', '--sync')           # what was just said is in it
    return node.ask('journalctl', '-u', REPORT, '--no-pager', '-o', 'cat')


def test_its_timer_waits_for_the_next_quarter_of_a_day(node):
    node.ask('systemctl', 'start', f'{REPORT}.timer')
    assert property_of(node, 'ActiveState', f'{REPORT}.timer') == 'active'
    following = property_of(node, 'NextElapseUSecRealtime', f'{REPORT}.timer')
    hour, minute, second = following.split()[2].split(':')
    assert int(hour) % 6 == 0 and (minute, second[:2]) == ('15', '00'), following


def test_it_writes_as_its_user_what_is_due_and_once(node, tmp_path):
    until(lambda: 86400 - time.time() % 86400 > 60, 90)          # at midnight, UTC, another day is due
    node.ask('systemctl', 'start', f'{REPORT}.service')
    assert property_of(node, 'Result', f'{REPORT}.service') == 'success'
    names = node.ask('ls', SHELF).split()
    assert [os.path.splitext(name)[1] for name in names] == ['.csv', '.html', '.json']
    modes = node.ask('stat', '-c', '%a %U:%G', *[f'{SHELF}/{name}' for name in names]).splitlines()
    assert set(modes) == {'640 nodeprep-master:nodeprep-master'}
    files = [tmp_path / 'report.json', tmp_path / 'ca.crt']
    for file, path in zip(files, (f'{SHELF}/{names[2]}', f'{DATA}/ca.crt')):
        file.write_text(node.ask('cat', path), encoding='utf-8')
    code, out, err = nodeprep('report', 'verify', str(files[0]), '--ca-cert', str(files[1]))
    assert (code, err) == (0, '') and out.startswith('WHOLE'), out
    before = node.ask('stat', '-c', '%y', f'{SHELF}/{names[0]}')
    node.ask('systemctl', 'start', f'{REPORT}.service')
    assert 'has the daily report that is due already' in journal(node)
    assert node.ask('stat', '-c', '%y', f'{SHELF}/{names[0]}') == before


def test_its_sandbox_is_no_wider_than_the_master_s(node):
    said = [node.ask('systemd-analyze', 'security', '--no-pager', f'{name}.service') for name in (UNIT, REPORT)]
    levels = [float(one.rpartition('for ')[2].split(' ')[1]) for one in said]
    assert levels[1] <= levels[0], levels


def test_one_that_nobody_takes_is_in_the_folder_and_the_unit_has_failed_and_says_so(node):
    node.write(CONFIG, 'report: {every: weekly, mail: {server: "127.0.0.1:9", tls: none, from: n@example.com, '
                       'to: ops@example.com}}\n')
    try:
        assert node.run(['systemctl', 'start', f'{REPORT}.service'])[0] == 1
        assert property_of(node, 'Result', f'{REPORT}.service') == 'exit-code'
        assert property_of(node, 'ExecMainStatus', f'{REPORT}.service') == '69'
        said = journal(node)
        assert 'the report by e-mail is not taken: it cannot be reached: Connection refused' in said
        assert f'the report is in {SHELF}, and not delivered yet' in said and 'status=69/UNAVAILABLE' in said
    finally:
        node.ask('rm', CONFIG)
        node.ask('systemctl', 'reset-failed', f'{REPORT}.service')
    node.ask('systemctl', 'start', f'{REPORT}.service')
    assert property_of(node, 'Result', f'{REPORT}.service') == 'success'
