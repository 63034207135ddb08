"""The disk of the virtual machine: in looks a CentOS Stream 9, with a kernel of its own and SELinux, made once.

What is real beyond tests/lab/image.py: the kernel and its modules, the SELinux policy and the labels of all files, the
partitions, the swap, udev, cron, and a chronyd that sets the clock. Nothing is mounted for it: mke2fs -d fills a file.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess

from tests.lab import bare, files, image, rpms
from tests.lab.package import python

PACKAGES = image.PACKAGES + ('linux-image-cloud-amd64', 'initramfs-tools', 'selinux-basics', 'selinux-policy-default',
                             'udev', 'cron')
# The least that finds and mounts the root: the rest would be unpacked at each boot, by an emulated processor.
HOOKS = ('mkdir -p "$1/etc/initramfs-tools/conf.d" && printf "MODULES=list\\n" >"$1/etc/initramfs-tools/conf.d/lab"',
         'printf "virtio_pci\\nvirtio_blk\\next4\\n" >"$1/etc/initramfs-tools/modules"')
PARTS = ('bare.py', 'guest.py', 'disk.py', 'image.py', 'files.py', 'rpms.py')
# What the Python of a CentOS does not bring with it either, or nobody imports.
LEFT_OUT = ('test', 'idlelib', 'ensurepip', 'site-packages', 'tkinter', 'turtledemo', 'lib2to3', '*.a', 'config-*')


def disk():
    """The folder with `disk`, `kernel`, `initrd` and `arguments`. It is made when it is not there yet (some minutes).

    It lies beside the root of the nodes, see image(); others than the wanted one are removed.
    """
    folder = os.environ.get('NODEPREP_LAB') or os.path.join(image.TOP, '.lab')
    os.makedirs(folder, exist_ok=True)
    made = os.path.join(folder, 'machine-' + _key())
    with open(os.path.join(folder, 'machine.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(made):
            shutil.rmtree(made + '.part', ignore_errors=True)
            os.mkdir(made + '.part')
            _make(made + '.part')
            os.rename(made + '.part', made)
            for old in os.listdir(folder):
                if old.startswith('machine-') and os.path.join(folder, old) != made:
                    shutil.rmtree(os.path.join(folder, old))
    return made


def _key():
    text = ' '.join((image.suite(), python()) + PACKAGES)
    for name in PARTS:
        with open(os.path.join(image.HERE, name)) as file:
            text += file.read()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _make(folder):
    root = folder + '/root'
    _bootstrap(root)
    bare.lay_out(root)
    rpms.package(root)
    shutil.copy(root + '/usr/lib/lab/timesource', root + '/usr/sbin/chronyd')     # the clock is the machine's own
    _in(root, 'systemctl', 'disable', 'chronyd')
    release = os.listdir(root + '/lib/modules')[0]
    shutil.copy(f'{root}/boot/vmlinuz-{release}', folder + '/kernel')
    shutil.copy(f'{root}/boot/initrd.img-{release}', folder + '/initrd')
    files.put(folder, '/arguments', bare.ARGUMENTS)
    files.put(root, f'/boot/loader/entries/lab-{release}.conf', f'title CentOS Stream 9\nversion {release}\n'
              f'linux /boot/vmlinuz-{release}\ninitrd /boot/initrd.img-{release}\noptions {bare.ARGUMENTS}\n')
    _python(root)
    files.put(root, '/usr/lib/lab/lab.cil', bare.POLICY)
    _in(root, 'semodule', '-n', '-i', '/usr/lib/lab/lab.cil')
    _label(root)
    _fill(folder, root)
    shutil.rmtree(root)


def _bootstrap(root):
    command = ['mmdebstrap', '--quiet', '--variant=minbase', '--include=' + ','.join(PACKAGES)]
    command += ['--essential-hook=' + hook for hook in HOOKS] + ['--aptopt=' + line for line in _proxies()]
    _run(*command, image.suite(), root, '-', stdin='\n'.join(image._mirrors()))


def _fill(folder, root):
    """The disk with both partitions. mke2fs copies owners, modes and labels."""
    path = folder + '/disk'
    with open(path, 'wb') as file:
        file.truncate((bare.FIRST + bare.ROOT + bare.SWAP + 1) << 20)
    _run('sfdisk', '--quiet', path, stdin=bare.TABLE)
    _run('mke2fs', '-q', '-t', 'ext4', '-U', bare.ROOT_UUID, '-E',
         f'offset={bare.FIRST << 20},lazy_itable_init=1,nodiscard', '-d', root, path, f'{bare.ROOT}M')
    with open(folder + '/swap', 'wb') as file:
        file.truncate(bare.SWAP << 20)
    os.chmod(folder + '/swap', 0o600)
    _run('mkswap', '-q', '-U', bare.SWAP_UUID, folder + '/swap')
    with open(folder + '/swap', 'rb') as swap, open(path, 'r+b') as file:
        file.seek((bare.FIRST + bare.ROOT) << 20)
        file.write(swap.read(1 << 16))             # all of it that is not empty
    os.unlink(folder + '/swap')


def _python(root):
    """The Python of the release, whose byte code the packages have: Debian has another one."""
    found = python()
    shutil.copytree(os.path.dirname(os.path.dirname(found)), root + '/opt/python3.9', symlinks=True,
                    ignore=shutil.ignore_patterns('share', *LEFT_OUT))
    os.symlink('/opt/python3.9/bin/python3.9', root + '/usr/bin/python3.9')
    files.put(root, '/etc/ld.so.conf.d/python3.9.conf', '/opt/python3.9/lib\n')
    _in(root, 'ldconfig')


def _label(root):
    """Each file its type, as the installer of a CentOS does it. setfiles goes by /proc; the mount ends with it."""
    _run('unshare', '-m', 'sh', '-ec', 'mount -t proc proc "$1/proc"; exec chroot "$1" setfiles -F -e /proc '
         '/etc/selinux/default/contexts/files/file_contexts /', 'sh', root)


def _proxies():
    """How apt of this machine reaches its mirrors."""
    return [line for line in image._said('apt-config', 'dump')
            if line.startswith(('Acquire::http', 'Acquire::https')) and '::Proxy ' in line]


def _in(root, *argv):
    _run('chroot', root, 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C', *argv)


def _run(*argv, stdin=''):
    done = subprocess.run(argv, input=stdin.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, PATH=os.environ.get('PATH', '') + ':/usr/sbin:/sbin'))
    assert done.returncode == 0, f'{argv}: {done.stdout.decode(errors="replace")[-3000:]}'
