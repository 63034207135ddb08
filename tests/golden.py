"""The golden reports: what a whole round says of each fixture host, as text that a person can check line by line.

`python -m tests.golden` writes them anew; read the difference before it is committed.
"""
import os
import shutil
import tempfile
from typing import Any, Dict, Iterator

from nodeprep import policy, round
from tests import hosts

FOLDER = os.path.join(os.path.dirname(__file__), 'golden')


def report(name: str, folder: Any) -> str:
    """The whole round of a fixture host: each verdict with its evidence, and the plan as differences."""
    host = hosts.load(name, folder)
    own = hosts.facts(name)['want']
    tree = round.examine(host, policy.load(host, None, own.get('profile', ''), own.get('role', '')))
    return '\n'.join(lines(tree)) + '\n'


def lines(tree: Dict[str, Any]) -> Iterator[str]:
    """A report tree without its id, times and version."""
    node = tree['node']
    yield f'{node["name"]}: {tree["verdict"]}'
    yield '  ' + ', '.join(f'{key} {value}' for key, value in tree['summary'].items())
    for key in sorted(set(node) - {'name'}):
        yield f'  {key}: {node[key]}'
    for finding in tree['findings']:
        yield ''
        halves = f'now {finding["now"]}, boot {finding["boot"]}; {finding["severity"]}'
        yield f'{finding["requirement"]}: {finding["state"]} ({halves})'
        if finding['note']:
            yield f'  note: {finding["note"]}'
        for seen in finding['observations']:
            yield from _observation(seen)


def _observation(seen: Dict[str, Any]) -> Iterator[str]:
    state = {True: 'met', False: 'drifted', None: 'unknown'}[seen['met']]
    marks = ', advised' if seen['advised'] else ''
    marks += f', {seen["kubeadm"]}' if seen['kubeadm'] else ''
    yield f'  {seen["when"]} {state}{marks}: {seen["subject"]}: {seen["found"]} / {seen["wanted"]} [{seen["source"]}]'
    if seen['hint']:
        yield f'      hint: {seen["hint"]}'
    for change in seen['fix']:
        if 'write' in change:
            yield f'      write {change["write"]}'
            yield from ('      | ' + line for line in change['diff'].splitlines())
        else:
            undo = ' '.join(change['undo'])
            yield f'      run {" ".join(change["run"])} ({change["risk"]}; undo: {undo or "none"})'


def path(name: str) -> str:
    """Where the golden report of a host lies."""
    return os.path.join(FOLDER, name + '.txt')


def main() -> None:
    """Writes them all."""
    os.makedirs(FOLDER, exist_ok=True)
    for name in hosts.NAMES:
        folder = tempfile.mkdtemp()
        try:
            text = report(name, folder)
        finally:
            shutil.rmtree(folder)
        with open(path(name), 'w', encoding='utf-8') as out:
            out.write(text)


if __name__ == '__main__':
    main()
