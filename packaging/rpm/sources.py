"""The wheels that the packages bundle: which ones, by the lock file of a release, and where they are on this machine.

A lock file is what `pip install --require-hashes -r` reads. Its comments say for which package the lines below are.
"""
import glob
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from typing import Dict, List, NamedTuple, Sequence, Tuple

from releases import Release, platforms

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ('nodeprep', 'nodeprep-master', 'nodeprep-master-postgresql')
_LINE = re.compile(r'([A-Za-z0-9._-]+)==([^ ;]+)((?: --hash=sha256:[0-9a-f]{64})+)')


class Pin(NamedTuple):
    """One line of a lock file: a distribution, its version, and what its wheels (one for each machine) hash to."""

    name: str
    version: str
    hashes: Tuple[str, ...]


def lock_file(release: Release) -> str:
    """Where the lock of a release is."""
    return os.path.join(HERE, 'lock', release.name + '.txt')


def locked(release: Release) -> Dict[str, List[Pin]]:
    """Package -> what it bundles. ValueError for a line that is not understood."""
    with open(lock_file(release), encoding='ascii') as file:
        text = file.read()
    found: Dict[str, List[Pin]] = {name: [] for name in PACKAGES}
    package = ''
    for line in text.replace(' \\\n   ', '').split('\n'):
        heading = re.match(r'# for (\S+)$', line)
        if heading:
            package = heading.group(1)
        elif line and not line.startswith('#'):
            match = _LINE.match(line)
            if not match or match.end() != len(line):
                raise ValueError(f'{lock_file(release)}: {line}')
            found[package].append(Pin(normal(match.group(1)), match.group(2),
                                      tuple(re.findall('[0-9a-f]{64}', match.group(3)))))
    return found


def normal(name: str) -> str:
    """The one spelling of a distribution's name (PEP 503)."""
    return re.sub('[-_.]+', '-', name).lower()


def digest(path: str) -> str:
    """SHA-256 of a file."""
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def wheel_name(path: str) -> Tuple[str, str, str]:
    """(name, version, platform tag) of a wheel's file name (PEP 427)."""
    words = os.path.basename(path)[:-len('.whl')].split('-')
    return normal(words[0]), words[1], words[-1]


def find(pin: Pin, arch: str, folder: str) -> str:
    """The path of the wheel of a pin for a machine; '' when it is not in the folder, or hashes otherwise."""
    for name in sorted(os.listdir(folder)):
        if name.endswith('.whl') and wheel_name(name)[:2] == (pin.name, pin.version):
            path = os.path.join(folder, name)
            if (wheel_name(name)[2] == 'any' or wheel_name(name)[2].endswith(arch)) and digest(path) in pin.hashes:
                return path
    return ''


def fetch(release: Release, arch: str, pins: Sequence[Pin], folder: str) -> None:
    """Has pip bring wheels; it refuses what hashes otherwise. OSError when it cannot."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        with open(made + '/lock.txt', 'w', encoding='ascii') as file:
            for pin in pins:
                file.write(f'{pin.name}=={pin.version}' + ''.join(f' --hash=sha256:{one}' for one in pin.hashes) + '\n')
        command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps',
                   '--require-hashes', '--dest', made, '--requirement', made + '/lock.txt'] + wanted(release, arch)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise OSError(f'{" ".join(command)}:\n{done.stdout.decode(errors="replace")}')
        for path in glob.glob(made + '/*.whl'):
            os.replace(path, os.path.join(folder, os.path.basename(path)))


def wanted(release: Release, arch: str) -> List[str]:
    """The words by which pip chooses wheels for a release and a machine that are not the ones at hand."""
    words = ['--only-binary=:all:', '--implementation', 'cp', '--python-version', release.python]
    for abi in (release.abi, 'abi3', 'none'):
        words += ['--abi', abi]
    for platform in platforms(release, arch):
        words += ['--platform', platform]
    return words
