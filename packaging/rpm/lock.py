"""python3 lock.py [el7 ...]: looks for the newest versions that each release's Python runs, and writes the lock files.

Which distributions are needed says pyproject.toml; what these need in turn depends on the Python (markers), which pip
takes from the one that it runs on. So each release is asked of a pip on a Python of its version.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, List, Set, Tuple

from releases import ARCHES, RELEASES, Release, stand_in
from sources import PACKAGES, digest, lock_file, wanted, wheel_name

# As [project.dependencies] and [project.optional-dependencies] of pyproject.toml; a test compares them.
NEEDED = {'nodeprep': ('click', 'distro', 'jeepney', 'PyYAML'),
          'nodeprep-master': ('httptools', 'jinja2', 'cryptography'),
          'nodeprep-master-postgresql': ('psycopg2-binary',)}
HEAD = '''# What the packages for {name} bundle: the newest that runs on Python {version} and glibc 2.{glibc}.
# Written by lock.py; `pip install --require-hashes -r` reads it too.
'''


def main(names: List[str]) -> None:
    """Writes the lock files of these releases, of all when none is named."""
    for name in names or list(RELEASES):
        release = RELEASES[name]
        found = _resolved(release)
        with open(lock_file(release), 'w', encoding='ascii') as file:
            file.write(HEAD.format(name=name, version=release.version, glibc=release.glibc))
            above: Set[Tuple[str, str]] = set()
            for package in PACKAGES:
                file.write(f'\n# for {package}\n')
                for key in sorted(set(found[package]) - above):
                    hashes = ''.join(f' \\\n    --hash=sha256:{one}' for one in sorted(found[package][key]))
                    file.write('{}=={}'.format(*key) + hashes + '\n')
                above |= set(found[package])
        print(f'{lock_file(release)}: {len(above)} distributions')


def _resolved(release: Release) -> Dict[str, Dict[Tuple[str, str], Set[str]]]:
    """Package -> (name, version) -> hashes: of what it needs itself and what those need."""
    python = stand_in(release)
    if not python:
        sys.exit(f'lock.py: no Python {release.version} is here, which must say what its libraries need')
    made: Dict[str, Dict[Tuple[str, str], Set[str]]] = {package: {} for package in PACKAGES}
    with tempfile.TemporaryDirectory() as folder:
        pip = _pip(python, folder)
        words: List[str] = []
        for package in PACKAGES:
            words += NEEDED[package]            # together with those above, so that they agree
            for arch in ARCHES:
                to = os.path.join(folder, package, arch)
                command = [pip, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--dest', to]
                done = subprocess.run(command + wanted(release, arch) + words, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
                if done.returncode and package == 'nodeprep-master-postgresql':
                    print(f'{release.name} {arch}: none of {NEEDED[package]} for its glibc; no such package')
                elif done.returncode:
                    sys.exit(done.stdout.decode(errors='replace'))
                for path in glob.glob(to + '/*.whl'):
                    made[package].setdefault(wheel_name(path)[:2], set()).add(digest(path))
                    sources = os.environ.get('SOURCES')
                    if sources:
                        shutil.copy(path, sources)
    return made


def _pip(python: str, folder: str) -> str:
    """A Python of the release with a pip that knows today's tags."""
    subprocess.run([python, '-m', 'venv', folder + '/venv'], check=True)
    inner = folder + '/venv/bin/python'
    version = 'pip==21.3.1' if b' 3.6' in subprocess.check_output([inner, '--version']) else 'pip'
    subprocess.run([inner, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-U', version], check=True)
    return inner


if __name__ == '__main__':
    main(sys.argv[1:])
