"""`make repo`: a signed repository from which dnf installs, and refuses what somebody has changed."""
import glob
import os
import subprocess
import sys

import pytest

from tests.packaging import TOP
from tests.packaging.roots import Root
from tests.tiers import need


@pytest.fixture(scope='module')
def repo(rpms, tmp_path_factory):
    """The folder of a repository of the packages for CentOS 9, signed by a key that was made for it."""
    for program in ('gpg', 'rpmsign', 'createrepo_c', 'dnf'):
        need('program', program)
    folder = tmp_path_factory.mktemp('repo')
    home = folder / 'gpg'
    home.mkdir(mode=0o700)
    (folder / 'packages').mkdir()
    os.symlink(rpms + '/el9', str(folder / 'packages/el9'))
    environment = dict(os.environ, GNUPGHOME=str(home))
    try:
        subprocess.run(['gpg', '--batch', '--quiet', '--passphrase', '', '--quick-gen-key', 'releases@example.com',
                        'rsa3072', 'sign', 'never'], env=environment, check=True, stderr=subprocess.DEVNULL)
        done = subprocess.run([sys.executable, TOP + '/packaging/rpm/repo.py', '--packages', f'{folder}/packages',
                               '--out', f'{folder}/repo', '--key', 'releases@example.com', '--url',
                               'file:///srv/repo'], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0 and b': signed' in done.stdout, done.stdout.decode()
        yield str(folder / 'repo')
    finally:
        subprocess.run(['gpgconf', '--homedir', str(home), '--kill', 'all'], check=True)


def test_each_machine_has_its_packages_and_metadata_that_every_yum_reads(repo):
    for arch in ('x86_64', 'aarch64'):
        names = sorted(os.path.basename(path).rsplit('-', 2)[0] for path in glob.glob(f'{repo}/el9/{arch}/*.rpm'))
        assert names == ['nodeprep', 'nodeprep-master', 'nodeprep-master-postgresql']
        metadata = os.listdir(f'{repo}/el9/{arch}/repodata')
        assert 'repomd.xml.asc' in metadata and any(name.endswith('primary.xml.gz') for name in metadata)
        assert not [name for name in metadata if name.endswith(('.zst', '.zck'))]
    assert sorted(os.listdir(repo)) == ['RPM-GPG-KEY-nodeprep', 'el9', 'nodeprep-el9.repo']


def dnf(root, *words):
    """(exit code, standard output, standard error) of dnf, as on a host that has this repository alone."""
    return root.run(['dnf', '-y', '--releasever=9', '--disablerepo=*', '--enablerepo=nodeprep', *words],
                    timeout=300)


def test_dnf_installs_what_is_signed_and_refuses_what_was_changed(repo, stubs, tmp_path):
    with Root(tmp_path, 'el9') as root:
        root.rpm('-i', stubs['el9'])
        with open(repo + '/nodeprep-el9.repo') as file:
            root.write('/etc/yum.repos.d/nodeprep-el9.repo', file.read())
        root.ask('mkdir', '-p', '/srv/repo')
        assert root.run(['mount', '--bind', repo, root.path + '/srv/repo'], inside=False)[0] == 0
        code, out, err = dnf(root, 'install', 'nodeprep-master-postgresql')
        assert code == 0, (out, err)
        packages = ('nodeprep', 'nodeprep-master', 'nodeprep-master-postgresql')
        signed = root.rpm('-q', '--qf', '%{RSAHEADER:pgpsig}\n', *packages).split('\n')[:3]
        assert all(line.startswith('RSA/SHA256') for line in signed), signed
        assert root.rpm('-V', *packages) == ''
        code, out, err = dnf(root, 'remove', 'nodeprep')
        assert code == 0 and 'not installed' in root.run(['rpm', '-q', 'nodeprep-master'])[1], (out, err)

        metadata = f'{repo}/el9/x86_64/repodata/repomd.xml'
        with open(metadata, 'r+b') as file:
            text = file.read()
            file.seek(0)
            file.write(text.replace(b'<revision>', b'<revision>1', 1))
        try:
            code, out, err = dnf(root, '--refresh', 'install', 'nodeprep')
            assert code != 0 and 'Bad GPG signature' in out + err, (out, err)
        finally:
            with open(metadata, 'wb') as file:
                file.write(text)
