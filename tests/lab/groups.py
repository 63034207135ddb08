"""The control groups of nodes, which must not outlive them."""
import os
import re
import time


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


def emptied(group, seconds=10):
    """Removes a control group and those below it, once their last process is gone."""
    end = time.time() + seconds
    for folder, _, _ in list(os.walk(group, topdown=False)):
        while True:
            try:
                os.rmdir(folder)
                break
            except OSError:
                if time.time() > end:
                    raise
                time.sleep(0.05)
