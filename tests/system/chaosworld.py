"""What the agent and its hand are thrown into: an HTTPS master in all weathers, a systemctl that starts the hand, and
changes of a machine of one's own (see private.py), each of which can be told from all others.
"""
import contextlib
import os
import re
import subprocess
import sys

from tests.agent.master import Master
from tests.system import tlsmaster
from tests.system.agentprocess import TOP

FAILING = ('500', '500', '429', 'stall', 'reset', 'lost', 'cut', 'garbage', 'junk', 'redirect')
WORKING = ('right', 'right', 'right', 'closes', 'chunked')
SICK = 29                 # every so many reports one is such that the master will never have it
MENDED = '/etc/sysctl.d/zz-nodeprep.conf'
# As far as the agent uses it: `start --no-block UNIT` and `show -p ActiveState -p Job UNIT`.
SYSTEMCTL = '''#!/bin/sh
for unit; do :; done
id=${{unit#nodeprep-fix@}} id=${{id%.service}}
pid=$(cat /run/hand.pid 2>/dev/null)
alive() {{ grep -q nodeprep "/proc/$pid/cmdline" 2>/dev/null; }}       # which is empty for one that is dead
case $1 in
start)  if alive; then exit 0; fi
        cd {top}
        PYTHONPATH={top} setsid {python} -m nodeprep hand "$id" >>/run/hand.log 2>&1 </dev/null &
        echo $! >/run/hand.pid ;;
show)   if alive; then echo ActiveState=activating; else echo ActiveState=inactive; fi
        echo Job=0 ;;
*)      echo "no systemd here" >&2; exit 1 ;;
esac
'''


class Weather(list):
    """The moods of the server: drawn one by one, a mix of good and bad, or good alone."""

    def __init__(self, draw):
        super().__init__()
        self._draw, self.storm = draw, True

    def __bool__(self):
        return True

    def pop(self, place=-1):
        return self._draw.choice(FAILING if self.storm and self._draw.random() < 0.4 else WORKING)


class Collector(Master):
    """Keeps the reports themselves too, will never have some of them, and says what was wrong with any."""

    def __init__(self):
        super().__init__()
        self.reports, self.wrong = [], []

    def take(self, reports):
        if any(report['sequence'] % SICK == 0 for report in reports):
            return 422, {'title': 'Unprocessable'}
        known = set(self.held)
        try:
            return super().take(reports)
        except AssertionError as error:
            self.wrong.append(f'{[report["sequence"] for report in reports]}: {error}')
            raise
        finally:
            self.reports += [report for report in reports if report['id'] in self.held and report['id'] not in known]


def server(certificate, draw):
    """The master; `weather` of it can be made good."""
    one = tlsmaster.Server(certificate, moods=['right'])
    one.master, one.moods = Collector(), Weather(draw)
    return one


def systemctl():
    """Puts our systemctl in the place of the machine's, for this mount namespace."""
    with open('/run/systemctl', 'w') as file:
        file.write(SYSTEMCTL.format(top=TOP, python=sys.executable))
    os.chmod('/run/systemctl', 0o755)
    subprocess.check_call(['mount', '--bind', '/run/systemctl', '/usr/bin/systemctl'])


def hand():
    """The process of the hand that is at work; 0 when none is."""
    try:
        with open('/run/hand.pid') as file:
            pid = int(file.read() or 0)
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return pid if b'\0hand\0' in file.read() else 0
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return 0


class Machine:
    """The load: a line of fstab with a name that never comes again, or none; and what the hand mends.

    That is ip_forward after the next boot: in a network namespace of one's own the value now is nobody's to change.
    """

    def __init__(self, draw):
        self._draw, self._number, self._reverts, self._mounted = draw, 0, 0, False
        self.mark = 0             # what the newest report must say of fstab: its number, 0 when it is as it should be
        self._write('')

    def change(self):
        """The next mark, or none; what else changes beside it."""
        if self.mark:
            self.mark = 0
        else:
            self._number += 1
            self.mark = self._number
        self._write(f'/dev/mapper/chaos{self.mark}x none swap defaults 0 0\n' if self.mark else '')
        if self._draw.random() < 0.3:
            subprocess.check_call(['umount', '/var/lib/kubelet'] if self._mounted else
                                  ['mount', '-t', 'tmpfs', '-o', 'noexec', 'tmpfs', '/var/lib/kubelet'])
            self._mounted = not self._mounted

    def revert(self, gone):
        """Takes back what the hand did: its file is gone, or says the opposite, each time in other words."""
        self._reverts += 1
        if gone:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(MENDED)
        else:
            with open(MENDED, 'w') as file:
                file.write(f'# somebody, for the time no. {self._reverts}\nnet.ipv4.ip_forward = 0\n')

    def _write(self, text):
        if self._draw.random() < 0.5:
            with open('/etc/fstab', 'w') as file:
                file.write(text)
        else:
            with open('/etc/fstab.new', 'w') as file:
                file.write(text)
            os.rename('/etc/fstab.new', '/etc/fstab')


def mark_of(report):
    """The mark that a report tells of."""
    (swap,) = [one for one in report['findings'] if one['requirement'] == 'swap']
    found = set(re.findall(r'chaos(\d+)x', repr(swap)))
    assert len(found) < 2, found
    return int(found.pop()) if found else 0
