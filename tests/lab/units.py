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
FOLDER = '/usr/lib/systemd/system'


def install(node):
    """Puts program and units there and has systemd read them. Nothing is started or enabled."""
    node.write('/usr/bin/nodeprep', PROGRAM)
    node.ask('chmod', '755', '/usr/bin/nodeprep')
    node.ask('mkdir', '-p', FOLDER + '/nodeprep.service.d', '/etc/nodeprep')
    source = os.path.join(TOP, 'systemd')
    for folder, _, names in os.walk(source):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, encoding='utf-8') as file:
                node.write(f'{FOLDER}/{os.path.relpath(path, source)}', file.read())
    node.ask('systemctl', 'daemon-reload')
