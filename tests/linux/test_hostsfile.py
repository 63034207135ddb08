"""/etc/hosts as the C library reads it, and the block that is ours."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import hostsfile
from nodeprep.linux.hostsfile import BEGIN, END, Broken

BLOCK = f'{BEGIN}\n10.0.0.1 master\n{END}\n'
NOISE = st.binary(max_size=200).map(lambda raw: raw.decode('utf-8', 'surrogateescape'))


@pytest.mark.parametrize('line, names', [
    ('10.0.0.1 a b', ('a', 'b')), ('  10.0.0.1\ta # b', ('a',)), ('10.0.0.1 a\r', ('a',)), ('10.0.0.1 a#b', ('a',)),
    ('10.0.0.1', None), ('# 10.0.0.1 a', None), ('127.1 a', None), ('10.0.0.01 a', None), ('fe80::1%eth0 a', None),
    ('a 10.0.0.1', None), ('10.0.0.1 a\x1cb', ('a\x1cb',)), ('10.0.0.1 a\u00a0b', ('a\u00a0b',)),
    ('10.0.0.1 a\x0cb', ('a', 'b')), ('2001:DB8::1 a', ('a',)), ('10.0.0.1 a\0 b', ('a',)),
    ('10.0.0.1 \udcff', ('\udcff',))])
def test_a_line(line, names):
    assert [one.names for one in hostsfile.entries(line + '\n')] == ([] if names is None else [names])


def test_every_line_with_the_name_counts_in_any_case():
    text = '127.0.1.1 node1\n10.0.0.5 Node1.example.com NODE1\n10.0.0.6 node11\n'
    assert [(one.source, one.address) for one in hostsfile.lookup(text, 'node1')] == [
        ('/etc/hosts:1', '127.0.1.1'), ('/etc/hosts:2', '10.0.0.5')]
    assert hostsfile.lookup(text, 'node') == []


@given(NOISE, st.lists(st.sampled_from(['10.0.0.1 ', '::1\t', 'a', 'K', '\u212a', '\n', ' ', '#', '\0', '\r']),
                       max_size=30),
       st.sampled_from(['a', 'K', 'k', 'ak', '\u212a', '', 'a\n', '1']))
def test_to_look_one_name_up_gives_what_the_whole_index_has(noise, parts, name):
    text = ''.join(parts) + noise
    assert hostsfile.lookup(text, name) == hostsfile.index(text).get(hostsfile.fold(name), [])


def test_a_name_in_a_file_that_blocks_advertisements_is_found_without_reading_every_line(monkeypatch):
    text = ''.join(f'0.0.0.0 ads{number}.example.com\n' for number in range(5000)) + '10.0.0.5 node1\n'
    read, real = [], hostsfile.address
    monkeypatch.setattr(hostsfile, 'address', lambda word: read.append(word) or real(word))
    assert [one.number for one in hostsfile.lookup(text, 'NODE1')] == [5001] and read == ['10.0.0.5']


@pytest.mark.parametrize('text', [
    f'{BEGIN}\n', f'{END}\n', f'{END}\n{BEGIN}\n', BLOCK + BLOCK, f'{BEGIN}\n{BLOCK}', f'{BLOCK}{END}\n'])
def test_markers_that_are_not_one_pair_are_refused(text):
    for act in (hostsfile.block, hostsfile.outside, lambda text: hostsfile.with_block(text, [])):
        with pytest.raises(Broken) as error:
            act(text)
        assert '/etc/hosts:1' in str(error.value)


def test_a_block_is_added_changed_and_taken_away():
    text = '127.0.0.1 localhost\n'
    added = hostsfile.with_block(text, [('10.0.0.1', ['master'])])
    assert added == text + BLOCK
    assert hostsfile.with_block(added, [('10.0.0.1', ['master'])]) == added
    changed = hostsfile.with_block(added + '10.9.9.9 x\n', [('10.0.0.2', ['a', 'b'])])
    assert changed == f'{text}{BEGIN}\n10.0.0.2 a b\n{END}\n10.9.9.9 x\n'
    assert hostsfile.with_block(changed, []) == text + '10.9.9.9 x\n'


@given(before=NOISE, after=NOISE)
def test_bytes_outside_the_block_stay(before, after):
    for text in (before, before + '\n' + BLOCK + after):
        try:
            edited = hostsfile.with_block(text, [('10.0.0.9', ['n'])])
        except Broken:
            continue
        begin, end = edited.index(BEGIN), edited.rindex(END) + len(END) + 1
        old = text.index(BEGIN) if BEGIN in text else len(text)
        assert edited[:begin] in (text[:old], text[:old] + '\n')
        assert edited[end:] == (after if BEGIN in text else '')
        assert hostsfile.with_block(edited, [('10.0.0.9', ['n'])]) == edited
        assert '10.0.0.9' not in [one.address for one in hostsfile.entries(hostsfile.outside(edited))]


@given(NOISE)
def test_any_bytes_are_read(noise):
    for one in hostsfile.entries(noise):
        assert one.address
        assert one in hostsfile.lookup(noise, one.names[0])


def test_wanted_names_are_gathered():
    wanted = {'10.0.0.1': 'Master m', '2001:DB8::1': ['master', 'x y']}
    assert hostsfile.by_name(wanted) == {'master': ['10.0.0.1', '2001:db8::1'], 'm': ['10.0.0.1'],
                                         'x': ['2001:db8::1'], 'y': ['2001:db8::1']}
