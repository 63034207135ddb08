"""nodeprep-fix@.service says what it should, in words that systemd 219 knows."""
import os

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# load-fragment-gperf.gperf.m4 and systemd.kill(5) of systemd 219 as CentOS 7 has it.
KNOWN = {'Unit': {'Description', 'RequiresMountsFor'},
         'Service': {'Type', 'ExecStart', 'SuccessExitStatus', 'TimeoutStartSec', 'TimeoutStopSec', 'KillMode'}}


def directives():
    section, found = '', {}
    with open(TOP + '/systemd/nodeprep-fix@.service', encoding='utf-8') as file:
        for line in file.read().split('\n'):
            if line.startswith('['):
                section = line.strip('[]')
            elif line and not line.startswith('#'):
                name, _, value = line.partition('=')
                assert (section, name) not in found
                found[section, name] = value
    return found


def test_every_release_knows_every_word():
    assert all(name in KNOWN[section] for section, name in directives())


def test_it_is_a_oneshot_that_ends_by_itself():
    found = directives()
    assert found['Service', 'Type'] == 'oneshot' and found['Service', 'TimeoutStartSec'] == '30min'
    assert found['Service', 'ExecStart'] == '/usr/bin/nodeprep hand %i'          # %I unescapes: time-sync, time/sync
    assert found['Service', 'KillMode'] == 'mixed'
    assert not any(section == 'Install' for section, _ in found)                 # nothing but the agent starts it


def test_an_id_may_be_the_name_of_an_instance():
    from nodeprep import catalogue
    for one in catalogue.ids():
        assert one and set(one) <= set('abcdefghijklmnopqrstuvwxyz0123456789-')
