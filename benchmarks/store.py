"""How many reports and heartbeats a second the master's store keeps: no HTTP, one process, durable as in production.

    python benchmarks/store.py [--nodes 10000] [--url sqlite:///path] [--profile]

Reports are of about 1.5 KB with one finding, which is another in each; they and the heartbeats come from random
nodes, in as many requests at once as --waiting says. Trees are made beforehand; what a request costs from the tree on
is counted, in the threads that bring it too.
"""
import argparse
import cProfile
import gc
import json
import os
import pstats
import random
import resource
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from nodeprep.master.store import nodes, open_store  # noqa: E402  # found by the line above
from tests.master.fleet import Host  # noqa: E402


def main():
    """Prints a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--nodes', type=int, default=10000)
    parser.add_argument('--reports', type=int, default=60000)
    parser.add_argument('--beats', type=int, default=300000)
    parser.add_argument('--waiting', type=int, default=2000)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--url')
    parser.add_argument('--profile', action='store_true')
    given = parser.parse_args()
    folder = tempfile.mkdtemp(prefix='nodeprep-store-')
    store = open_store(given.url or f'sqlite://{folder}/fleet.db')
    try:
        run(store, given)
    finally:
        store.close()
        shutil.rmtree(folder)


def run(store, given):
    """Both figures."""
    luck = random.Random(1)
    hosts = [Host(number, requirements=('swap',)) for number in range(1, given.nodes + 1)]
    ids = store.do(lambda cursor: [nodes.make(cursor, host.about['name'], 1.7e9) for host in hosts], 600)
    begin = [(node, host.report()) for node, host in zip(ids, hosts)]
    for part in range(0, len(begin), 2000):
        wait([store.reports(node, [tree], time.time()) for node, tree in begin[part:part + 2000]])
    del begin
    work = []
    for number in range(given.reports):
        at = luck.randrange(given.nodes)
        hosts[at].set('swap', ('drifted', 'met', 'unknown')[number % 3])
        work.append((ids[at], json.dumps(hosts[at].report())))
    size = sum(len(text) for _, text in work) / len(work)
    took, cpu = timed(store, given, work, lambda node, text, count: store.reports(
        node, [json.loads(text)], time.time(), count))
    print(f'reports of {size:.0f} bytes: {len(work) / took:,.0f} a second, {cpu / len(work) * 1e6:.0f} us of CPU each')
    beats = [json.dumps(host.beat()) for host in hosts]
    order = [luck.randrange(given.nodes) for _ in range(given.beats)]
    work = [(ids[at], beats[at]) for at in order]
    took, cpu = timed(store, given, work, lambda node, text, count: store.beat(
        node, json.loads(text), time.time(), count))
    print(f'heartbeats of {len(beats[0])} bytes: {len(work) / took:,.0f} a second, '
          f'{cpu / len(work) * 1e6:.0f} us of CPU each')
    print(f'resident: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB, the trees of the test included')


def timed(store, given, work, send):
    """Seconds, and seconds of CPU, until all is acknowledged. Of a fault nothing is said but the exception."""
    profile = cProfile.Profile() if given.profile else None
    if profile:
        store.do(lambda cursor: profile.enable())
    gc.set_threshold(20000, 50, 50)    # as the master does
    gc.collect()
    if hasattr(gc, 'freeze'):          # what the test keeps is not to be gone through again and again: not on 3.6
        gc.freeze()
    begun, cpu = time.perf_counter(), time.process_time()
    share = len(work) // given.threads
    count, deliver = Count(given.waiting), store.writer.deliver
    store.writer.deliver = count.deliver
    threads = [threading.Thread(target=feed, args=(work[n * share:(n + 1) * share], send, count))
               for n in range(given.threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(given.waiting):
        count.room.acquire()
    store.writer.deliver = deliver
    took = time.perf_counter() - begun, time.process_time() - cpu
    if profile:
        store.do(lambda cursor: profile.disable())
        pstats.Stats(profile).sort_stats('tottime').print_stats(22)
    return took


class Count:
    """Stands for the future of each: what costs time is to be the store."""

    def __init__(self, waiting):
        self.room = threading.Semaphore(waiting)

    def deliver(self, outcomes):
        """Is told of each commit."""
        for outcome in outcomes:
            assert outcome.error is None and not getattr(outcome.result, 'refused', ''), outcome
        for _ in outcomes:
            self.room.release()


def feed(work, send, count):
    """Sends all, at most so many unanswered at once."""
    for node, text in work:
        count.room.acquire()
        send(node, text, count)


def wait(futures):
    """Until all are acknowledged."""
    for future in futures:
        assert not getattr(future.result(120), 'refused', '')


if __name__ == '__main__':
    main()
