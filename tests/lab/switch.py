"""A network of nodes: a bridge in a network namespace that holds nothing else.

The machine that runs the tests is not on it, and nothing of its own network is touched. It ends with who made it.
"""
import subprocess

from tests.tiers import need


class Switch:
    """What the cables of nodes are plugged into."""

    bridge = 'lab0'

    def __init__(self):
        """Skips the test, by name, where there can be none."""
        need('root')
        for program in ('setpriv', 'unshare', 'nsenter', 'ip'):
            need('program', program)
        need('netns')
        self._holder = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--net', 'sh', '-ec',
             f'ip link add {self.bridge} type bridge; ip link set {self.bridge} up; echo up; exec sleep infinity'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._holder.stdout.readline() == b'up\n'

    @property
    def entered(self):
        """What stands before a command that is to run where the switch is."""
        return ('nsenter', '--net', '--target', str(self._holder.pid))

    def close(self):
        """Ends it."""
        self._holder.kill()
        self._holder.wait()
        self._holder.stdout.close()
