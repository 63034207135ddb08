"""keep: a small file is replaced whole or not at all."""
import os
import stat

import pytest

from nodeprep.agent import keep
from nodeprep.model import CannotChange


def test_a_file_is_replaced_with_its_mode(tmp_path):
    path = str(tmp_path / 'state')
    keep.write(path, '{"a": 1}', 0o600, lasting=True)
    keep.write(path, '{"a": 2}', 0o644, lasting=False)
    assert keep.read(path) == {'a': 2} and stat.S_IMODE(os.stat(path).st_mode) == 0o644
    assert os.listdir(str(tmp_path)) == ['state']


def test_what_a_killed_run_left_is_in_nobodys_way(tmp_path):
    (tmp_path / 'state.new').write_text('half')
    keep.write(str(tmp_path / 'state'), '1', 0o600, lasting=True)
    assert keep.read(str(tmp_path / 'state')) == 1 and not (tmp_path / 'state.new').exists()


def test_a_link_where_the_new_file_is_to_lie_is_not_followed(tmp_path):
    (tmp_path / 'other').write_text('keep me')
    (tmp_path / 'state.new').symlink_to(tmp_path / 'other')
    keep.write(str(tmp_path / 'state'), '1', 0o600, lasting=False)
    assert (tmp_path / 'other').read_text() == 'keep me' and not (tmp_path / 'state').is_symlink()


def test_a_full_disk_leaves_the_old_one(tmp_path, mocker):
    path = str(tmp_path / 'state')
    keep.write(path, '1', 0o600, lasting=True)
    mocker.patch('nodeprep.agent.keep.os.fsync', side_effect=OSError(28, 'No space left on device'))
    with pytest.raises(CannotChange, match=r'state: no space left on device'):
        keep.write(path, '2', 0o600, lasting=True)
    assert keep.read(path) == 1 and os.listdir(str(tmp_path)) == ['state']


@pytest.mark.parametrize('raw', [b'{', b'\xff\xfe', b'[' * 100000])
def test_damage_is_told(tmp_path, raw):
    (tmp_path / 'state').write_bytes(raw)
    with pytest.raises(CannotChange, match='state: is damaged'):
        keep.read(str(tmp_path / 'state'))


def test_what_is_not_there_is_nothing_and_what_cannot_be_read_is_told(tmp_path):
    assert keep.read(str(tmp_path / 'none')) is None
    with pytest.raises(CannotChange, match='is a directory'):
        keep.read(str(tmp_path))


def test_a_folder_is_made_with_its_mode_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        assert keep.folder(str(tmp_path / 'a' / 'b'), 0o755) == ''
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat(str(tmp_path / 'a' / 'b')).st_mode) == 0o755
    (tmp_path / 'file').write_text('')
    assert keep.folder(str(tmp_path / 'file' / 'x'), 0o755).startswith(str(tmp_path / 'file'))
