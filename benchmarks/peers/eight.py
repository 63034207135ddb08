"""Eight of nodeprep's requirements as pytest-testinfra users write them. Some fail here, which costs the same."""


def test_cpu(host):
    """Two processors."""
    assert int(host.check_output('nproc')) >= 2


def test_memory(host):
    """kubeadm's 1700 MiB."""
    total = next(line for line in host.file('/proc/meminfo').content_string.splitlines() if line.startswith('MemTotal'))
    assert int(total.split()[1]) >= 1700 * 1024


def test_disk(host):
    """A root file system that a disk of 30 GB gives."""
    blocks, size = host.check_output('stat -f -c "%b %S" /').split()
    assert int(blocks) * int(size) >= 27 * 10**9


def test_swap(host):
    """No swap now, none in fstab."""
    assert len(host.file('/proc/swaps').content_string.splitlines()) == 1
    assert not host.file('/etc/fstab').contains(r'^[^#].*\sswap\s')


def test_selinux(host):
    """Not enforcing, now and after a boot."""
    enforce = host.file('/sys/fs/selinux/enforce')
    assert not enforce.exists or enforce.content_string == '0'
    config = host.file('/etc/selinux/config')
    assert not config.exists or not config.contains('^SELINUX=enforcing')


def test_bridge(host):
    """Bridged traffic goes through iptables."""
    assert host.sysctl('net.bridge.bridge-nf-call-iptables') == 1
    assert host.sysctl('net.bridge.bridge-nf-call-ip6tables') == 1


def test_time_daemon(host):
    """chronyd runs and is enabled."""
    chronyd = host.service('chronyd')
    assert chronyd.is_running and chronyd.is_enabled


def test_docker(host):
    """Docker runs, is enabled and answers."""
    docker = host.service('docker')
    assert docker.is_running and docker.is_enabled
    assert host.run('docker info').rc == 0
