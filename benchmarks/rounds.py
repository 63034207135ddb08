"""CPU milliseconds of a full round inside a running process, as the agent does one.

Prints the medians of many rounds, of this process and of the commands that it ran, and the least of this process.

Usage: rounds.py COUNT ID...
"""
import resource
import sys
import time

from nodeprep import policy, round
from nodeprep.host import Host


def one(ids):
    """(ms of CPU in this process, ms in the commands that it ran) of one round."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.process_time()
    host = Host('/')
    round.examine(host, policy.load(host), round.Asked(tuple(ids)), diffs=False)
    own = time.process_time() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own * 1000, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main(count, ids):
    """The first rounds load modules and warm the kernel's caches; they are not counted."""
    for _ in range(3):
        one(ids)
    measured = [one(ids) for _ in range(count)]
    middle = count // 2
    own = sorted(own for own, _ in measured)
    print(own[middle], sorted(theirs for _, theirs in measured)[middle], own[0])


if __name__ == '__main__':
    main(int(sys.argv[1]), sys.argv[2:])
