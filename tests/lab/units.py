"""nodeprep's own units on a node, as its package lays them out on a release with systemd 252."""
import os

from tests.lab.image import TOP

# The code is bound to /opt/nodeprep, see tests/lab/node.py; what starts it is what a package has in /usr/bin.
PROGRAM = '''#!/usr/bin/python3
import sys
sys.path.insert(0, '/opt/nodeprep')
from nodeprep.cli import main
sys.exit(main())
'''
# What makes a daemon of it. All else of the unit holds for a program that ends, too.
_OF_A_DAEMON = ('Type=', 'NotifyAccess=', 'ExecStart=', 'ExecReload=', 'WatchdogSec=', 'Restart')
FOLDER = '/usr/lib/systemd/system'


def install(node):
    """Puts program and units there and has systemd read them. Nothing is started or enabled."""
    node.write('/usr/bin/nodeprep', PROGRAM)
    node.ask('chmod', '755', '/usr/bin/nodeprep')
    node.ask('mkdir', '-p', '/etc/nodeprep')
    source = os.path.join(TOP, 'systemd')
    for folder, _, names in os.walk(source):
        node.ask('mkdir', '-p', os.path.normpath(f'{FOLDER}/{os.path.relpath(folder, source)}'))
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as file:
                node.write(f'{FOLDER}/{os.path.relpath(path, source)}', file.read())
    node.ask('systemctl', 'daemon-reload')


def probe(node, program):
    """Runs a Python program once as the agent would run: under its unit with all its drop-ins; what it printed."""
    with open(os.path.join(TOP, 'systemd', 'nodeprep.service'), encoding='utf-8') as file:
        lines = [line for line in file.read().split('\n')
                 if not line.startswith(_OF_A_DAEMON)]
    place = lines.index('[Service]') + 1
    lines[place:place] = ['Type=oneshot', 'ExecStart=/usr/bin/python3 /root/probe.py']
    node.write('/root/probe.py', program)
    node.write('/run/systemd/system/nodeprep-probe.service', '\n'.join(lines))
    node.ask('cp', '-r', FOLDER + '/nodeprep.service.d', '/run/systemd/system/nodeprep-probe.service.d')
    node.write('/run/systemd/system/nodeprep-probe.service.d/zz-out.conf',
               '[Service]\nStandardOutput=file:/root/probe.out\n')
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'start', 'nodeprep-probe')
    return node.read('/root/probe.out')
