"""Files of many shapes after a fix, before the programs that own their formats: they take them and read what is wanted.

What systemd-sysctl leaves after a plan stands in test_sysctl_real.
"""
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings

from nodeprep.linux import hostsfile
from tests import shapes
from tests.compare.test_chronyconf_real import collected
from tests.compare.test_dockerd_real import place, refuses  # noqa: F401
from tests.compare.test_fstab_real import generator  # noqa: F401  # a fixture
from tests.compare.test_hostsfile_real import ask, clear  # noqa: F401
from tests.tiers import need

MANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def fixed(tmp_path_factory):
    def fix(case, ids, path, before):
        return shapes.fixed(case, ids, path, before, tmp_path_factory.mktemp('machine'))
    return fix


def mounts(path, table):
    """(kind, source, target) of what libmount reads."""
    path.write_bytes(table)
    done = subprocess.run(('findmnt', '--fstab', '--tab-file', str(path), '-n', '-r', '-o', 'FSTYPE,SOURCE,TARGET'),
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20)
    return [line for line in done.stdout.split(b'\n') if line]


@MANY
@given(before=shapes.FSTAB)
def test_fstab_before_findmnt_and_the_generator(fixed, generator, tmp_path, before):  # noqa: F811
    need('program', 'findmnt')
    after = fixed(('centos7', ''), ('swap',), '/etc/fstab', before)
    old, new = mounts(tmp_path / 'fstab', before), mounts(tmp_path / 'fstab', after)
    assert [line for line in new if not line.startswith(b'swap ')] == [
        line for line in old if not line.startswith(b'swap ')]
    assert all(not target for target in generator(after, '').values())


@MANY
@given(before=shapes.CHRONY)
def test_chrony_conf_before_chronyd(fixed, tmp_path, before):
    need('program', 'chronyd')
    need('root')
    path = tmp_path / 'chrony.conf'
    path.write_bytes(before)
    was = collected(str(path))
    after = fixed(('centos7', 'servers'), ('time-sync',), '/etc/chrony.conf', before)
    path.write_bytes(after)
    now = collected(str(path))
    if was is None:
        return            # what chronyd refused before is no work of ours
    assert now is not None, after
    added = ('server', 'ntp1.example.com')              # at the end of the block, if there is one already
    assert added in now[0] and [one for one in now[0] if one != added] == was[0] and now[1] == was[1]


@MANY
@given(before=shapes.DAEMON)
def test_daemon_json_before_dockerd(fixed, place, before):  # noqa: F811
    after = fixed(('centos7', 'mirror'), ('docker',), '/etc/docker/daemon.json', before)
    was, now = (refuses(place, text.decode('utf-8', 'surrogateescape'), ()) for text in (before, after))
    assert was is not False or now is False, after           # None: it has keys that this release does not know


def rest(text):
    """The file without the one part of it that the fix owns, which it writes anew."""
    try:
        return hostsfile.outside(text)
    except hostsfile.Broken:
        return text


@MANY
@given(before=shapes.HOSTS)
def test_hosts_before_the_c_library(fixed, ask, before):  # noqa: F811
    before = clear(before.decode('utf-8', 'surrogateescape'))
    after = fixed(('centos7', 'names'), ('hosts',), '/etc/hosts', before.encode('utf-8', 'surrogateescape')).decode(
        'utf-8', 'surrogateescape')
    changed = after != before
    was, now = (ask(text, ['k8s-master', 'k8s-node1', 'localhost', 'other'])
                for text in (rest(before) if changed else before, after))
    assert [now[name] for name in ('localhost', 'other')] == [was[name] for name in ('localhost', 'other')]
    for name, address in (('k8s-master', '192.0.2.1'), ('k8s-node1', '192.0.2.2')):
        contrary = set(was[name]) - {address}           # outside the block, which only a person corrects
        assert now[name] == [address] if changed and not contrary else set(was[name]) <= set(now[name])
