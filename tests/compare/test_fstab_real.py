"""Our reading of fstab beside the real readers: systemd-fstab-generator, findmnt (libmount) and systemd-escape.

The generator runs in a folder of its own (chroot), with /proc/swaps and nothing else of the machine, so that it neither
sees a container nor says that the kernel has no swap. It reads the table from $SYSTEMD_FSTAB and the kernel arguments
from $SYSTEMD_PROC_CMDLINE.
"""

import json
import os
import re
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nodeprep.linux import fstab, swapargs, swapboot, swapunits
from tests.tiers import need

GENERATOR = '/usr/lib/systemd/system-generators/systemd-fstab-generator'
SLOW = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))

SPECS = st.sampled_from(
    [
        b'/dev/sda2',
        b'/dev/sda3',
        b'/dev//sda2/',
        b'/dev/mapper/cs-swap',
        b'UUID=1-2',
        b'UUID="1-2"',
        b'LABEL=my\\040swap',
        b'LABEL=a/b',
        b"PARTUUID='x'",
        b'PARTLABEL=\xc3\xa9',
        b'PARTLABEL=\xff',
        b'/swap\\011file',
        b'/a\\134b',
        b'/.hidden',
        b'/a\\\\b',
        b'none',
        b'swapfile',
        b'"/dev/sda2"',
        b'/dev/disk/by-uuid/1-2',
        b'/x@y:z',
        b'label=x',
        b'UUID=',
    ]
)
OPTIONS = st.lists(
    st.sampled_from(
        [
            b'sw',
            b'defaults',
            b'noauto',
            b'auto',
            b'nofail',
            b'fail',
            b'pri=5',
            b'pri=x',
            b'discard',
            b'_netdev',
            b'noauto=1',
            b'xnoauto',
            b'noauto,auto',
            b'auto,noauto',
            b'noauto',
            b'x-systemd.device-timeout=3',
            b'nofail=0',
            b'a\\,noauto',
            b'',
        ]
    ),
    max_size=4,
).map(b','.join)
KINDS = st.sampled_from([b'swap', b'swap', b'swap', b'xfs', b'SWAP', b'swap1', b'none'])
GAPS = st.sampled_from([b' ', b'\t', b'  \t '])
ENDS = st.sampled_from([b'\n', b'\n', b'\r\n', b' \n', b'\t \r\n', b'\n\n'])


# libmount drops a line whose fifth field is no number, the C library does not: the generator's test alone has such.
TAILS = [[], [b'0', b'0'], [b'0'], [b'1', b'2', b'#', b'swap']]


@st.composite
def lines(draw, tails):
    gap = draw(GAPS)
    fields = [draw(SPECS), draw(st.sampled_from([b'none', b'swap', b'/mnt/swap', b'/a\\040b'])), draw(KINDS)]
    if draw(st.booleans()):
        fields.append(draw(OPTIONS) or b'defaults')
        fields += draw(st.sampled_from(tails))
    start = draw(st.sampled_from([b'', b'', b'', b' ', b'\t', b'#', b' # ', b'#nodeprep# ']))
    return start + gap.join(fields) + draw(ENDS)


@st.composite
def tables(draw, more=()):
    text = b''.join(
        draw(
            st.lists(
                st.one_of(
                    lines(TAILS + list(more)),
                    st.sampled_from([b'\n', b' \t\n', b'# swap\n', b'\xff\xfe a b c\n', b'one\n']),
                ),
                max_size=6,
            )
        )
    )
    return text[:-1] if draw(st.booleans()) and text.endswith(b'\n') else text


ARGUMENTS = st.lists(
    st.sampled_from(
        [
            'quiet',
            'fstab=0',
            'fstab=yes',
            'fstab',
            'systemd.swap=0',
            'systemd.swap=on',
            'systemd.swap',
            'systemd.swap=maybe',
            'rd.systemd.swap=0',
            'rd.fstab=0',
        ]
    ),
    max_size=3,
).map(' '.join)


@pytest.fixture(scope='module')
def generator(tmp_path_factory):
    """Runs the real generator; gives {unit: 'target kind'} of its links, '' for a unit without one."""
    need('root')
    need('program', GENERATOR)
    need('program', 'ldd')
    root = str(tmp_path_factory.mktemp('generator'))
    libraries = subprocess.run(['ldd', GENERATOR], stdout=subprocess.PIPE, check=True).stdout.decode()
    for path in [GENERATOR] + re.findall(r'/\S+', libraries):
        os.makedirs(root + os.path.dirname(path), exist_ok=True)
        shutil.copy(path, root + path)
    os.mkdir(root + '/proc')
    open(root + '/proc/swaps', 'w').close()
    version = int(re.search(r'libsystemd-shared-(\d+)', libraries).group(1))

    def run(table, arguments):
        shutil.rmtree(root + '/out', ignore_errors=True)
        for name in ('1', '2', '3'):
            os.makedirs(f'{root}/out/{name}')
        with open(root + '/fstab', 'wb') as out:
            out.write(table)
        subprocess.run(
            ['chroot', root, GENERATOR, '/out/1', '/out/2', '/out/3'],
            stderr=subprocess.DEVNULL,
            timeout=20,
            env={'PATH': os.environ['PATH'], 'SYSTEMD_FSTAB': '/fstab', 'SYSTEMD_PROC_CMDLINE': arguments},
        )
        found = {name: '' for name in os.listdir(root + '/out/1') if name.endswith('.swap')}
        for folder in os.listdir(root + '/out/1'):
            if folder.endswith(('.wants', '.requires')):
                found.update(
                    {
                        name: folder.rpartition('.')[0]
                        for name in os.listdir(f'{root}/out/1/{folder}')
                        if name.endswith('.swap')
                    }
                )
        return found

    run.version = version
    return run


@example(
    b'/a n swap noauto,auto\n/b n swap auto,noauto\n/c n swap a\\,noauto\n/d n swap noauto\r\n/e n swap\r\n', 'quiet'
)
@example(b"/a n swap noauto\n/a n swap sw\n/b n swap sw\n/b n swap noauto\nLABEL='x' n swap\nLABEL=\"y z n swap", '')
@given(tables([[b'#', b'mine'], [b'x', b'0']]), ARGUMENTS)
@SLOW
def test_the_generator_hooks_in_what_we_say(generator, table, arguments):
    systemd = swapargs.Systemd(generator.version, generator.version >= 254)
    said = swapargs.parse([(word, 'x') for word in arguments.split()], systemd)
    entries = fstab.parse(table.decode('utf-8', 'surrogateescape'))
    ours = {}
    if not said.fstab_off and not said.swap_off:
        for hook in swapboot.hooks(entries, systemd):
            assert hook.unit not in ours or not hook.target
            ours.setdefault(hook.unit, hook.target)
    assert ours == generator(table, arguments)


@given(tables())
@SLOW
def test_findmnt_sees_the_same_swap_and_after_the_edit_none(tmp_path_factory, table):
    need('program', 'findmnt')
    path = tmp_path_factory.mktemp('fstab') / 'fstab'
    text = table.decode('utf-8', 'surrogateescape')
    entries = fstab.parse(text)
    ours = [entry for entry in entries if entry.plain_kind == 'swap']
    assert len(findmnt(path, table)) == len(ours)
    on = [entry.line_number for entry in ours if entry.last_of('noauto', 'auto') != 'noauto']
    edited = fstab.commented(text, on).encode('utf-8', 'surrogateescape')
    assert list(fstab.parse(edited.decode('utf-8', 'surrogateescape'))) == [
        entry for entry in entries if entry.line_number not in on
    ]
    assert len(findmnt(path, edited)) == len(ours) - len(on)
    before, after = table.split(b'\n'), edited.split(b'\n')
    assert len(before) == len(after)
    for number, (old, new) in enumerate(zip(before, after), 1):
        assert new == (b'#nodeprep# ' + old if number in on else old)


def findmnt(path, table):
    """The entries of type swap that libmount sees."""
    path.write_bytes(table)
    done = subprocess.run(
        ['findmnt', '--fstab', '--tab-file', str(path), '-n', '-r', '-o', 'FSTYPE'],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=20,
    )
    return [line for line in done.stdout.split(b'\n') if line == b'swap']


WORDS = st.text(st.sampled_from('abz09_-.:@ \t\\"é'), min_size=1, max_size=6)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5))
@SLOW
def test_findmnt_reads_the_same_fields(tmp_path_factory, pairs):
    """Any first and second field, written with the escapes of fstab(5)."""
    need('program', 'findmnt')

    def escaped(text):
        return text.replace('\\', '\\134').replace(' ', '\\040').replace('\t', '\\011')

    path = tmp_path_factory.mktemp('fstab') / 'fstab'
    text = ''.join(f'/{escaped(spec)} /{escaped(point)} swap sw\n' for spec, point in pairs)
    path.write_text(text, encoding='utf-8')
    done = subprocess.run(
        ['findmnt', '--fstab', '--tab-file', str(path), '-J', '-o', 'SOURCE,TARGET', '--nocanonicalize'],
        stdout=subprocess.PIPE,
        check=True,
        timeout=20,
        env=dict(os.environ, LC_ALL='C.UTF-8'),
    )
    seen = [(one['source'], one['target']) for one in json.loads(done.stdout.decode('utf-8'))['filesystems']]
    assert [(entry.spec, entry.point) for entry in fstab.parse(text)] == [
        ('/' + spec, '/' + point) for spec, point in pairs
    ]
    assert [(source, target.rstrip('/') or '/') for source, target in seen] == [
        (entry.spec, entry.point) for entry in fstab.parse(text)
    ]


PATHS = st.lists(
    st.binary(min_size=1, max_size=8)
    .map(lambda part: part.replace(b'/', b'-').replace(b'\0', b'.').replace(b'\n', b' '))
    .filter(lambda part: part not in (b'.', b'..')),
    min_size=0,
    max_size=4,
).map(lambda parts: b'/' + b'/'.join(parts))


@given(st.lists(PATHS, min_size=1, max_size=20))
@example([b'/dev/mapper/centos-swap', b'/.swap', b'/', b'/dev/disk/by-label/my\\x20swap', b'/a@b', b'/\xff\xc3\xa9'])
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_unit_names_are_those_of_systemd_escape(paths):
    need('program', 'systemd-escape')
    real = subprocess.run(
        ['systemd-escape', '-p', '--suffix=swap', '--'] + paths, stdout=subprocess.PIPE, check=True, timeout=20
    )
    assert real.stdout.decode().split() == [
        swapunits.unit_name(path.decode('utf-8', 'surrogateescape')) for path in paths
    ]
