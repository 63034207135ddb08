"""A real dbus-daemon on a private socket, and on it a stand-in for systemd that says what the test wants.

What systemd says and when was read in src/core/dbus-unit.c and dbus-manager.c; the wire and the daemon are real.
"""
import os
import subprocess

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from nodeprep.agent.units import path_of
from tests.waiting import until

CONFIG = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen>
 <servicedir>{services}</servicedir>
 <policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
 <allow send_type="signal"/><allow receive_sender="*"/></policy></busconfig>
'''
UNIT = 'org.freedesktop.systemd1.Unit'
MANAGER = DBusAddress('/org/freedesktop/systemd1', interface='org.freedesktop.systemd1.Manager')


class Daemon:
    """dbus-daemon for a machine in a folder; it would start org.freedesktop.systemd1 by writing `woken` there."""

    def __init__(self, root):
        self.root, self.socket = root, root + '/run/dbus/system_bus_socket'
        os.makedirs(os.path.dirname(self.socket), exist_ok=True)
        services = root + '/services'
        os.makedirs(services, exist_ok=True)
        with open(services + '/org.freedesktop.systemd1.service', 'w') as out:
            out.write(f'[D-BUS Service]\nName=org.freedesktop.systemd1\nExec=/usr/bin/touch {root}/woken\nUser=root\n')
        self.config = root + '/bus.conf'
        with open(self.config, 'w') as out:
            out.write(CONFIG.format(socket=self.socket, services=services))
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(['dbus-daemon', '--config-file', self.config, '--nofork', '--nopidfile'],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens)

    def _listens(self):
        """Between bind(2) and listen(2) the socket is there and refuses: __SO_ACCEPTCON of unix_seq_show()."""
        with open('/proc/net/unix') as table:
            lines = [line.split(None, 7) for line in table]
        return any(line[3] == '00010000' and line[7:] == [self.socket + '\n'] for line in lines)

    def stop(self):
        self.process.kill()
        self.process.wait()
        if os.path.exists(self.socket):
            os.unlink(self.socket)


class FakeSystemd:
    """Answers Subscribe and GetUnit and sends signals; `loaded`: name -> the name of the unit it is an alias of."""

    def __init__(self, daemon, own=True):
        self.bus = open_dbus_connection('unix:path=' + daemon.socket)
        self.loaded, self.asked = {}, []
        if own:
            reply = self.bus.send_and_get_reply(message_bus.RequestName('org.freedesktop.systemd1'))
            assert reply.body == (1,)

    def serve(self):
        """Answers what was asked meanwhile."""
        while True:
            try:
                call = self.bus.receive(timeout=0.02)
            except TimeoutError:
                return
            if call.header.message_type != MessageType.method_call:
                continue
            method = call.header.fields[HeaderFields.member]
            self.asked.append((method,) + tuple(call.body))
            if method == 'Subscribe':
                self.bus.send(new_method_return(call))
            elif call.body[0] in self.loaded:
                self.bus.send(new_method_return(call, 'o', (path_of(self.loaded[call.body[0]]),)))
            else:
                self.bus.send(new_error(call, 'org.freedesktop.systemd1.NoSuchUnit', 's', ('not loaded',)))

    def state(self, name, active, sub='dead'):
        """PropertiesChanged, as send_changed_signal() sends it: all that may change, and what became invalid."""
        address = DBusAddress(path_of(name), interface='org.freedesktop.DBus.Properties')
        self.bus.send(new_signal(address, 'PropertiesChanged', 'sa{sv}as', (UNIT, {
            'ActiveState': ('s', active), 'SubState': ('s', sub), 'Job': ('(uo)', (0, '/')),
            'ActiveEnterTimestamp': ('t', 17), 'Conditions': ('a(sbbsi)', [])}, ['UnitFileState'])))
        # The same of its other interface, which is nobody's business.
        self.bus.send(new_signal(address, 'PropertiesChanged', 'sa{sv}as', (
            'org.freedesktop.systemd1.Service', {'MainPID': ('u', 4711)}, [])))

    def unit(self, signal, name):
        """UnitNew or UnitRemoved."""
        self.bus.send(new_signal(MANAGER, signal, 'so', (name, path_of(name))))

    def reloading(self, active):
        self.bus.send(new_signal(MANAGER, 'Reloading', 'b', (active,)))

    def close(self):
        self.bus.close()
