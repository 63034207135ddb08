"""Which files of a .d family count, and in which order."""
import os

import pytest

from nodeprep.linux import confd
from nodeprep.model import CannotTell
from tests.fakes import Link


def test_names_sort_in_byte_order_across_folders(host):
    host.files({'/lib': Link('usr/lib'), '/usr/lib/x.d/99-z.conf': '', '/usr/local/lib/x.d/B.conf': '',
                '/etc/x.d/a.conf': '', '/etc/x.d/10-a.conf': '', '/etc/x.d/\xe4.conf': ''})
    assert confd.files(host, 'x.d') == ['/etc/x.d/10-a.conf', '/usr/lib/x.d/99-z.conf', '/usr/local/lib/x.d/B.conf',
                                        '/etc/x.d/a.conf', '/etc/x.d/\xe4.conf']


def test_a_name_hides_the_same_name_below_whatever_it_is(host):
    host.files({'/lib': Link('usr/lib'), '/etc/x.d/a.conf': Link('/dev/null'), '/etc/x.d/b.conf': '',
                '/etc/x.d/c.conf': Link('gone'), '/etc/x.d/d.conf': {}, '/usr/local/lib/x.d/e.conf': '1'})
    host.files({f'/usr/lib/x.d/{name}.conf': 'vendor' for name in 'abcde'})
    found = {path: confd.text(host, path) for path in confd.files(host, 'x.d')}
    assert found == {'/etc/x.d/a.conf': '', '/etc/x.d/b.conf': '', '/etc/x.d/c.conf': '', '/etc/x.d/d.conf': '',
                     '/usr/local/lib/x.d/e.conf': '1'}


def test_on_el7_a_folder_hides_nothing(host):
    host.files({'/lib': Link('usr/lib'), '/etc/x.d/d.conf': {}, '/usr/lib/x.d/d.conf': 'vendor'})
    assert confd.files(host, 'x.d', folders_hide=False) == ['/usr/lib/x.d/d.conf']


def test_other_suffixes_hidden_names_and_run_do_not_count(host):
    host.files({'/lib': Link('usr/lib'), '/etc/x.d/a.conf.rpmnew': '', '/etc/x.d/.a.conf': '', '/etc/x.d/README': '',
                '/run/x.d/a.conf': ''})
    assert confd.files(host, 'x.d') == []


def test_lib_counts_only_where_it_is_a_folder_of_its_own(host):
    host.files({'/lib/x.d/a.conf': '', '/usr/lib/x.d/b.conf': ''})
    assert confd.files(host, 'x.d') == ['/lib/x.d/a.conf', '/usr/lib/x.d/b.conf']


def test_what_may_not_be_read_cannot_be_told(host):
    host.files({'/etc/x.d/a.conf': ''})
    host.denied.add('/etc/x.d/a.conf')
    with pytest.raises(CannotTell):
        confd.text(host, '/etc/x.d/a.conf')


def test_a_fifo_cannot_be_told_and_is_not_waited_for(host):
    host.files({'/etc/x.d': {}})
    os.mkfifo(host.root + '/etc/x.d/a.conf')
    with pytest.raises(CannotTell):
        confd.text(host, '/etc/x.d/a.conf')
