"""What makes a Debian's root look like a CentOS Stream 9, as a machine and not as a container."""
import os
import shutil

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# systemd-nspawn says in three places that it is a container: $container of PID 1, /run/host/container-manager, and
# systemd then in /run/systemd/container. nodeprep fixes nothing in one, and is right, for there the clock, the modules
# and most sysctls are the host's. In this node just those things are tried that are its own (units, host name,
# packages, /etc, the network namespace), so the marks are taken away before systemd starts, and nodeprep sees a
# machine. The guard of the product stays as it is.
INIT = '''#!/bin/sh
while umount -l /run/host/* /run/host 2>/dev/null; do :; done
rm -rf /run/host
# nspawn mounts a boot_id of its own there, which a service with ProtectKernelTunables= does not see.
umount /proc/sys/kernel/random/boot_id
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec env -i PATH=$PATH TERM=dumb setpriv --pdeathsig KILL /lib/systemd/systemd
'''


def network(*commands, unit=''):
    """The unit that makes a network at boot, before anybody wants one; `unit`: what it needs besides."""
    return ('[Unit]\nDefaultDependencies=no\nBefore=network-pre.target\nWants=network-pre.target\n' + unit
            + '[Service]\nType=oneshot\nRemainAfterExit=yes\n' + ''.join(f'ExecStart={one}\n' for one in commands)
            + '[Install]\nWantedBy=multi-user.target\n')


# A network of its own, and a clock to follow: neither needs anything of the host.
NETWORK = network('/usr/sbin/ip link add eth0 type veth peer name wire0',
                  '/usr/sbin/ip addr add 192.0.2.10/24 dev eth0', '/usr/sbin/ip link set eth0 up',
                  '/usr/sbin/ip link set wire0 up')
CLOCK = '''[Service]
ExecStart=/usr/lib/lab/timesource -x -d -f /usr/lib/lab/timesource.conf
[Install]
WantedBy=multi-user.target
'''
FILES = {
    '/etc/hostname': 'localhost\n',
    '/etc/hosts': '127.0.0.1 localhost\n192.0.2.10 node1.example node1\n',
    '/etc/machine-id': '3d8f1c2b7a6e4f5d9c0b1a2f3e4d5c6b\n',       # without one systemd takes each start for the first
    '/etc/fstab': '',
    '/etc/systemd/system/lab-network.service': NETWORK,
    '/etc/systemd/system/lab-clock.service': CLOCK,
    '/usr/lib/lab/timesource.conf': 'local stratum 8\nallow 127.0.0.1\nbindaddress 127.0.0.1\ncmdport 0\n'
                                    'bindcmdaddress /\npidfile /run/timesource.pid\n',
    # Debian's rpm keeps its database in the home of who runs it.
    '/etc/rpm/macros': '%_dbpath /var/lib/rpm\n',
    # Of 90-default.preset and 99-default-disable.preset of CentOS.
    '/usr/lib/systemd/system-preset/90-default.preset': 'enable chronyd.service\nenable firewalld.service\n',
    '/usr/lib/systemd/system-preset/99-default-disable.preset': 'disable *\n',
    '/etc/yum.repos.d/lab.repo': '[lab]\nname=Packages of the lab, with docker-ce\nbaseurl=file:///srv/repo\n'
                                 'gpgcheck=0\n',
}
# What a node of the lab has no use for: timers that reach for the network, and what looks for disks of the host.
MASKED = ('apt-daily.timer', 'apt-daily-upgrade.timer', 'e2scrub_all.timer', 'fstrim.timer', 'swap.target',
          'systemd-udevd.service', 'systemd-udev-trigger.service', 'systemd-modules-load.service')


def lay_out(root):
    """Writes them below the root."""
    for path, text in FILES.items():
        put(root, path, text)
    put(root, '/lab-init', INIT, 0o755)
    os.unlink(root + '/etc/os-release')
    shutil.copy(TOP + '/hosts/stream9/root/usr/lib/os-release', root + '/etc/os-release')
    units = root + '/etc/systemd/system'
    for name in MASKED:
        os.symlink('/dev/null', f'{units}/{name}')
    # It would look for swap on the disk below the root, which is the host's.
    os.makedirs(root + '/etc/systemd/system-generators', exist_ok=True)
    os.symlink('/dev/null', root + '/etc/systemd/system-generators/systemd-gpt-auto-generator')
    for name in ('lab-network.service', 'lab-clock.service'):
        os.makedirs(f'{units}/multi-user.target.wants', exist_ok=True)
        os.symlink(f'/etc/systemd/system/{name}', f'{units}/multi-user.target.wants/{name}')


def put(root, path, text, mode=0o644):
    """Writes one file below the root."""
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    with open(root + path, 'w') as file:
        file.write(text)
    os.chmod(root + path, mode)
