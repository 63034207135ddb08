"""The product brought into a virtual machine as a person does it: by rpm -i of the package for CentOS 9."""
import contextlib

from tests.lab.machine import Machine
from tests.lab.package import needed, package
from tests.lab.snapshot import rested

PACKAGE = '/root/nodeprep.rpm'


@contextlib.contextmanager
def started(folder):
    """A machine that runs and has come to rest, with the package in /root. It is built from this checkout."""
    needed()
    one = Machine(folder)
    packed = package()
    try:
        one.boot()
        rested(one)
        code, _, err = one.run(['dd', 'status=none', 'of=' + PACKAGE], stdin=packed)
        assert code == 0, err
        yield one
    finally:
        one.stop()


def configure(machine, text):
    """Lays a configuration beside the one that the package has."""
    machine.write('/etc/nodeprep/nodeprep.d/site.yaml', text)
