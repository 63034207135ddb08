"""`make bench`: nodeprep side by side with its peers on this machine, as ratios of medians of interleaved runs.

Absolute times hold for one machine only; compare the ratios. The peers come from PyPI into benchmarks/.venv.
It takes some five minutes; two of them the agent is left at rest, and agent.py by itself leaves it so for five.
This file imports little, because a child's peak memory is never told lower than that of the process that starts it.
"""
import collections
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from table import goal, show  # noqa: E402  # found by the line above

VENV = os.path.join(HERE, '.venv')
PEERS = ('pytest-testinfra', 'ansible-core')
EIGHT = ('cpu', 'memory', 'disk', 'swap', 'selinux', 'bridge', 'time-sync', 'docker')
WAITING = ('network', 'registry')          # they wait for other machines
RUNS, SLOW_RUNS = 21, 5
REST = 120                                 # seconds


def main():
    """Prints one table; a goal that is missed is marked, and the exit code is 0 all the same: times are no tests."""
    python = sys.executable
    ids = [line.split('\t')[0] for line in _said([python, '-c', _IDS]).split('\n') if line]
    every = [one for one in ids if one not in WAITING]
    eight = [one for one in EIGHT if one in ids]
    peers = _peers(python)
    whole = [python, '-m', 'nodeprep', 'check', '--quiet']
    print(f'{len(every)} requirements, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs; '
          f'medians of {RUNS} ({SLOW_RUNS} for the peers) interleaved runs\n')
    fast = _measure({'nodeprep': whole + every, 'click': [python, '-c', 'import click'],
                     'python': [python, '-c', 'pass']}, RUNS)
    plan = [python, '-m', 'nodeprep', 'fix', '--dry-run'] + every
    changing = _measure({'check': whole[:-1] + every + ['--no-color'], 'fix': plan}, RUNS)
    syncs, needed = (int(word) for word in _said([python, os.path.join(HERE, 'fsyncs.py')]).split())
    slow = _measure(dict(peers, nodeprep=whole + eight), SLOW_RUNS)
    rounds = _said([python, os.path.join(HERE, 'rounds.py'), '50'] + every).split()
    own, commands, least = (float(word) for word in rounds)

    rows = [('whole process `nodeprep check`, wall', _ms(fast['nodeprep'].wall), ''),
            ('  `python -c "import click"`, wall', _ms(fast['click'].wall), ''),
            ('  `python -c pass`, wall', _ms(fast['python'].wall), ''),
            ('  ratio to python + click', f'{fast["nodeprep"].wall / fast["click"].wall:.2f}',
             goal(fast['nodeprep'].wall / fast['click'].wall, 1.4, '1.40')),
            ('  ratio to python + click, CPU', f'{fast["nodeprep"].cpu / fast["click"].cpu:.2f}', ''),
            ('  ratio of the fastest runs', f'{fast["nodeprep"].least / fast["click"].least:.2f}', ''),
            ('a round in a running process, CPU', f'{own:.2f} ms', goal(own, 8, '8 ms')),
            ('  the cheapest round', f'{least:.2f} ms', ''),
            ('  commands that it ran, CPU', f'{commands:.2f} ms', ''),
            ('peak memory of the process', f'{fast["nodeprep"].memory / 1024:.1f} MiB',
             goal(fast['nodeprep'].memory / 1024, 30, '30 MiB')),
            ('`nodeprep fix --dry-run`, wall', _ms(changing['fix'].wall), ''),
            ('  ratio to `nodeprep check` with an option', f'{changing["fix"].wall / changing["check"].wall:.2f}',
             goal(changing['fix'].wall / changing['check'].wall, 1.5, '1.50')),
            ('  ratio to `nodeprep check` without', f'{changing["fix"].wall / fast["nodeprep"].wall:.2f}', ''),
            ('fsyncs of the fix of one sysctl', f'{syncs}', ''),
            ('  ratio to those that its journal needs', f'{syncs / needed:.2f}', goal(syncs / needed, 2, '2.00')),
            (f'{len(eight)} requirements: nodeprep, wall', _ms(slow['nodeprep'].wall), '')]
    for name in peers:
        rows += [(f'  {name}, wall', _ms(slow[name].wall), ''),
                 ('    times nodeprep', f'{slow[name].wall / slow["nodeprep"].wall:.1f}', ''),
                 ('    peak memory, times nodeprep', f'{slow[name].memory / slow["nodeprep"].memory:.1f}', '')]
    show(rows)
    print('', flush=True)
    subprocess.check_call([python, os.path.join(HERE, 'agent.py'), '--seconds', str(REST)])


_IDS = 'from nodeprep import catalogue; print("\\n".join(catalogue.ids()))'


# What a run cost: seconds of wall clock and of CPU (its own children's too), and KiB of peak memory. `least` is the
# wall clock of the fastest of several runs, which a busy machine disturbs less than their median.
Cost = collections.namedtuple('Cost', 'wall cpu memory least')


def _measure(commands, runs):
    """Medians by name. Each command once unmeasured, then all in turn, so that a busy moment hits each alike."""
    measured = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, argv in commands.items():
            cost = _run(argv)
            if turn:
                measured[name].append(cost)
    return {name: Cost(_median([cost.wall for cost in costs]), _median([cost.cpu for cost in costs]),
                       _median([cost.memory for cost in costs]), min(cost.wall for cost in costs))
            for name, costs in measured.items()}


def _run(argv):
    begun = time.perf_counter()
    with open(os.devnull, 'w') as nothing:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing,
                                 env=_environment(), cwd=HERE)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.WEXITSTATUS(status)
    wall = time.perf_counter() - begun
    if child.returncode == 2 and 'nodeprep' in argv or child.returncode > 3:
        raise SystemExit(f'{" ".join(argv)} ended with {child.returncode}')
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss, wall)


def _environment():
    return {'PATH': os.environ.get('PATH', '/usr/sbin:/usr/bin:/sbin:/bin'), 'LC_ALL': 'C.UTF-8', 'HOME': VENV,
            'ANSIBLE_LOCALHOST_WARNING': 'False', 'ANSIBLE_NOCOLOR': '1'}


def _peers(python):
    """The command of each peer by name and version, after installing them once."""
    inside = os.path.join(VENV, 'bin', 'python')
    if not os.path.exists(os.path.join(VENV, 'bin', 'ansible-playbook')):
        print('installing ' + ', '.join(PEERS) + ' into benchmarks/.venv', file=sys.stderr)
        subprocess.check_call([python, '-m', 'venv', '--clear', VENV])
        subprocess.check_call([inside, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] + list(PEERS))
    versions = dict(line.split('==') for line in _said([inside, '-m', 'pip', 'freeze']).split() if '==' in line)
    folder = os.path.join(HERE, 'peers')
    commands = {
        'pytest-testinfra': [inside, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--rootdir', folder,
                             '-c', os.devnull, os.path.join(folder, 'eight.py')],
        'ansible-core': [os.path.join(VENV, 'bin', 'ansible-playbook'), '--check', '-i', 'localhost,', '-c', 'local',
                         '-e', 'ansible_python_interpreter=' + inside, os.path.join(folder, 'eight.yml')]}
    return {f'{name} {versions.get(name, "")}'.strip(): commands[name] for name in PEERS}


def _said(argv):
    return subprocess.check_output(argv, env=_environment(), cwd=HERE).decode()


def _median(values):
    return sorted(values)[len(values) // 2]


def _ms(seconds):
    return f'{seconds * 1000:.1f} ms'


if __name__ == '__main__':
    main()
