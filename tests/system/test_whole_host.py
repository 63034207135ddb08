"""The whole product on the machine of the test, as root and as a plain user, beside what psutil says of it."""
import json
import os
import socket
import sys

import psutil
import pytest
import sh

from nodeprep.cli import main
from tests.system.swapping import swap_lines
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Files that a check might touch if it were careless, and the kernel's own lists of what is loaded and mounted.
WATCHED = ('/etc', '/etc/fstab', '/etc/hosts', '/etc/sysctl.d', '/etc/modules-load.d', '/etc/systemd/system', '/run',
           '/var/lib', '/etc/docker', '/etc/selinux')
KERNEL = ('/proc/swaps', '/proc/modules', '/proc/self/mountinfo', '/proc/sys/net/ipv4/ip_forward',
          '/proc/sys/net/bridge/bridge-nf-call-iptables')


def nodeprep(*argv):
    """Standard output of nodeprep ARGV... in a process of its own, whatever the verdict."""
    run = sh.Command(sys.executable)
    return str(run('-m', 'nodeprep', *argv, _ok_code=[0, 1, 3], _tty_out=False, _cwd=TOP, _encoding='utf-8'))


def check(*ids):
    """The report of these requirements on this host."""
    return json.loads(nodeprep('check', '-o', 'json', *ids))


def found(report, requirement, subject):
    """What was found of a subject, now."""
    for finding in report['findings']:
        for seen in finding['observations']:
            if (finding['requirement'], seen['subject'], seen['when']) == (requirement, subject, 'now'):
                return seen
    raise AssertionError(f'{requirement}: {subject} was not looked at')


def ended(run):
    """The exit code of a run that ends the process."""
    with pytest.raises(SystemExit) as end:
        run()
    return end.value.code


def state():
    """What must be the same before and after a check."""
    looked = {}
    for path in WATCHED:
        if os.path.exists(path):
            about = os.stat(path)
            names = sorted(os.listdir(path)) if os.path.isdir(path) else []
            looked[path] = (about.st_mtime_ns, about.st_ctime_ns, names)
    for path in KERNEL:
        if os.path.exists(path):
            with open(path) as file:
                looked[path] = file.read()
    # How much is swapped out, and how many use a module, is not for a check to leave as it was.
    looked['/proc/swaps'] = swap_lines()
    looked['/proc/modules'] = [line.split()[:2] for line in looked.get('/proc/modules', '').splitlines()]
    return looked


def test_a_check_leaves_the_machine_as_it_was():
    before = state()
    report = check()
    assert state() == before
    assert len(report['findings']) == 21
    faults = [seen for finding in report['findings'] for seen in finding['observations']
              if 'fault in nodeprep' in seen['hint'] or not seen['source']]
    assert not faults


def test_the_numbers_are_those_of_psutil():
    report = check('cpu', 'memory', 'swap', 'identity')
    assert found(report, 'cpu', 'online CPUs')['found'].startswith(f'{psutil.cpu_count()} CPU')
    swap = next(one for one in report['findings'] if one['requirement'] == 'swap')
    assert (swap['now'] == 'met') is (psutil.swap_memory().total == 0)
    memory = next(one for one in report['findings'] if one['requirement'] == 'memory')
    assert (memory['now'] == 'met') is (psutil.virtual_memory().total >= 1700 * 2**20)
    addresses = {one.address.split('%')[0] for many in psutil.net_if_addrs().values() for one in many
                 if one.family in (socket.AF_INET, socket.AF_INET6)} - {'127.0.0.1', '::1'}
    assert set(report['node']['addresses']) == addresses


@pytest.mark.parametrize('family, address', [(socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')])
def test_the_holder_of_a_port_is_the_one_that_psutil_names(family, address):
    need('root')
    if any(one.laddr.port == 10250 for one in psutil.net_connections('tcp')):
        pytest.fail('port 10250 of this machine is in use; the test needs it free')
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, 10250))
        listening.listen(1)
        report = check('ports')
    held = [seen for seen in report['findings'][0]['observations'] if seen['kubeadm'] == 'Port-10250']
    assert [seen['met'] for seen in held] == [False] and str(os.getpid()) in held[0]['found'] + held[0]['source']
    assert check('ports')['findings'][0]['now'] == 'met'


def test_a_plain_user_is_told_what_may_not_be_read_and_the_rest():
    need('root')
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        code = 99
        try:
            sys.argv = ['nodeprep', 'check', '-o', 'json']
            with open(os.devnull, 'w') as sys.stdout:
                code = ended(main)        # loads what it needs: that user may not read this interpreter
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            with os.fdopen(writing, 'w', encoding='utf-8') as sys.stdout:
                code = ended(main)
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, encoding='utf-8') as out:
        report = json.loads(out.read())
    code = os.waitpid(child, 0)[1] >> 8
    assert code in (0, 1, 3) and len(report['findings']) == 21
    for finding in report['findings']:
        for seen in finding['observations']:
            assert 'fault in nodeprep' not in seen['hint'] and seen['source']
            assert seen['met'] is not None or seen['found']
