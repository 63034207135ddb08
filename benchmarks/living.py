"""The agent of leak.py, in a process that holds nothing else: looks as often as told, and says what it then holds.

Usage: living.py FOLDER ROUNDS SAMPLES, in a mount namespace of its own, for it changes /etc.
"""
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import re
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TOP, os.path.join(TOP, 'benchmarks')]

import resting  # noqa: E402  # found by the line above
from around import CONFIG  # noqa: E402

import nodeprep.agent  # noqa: E402
import nodeprep.host  # noqa: E402
import nodeprep.linux  # noqa: E402
from nodeprep.agent import assembly  # noqa: E402
from nodeprep.agent.places import Places  # noqa: E402


def everything():
    """Loads what an agent loads only once it sees what it is for: whenever it does, that is no leak."""
    for package in (nodeprep.agent, nodeprep.host, nodeprep.linux):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):
            importlib.import_module(module.name)


def main(folder, rounds, samples):
    """The agent: as many rounds as told, each over everything, and a line of JSON at each sample."""
    gc.enable()
    everything()
    with open(folder + '/config', 'w') as file:
        file.write(CONFIG.format('1h'))
    os.mkdir(folder + '/run')
    out, sys.stdout = sys.stdout, io.StringIO()          # what it tells goes nowhere
    agent = assembly.agent(Places(folder + '/state', folder + '/run', folder + '/config'))
    agent.begin()
    for number in range(1, rounds + 1):
        happen(number)
        agent._timer.hurry(time.monotonic())
        agent.turn()
        sys.stdout.seek(0)
        sys.stdout.truncate()
        if number % max(1, rounds // samples) == 0:
            delivered(agent)
            print(json.dumps(dict(held(), round=number), sort_keys=True), file=out, flush=True)
    agent.end()


def happen(number):
    """What comes before a round; `number` says what."""
    if number % 2:
        open('/etc/nobody-reads-this', 'w').close()
    else:
        os.unlink('/etc/nobody-reads-this')
    if number % 5 == 0:
        with open('/etc/fstab.new', 'w') as file:
            file.write(f'/dev/mapper/leak{number % 50} none swap defaults 0 0\n' if number % 10 else '')
        os.rename('/etc/fstab.new', '/etc/fstab')
    if number % 50 == 0:
        os.rename('/etc/sysctl.d', '/etc/sysctl.was')
        subprocess.check_call(['cp', '-a', '/etc/sysctl.was', '/etc/sysctl.d'])
        subprocess.check_call(['rm', '-r', '/etc/sysctl.was'])
    if number % 100 == 0:
        subprocess.check_call(['mount', '-t', 'tmpfs', 'tmpfs', '/var/lib'] if number % 200 else ['umount', '/var/lib'])
    if number % 250 == 0:
        os.kill(os.getpid(), signal.SIGHUP)


def delivered(agent):
    """Waits until the master has everything, and whoever brought it there is at rest."""
    end = time.monotonic() + 300
    while agent._parts.voice.facts()['spool']['waiting']:
        assert time.monotonic() < end, agent._parts.voice.facts()
        time.sleep(0.05)
    time.sleep(0.2)


def held():
    """What this process holds."""
    gc.collect()
    whole, anonymous = resting.memory(os.getpid())
    descriptors = watches = 0
    for name in os.listdir('/proc/self/fd'):
        with contextlib.suppress(FileNotFoundError), open('/proc/self/fdinfo/' + name) as file:    # not listdir's own
            watches += len(re.findall(r'^inotify wd:', file.read(), re.M))
            descriptors += 1
    return {'resident KiB': int(whole * 1024), 'anonymous KiB': int(anonymous * 1024), 'descriptors': descriptors,
            'watches': watches, 'threads': len(os.listdir('/proc/self/task')), 'objects': len(gc.get_objects())}


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
