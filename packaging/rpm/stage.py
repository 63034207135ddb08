"""stage.py PACKAGE RELEASE WHEELS ROOT: lays out what a spec packs, below its build root.

The specs call it, with $SOURCE_DATE_EPOCH and, in $RELEASE_PYTHON, a Python of the release's version if there is one.
WHEELS is a folder with a folder of wheels for each package.
"""
import glob
import os
import shutil
import subprocess
import sys
from typing import Dict, List

import documents
import sbom
import wheels
from releases import RELEASES, Release

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
CODE, COMPILED = '/usr/lib/nodeprep', '/usr/lib64/nodeprep'
BUNDLED = {'nodeprep': CODE + '/bundled', 'nodeprep-master': COMPILED + '/master',
           'nodeprep-master-postgresql': COMPILED + '/postgresql'}
UNITS = '/usr/lib/systemd/system'
# -I: neither the user's Python nor $PYTHONPATH; -S: nor what others installed; -B: no byte code beside the package's
# own. After Python's own library, whose modules are then found without looking here.
PROGRAM = '''#!{interpreter} -ISB
"""What starts nodeprep: with the modules of its package, and no others than Python's own."""
import sys

sys.path += {paths}

from nodeprep.cli import main

main()
'''


def main(package: str, name: str, folder: str, root: str) -> None:
    """Lays out one spec's packages."""
    release, moment = RELEASES[name], int(os.environ['SOURCE_DATE_EPOCH'])
    python = os.environ.get('RELEASE_PYTHON', '')
    if package == 'nodeprep':
        _agent(release, folder, root, python or sys.executable, moment)
    else:
        _master(release, folder, root, moment)
    wheels.settle(root, moment)          # byte code notes the time of its source
    if python:
        # Without a seed sets are written in another order each time.
        subprocess.run([python, '-sSB', os.path.join(HERE, 'compiled.py'), root], check=True,
                       env={'PATH': os.environ['PATH'], 'PYTHONHASHSEED': '0'})
        wheels.settle(root, moment)


def _agent(release: Release, folder: str, root: str, python: str, moment: int) -> None:
    program = PROGRAM.format(interpreter=release.interpreter, paths=[CODE] + list(BUNDLED.values()))
    wheels.put(root + '/usr/bin/nodeprep', program.encode(), 0o755)
    _copy('nodeprep', root + CODE + '/nodeprep', left_out=TOP + '/nodeprep/master')
    _bundle('nodeprep', folder, root, moment)
    for name in ('nodeprep.service', 'nodeprep-fix@.service'):
        _unit(name, release, root)
    _file('nodeprep.conf', root + '/usr/lib/tmpfiles.d/nodeprep.conf')
    for path in ('/etc/nodeprep/nodeprep.d', '/var/lib/nodeprep'):
        os.makedirs(root + path)
    paths = [root + CODE, root + BUNDLED['nodeprep']]
    wheels.put(root + '/etc/nodeprep/nodeprep.yaml', _said(python, paths, ['config', 'init', '-']))
    wheels.put(root + '/usr/share/bash-completion/completions/nodeprep', _said(python, paths, ['completion', 'bash']))
    os.makedirs(root + '/usr/share/man/man8')
    subprocess.run([python, '-ISB', HERE + '/man.py', root + '/usr/share/man/man8', str(moment)] + paths, check=True)
    documents.agent(root)


def _master(release: Release, folder: str, root: str, moment: int) -> None:
    _copy('nodeprep/master', root + CODE + '/nodeprep/master')
    _bundle('nodeprep-master', folder, root, moment)
    if os.path.isdir(folder + '/nodeprep-master-postgresql'):
        _bundle('nodeprep-master-postgresql', folder, root, moment)
    for unit in ('nodeprep-master.service', 'nodeprep-report.service', 'nodeprep-report.timer'):
        _unit(unit, release, root)
    _file('nodeprep-master.conf', root + '/usr/lib/sysusers.d/nodeprep-master.conf')
    _file('nodeprep-master.xml', root + '/usr/lib/firewalld/services/nodeprep-master.xml')
    _file('master.yaml', root + '/etc/nodeprep/master.yaml')
    documents.master(root)
    for path in ('/var/lib/nodeprep-master', '/var/log/nodeprep'):
        os.makedirs(root + path)


def _bundle(package: str, folder: str, root: str, moment: int) -> None:
    """The wheels of a package, their licences, and the list of them."""
    found = [wheels.read(path) for path in sorted(glob.glob(f'{folder}/{package}/*.whl'))]
    for one in found:
        wheels.lay(one.files, root + BUNDLED[package])
        wheels.lay(one.licences, f'{root}/usr/share/licenses/{package}/bundled')
    shutil.copy(TOP + '/LICENSE', _made(f'{root}/usr/share/licenses/{package}/'))
    document = sbom.bom(package, os.environ['PACKAGE_VERSION'], os.environ['PACKAGE_RELEASE'], found, moment)
    wheels.put(f'{root}/usr/share/doc/{package}/bom.cdx.json', document)


def _unit(name: str, release: Release, root: str) -> None:
    shutil.copy(f'{TOP}/systemd/{name}', _made(root + UNITS + '/'))
    for drop_in in release.drop_ins:
        path = f'{TOP}/systemd/{name}.d/{drop_in}'
        if os.path.exists(path):
            shutil.copy(path, _made(f'{root}{UNITS}/{name}.d/'))


def _copy(source: str, to: str, left_out: str = '') -> None:
    """Our own code, without byte code of this machine."""
    def ignored(folder: str, names: List[str]) -> List[str]:
        return [one for one in names if one == '__pycache__' or f'{folder}/{one}' == left_out]
    shutil.copytree(f'{TOP}/{source}', to, ignore=ignored)


def _file(name: str, to: str) -> None:
    shutil.copyfile(f'{HERE}/files/{name}', _made(os.path.dirname(to) + '/') + os.path.basename(to))


def _made(folder: str) -> str:
    os.makedirs(folder, exist_ok=True)
    return folder


def _said(python: str, paths: List[str], words: List[str]) -> bytes:
    """What the program prints, run as it will be."""
    program = f'import sys\nsys.path += {paths!r}\nsys.argv = {["nodeprep"] + words!r}\n' \
              'from nodeprep.cli import main\nmain()'
    environment: Dict[str, str] = {'PATH': os.environ['PATH'], 'LC_ALL': 'C', 'NO_COLOR': '1'}
    return subprocess.run([python, '-ISBc', program], stdout=subprocess.PIPE, check=True, env=environment).stdout


if __name__ == '__main__':
    main(*sys.argv[1:])
