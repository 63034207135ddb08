"""The control groups of nodes, which must not outlive them."""
import os
import re

from tests.waiting import until


def own_groups():
    """The control group of this process in each hierarchy that systemd uses: the unified one, its own of v1."""
    with open('/proc/self/cgroup') as file:
        here = dict(line.strip().split(':', 2)[1:] for line in file)
    top = '/sys/fs/cgroup'
    for name, folder in (('', top + '/unified'), ('', top), ('name=systemd', top + '/systemd')):
        if name in here and os.path.exists(f'{folder}{here[name]}/cgroup.procs'):
            yield (folder + here[name]).rstrip('/')


def sweep():
    """Removes the control groups of nodes that were killed together with their tests."""
    for where in own_groups():
        for name in os.listdir(where):
            found = re.match(r'nodeprep-lab-([0-9]+)-', name)
            if found and not os.path.exists('/proc/' + found.group(1)):
                emptied(f'{where}/{name}')


def emptied(group, seconds=60):
    """Removes a control group and those below it, once their last process is gone."""
    for folder, _, _ in list(os.walk(group, topdown=False)):
        until(lambda: _gone(folder), seconds, lambda: f'{folder} holds processes')                # noqa: B023


def _gone(folder):
    try:
        os.rmdir(folder)
        return True
    except FileNotFoundError:          # other tests on the machine sweep, too
        return True
    except OSError:
        return False
