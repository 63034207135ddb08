"""The agent at rest and woken, side by side with Debian's prometheus-node-exporter, on a machine of its own.

That is a network and mount namespace with a copy of /etc, in which a chronyd that leaves the clock alone and an HTTPS
master run. The swap that is turned on and off fifty times is real. Needs root, openssl, iproute2 and util-linux;
strace, chrony and prometheus-node-exporter each for some rows.

Takes as long as --seconds says (300) and half a minute more.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TOP, os.path.join(TOP, 'benchmarks')]

import resting  # noqa: E402  # found by the line above
from around import CONFIG, PEER, PORT, chronyd, peer, running  # noqa: E402
from table import goal, show  # noqa: E402

from nodeprep.host.libc import call  # noqa: E402
from tests.system import private, swapping, tlsmaster  # noqa: E402
from tests.system.agentprocess import AgentProcess, joined  # noqa: E402

SWAPONS, WAKES, ROUNDS = 50, 40, 3
QUICK = 3                     # instead of the first two, to try it out


class Patient(tlsmaster.Handler):
    """A master that keeps connections from one heartbeat to the next."""

    timeout = 600


def main():
    """Prints one table. Goals that are missed are marked; the exit code is 0 all the same: times are no tests."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument('--seconds', type=int, default=300, help='how long it is left at rest (300)')
    words.add_argument('--quick', action='store_true', help=f'{QUICK} times of what is done many times')
    words.add_argument('--inside', metavar='FOLDER', help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.inside:
        show(measured(given))
        return 0
    lacking = [name for name in private.PROGRAMS + ('openssl',) if not shutil.which(name)]
    if os.geteuid() or lacking:
        print('the agent at rest: skipped: ' + (f'{", ".join(lacking)} is not installed' if lacking else 'not root'))
        return 0
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder, swapping.swappable(folder + '/swapfile'):
        argv = [sys.executable, os.path.abspath(__file__), '--inside', folder] + sys.argv[1:]
        return subprocess.call(private.command(folder, argv))


def measured(given):
    """The rows, as (what, figure, goal)."""
    folder, wakes, swapons = given.inside, *((QUICK, QUICK) if given.quick else (WAKES, SWAPONS))
    ca = tlsmaster.authority(folder)
    with running(chronyd()), running(peer()) as exporter, \
            tlsmaster.Server(tlsmaster.certificate(folder), Patient) as server:
        with AgentProcess(folder + '/agent', CONFIG.format('60s'), joined(server.url, ca)) as agent:
            agent.wait_for(lambda: server.master.beats)
            rows = at_rest(agent, exporter, given.seconds)
            assert server.connections == 1, 'the master did not stay connected'
            rows += [woken(agent, wakes), swapped(agent, folder + '/swapfile', swapons)]
            resting.settled(agent.process.pid)
            rows.append((f'  then its memory, after {len(server.master.held)} reports',
                         f'{resting.memory(agent.process.pid)[0]:.1f} MiB', ''))
            agent.stop()
        with AgentProcess(folder + '/traced', CONFIG.format('2s')) as agent:
            rows.append(programs(agent))
            agent.stop()
    return rows


def at_rest(agent, exporter, seconds):
    """Memory and CPU of both for so long, in which the peer is asked at once and then each minute."""
    pids = [('agent', agent.process.pid)] + ([('peer', exporter.pid)] if exporter else [])
    resting.settled(agent.process.pid)
    before, begun = {name: resting.cpu(pid) for name, pid in pids}, time.monotonic()
    while time.monotonic() - begun < seconds:
        if exporter:
            urllib.request.urlopen(f'http://127.0.0.1:{PORT}/metrics').read()
        time.sleep(max(0.0, min(60.0, begun + seconds - time.monotonic())))
    lasted = time.monotonic() - begun
    own, theirs = ([100 * (after - was) / lasted for after, was in zip(resting.cpu(pid), before[name])]
                   for name, pid in (pids + pids)[:2])
    (whole, anonymous), share = resting.memory(agent.process.pid), sum(own)
    rows = [(f'agent at rest, its master connected, Python {sys.version.split()[0]}', f'{whole:.1f} MiB',
             goal(whole, 24, '24 MiB')),
            ('  of which anonymous', f'{anonymous:.1f} MiB', ''),
            (f'  CPU of a core over {lasted:.0f} s, its commands too', f'{share:.4f} %', goal(share, 0.05, '0.05 %'))]
    if exporter:
        rows += [(f'  {PEER}, asked once a minute', f'{resting.memory(exporter.pid)[0]:.1f} MiB', ''),
                 ('    CPU of a core', f'{sum(theirs):.4f} %', '')]
    return rows + ([] if exporter else [(f'  {PEER}', 'not installed', '')])


def woken(agent, times):
    """A file of /etc that no requirement reads comes or goes: each time whoever watches that folder looks."""
    costs, pid = [], agent.process.pid
    for number in range(times):
        before, round_at = resting.cpu(pid), agent.status()['round']['at']
        if number % 2:
            os.unlink('/etc/nobody-reads-this')
        else:
            open('/etc/nobody-reads-this', 'w').close()
        agent.wait_for(lambda: agent.status()['round']['at'] > round_at)     # noqa: B023  # called at once
        resting.settled(pid, 0.1)
        costs.append((resting.cpu(pid)[0] - before[0]) * 1000)
    median = sorted(costs)[times // 2]
    return f'a wake-up without drift, CPU (median of {times})', f'{median:.2f} ms', goal(median, 10, '10 ms')


def swapped(agent, path, times):
    """From before swapon(2) until the line of the agent is read."""
    late = []
    for _ in range(times):
        since, begun = agent.mark(), time.monotonic()
        call('swapon', os.fsencode(path), 0)
        late.append((agent.until('swap: drifted', since)[1] - begun) * 1000)
        since = agent.mark()
        call('swapoff', os.fsencode(path))
        agent.until('swap: ', since)
    return f'swapon told after (p99 of {times})', f'{max(late):.0f} ms', goal(max(late), 250, '250 ms')


def programs(agent):
    """What it executes while it looks at everything a few times."""
    if not shutil.which('strace'):
        return 'programs that it starts at rest', 'skipped', 'strace is not installed'
    seen = set()

    def rounds():
        agent.wait_for(lambda: seen.add(agent.status()['round']['at']) or len(seen) > ROUNDS)
    names = resting.started(agent.process.pid, rounds)
    said = ', '.join(f'{names.count(name)} x {name}' for name in sorted(set(names))) or 'none'
    return f'programs that it starts in {ROUNDS} rounds', said, goal(len(set(names) - {'chronyc'}), 0, 'chronyc alone')


if __name__ == '__main__':
    sys.exit(main())
