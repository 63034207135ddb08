"""A fleet on one master: agents with the agent's own spool, client and TLS, each with a report or a heartbeat a minute.

    python benchmarks/collector/fleet.py [--agents 10000] [--minutes 15] [--every 60] [--drift 0.01]

Nothing may be lost: in the end the master has every report of every spool, and each state as its node last told it.
The page is loaded meanwhile, as somebody who watches does. Takes the minutes and some more to begin.
"""
import argparse
import heapq
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import ours  # noqa: E402  # found by the line above
import watching  # noqa: E402
from simulated import Agent  # noqa: E402
from table import goal, show  # noqa: E402

_THREADS = 24             # of a process that plays agents; each waits for one answer at a time
_EACH = 4000              # agents of one process: they have a few open files each


class Fleet:
    """Agents that take their turns, each once in `every` seconds."""

    def __init__(self, agents, every, drift, luck):
        self._every, self._drift, self._luck = every, drift, luck
        self._turns = [(luck.random() * every, number) for number in range(len(agents))]
        heapq.heapify(self._turns)
        self.agents, self.late = agents, 0.0
        self._lock = threading.Lock()

    def run(self, seconds):
        """Plays so many seconds, or until end(), and delivers what waits then."""
        self._begun, self._seconds = time.monotonic(), seconds
        threads = [threading.Thread(target=self._play) for _ in range(min(_THREADS, len(self.agents)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for agent in self.agents:
            agent.finish()

    def end(self):
        """No turn begins after this."""
        self._seconds = 0.0

    def _play(self):
        while True:
            with self._lock:
                due, number = heapq.heappop(self._turns)
                drifts = self._luck.random() < self._drift
            pause = due - (time.monotonic() - self._begun)
            if due > self._seconds:
                with self._lock:
                    heapq.heappush(self._turns, (due, number))
                return
            if pause > 0:
                time.sleep(pause)
            self.late = max(self.late, -pause)
            self.agents[number].turn(drifts)
            with self._lock:
                heapq.heappush(self._turns, (due + self._every, number))


def main():
    """Prints one table; the exit code is 1 when anything was lost, whatever the times."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument('--agents', type=int, default=10000)
    words.add_argument('--minutes', type=float, default=15.0)
    words.add_argument('--every', type=float, default=60.0, help='seconds between the turns of an agent (60)')
    words.add_argument('--drift', type=float, default=0.01, help='share of the turns in which a state changes (0.01)')
    words.add_argument('--seed', type=int, default=1)
    given = words.parse_args()
    _files()
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder, ours.serving(folder, given.agents) as master:
        lost, rows = measured(given, master, folder)
        show(rows)
    print(f'{given.agents} agents, {given.minutes:g} minutes, seed {given.seed}')
    return 1 if lost else 0


def measured(given, master, folder):
    """(what was lost, the table's rows)."""
    with watching.Watcher(master, folder + '/master') as watcher:
        playing = [begun(given, master, folder, first) for first in range(0, given.agents, _EACH)]
        time.sleep(given.minutes * 60)
        memory = master.memory()
        played = [ended(*one) for one in playing]
    told = [one for each in played for one in each['told']]
    lost = watching.lost(folder + '/master', told)
    waits = sorted(one for each in played for one in each['waits'])
    sent, problems = sum(one['made'] for one in told), sum(each['problems'] for each in played)
    page = sorted(watcher.waits)
    return lost, [
        ('reports kept, of those made', f'{sent - len(lost)} of {sent}', 'kept' if not lost else f'LOST {lost[:3]}'),
        ('requests', f'{len(waits)}', f'{problems} were tried again' if problems else ''),
        ('  half of them within', f'{statistics.median(waits) * 1000:.1f} ms', ''),
        ('  99 of 100 within', f'{_of(waits, 0.99) * 1000:.1f} ms', goal(_of(waits, 0.99), 0.25, '250 ms')),
        ('a page meanwhile, half within', f'{statistics.median(page) * 1000:.1f} ms', f'{len(page)} loaded'),
        ('  the slowest', f'{page[-1] * 1000:.1f} ms', goal(page[-1], 0.3, '300 ms')),
        ('master, resident', f'{memory:.0f} MiB', goal(memory, 120, '120 MiB')),
        ('an agent was late by at most', f'{max(each["late"] for each in played):.1f} s', '')]


def begun(given, master, folder, first):
    """A process that plays _EACH agents from the first on; (its id, the pipe that it tells the outcome on)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    code = 1
    try:
        os.close(reader)
        agents = [Agent(f'{folder}/agents/{number}', master, *master.nodes[number])
                  for number in range(first, min(first + _EACH, given.agents))]
        fleet = Fleet(agents, given.every, given.drift, random.Random(given.seed + first))
        fleet.run(given.minutes * 60)
        with os.fdopen(writer, 'w') as out:
            json.dump({'told': [agent.told() for agent in agents], 'late': fleet.late,
                       'waits': [one for agent in agents for one in agent.waits],
                       'problems': sum(agent.problems for agent in agents)}, out)
        code = 0
    finally:
        os._exit(code)


def ended(child, reader):
    """What a process told. RuntimeError when it failed."""
    with os.fdopen(reader) as said:
        text = said.read()
    if os.waitpid(child, 0)[1]:
        raise RuntimeError('a process of agents failed; see above')
    return json.loads(text)


def _of(waits, share):
    return waits[min(len(waits) - 1, int(share * len(waits)))]


def _files():
    """Each agent keeps a connection and the files of its spool open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == '__main__':
    sys.exit(main())
