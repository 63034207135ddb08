"""Whether the agent holds more after fifty thousand rounds than after the first few: memory, descriptors, watches.

A real agent, its parts put together as `nodeprep agent` does it, looks at everything again and again, on a machine of
its own (see agent.py). Meanwhile files come and go, what it finds changes, a folder that it watches is replaced,
something is mounted, its configuration is read again, and the HTTPS master that it speaks to fails now and then.
Needs root, openssl, iproute2 and util-linux.

Takes some 15 ms a round: a quarter of an hour for all. Exit code 1 when something grew.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TOP, os.path.join(TOP, 'benchmarks')]

from around import chronyd, running  # noqa: E402  # found by the line above

from nodeprep.agent.credential import tree_of  # noqa: E402
from tests.system import private, tlsmaster  # noqa: E402
from tests.system.agentprocess import joined  # noqa: E402

SAMPLES = 20
SETTLED = 300                 # rounds after which all that is bounded is full
SMALL = {'resident KiB': 512, 'anonymous KiB': 512, 'objects': 50}       # what may differ without being a leak
FAILURES = ('500', 'reset', 'closes', 'cut', 'lost')


def main():
    """Prints what it held at each of some samples, and what grew from the second tenth on."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument('--rounds', type=int, default=50000, help='how many (50000)')
    words.add_argument('--inside', metavar='FOLDER', help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.inside:
        return watch(given.inside, given.rounds)
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
        argv = [sys.executable, os.path.abspath(__file__), '--inside', folder, '--rounds', str(given.rounds)]
        return subprocess.call(private.command(folder, argv))


def watch(folder, rounds):
    """Runs the agent beside a master, and judges what it says of itself."""
    draw, ca = random.Random(4), tlsmaster.authority(folder)
    moods = [draw.choice(FAILURES) if draw.random() < 0.03 else 'right' for _ in range(rounds)]
    with tlsmaster.Server(tlsmaster.certificate(folder), moods=moods) as server, running(chronyd()):
        os.mkdir(folder + '/state')
        with open(folder + '/state/credential', 'w', opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            json.dump(tree_of(joined(server.url, ca)), file)
        argv = [sys.executable, os.path.join(TOP, 'benchmarks', 'living.py'), folder, str(rounds), str(SAMPLES)]
        samples = []
        with subprocess.Popen(argv, stdout=subprocess.PIPE, universal_newlines=True) as child:
            for line in child.stdout:
                samples.append(json.loads(line))
                print('  '.join(f'{name} {value}' for name, value in samples[-1].items()), flush=True)
        links = server.master.links
    assert child.returncode == 0, f'the agent ended with {child.returncode}'
    assert len(links) > rounds / 6 and set(links) == {'next'}, (len(links), set(links))
    return judged(samples, len(links))


def judged(samples, reports):
    """1 when it held more at the end than once it had settled."""
    settled = [one for one in samples[len(samples) // 10:] if one['round'] >= SETTLED]
    first, last = settled[0], settled[-1]
    grown = [f'{name} {first[name]} -> {last[name]}' for name in first
             if name != 'round' and last[name] > first[name] + SMALL.get(name, 0)]
    print(f'{last["round"]} rounds, {reports} reports at the master; from round {first["round"]} on grew: '
          + (', '.join(grown) or 'nothing'))
    return 1 if grown else 0


if __name__ == '__main__':
    sys.exit(main())
