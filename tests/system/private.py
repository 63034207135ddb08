"""A machine of one's own, as far as a process can have one: its own network with a loopback alone, a copy of /etc,
an empty /run and /var/lib. What is mounted, listened to or written there is nobody else's, and gone with the process.

The kernel, its swap and its clock stay those of the machine.
"""
import os
import subprocess

# What a machine must have for it, for tiers.need.
PROGRAMS = ('unshare', 'mount', 'ip')
_SETUP = ('ip link set lo up; mount --bind "$1/etc" /etc; mount --bind "$1/lib" /var/lib; mount -t tmpfs tmpfs /run; '
          'shift; exec "$@"')


def command(folder, argv):
    """The command line that runs another one there. `folder` holds its /etc (etc) and /var/lib (lib) afterwards."""
    etc = os.path.join(folder, 'etc')
    if not os.path.exists(etc):
        subprocess.run(('cp', '-a', '/etc', etc), check=True)
        os.mkdir(os.path.join(folder, 'lib'))
    return ['unshare', '-m', '-n', '--propagation', 'private', 'sh', '-ec', _SETUP, 'sh', folder] + list(argv)
