"""How often the fix of one sysctl waits for the disk: prints all its fsyncs, and those that its journal needs.

A journal needs one before each of the two changes (the value now, the file for the next boot), one for its own name in
its folder, and one that ends it.
"""
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from tests.drifted import Machine  # noqa: E402  # found by the line above


def main():
    """Wraps fsync(2) and fdatasync(2) while `forwarding` of a CentOS 7 is fixed."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine('centos7', '', pathlib.Path(folder))
        machine.fix(('selinux',))             # so that the journal's folder is there
        counted = []
        for name in ('fsync', 'fdatasync'):
            setattr(os, name, _counting(getattr(os, name), counted))
        outcomes, transaction = machine.fix(('forwarding',))
        assert [one.result for one in outcomes] == ['done'], outcomes
        print(len(counted), len(transaction.steps) + 2)


def _counting(call, counted):
    def sync(handle):
        counted.append(handle)
        return call(handle)
    return sync


if __name__ == '__main__':
    main()
