"""What firewall-cmd, firewall-offline-cmd, grubby and packages with units do to a machine in a folder: for tests.actor.

Sources: firewall-cmd(1), firewalld.zone(5), grubby(8) with entries of the Boot Loader Specification.
"""
import os
import re

from nodeprep.host import Answer
from tests import hosts

_ZONE, _SHIPPED = '/etc/firewalld/zones/public.xml', '/usr/lib/firewalld/zones/public.xml'
_ENTRIES = '/boot/loader/entries'


def read(host, path):
    with open(host.root + path, encoding='utf-8', errors='surrogateescape') as file:
        return file.read()


def in_the_file(host):
    """The ports that the permanent zone names."""
    path = _ZONE if os.path.exists(host.root + _ZONE) else _SHIPPED
    return [f'{port}/{protocol}' for protocol, port in re.findall('<port protocol="(.*?)" port="(.*?)"/>',
                                                                  read(host, path))]


def zones(host, running):
    """firewall-cmd --list-all-zones: the ports are those of the daemon, not those of its file."""
    return Answer(0, f'public (active)\n  target: default\n  services: ssh\n  ports: {" ".join(running)}\n', '')


def permanent(host, argv):
    """One port more or less in the zone's file, which /etc gets the first time."""
    verb, port = re.match('--(add|remove)-port=(.*)', argv[-1]).groups()
    number, _, protocol = port.partition('/')
    line = f'  <port protocol="{protocol}" port="{number}"/>\n'
    text = read(host, _ZONE if os.path.exists(host.root + _ZONE) else _SHIPPED)
    text = text.replace('</zone>', line + '</zone>') if verb == 'add' else text.replace(line, '')
    host.files({_ZONE: text})
    return Answer(0, 'success\n', '')


def grubby(host, argv):
    """An argument more or less in each boot entry and in what new entries are made of."""
    word = argv[-1]
    for name in os.listdir(host.root + _ENTRIES):
        text = read(host, f'{_ENTRIES}/{name}')
        with open(f'{host.root}{_ENTRIES}/{name}', 'w', encoding='utf-8') as file:
            file.write(re.sub('(?m)^options .*$', lambda found: _changed(found.group(0), argv[-2], word), text))
    with open(host.root + '/etc/default/grub', 'r+', encoding='utf-8') as file:
        text = re.sub('(?m)(?<=^GRUB_CMDLINE_LINUX=").*(?="$)',
                      lambda found: _changed(found.group(0), argv[-2], word), file.read())
        file.seek(0)
        file.truncate()
        file.write(text)
    return Answer(0, '', '')


def _changed(line, verb, word):
    if verb == '--args':
        return f'{line} {word}'
    return re.sub(rf' {re.escape(word)}(=\S*)?(?= |$)', '', line)


def unit_file(path):
    """The text of a unit that a package brings; '' for any other file."""
    source = os.path.join(hosts.FOLDER, 'alma9', 'root') + path
    if not path.startswith('/usr/lib/systemd/system/'):
        return ''
    with open(source, encoding='utf-8') as file:
        return file.read()
