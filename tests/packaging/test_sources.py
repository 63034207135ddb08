"""What the packages are made of agrees with the rest of the tree, and what is not as it should be stops a build."""
import os
import re
import zipfile

import pytest

from nodeprep import __version__
from tests.packaging import TOP, built
from tests.tiers import need


def read(path):
    with open(f'{TOP}/{path}', encoding='utf-8') as file:
        return file.read()


def test_the_lock_files_hold_what_pyproject_asks_for_and_no_distribution_twice():
    import lock
    import sources
    from releases import RELEASES
    text = read('pyproject.toml')
    asked = {
        'nodeprep': re.search(r'^dependencies = \[(.*?)\]', text, re.M | re.S).group(1),
        'nodeprep-master': re.search(r'^master = \[(.*?)\]', text, re.M | re.S).group(1),
        'nodeprep-master-postgresql': re.search(r'^postgresql = \["nodeprep\[master\]",(.*?)\]', text, re.M).group(1)}
    for package, lines in asked.items():
        names = {sources.normal(name) for name in re.findall(r'"([A-Za-z0-9-]+) ?[><=]', lines)}
        assert names == {sources.normal(name) for name in lock.NEEDED[package]}, package
        for release in RELEASES.values():
            assert names <= {pin.name for pin in sources.locked(release)[package]}
    for release in RELEASES.values():
        every = [pin.name for pins in sources.locked(release).values() for pin in pins]
        assert len(every) == len(set(every)) > 10


def test_somebody_has_read_the_licence_of_each_distribution():
    import sbom
    import sources
    from releases import RELEASES
    for release in RELEASES.values():
        assert {pin.name for pins in sources.locked(release).values() for pin in pins} <= set(sbom.LICENCES)


def test_the_specs_are_of_this_version():
    for name in ('nodeprep', 'nodeprep-master'):
        text = read(f'packaging/rpm/{name}.spec')
        assert f'nodeprep_version: %global nodeprep_version {__version__}}}' in text
        assert f'- {__version__}-1\n' in text


def test_the_master_s_configuration_that_is_installed_is_right_and_sets_nothing():
    from nodeprep.master.settings import Settings, load
    assert load(TOP + '/packaging/rpm/files/master.yaml') == Settings()


def wheel(path, files):
    with zipfile.ZipFile(path, 'w') as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return str(path)


def test_a_wheel_without_a_licence_or_with_a_file_that_lies_outside_is_refused(tmp_path):
    import wheels
    with pytest.raises(ValueError, match='has no licence'):
        wheels.read(wheel(tmp_path / 'one-1-py3-none-any.whl', {'one.py': '', 'one-1.dist-info/METADATA': 'Name: one'}))
    for outside in ('/etc/cron.d/one', '../one.py', 'one/../../one.py'):
        with pytest.raises(ValueError, match='one'):
            wheels.read(wheel(tmp_path / 'one-1-py3-none-any.whl', {outside: '', 'one-1.dist-info/LICENSE': 'x'}))


def test_a_library_that_is_looked_for_below_the_current_folder_is_looked_for_beside_itself(tmp_path):
    import wheels
    path = wheel(tmp_path / 'one-1-py3-none-any.whl', {
        'one.libs/libx-0a.so.1': b'\x7fELF\0\0one.libs\0$ORIGIN/../one.libs\0', 'one.so': b'\0\0\0one.libs\0',
        'one-1.dist-info/LICENSE': 'x'})
    files = wheels.read(path).files
    assert files['one.libs/libx-0a.so.1'] == b'\x7fELF\0\0$ORIGIN\0\0$ORIGIN/../one.libs\0'
    assert files['one.so'] == b'\0\0\0one.libs\0'


def test_a_wheel_that_hashes_otherwise_is_none(tmp_path):
    import sources
    path = wheel(tmp_path / 'one-1-py3-none-any.whl', {'one.py': ''})
    right, wrong = sources.digest(path), '0' * 64
    assert sources.find(sources.Pin('one', '1', (wrong, right)), 'x86_64', str(tmp_path)) == path
    assert sources.find(sources.Pin('one', '1', (wrong,)), 'x86_64', str(tmp_path)) == ''
    assert sources.find(sources.Pin('one', '2', (right,)), 'x86_64', str(tmp_path)) == ''


def test_a_build_without_its_wheels_and_without_a_network_says_what_lacks(tmp_path):
    need('root')
    need('netns')
    built.needs('el9')
    with pytest.raises(AssertionError, match='wheels are not in .*, and pip does not bring them'):
        built.build(str(tmp_path / 'out'), '--releases', 'el9', '--arches', 'x86_64', before=('unshare', '-n'),
                    NODEPREP_SOURCES=str(tmp_path / 'empty'), PIP_RETRIES='0', PIP_TIMEOUT='2')
    assert not os.path.exists(str(tmp_path / 'out'))
