"""Where the kernel is asked for its listening sockets instead of the tables, and that nothing is loaded for it."""
import sys

import pytest

from nodeprep.linux import sockets, tcpdiag
from tests.linux.test_sockets import TCP, TCP6

STATE = '/sys/module/tcp_diag/initstate'
BUILT_IN = '/lib/modules/3.10.0-1160.el7.x86_64/modules.builtin'
DEP = '/lib/modules/3.10.0-1160.el7.x86_64/modules.dep'
NO_MODULES = {'/proc/filesystems': 'nodev\tproc\n', '/proc/sys/kernel/osrelease': '3.10.0\n'}
MODULE = {DEP: 'kernel/net/ipv4/tcp_diag.ko.xz: kernel/net/ipv4/inet_diag.ko.xz\n', '/proc/modules': ''}


@pytest.mark.parametrize('files, answers', [
    ({STATE: 'live\n'}, True), ({STATE: 'coming\n'}, False), ({STATE: 'going\n'}, False), ({}, False), (MODULE, False),
    (dict(MODULE, **{STATE: 'live\n'}), True), ({BUILT_IN: 'kernel/net/ipv4/tcp_diag.ko\n', '/proc/modules': ''}, True),
    ({BUILT_IN: 'kernel/net/ipv4/udp_diag.ko\n', DEP: '\n', '/proc/modules': ''}, False),
    (NO_MODULES, True), (dict(NO_MODULES, **{'/proc/modules': ''}), False),
    (dict(NO_MODULES, **{'/proc/sys/kernel/modprobe': '/sbin/modprobe\n'}), False),
    ({'/proc/filesystems': 'nodev\tproc\n'}, False)])      # a /proc that shows little
def test_the_kernel_is_asked_only_when_it_has_the_answer_at_hand(host, files, answers):
    assert tcpdiag.answers(host.files(files)) is answers


def test_what_may_not_be_read_is_no_reason_to_ask(host):
    host.files({STATE: 'live\n'}).denied.add(STATE)
    assert tcpdiag.answers(host) is False


def ready(host, found):
    """A host with tables and tcp_diag; its kernel answers as told."""
    host.files({'/proc/net/tcp': TCP, '/proc/net/tcp6': TCP6, STATE: 'live\n'})
    host.listening = found.get
    return host


@pytest.mark.skipif(sys.byteorder != 'little', reason='the sample is from a little-endian machine')
def test_the_kernel_and_the_tables_say_the_same(host):
    both = ready(host, {4: [(bytes(4), 10250, 0, 5001), (bytes((127, 0, 0, 1)), 631, 25, 5002)],
                        6: [(bytes(16), 6443, 1000, 6001)]})
    told = sockets.listeners(both)
    assert told == sockets.listeners(ready(host.fresh(), {}))
    assert len(told) == 3


def test_a_family_in_doubt_is_read_from_its_table(host):
    found = sockets.listeners(ready(host, {4: [], 6: None}))
    assert [(one.port, one.source) for one in found] == [(6443, '/proc/net/tcp6')]


def test_a_module_that_would_have_to_be_loaded_is_not_asked(host):
    """Nor is the kernel of this machine for an image."""
    def listening(version):
        raise AssertionError(version)
    host.files({'/proc/net/tcp': TCP}).files(MODULE).listening = listening
    assert len(sockets.listeners(host)) == 2
    host.live = False
    assert tcpdiag.rows(host.files({STATE: 'live\n'}), 4) is None


def test_the_kernel_of_this_machine_knows_nothing_of_a_machine_in_a_folder(host):
    assert host.listening(4) is None
    assert host.listening(6) is None
