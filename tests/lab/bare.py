"""What lies on the disk of the virtual machine beside what packages bring, and with it what is made to drift."""
import os
import shutil

from tests.lab import files
from tests.lab.image import HERE

ROOT_UUID, SWAP_UUID = '5f3c1f0e-6a0b-4a4e-9d0b-2f1d6c1b7a01', '5f3c1f0e-6a0b-4a4e-9d0b-2f1d6c1b7a02'
# no_timer_check: whether the timer ticks is told by how fast, and an emulated one on a busy machine may be slow.
ARGUMENTS = 'root=/dev/vda1 ro console=ttyS0 quiet no_timer_check security=selinux selinux=1 net.ifnames=0'
# MiB. The files have holes: what is not written takes no room.
FIRST, ROOT, SWAP = 1, 31000, 256
# Type 0657...: systemd itself turns it on when fstab has no swap line any more, which is what a fix makes of it.
TABLE = f'''label: gpt
start={FIRST}MiB, size={ROOT}MiB, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, name=root
start={FIRST + ROOT}MiB, size={SWAP}MiB, type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F, name=swap
'''
NETWORK = files.network('/usr/sbin/ip addr add 192.0.2.10/24 dev eth0', '/usr/sbin/ip link set eth0 up',
                        unit='Requires=sys-subsystem-net-devices-eth0.device\n'
                             'After=sys-subsystem-net-devices-eth0.device\n')
# As an administrator who signed in runs it; a service of an unknown program may do less.
GUEST = r'''[Unit]
Requires=dev-virtio\x2dports-lab.device
After=dev-virtio\x2dports-lab.device
[Service]
ExecStart=/usr/bin/python3 /usr/lib/lab/guest.py
Restart=always
RestartSec=1
StandardError=journal+console
SELinuxContext=-unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023
[Install]
WantedBy=multi-user.target
'''
# In Debian's policy these may not answer those who ask them over the bus; in that of a CentOS, where the service of a
# program without a policy of its own is unconfined_service_t, they may.
POLICY = ''.join(f'(allow {one} {other} (dbus (send_msg)))\n' for one in ('systemd_hostnamed_t', 'firewalld_t')
                 for other in ('initrc_t', 'unconfined_t'))
OWN = {
    '/etc/fstab': f'UUID={ROOT_UUID} / ext4 defaults 0 0\nUUID={SWAP_UUID} none swap sw 0 0\n',
    '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=default\n',
    '/etc/systemd/system/lab-network.service': NETWORK,
    '/etc/systemd/system/lab-guest.service': GUEST,
    '/etc/systemd/system.conf.d/lab.conf': '[Manager]\nDefaultTimeoutStartSec=1800\nDefaultTimeoutStopSec=1800\n'
                                           'DefaultDeviceTimeoutSec=1800\n',
    '/boot/grub2/grub.cfg': 'set default="0"\nblscfg\n',
}
MASKED = files.MASKED[:4] + ('getty@tty1.service', 'serial-getty@ttyS0.service', 'man-db.timer', 'dpkg-db-backup.timer',
                             'selinux-autorelabel-mark.service', 'e2scrub_reap.service')
STARTED = ('lab-network.service', 'lab-clock.service', 'lab-guest.service')


def lay_out(root):
    """Writes them below the root."""
    for path, text in dict(files.FILES, **OWN).items():
        files.put(root, path, text)
    os.unlink(root + '/etc/os-release')
    shutil.copy(files.TOP + '/hosts/stream9/root/usr/lib/os-release', root + '/etc/os-release')
    shutil.copy(os.path.join(HERE, 'guest.py'), root + '/usr/lib/lab/guest.py')
    units = root + '/etc/systemd/system'
    os.makedirs(units + '/multi-user.target.wants', exist_ok=True)
    for name in MASKED:
        os.symlink('/dev/null', f'{units}/{name}')
    for name in STARTED:
        os.symlink(f'/etc/systemd/system/{name}', f'{units}/multi-user.target.wants/{name}')
    os.makedirs(root + '/usr/share/licenses', exist_ok=True)           # of the package filesystem of a CentOS
    os.makedirs(root + '/etc/sysconfig', exist_ok=True)
    os.symlink('../selinux/config', root + '/etc/sysconfig/selinux')
