"""What keeps a module from being loaded."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import modprobed
from nodeprep.model import CannotTell
from tests.fakes import Link

BASE = {'/lib': Link('usr/lib'), '/proc/cmdline': 'quiet\n'}


def against(host, text, name='br_netfilter', **more):
    host.files({**BASE, '/etc/modprobe.d/a.conf': text, **more})
    return [(one.kind, one.source) for one in modprobed.rules(host, name)]


def test_doctests():
    assert doctest.testmod(modprobed).failed == 0


@pytest.mark.parametrize('text, kinds', [
    ('', []), ('# blacklist br_netfilter\n', []), ('blacklist\n', []), ('options br_netfilter a=1\n', []),
    ('blacklist br_netfilter\n', ['blacklist']), ('blacklist\tbr-netfilter\n', ['blacklist']),
    ('blacklist br_netfilter2\n', []), ('blacklist br_*\n', []),                 # a blacklist knows no wildcards
    ('install br_netfilter /bin/true\n', ['install']), ('install br-netfilter /usr/bin/false\n', ['install']),
    ('install br_* :\n', ['install']), ('install \\\nbr_netfilter \\\n/bin/true\n', ['install']),
    ('install br_netfilter /sbin/modprobe --ignore-install br_netfilter\n', []),
    # The first counts.
    ('install br_netfilter /sbin/modprobe -i br_netfilter && true\ninstall br_netfilter /bin/true\n', []),
    ('install bridge /bin/true\n', []),
])
def test_lines_of_modprobe_d(host, text, kinds):
    assert [kind for kind, _ in against(host, text)] == kinds


def test_the_line_is_named(host):
    assert against(host, '\n# x\nblacklist br_netfilter\n') == [('blacklist', '/etc/modprobe.d/a.conf:3')]


def test_a_command_that_may_do_anything_cannot_be_told(host):
    with pytest.raises(CannotTell) as told:
        against(host, 'install br_netfilter /usr/local/bin/guard\n')
    assert told.value.source == '/etc/modprobe.d/a.conf:1'


def test_a_file_in_etc_hides_the_package_s(host):
    host.files({**BASE, '/usr/lib/modprobe.d/b.conf': 'blacklist br_netfilter\n',
                '/etc/modprobe.d/b.conf': Link('/dev/null')})
    assert list(modprobed.rules(host, 'br_netfilter')) == []


@pytest.mark.parametrize('argument, kinds', [
    ('modprobe.blacklist=a,br-netfilter', ['blacklist']), ('module_blacklist=br_netfilter', ['module_blacklist']),
    ('module_blacklist=br-netfilter', []),                                       # the kernel compares letter by letter
    ('modprobe.blacklist=bridge', []),
])
def test_kernel_arguments(host, argument, kinds):
    host.files({**BASE, '/proc/cmdline': f'quiet {argument}\n'})
    assert [one.kind for one in modprobed.rules(host, 'br_netfilter')] == kinds


@given(some.text(max_size=300))
def test_any_text_is_read(text):
    assert all(words and 1 <= number <= text.count('\n') + 1 for words, number in modprobed.parse(text))
