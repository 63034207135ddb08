"""python3 build.py: builds the packages of all releases and machines into dist/rpm. `make rpm` calls it.

It needs rpmbuild and Python 3.6. pip brings the wheels that build/sources has not yet; once they are there it reaches
for nothing. Any machine builds for all: nothing is compiled.
"""
import argparse
import concurrent.futures
import glob
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any, Dict, List, Sequence

import pack
import sbom
import sources
import wheels
from releases import ARCHES, NO_DRIVER, RELEASES, Release, stand_in


def main(words: List[str]) -> None:
    """Builds what the command line names."""
    call = _read(words)
    os.makedirs(call.sources, exist_ok=True)
    if not shutil.which('rpmbuild'):
        sys.exit('build.py: there is no rpmbuild; install the package rpm (Debian) or rpm-build (CentOS)')
    names = [RELEASES[name] for name in call.releases.split(',')]
    for release in names:
        if not stand_in(release):
            print(f'{release.name}: no Python {release.version} is here, so its packages get no byte code: each '
                  'command compiles its modules anew, and takes longer')
    jobs = [(release, 'nodeprep', 'noarch') for release in names]
    jobs += [(release, 'nodeprep-master', arch) for release in names for arch in call.arches.split(',')]
    about = pack.about(call.release_number)
    with tempfile.TemporaryDirectory(prefix='nodeprep-rpm-') as folder:
        tree = pack.tree(folder, about)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for made in pool.map(lambda job: _build(folder, tree, about, call, *job), jobs):
                for path in made:
                    print(f'{os.path.relpath(path)}  {os.path.getsize(path) / 2**20:.1f} MiB')


def _read(words: List[str]) -> Any:
    top = os.path.join(pack.TOP, '')
    parser = argparse.ArgumentParser(description='Build the packages.')
    parser.add_argument('--releases', default=','.join(RELEASES), help='el7,el8,el9,el10')
    parser.add_argument('--arches', default=','.join(ARCHES), help='x86_64,aarch64; for the master')
    parser.add_argument('--out', default=top + 'dist/rpm', help='where the packages go, a folder for each release')
    parser.add_argument('--sources', default=os.environ.get('NODEPREP_SOURCES', top + 'build/sources'),
                        help='where the wheels are')
    parser.add_argument('--release-number', default='', help='1 of nodeprep-0.1.0-1.el9; default: what git says')
    return parser.parse_args(words)


def _bundled(release: Release, arch: str) -> Dict[str, List[sources.Pin]]:
    """Package -> what it bundles, of those that one run of rpmbuild makes. noarch: the agent's.

    Of a package for all machines the modules in C are left out, so it does not matter for which ones its wheels are.
    """
    return {package: pins for package, pins in sources.locked(release).items()
            if (package == 'nodeprep') == (arch == 'noarch')
            and not (package == 'nodeprep-master-postgresql' and (release.name, arch) in NO_DRIVER)}


def _wheels(release: Release, arch: str, folder: str) -> Dict[str, List[str]]:
    """Package -> the paths of its wheels. Those that are not there are fetched; SystemExit when that cannot be."""
    machine = 'x86_64' if arch == 'noarch' else arch
    bundled = _bundled(release, arch)
    missing = [pin for pins in bundled.values() for pin in pins if not sources.find(pin, machine, folder)]
    if missing:
        try:
            sources.fetch(release, machine, missing, folder)
        except OSError as error:
            sys.exit(f'build.py: {len(missing)} wheels are not in {folder}, and pip does not bring them: {error}')
    return {package: [sources.find(pin, machine, folder) for pin in pins] for package, pins in bundled.items()}


def _build(folder: str, tree: str, about: pack.About, call: Any, release: Release, spec: str,
           arch: str) -> Sequence[str]:
    """Runs rpmbuild for one spec, and gives the paths of what it made."""
    top = os.path.join(folder, f'{release.name}-{spec}-{arch}')
    os.makedirs(top + '/SOURCES')
    shutil.copy(tree, top + '/SOURCES/')
    bundled = _wheels(release, arch, call.sources)
    pack.bundle(f'{top}/SOURCES/{spec}-bundled.tar', bundled, about.moment)
    for package, paths in bundled.items():
        with open(f'{top}/SOURCES/{package}-bundled.inc', 'w', encoding='ascii') as file:
            file.write('\n'.join(sbom.provides([wheels.read(path) for path in paths])) + '\n')
    major, minor = release.version.split('.')
    defined = {
        '_topdir': top, '_rpmdir': top + '/RPMS', '_dbpath': top + '/db', 'dist': '.' + release.name,
        '_buildhost': 'nodeprep', 'use_source_date_epoch_as_buildtime': '1',
        'clamp_mtime_to_source_date_epoch': '1', 'source_date_epoch_from_changelog': '0', 'packager': '%{nil}',
        'vendor': 'nodeprep', '_vendor': 'nodeprep', 'nodeprep_built': '1', 'nodeprep_version': about.version,
        'nodeprep_release': about.release, 'nodeprep_el': release.name, 'nodeprep_python': release.requires,
        'nodeprep_python_from': release.version, 'nodeprep_python_below': f'{major}.{int(minor) + 1}',
        'nodeprep_builder': sys.executable, 'nodeprep_driver': str(int('nodeprep-master-postgresql' in bundled))}
    # --nodeps: a Debian's rpm knows of no package, and there is nothing to know but Python, which runs this.
    command = ['rpmbuild', '-bb', '--quiet', '--nodeps', '--target', f'{arch}-linux']
    for name, value in defined.items():
        command += ['--define', f'{name} {value}']
    done = subprocess.run(command + [f'{sources.HERE}/{spec}.spec'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, LC_ALL='C', TZ='UTC', SOURCE_DATE_EPOCH=str(about.moment),
                                   RELEASE_PYTHON=stand_in(release)))
    if done.returncode:
        sys.exit(done.stdout.decode(errors='replace'))
    out = os.path.join(call.out, release.name)
    os.makedirs(out, exist_ok=True)
    return [shutil.copy(path, out) for path in sorted(glob.glob(f'{top}/RPMS/*/*.rpm'))]


if __name__ == '__main__':
    main(sys.argv[1:])
