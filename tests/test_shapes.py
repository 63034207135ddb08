"""Whatever shape a file has, a fix leaves every line that is not its own as it was, byte for byte; undo leaves all."""
import json

import pytest
from hypothesis import HealthCheck, given, settings

from nodeprep.linux import hostsfile
from tests import shapes

MANY = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def fixed(tmp_path_factory):
    def fix(case, ids, path, before):
        return shapes.fixed(case, ids, path, before, tmp_path_factory.mktemp('machine'))
    return fix


def is_inside(lines, more):
    """Whether all lines stand in others, in their order."""
    rest = iter(more)
    return all(line in rest for line in lines)


@MANY
@given(before=shapes.FSTAB)
def test_fstab(fixed, before):
    after = fixed(('centos7', ''), ('swap',), '/etc/fstab', before)
    old, new = before.split(b'\n'), after.split(b'\n')
    assert len(old) == len(new)
    for was, now in zip(old, new):
        ours = len(was.split()) > 2 and was.split()[2] == b'swap' and not was.lstrip().startswith(b'#')
        assert now == was or ours and now == b'#nodeprep# ' + was


@MANY
@given(before=shapes.SYSCTL)
def test_sysctl_d(fixed, before):
    after = fixed(('stream9', ''), ('forwarding', 'bridge'), '/etc/sysctl.d/zzz-site.conf', before)
    old, new = before.split(b'\n'), after.split(b'\n')
    assert len(old) == len(new)
    for was, now in zip(old, new):
        key = was.partition(b'=')[0].strip(b' \t-').replace(b'/', b'.')
        assert now == was or key.startswith((b'net.ipv4.', b'net.bridge.')) and now.endswith(b'\r') == was.endswith(
            b'\r') and now.rstrip(b'\r').endswith(b'1') and now.partition(b'=')[0] == was.partition(b'=')[0]


@MANY
@given(before=shapes.CHRONY)
def test_chrony_conf(fixed, before):
    after = fixed(('centos7', 'servers'), ('time-sync',), '/etc/chrony.conf', before)
    old = before.split(b'\n')
    assert is_inside(old if old[-1] else old[:-1], after.split(b'\n'))
    assert set(after.split(b'\n')) - set(old) <= {b'# nodeprep: servers begin', b'server ntp1.example.com iburst',
                                                  b'# nodeprep: servers end', b''}


@MANY
@given(before=shapes.HOSTS)
def test_hosts(fixed, before):
    after = fixed(('centos7', 'names'), ('hosts',), '/etc/hosts', before)
    try:
        outside = hostsfile.outside(before.decode('utf-8', 'surrogateescape')).encode('utf-8', 'surrogateescape')
    except hostsfile.Broken:
        assert after == before
    else:
        assert is_inside([line for line in outside.split(b'\n') if line.strip()], after.split(b'\n'))


@MANY
@given(before=shapes.DAEMON)
def test_daemon_json(fixed, before):
    after = fixed(('centos7', 'mirror'), ('docker',), '/etc/docker/daemon.json', before)
    if after == before:
        return
    old, new = json.loads(before.decode()), json.loads(after.decode())
    ours = {'exec-opts', 'registry-mirrors', 'storage-driver'}
    assert list(new)[:len(old)] == list(old)
    assert {key: value for key, value in new.items() if key not in ours} == {
        key: value for key, value in old.items() if key not in ours}
    kept = [line.rstrip(b'\r').rstrip(b',') for line in before.split(b'\n')
            if not any(key.encode() in line for key in ours) and line.strip() not in (b'{}', b'{', b'}')]
    if not any(key in old for key in ours) and before.strip().count(b'\n') > len(old):
        assert is_inside(kept, [line.rstrip(b'\r').rstrip(b',') for line in after.split(b'\n')])
    if before.count(b'\r\n') == before.count(b'\n') > 2 and old:
        assert after.count(b'\r\n') == after.count(b'\n')
