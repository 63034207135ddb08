"""What is in the packages: what each release's rpm, Python and C library can take, and what is bundled in them."""
import collections
import glob
import json
import os
import re
import shutil
import subprocess

import pytest

from tests.packaging import TOP, built, links
from tests.tiers import need

MOST = 8 * 10**6          # bytes of a package
EVERYWHERE = [(release, arch) for release in built.RELEASES for arch in ('x86_64', 'aarch64')]
# What the rpm 4.11 of CentOS 7 knows of, of what rpm 4.18 may ask for.
OLD_RPM = {'rpmlib(CompressedFileNames)', 'rpmlib(FileDigests)', 'rpmlib(PayloadFilesHavePrefix)',
           'rpmlib(PayloadIsXz)'}
NEEDED = {'nodeprep': {'/bin/sh', 'systemd', 'python3'},
          'nodeprep-master': {'/bin/sh', 'systemd', 'shadow-utils', 'nodeprep'},
          'nodeprep-master-postgresql': {'nodeprep-master'}}
GLIBC = {'el7': 17, 'el8': 28, 'el9': 34, 'el10': 39}
MACHINE = {'x86_64': 62, 'aarch64': 183}         # e_machine of elf(5)


@pytest.fixture(scope='module')
def opened(rpms, tmp_path_factory):
    """(release, arch) -> name -> a folder with what is in the package."""
    folders = collections.defaultdict(dict)
    for release, arch in EVERYWHERE:
        for name, path in built.packages(rpms, release, arch).items():
            folder = str(tmp_path_factory.mktemp(f'{name}-{release}-{arch}'))
            _open(path, folder)
            folders[release, arch][name] = folder
    return folders


def _open(path, folder):
    with subprocess.Popen(['rpm2cpio', path], stdout=subprocess.PIPE) as reader:
        subprocess.run(['cpio', '-idm', '--quiet'], stdin=reader.stdout, cwd=folder, check=True)
    assert reader.returncode == 0


def files(folder):
    return sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)


def everywhere(rpms):
    """(release, name, path) of every package."""
    return [(release, *found) for release, arch in EVERYWHERE
            for found in built.packages(rpms, release, arch).items()]


def test_there_is_one_for_each_release_and_machine_and_it_is_small(rpms):
    for release, arch in EVERYWHERE:
        wanted = set(NEEDED) - ({'nodeprep-master-postgresql'} if (release, arch) == ('el7', 'aarch64') else set())
        assert set(built.packages(rpms, release, arch)) == wanted, (release, arch)
    sizes = {os.path.basename(path): os.path.getsize(path) for _, _, path in everywhere(rpms)}
    assert len(sizes) == 19 and max(sizes.values()) < MOST, sizes


def test_the_rpm_of_centos_7_can_read_them_and_nothing_is_needed_that_a_minimal_host_has_not(rpms):
    for release, name, path in everywhere(rpms):
        asked = {line.split(' ')[0] for line in built.query(path, '--requires')}
        assert {one for one in asked if one.startswith('rpmlib(')} <= OLD_RPM, (path, asked)
        python = {'platform-python': 'python3'} if release == 'el8' else {}
        assert {python.get(one, one) for one in asked if not one.startswith('rpmlib(')} == NEEDED[name], path
        assert built.query(path, '--qf', '%{PAYLOADCOMPRESSOR} %{PAYLOADFORMAT} %{FILEDIGESTALGO}\n') == ['xz cpio 8']


def test_each_is_for_the_python_of_its_release_alone(rpms):
    for release in built.RELEASES:
        asked = built.query(built.packages(rpms, release)['nodeprep'], '--requires')
        name, (major, minor) = 'platform-python' if release == 'el8' else 'python3', built.PYTHONS[release].split('.')
        assert {f'{name} >= {major}.{minor}', f'{name} < {major}.{int(minor) + 1}'} <= set(asked)


def test_compiled_modules_are_for_the_machine_and_its_c_library(opened):
    seen = 0
    for (release, arch), names in opened.items():
        for path in files(names['nodeprep']):
            assert '.so' not in os.path.basename(path), f'{path}: for one kind of machine'
        for name in set(names) - {'nodeprep'}:
            for path in files(names[name]):
                if not re.search(r'\.so(\.|$)', path):
                    continue
                with open(path, 'rb') as file:
                    data = file.read()
                assert data[:4] == b'\x7fELF' and int.from_bytes(data[18:20], 'little') == MACHINE[arch], path
                versions = [int(one) for one in re.findall(rb'\0GLIBC_2\.([0-9]+)(?:\.[0-9]+)?(?=\0)', data)]
                assert max(versions, default=0) <= GLIBC[release], f'{path}: GLIBC_2.{max(versions)}'
                tag = re.search(r'\.cpython-([0-9]+)m?-', path)
                assert tag is None or tag.group(1) == built.PYTHONS[release].replace('.', ''), path
                seen += 1
    assert seen > 60


def test_what_runs_lies_where_its_selinux_type_is_that_of_programs(opened):
    for names in opened.values():
        for folder in names.values():
            programs = {path[len(folder):] for path in files(folder) if os.access(path, os.X_OK)
                        and os.stat(path).st_mode & 0o111}
            assert {path for path in programs if '.so' not in path} <= {'/usr/bin/nodeprep'}
            for path in files(folder):
                if path.endswith('.service'):
                    with open(path) as file:
                        started = re.findall('^Exec[A-Za-z]*=(.*?) ', file.read(), re.M)
                    assert set(started) <= {'/usr/bin/nodeprep', '/bin/kill'} and started


def test_each_release_has_the_drop_ins_that_its_systemd_knows(opened):
    found = {release: sorted({os.path.basename(path) for path in files(opened[release, 'x86_64']['nodeprep'])
                              if path.endswith('.conf') and 'service.d' in path}) for release in built.RELEASES}
    both = ['10-since-239.conf', '20-since-252.conf']
    assert found == {'el7': [], 'el8': both[:1], 'el9': both, 'el10': both}


def test_each_link_of_a_document_leads_to_a_file_that_is_installed(opened, tmp_path):
    folders = opened['el9', 'x86_64']
    for name in ('nodeprep', 'nodeprep-master'):               # which needs the first
        for path in glob.glob(folders[name] + '/usr/share/doc/**/*', recursive=True) + glob.glob(
                folders[name] + '/etc/nodeprep/*.yaml'):
            if os.path.isfile(path):
                to = str(tmp_path) + path[len(folders[name]):]
                os.makedirs(os.path.dirname(to), exist_ok=True)
                shutil.copy(path, to)
        found, seen = links.dead([path for path in files(str(tmp_path)) if path.endswith(('.md', '.yaml'))],
                                 str(tmp_path))
        assert found == [] and seen > 30, name
    assert os.path.exists(str(tmp_path) + '/usr/share/doc/nodeprep-master/master.md')


def test_every_unit_there_is_and_all_code_is_in_a_package(opened):
    import pack
    for (release, _), names in opened.items():
        packed = set()
        for folder in names.values():
            packed |= {path[len(folder):] for path in files(folder)}
        units = {name for name in os.listdir(TOP + '/systemd') if name.endswith(('.service', '.timer', '.socket'))}
        assert {'/usr/lib/systemd/system/' + unit for unit in units} <= packed and len(units) > 2
        assert {'/usr/lib/nodeprep/' + path for path in pack.ours() if path.startswith('nodeprep/')} <= packed, release


def test_all_modules_have_byte_code_that_needs_no_source_to_be_asked_where_python_can(opened):
    for (release, _), names in opened.items():
        tag = 'cpython-' + built.PYTHONS[release].replace('.', '')
        for folder in names.values():
            for path in files(folder):
                if path.endswith('.py'):
                    compiled = f'{os.path.dirname(path)}/__pycache__/{os.path.basename(path)[:-3]}.{tag}.pyc'
                    with open(compiled, 'rb') as file:
                        kind = int.from_bytes(file.read(8)[4:], 'little')
                    # PEP 552: the second bit, "check the source", is not set. Before it: the time of the source.
                    assert kind == (os.path.getmtime(path) if release in ('el7', 'el8') else 1), compiled


def test_what_is_bundled_is_said_to_rpm_to_people_and_to_scanners(rpms, opened):
    import sources
    from releases import RELEASES
    for release, arch in EVERYWHERE:
        for name, path in built.packages(rpms, release, arch).items():
            pins = {pin.name: pin for pin in sources.locked(RELEASES[release])[name]}
            provided = '\n'.join(built.query(path, '--provides'))
            said = dict(re.findall(r'bundled\(python3dist\((.*?)\)\) = (.*)', provided))
            assert said == {pin.name: pin.version for pin in pins.values()} and said
            folder = opened[release, arch][name]
            licences = f'{folder}/usr/share/licenses/{name}'
            assert os.path.getsize(licences + '/LICENSE') > 10000
            assert sorted(os.listdir(licences + '/bundled')) == sorted(pins)
            with open(f'{folder}/usr/share/doc/{name}/bom.cdx.json', encoding='utf-8') as file:
                bom = json.load(file)
            assert {one['name']: one['version'] for one in bom['components']} == said
            for one in bom['components']:
                assert one['hashes'][0]['content'] in pins[one['name']].hashes and one['licenses'], one['name']
            assert ('openssl' in json.dumps(bom)) == (name != 'nodeprep')


def test_the_lists_are_cyclonedx(opened):
    need('module', 'cyclonedx')
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    for names in opened.values():
        for name, folder in names.items():
            with open(f'{folder}/usr/share/doc/{name}/bom.cdx.json', encoding='utf-8') as file:
                assert JsonStrictValidator(SchemaVersion.V1_4).validate_str(file.read()) is None


def test_every_command_has_a_page_that_groff_reads_without_a_word(opened):
    need('program', 'groff')
    from nodeprep.cli.group import COMMANDS
    folder = opened['el9', 'x86_64']['nodeprep'] + '/usr/share/man/man8'
    pages = {name[:-len('.8.gz')] for name in os.listdir(folder)}
    assert {'nodeprep'} | {'nodeprep-' + name for name in COMMANDS} <= pages and 'nodeprep-master-token-create' in pages
    for release in built.RELEASES:
        folder = opened[release, 'x86_64']['nodeprep'] + '/usr/share/man/man8'
        text = subprocess.check_output(['zcat'] + sorted(glob.glob(folder + '/*.gz')))
        done = subprocess.run(['groff', '-man', '-Tutf8', '-ww', '-z'], input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert (done.returncode, done.stdout) == (0, b''), done.stdout.decode()


def test_rpmlint_has_nothing_to_say(rpms):
    need('program', 'rpmlint')
    # Of one release with Python 3.6 and one without: what it looks at is the same in the others.
    paths = glob.glob(f'{rpms}/el7/*.x86_64.rpm') + glob.glob(f'{rpms}/el10/*.rpm')
    done = subprocess.run(['rpmlint', '-c', TOP + '/packaging/rpm/rpmlint.toml', *paths]
                          + glob.glob(TOP + '/packaging/rpm/*.spec'), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode()
    assert done.returncode == 0 and '0 errors, 0 warnings' in said and len(paths) == 7, said


def test_a_second_build_elsewhere_is_the_same_bytes_and_reaches_for_nothing(rpms, tmp_path):
    need('netns')
    need('root')
    (tmp_path / 'tmp').mkdir()
    built.build(str(tmp_path / 'out'), '--releases', 'el7,el9', '--arches', 'x86_64',
                before=('unshare', '-n', 'sh', '-c', 'umask 077; exec "$@"', 'sh'),
                TZ='Asia/Tokyo', LC_ALL='C.UTF-8', TMPDIR=str(tmp_path / 'tmp'), PYTHONHASHSEED='7')
    made = glob.glob(str(tmp_path / 'out') + '/*/*.rpm')
    assert len(made) == 6
    for path in made:
        with open(path, 'rb') as one, open(f'{rpms}/{path.split("/")[-2]}/{os.path.basename(path)}', 'rb') as other:
            assert one.read() == other.read(), path
