"""nodeprep.service says what it should, in words that systemd 219 knows; its drop-ins hold what only later ones do."""
import os

from nodeprep.agent import places, status
from nodeprep.cli import agenting
from nodeprep.master import folder, settings
from nodeprep.master.delivery import wishes
from tests.test_unit_fix import TOP

# load-fragment-gperf.gperf.m4 of systemd 219 as CentOS 7 has it.
KNOWN = {'Unit': {'Description', 'After', 'RequiresMountsFor'},
         'Service': {'Type', 'NotifyAccess', 'ExecStart', 'ExecReload', 'Environment', 'TimeoutStartSec', 'WatchdogSec',
                     'TimeoutStopSec', 'Restart', 'RestartSec', 'StartLimitInterval', 'KillMode', 'OOMScoreAdjust',
                     'LimitCORE', 'UMask', 'ProtectSystem', 'ProtectHome', 'DevicePolicy', 'CapabilityBoundingSet',
                     'RestrictAddressFamilies', 'SystemCallArchitectures'},
         'Install': {'WantedBy'}}
# NEWS of systemd: ProtectSystem=strict 232, RuntimeDirectoryPreserve= 235, RestrictSUIDSGID= 242,
# ProtectKernelLogs= 244, PrivateIPC= 248.
LATER = {'10-since-239.conf': {'RuntimeDirectory', 'RuntimeDirectoryMode', 'RuntimeDirectoryPreserve', 'StateDirectory',
                               'StateDirectoryMode', 'MemoryMax', 'TasksMax', 'ProtectSystem', 'ReadWritePaths',
                               'ReadOnlyPaths', 'NoNewPrivileges', 'ProtectKernelTunables', 'ProtectControlGroups',
                               'RestrictNamespaces', 'RestrictRealtime', 'RestrictSUIDSGID', 'LockPersonality',
                               'MemoryDenyWriteExecute', 'SystemCallFilter', 'SystemCallErrorNumber'},
         '20-since-252.conf': {'ProtectKernelLogs', 'PrivateIPC'}}


def directives(name):
    section, found = '', []
    with open(f'{TOP}/systemd/{name}', encoding='utf-8') as file:
        for line in file.read().split('\n'):
            if line.startswith('['):
                section = line.strip('[]')
            elif line and not line.startswith('#'):
                key, _, value = line.partition('=')
                found.append((section, key, value))
    return found


def test_every_release_knows_every_word_of_the_unit():
    assert all(name in KNOWN[section] for section, name, _ in directives('nodeprep.service'))
    values = {name: value for _, name, value in directives('nodeprep.service')}
    assert values['ProtectSystem'] == 'full' and values['Type'] == 'notify'                 # strict is of 232
    assert values['ExecStart'] == '/usr/bin/nodeprep agent' and agenting.read([]) is not None
    assert values['NotifyAccess'] == 'main' and values['KillMode'] == 'mixed'


def test_each_drop_in_holds_what_its_release_brought():
    assert sorted(os.listdir(TOP + '/systemd/nodeprep.service.d')) == sorted(LATER)
    for name, known in LATER.items():
        found = directives(f'nodeprep.service.d/{name}')
        assert {section for section, _, _ in found} == {'Service'} and {key for _, key, _ in found} == known


def test_it_may_write_where_the_agent_writes():
    values = {name: value for _, name, value in directives('nodeprep.service.d/10-since-239.conf')}
    assert '/var/lib/' + values['StateDirectory'] == places.HOME and values['StateDirectoryMode'] == '0700'
    assert '/run/' + values['RuntimeDirectory'] == status.RUN


MASTER = {'User', 'Group', 'LimitNOFILE', 'PrivateTmp', 'PrivateDevices'}       # since 187 or before


def test_every_release_knows_every_word_of_the_master_s_unit():
    found = directives('nodeprep-master.service')
    known = dict(KNOWN, Service=KNOWN['Service'] | MASTER)
    assert all(name in known[section] for section, name, _ in found)
    values = {name: value for _, name, value in found}
    assert values['ExecStart'] == '/usr/bin/nodeprep master serve' and values['CapabilityBoundingSet'] == ''
    assert values['User'] == folder.USER and values['Type'] == 'notify'
    later = directives('nodeprep-master.service.d/10-since-239.conf')
    assert {name for _, name, _ in later} <= LATER['10-since-239.conf'] | {
        'LogsDirectory', 'ProtectKernelModules', 'RestrictAddressFamilies', 'SystemCallArchitectures'}
    assert '/var/lib/' + {name: value for _, name, value in later}['StateDirectory'] == settings.DATA


# NEWS: ConditionDirectoryNotEmpty= 182, OnCalendar= with repetitions as 00/6 197, Persistent= 212.
REPORT = {'Unit': KNOWN['Unit'] | {'ConditionDirectoryNotEmpty'}, 'Service': KNOWN['Service'] | MASTER | {'Nice'},
          'Timer': {'OnCalendar', 'Persistent', 'AccuracySec'}, 'Install': KNOWN['Install']}


def test_the_report_is_made_as_the_user_of_the_master_and_asked_for_by_its_timer():
    service, timer = directives('nodeprep-report.service'), directives('nodeprep-report.timer')
    assert all(name in REPORT[section] for section, name, _ in service + timer)
    values = {name: value for _, name, value in service}
    assert values['ExecStart'] == '/usr/bin/nodeprep master report --write' and values['Type'] == 'oneshot'
    assert values['User'] == folder.USER and values['CapabilityBoundingSet'] == ''
    assert values['RequiresMountsFor'].split() == [settings.DATA, '/etc/nodeprep', wishes.FOLDER]
    assert values['ConditionDirectoryNotEmpty'] == settings.DATA
    assert ('Timer', 'Persistent', 'yes') in timer and ('Install', 'WantedBy', 'timers.target') in timer
    assert directives('nodeprep-report.service.d/10-since-239.conf') == directives(
        'nodeprep-master.service.d/10-since-239.conf')
    assert {'Service', 'Install'} - {section for section, _, _ in service} == {'Install'}   # the timer starts it alone


def test_a_filter_of_calls_for_another_user_needs_what_keeps_a_process_in_its_selinux_domain_on_centos_7():
    words = {name for _, name, _ in directives('nodeprep-master.service')}
    assert not words & {'NoNewPrivileges', 'RestrictAddressFamilies', 'SystemCallArchitectures', 'SystemCallFilter'}
    assert 'NoNewPrivileges' not in {name for _, name, _ in directives('nodeprep.service')}
