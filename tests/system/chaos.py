"""Kills the agent and its hand at random, again and again, while what they watch changes and the master fails.

Usage: python -m tests.system.chaos KILLS SEED, on a machine of its own (see private.py). Prints what it did and saw;
an assertion fails when a transition was lost, doubled or out of order.
"""
import glob
import json
import os
import random
import signal
import subprocess
import sys
import time

from nodeprep.chain import GAP, NEXT
from tests.system import chaosworld, tlsmaster
from tests.system.agentprocess import QUIET, TOP, AgentProcess, joined
from tests.system.chaosjudge import judged

CONFIG = QUIET + '  os: {fix: true}\n  forwarding: {mode: fix}\n'
PATIENCE, HOME = 60, 300  # seconds within which everything must be told, and in the end has arrived


class Chaos:
    """One run. `held` are the marks that stayed until they were told, in order."""

    def __init__(self, folder, kills, seed):
        self.draw, self.kills = random.Random(seed), kills
        self.done = {'agent': 0, 'hand': 0}
        ca = tlsmaster.authority(folder)
        self.server = chaosworld.server(tlsmaster.certificate(folder), random.Random(seed + 1))
        self.agent = AgentProcess(None, CONFIG, joined(self.server.url, ca))
        self.machine, self.held, self.refused = chaosworld.Machine(self.draw), [], {}

    def run(self):
        """Until all kills are done, and everything is told and mended."""
        with self.server:
            self.agent.start()
            try:
                while sum(self.done.values()) < self.kills:
                    self.step()
                self.bring_home()
            finally:
                if self.agent.process.poll() is None:
                    self.agent.process.kill()
                    self.agent.join()
                if chaosworld.hand():
                    os.kill(chaosworld.hand(), signal.SIGKILL)
        return self.server.master

    def step(self):
        """A change, and perhaps a kill soon after it; sometimes it stays until it is told."""
        if self.draw.random() < 0.3:
            self.machine.revert(self.draw.random() < 0.5)
        self.machine.change()
        if self.draw.random() < 0.7:
            if self.done['hand'] < self.done['agent']:
                self.kill_hand()
            else:
                self.kill_agent(self.draw.uniform(0.0, 0.4))
                if self.draw.random() < 0.3:
                    self.kill_agent(self.draw.uniform(0.0, 1.2))    # while it begins
        if self.draw.random() < 0.6:
            self.wait_for(self.is_told)
            self.held.append(self.machine.mark)
        else:
            time.sleep(self.draw.uniform(0.0, 0.3))
        if self.draw.random() < 0.1:
            time.sleep(self.draw.uniform(0.5, 3.0))                 # in which something is delivered
        self.pick_up_refused()
        self.end_fight()

    def kill_agent(self, delay):
        time.sleep(delay)
        self.agent.process.kill()
        assert self.agent.join() == -signal.SIGKILL, self.agent.said()[-2000:]
        self.done['agent'] += 1
        self.agent.start()

    def kill_hand(self):
        """As soon as one is at work, or a little later."""
        self.machine.revert(gone=False)          # else the plan may be one that a hand did nothing about before
        end = time.monotonic() + 3.0
        while not chaosworld.hand() and time.monotonic() < end:
            if self.end_fight():
                self.machine.revert(gone=False)
            time.sleep(0.005)
        time.sleep(self.draw.uniform(0.0, 0.35))
        pid = chaosworld.hand()
        if pid:
            os.kill(pid, signal.SIGKILL)
            self.done['hand'] += 1

    def latest(self):
        """The newest report: on the disk, else at the master."""
        for path in sorted(glob.glob(f'{self.agent.state}/spool/*.jsonl'), reverse=True):
            try:
                with open(path, 'rb') as file:
                    lines = file.read().split(b'\n')[:-1]
            except FileNotFoundError:            # delivered meanwhile
                continue
            if lines:
                return json.loads(lines[-1].decode())
        return self.server.master.reports[-1] if self.server.master.reports else None

    def is_told(self):
        report = self.latest()
        return report is not None and chaosworld.mark_of(report) == self.machine.mark

    def end_fight(self):
        """What is taken back three times, or fails, is not mended any more until a person says so; whether one did."""
        status = self.agent.status()
        stopped = status and any('nodeprep fix forwarding lets it go on' in one['why']
                                 for one in status['hand']['waiting'])
        if stopped:
            subprocess.run([sys.executable, '-m', 'nodeprep', 'fix', '--yes', 'forwarding'], cwd=TOP,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return stopped

    def pick_up_refused(self):
        for path in glob.glob(f'{self.agent.state}/spool/refused/*.json'):
            if path not in self.refused:
                with open(path, 'rb') as file:
                    raw = file.read()
                if raw.endswith(b'\n'):          # else the agent was killed while writing it, and writes it again
                    self.refused[path] = json.loads(raw.decode())['report']

    def bring_home(self):
        """No more storms and no more kills: everything is told, everything is mended, everything arrives."""
        self.server.moods.storm = False
        self.agent.process.kill()                # whose backoff could take minutes
        self.agent.join()
        self.agent.start()
        self.wait_for(self.is_told)
        self.held.append(self.machine.mark)
        self.wait_for(self.is_mended, HOME)
        self.wait_for(self.is_home, HOME)
        assert self.agent.stop() == 0

    def is_mended(self):
        self.end_fight()
        status = self.agent.status()
        if status and any(' is at work (process ' in one['why'] for one in status['hand']['waiting']):
            self.agent.ask(signal.SIGHUP)        # an apt-get of the machine: the agent itself looks again in an hour
            time.sleep(1.0)
        return status and status['pid'] == self.agent.process.pid and any(
            one['requirement'] == 'forwarding' and one['boot'] == 'met' for one in status['requirements'])

    def is_home(self):
        """Whether nothing waits any more. Of what is refused meanwhile the newest twenty are kept on the disk."""
        empty = glob.glob(f'{self.agent.state}/spool/*.jsonl') == []
        self.pick_up_refused()
        return empty

    def wait_for(self, what, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not what():
            assert self.agent.process.poll() is None, self.agent.said()[-2000:]
            assert time.monotonic() < end, f'it did not come to that: {what.__name__}\n{self.stands()}'
            time.sleep(0.02)

    def stands(self):
        """How everything stands, for whoever looks for a fault."""
        report, status, master = self.latest(), self.agent.status(), self.server.master
        with open('/run/hand.log', encoding='utf-8') as file:
            hand = file.read()[-2000:]
        seen = [one for one in status['requirements'] if one['requirement'] == 'forwarding'] if status else ''
        found = subprocess.run(['grep', '-r', 'ip_forward', '/etc/sysctl.d'], stdout=subprocess.PIPE).stdout
        return (f'mark {self.machine.mark}; newest report {report and report["sequence"]}, at the master '
                f'{master.sequence}, {master.wrong}; {status and status["hand"]}\n{self.agent.said()[-3000:]}\n'
                f'the hand: {hand}\n{seen}\n{found}')


def main(folder, kills, seed):
    os.makedirs('/var/lib/kubelet')
    chaosworld.systemctl()
    begun, one = time.monotonic(), Chaos(folder, kills, seed)
    master = one.run()
    figures = judged(master, one)
    done = subprocess.run([sys.executable, '-m', 'nodeprep', 'history'], cwd=TOP, stdout=subprocess.PIPE)
    assert done.returncode == 0 and glob.glob('/etc/**/*.nodeprep*', recursive=True) == []
    print(f'seed {seed}: {one.done["agent"]} kills of the agent, {one.done["hand"]} of the hand in '
          f'{time.monotonic() - begun:.0f} s; {len(master.reports)} reports arrived once and in order, '
          f'{master.links.count(NEXT)} followed, {master.links.count(GAP)} told of a gap; {figures}')


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
