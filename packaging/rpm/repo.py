"""python3 repo.py: makes a repository for dnf and yum of the packages in dist/rpm. `make repo` calls it.

With --key the packages and the repository are signed by that key of gpg, and its public half is put beside them.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys
from typing import Any, List

import pack
from releases import ARCHES, RELEASES

KEY_FILE = 'RPM-GPG-KEY-nodeprep'
FILE = '''[nodeprep]
name=nodeprep for {name}
baseurl={url}/{name}/$basearch
enabled=1
gpgcheck={signed}
repo_gpgcheck={signed}
'''


def main(words: List[str]) -> None:
    """Makes DIR/el9/x86_64 and so on, each with its metadata, and DIR/nodeprep-el9.repo for /etc/yum.repos.d."""
    call = _read(words)
    shutil.rmtree(call.out, ignore_errors=True)
    for name in RELEASES:
        packages = sorted(glob.glob(f'{call.packages}/{name}/*.rpm'))
        if packages:
            _lay(name, packages, call)
    if not os.path.isdir(call.out):
        sys.exit(f'repo.py: there are no packages in {call.packages}; make rpm makes them')
    if call.key:
        with open(f'{call.out}/{KEY_FILE}', 'wb') as file:
            file.write(subprocess.check_output(['gpg', '--batch', '--armor', '--export', call.key]))
    print(f'{os.path.relpath(call.out)}: ' + ('signed' if call.key else 'not signed; KEY=... names a key of gpg'))


def _read(words: List[str]) -> Any:
    parser = argparse.ArgumentParser(description='Make a repository of the packages.')
    parser.add_argument('--packages', default=pack.TOP + '/dist/rpm', help='what build.py made')
    parser.add_argument('--out', default=pack.TOP + '/dist/repo', help='where the repository goes; made anew')
    parser.add_argument('--key', default='', help='the key of gpg that signs: RSA of 3072 bits or more, for all rpm')
    parser.add_argument('--url', default='', help='where it will be found; default: file:// and where it is made')
    return parser.parse_args(words)


def _lay(name: str, packages: List[str], call: Any) -> None:
    folders = [f'{call.out}/{name}/{arch}' for arch in ARCHES]
    for folder in folders:
        os.makedirs(folder)
    signed = [shutil.copy(path, folders[0]) for path in packages]
    if call.key:
        # Debian's rpm looks for a gpg2; SHA-256 is what all of them take, SHA-1 is refused since CentOS 9.
        subprocess.run(['rpmsign', '--addsign', '--define', f'__gpg {shutil.which("gpg")}', '--define',
                        f'_gpg_name {call.key}', '--define', '_gpg_digest_algo sha256'] + signed, check=True,
                       stdout=subprocess.DEVNULL)
    for path in signed:
        arch = path.rsplit('.', 2)[1]
        if arch == 'noarch':
            os.link(path, f'{folders[1]}/{os.path.basename(path)}')
        elif arch != ARCHES[0]:
            os.rename(path, f'{call.out}/{name}/{arch}/{os.path.basename(path)}')
    for folder in folders:
        # gzip: what yum of CentOS 7 reads, whatever the default of who makes it.
        if shutil.which('createrepo_c'):
            subprocess.run(['createrepo_c', '--quiet', '--general-compress-type=gz', '--checksum=sha256', folder],
                           check=True)
        else:
            subprocess.run(['createrepo', '--quiet', '--checksum', 'sha256', folder], check=True)
        if call.key:
            subprocess.run(['gpg', '--batch', '--yes', '--armor', '--detach-sign', '--local-user', call.key,
                            folder + '/repodata/repomd.xml'], check=True)
    url = call.url.rstrip('/') or 'file://' + os.path.abspath(call.out)
    with open(f'{call.out}/nodeprep-{name}.repo', 'w', encoding='utf-8') as file:
        file.write(FILE.format(name=name, url=url, signed=int(bool(call.key))))
        if call.key:
            file.write(f'gpgkey={url}/{KEY_FILE}\n')


if __name__ == '__main__':
    main(sys.argv[1:])
