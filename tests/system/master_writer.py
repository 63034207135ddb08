"""A process that writes to a store under load until it is killed, and says of each report that it is acknowledged.

    python -m tests.system.master_writer URL FIRST COUNT FILE

It speaks for the nodes FIRST to FIRST+COUNT-1, which go on where the store says they are. Each line of FILE, written
at once with O_APPEND, is `node sequence digest` of a report whose future said that it is on the disk.
"""
import collections
import os
import sys
import time

from nodeprep.master.store import StoreTrouble, nodes, open_store
from tests.master.fleet import Host


def main():
    """Goes on until the end of the process."""
    url, first, count, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    store = patiently(lambda: open_store(url))
    hosts = {}
    for number in range(first, first + count):
        host = Host(number, requirements=('swap', 'disk'))
        node, host.sequence, host.head = patiently(lambda host=host: store.do(lambda cursor: known(cursor, host)))
        hosts[node] = host
    os.write(handle, b'begun\n')
    waiting = collections.deque()
    step = 0
    while True:
        for node, host in hosts.items():
            step += 1
            host.set('swap', ('met', 'drifted')[step // 7 % 2])
            tree = host.report()
            sent = patiently(lambda node=node, tree=tree: store.reports(node, [tree], time.time()))
            waiting.append((node, tree, sent))
        while len(waiting) > 40:
            settle(store, waiting.popleft(), handle)


def known(cursor, host):
    """The node of a host, which is made when it is not there, and where its chain stands."""
    found = nodes.find(cursor, host.about['name'])
    node = found[0] if found else nodes.make(cursor, host.about['name'], time.time())
    # What the server still does for a writer that was killed is waited for.
    return (node, *cursor.one('SELECT sequence, head FROM node WHERE id = ?' + cursor.dialect.lock, (node,)))


def settle(store, one, handle):
    """Waits for an acknowledgement, as an agent does: on a trouble it sends again."""
    node, tree, future = one
    while True:
        try:
            taken = future.result(60)
        except StoreTrouble as error:
            os.write(2, f'{type(error).__name__}: {error}\n'.encode())
            time.sleep(0.05)
            future = patiently(lambda: store.reports(node, [tree], time.time()))
            continue
        assert not taken.refused and taken.sequence >= tree['sequence'], taken
        os.write(handle, f'{node} {tree["sequence"]} {tree["chain"]["digest"]}\n'.encode())
        return


def patiently(work):
    """Does it until it goes."""
    while True:
        try:
            return work()
        except StoreTrouble as error:
            os.write(2, f'{type(error).__name__}: {error}\n'.encode())
            time.sleep(0.1)


if __name__ == '__main__':
    main()
