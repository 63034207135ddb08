"""Run in a mount namespace of its own: mounts tmpfs and binds as it is told, then says what the kernel has where.

Input: JSON [folder, [[how, source, point], ...], [path, ...]] on stdin.
Output: JSON [mountinfo, {path: 'major:minor'}].
"""
import json
import os
import subprocess
import sys


def main():
    folder, plan, paths = json.load(sys.stdin)
    for how, source, point in plan:
        os.makedirs(folder + point, exist_ok=True)
        if how == 'bind':
            os.makedirs(folder + source, exist_ok=True)
            command = ['mount', '--bind', folder + source, folder + point]
        else:
            command = ['mount', '-t', 'tmpfs', 'nodeprep', folder + point]
        subprocess.run(command, check=True)
    devices = {}
    for path in paths:
        os.makedirs(folder + path, exist_ok=True)
        number = os.stat(folder + path).st_dev
        devices[path] = f'{os.major(number)}:{os.minor(number)}'
    with open('/proc/self/mountinfo', encoding='utf-8', errors='surrogateescape') as source_of_truth:
        json.dump([source_of_truth.read(), devices], sys.stdout)


if __name__ == '__main__':
    main()
