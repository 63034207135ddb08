"""/etc/fstab: what the C library makes of a line, and edits that leave every other byte alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import fstab
from nodeprep.model import CannotTell

LINES = [
    # line, (spec, point, kind, options) or None for a line that is no entry
    ('/dev/sda2 none swap defaults 0 0', ('/dev/sda2', 'none', 'swap', ('defaults',))),
    (' \t/dev/sda2\t\tnone \tswap  sw,pri=5 0 0', ('/dev/sda2', 'none', 'swap', ('sw', 'pri=5'))),
    ('/dev/sda2 none swap', ('/dev/sda2', 'none', 'swap', ())),
    ('/dev/sda2 none', ('/dev/sda2', 'none', '', ())),
    ('UUID="a b" none swap sw', ('UUID="a', 'b"', 'none', ('swap',))),
    (r'LABEL=my\040swap none swap sw', ('LABEL=my swap', 'none', 'swap', ('sw',))),
    (r'/a\011b\012c\134d\\e x swap sw', ('/a\tb\nc\\d\\e', 'x', 'swap', ('sw',))),
    (r'/a\041 x s\167ap sw', (r'/a\041', 'x', r's\167ap', ('sw',))),  # only four escapes are known
    ('/dev/sda2 none swap defaults 0 0 # mine', ('/dev/sda2', 'none', 'swap', ('defaults',))),
    ('/dev/sda2 none swap defaults #0 0', ('/dev/sda2', 'none', 'swap', ('defaults',))),
    ('/dev/swap /swap xfs defaults 0 0', ('/dev/swap', '/swap', 'xfs', ('defaults',))),
    ('/dev/sda2 none SWAP defaults', ('/dev/sda2', 'none', 'SWAP', ('defaults',))),
    ('/dev/sda2 none swap sw 0 0\r', ('/dev/sda2', 'none', 'swap', ('sw',))),
    ('/dev/sda2 none swap noauto\r', ('/dev/sda2', 'none', 'swap', ('noauto\r',))),
    ('/dev/sda2 none swap\r', ('/dev/sda2', 'none', 'swap\r', ())),
    ('/dev/sda2\x0cnone swap x', ('/dev/sda2\x0cnone', 'swap', 'x', ())),
    ('/dev/\xa0 none swap x', ('/dev/\xa0', 'none', 'swap', ('x',))),
    ('/d\udcff none swap x', ('/d\udcff', 'none', 'swap', ('x',))),
    ('#/dev/sda2 none swap sw', None),
    (' \t # x', None),
    ('', None),
    (' \t ', None),
    ('#nodeprep# /dev/sda2 none swap sw', None),
]


@pytest.mark.parametrize('line, wanted', LINES)
def test_a_line_is_read_as_getmntent_reads_it(line, wanted):
    entries = fstab.parse('# first\n' + line + '\n')
    assert [(one.line_number, one.spec, one.point, one.kind, one.options) for one in entries] == (
        [(2,) + wanted] if wanted else []
    )


def test_the_last_line_needs_no_newline_and_an_empty_table_has_no_entry():
    assert [one.spec for one in fstab.parse('a b c\nd e f')] == ['a', 'd']
    assert fstab.parse('') == fstab.parse('\n') == []


@pytest.mark.parametrize(
    'tail, dump, check',
    [
        ('1 2', 1, 2),
        ('0', 0, 0),
        ('x 2', 0, 0),
        ('1x 2', 1, 0),
        ('', 0, 0),
        ('1 2\r', 1, 2),
        ('1 #', 1, 0),
        ('-1 +2', -1, 2),
    ],
)
def test_the_last_two_fields_are_numbers_or_nought(tail, dump, check):
    (entry,) = fstab.parse('a b c d ' + tail)
    assert (entry.dump, entry.check) == (dump, check)


def test_a_line_longer_than_the_buffer_of_the_c_library_loses_its_end():
    (entry,) = fstab.parse('/dev/sda2 none swap ' + 'x' * 5000 + ',noauto\n')
    assert entry.options == ('x' * (4095 - len('/dev/sda2 none swap ')),)
    (short,) = fstab.parse('/dev/sda2 none swap ' + 'x' * 3000 + ',noauto\n')
    assert short.has('noauto')


def test_a_nul_byte_is_not_guessed_at():
    with pytest.raises(CannotTell) as error:
        fstab.parse('a b c\nd \0 f\n', '/etc/fstab')
    assert error.value.source == '/etc/fstab:2'


@pytest.mark.parametrize(
    'spec, path',
    [
        ('/dev/mapper/centos-swap', '/dev/mapper/centos-swap'),
        ('LABEL=a/b', r'/dev/disk/by-label/a\x2fb'),
        ('UUID=0aE-1', '/dev/disk/by-uuid/0aE-1'),
        ("UUID='0a'", '/dev/disk/by-uuid/0a'),
        ('UUID="0a', r'/dev/disk/by-uuid/\x220a'),
        ('PARTUUID=1', '/dev/disk/by-partuuid/1'),
        ('PARTLABEL=é', '/dev/disk/by-partlabel/é'),
        ('LABEL=\udce9', r'/dev/disk/by-label/\xe9'),
        ('LABEL=\\', r'/dev/disk/by-label/\x5c'),
        ('FOO=1', 'FOO=1'),
        ('none', 'none'),
        ('label=x', 'label=x'),
        ('UUID=', '/dev/disk/by-uuid/'),
        ('UUID="', r'/dev/disk/by-uuid/\x22'),
    ],
)
def test_the_device_of_a_first_field_is_the_one_systemd_takes(spec, path):
    assert fstab.device(spec) == path


def test_the_last_of_two_contrary_options_counts():
    def entry(options):
        return fstab.parse(f'/dev/sda2 none swap {options}\n')[0]

    assert entry('noauto,auto').last_of('noauto', 'auto') == 'auto'
    assert entry('auto,sw,noauto').last_of('noauto', 'auto') == 'noauto'
    assert entry('noauto=yes').last_of('noauto', 'auto') == 'noauto'
    assert entry('xnoauto,noautox').last_of('noauto', 'auto') == ''
    assert entry(r'x-y=a\,noauto').last_of('noauto', 'auto') == ''
    assert entry('_netdev').has('_netdev') and not entry('x_netdev').has('_netdev')


def test_commenting_out_a_line_keeps_all_others_byte_for_byte():
    text = '\tfirst\r\n\n/dev/sda2 none swap sw\r\nlast \udcff'
    assert fstab.commented(text, [3]) == '\tfirst\r\n\n#nodeprep# /dev/sda2 none swap sw\r\nlast \udcff'
    assert fstab.commented(text, []) == text
    assert [one.line_number for one in fstab.parse(fstab.commented(text, [3]))] == [1, 4]


@given(st.binary(max_size=300))
def test_any_bytes_are_entries_or_cannot_be_told(data):
    text = data.decode('utf-8', 'surrogateescape')
    try:
        entries = fstab.parse(text)
    except CannotTell:
        assert '\0' in text
        return
    numbers = [entry.line_number for entry in entries]
    edited = fstab.commented(text, numbers)
    assert fstab.parse(edited) == []
    assert edited.replace(fstab.MARK, '') == text.replace(fstab.MARK, '')
