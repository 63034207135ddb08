"""Values that cannot be anybody's own."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import identity

PLACEHOLDERS = ['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
                '01010101-0101-0101-0101-010101010101', 'FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE',
                '00010203-0405-0607-0809-0A0B0C0D0E0F', '03020100-0504-0706-0809-0A0B0C0D0E0F']


@pytest.mark.parametrize('value', PLACEHOLDERS + ['Not Settable', '', '4c4c4544-0042-3510-8052-b3c04f4b4e3\n2',
                                                  '4c4c4544-0042-3510-8052-b3c04f4b4e321'])
def test_placeholders_and_words_are_no_uuid_of_a_machine(value):
    assert identity.bad_uuid(value)


@pytest.mark.parametrize('value', ['4c4c4544-0042-3510-8052-b3c04f4b4e32', 'EC2AE145-D1DC-13B2-94ED-012345678999\n'])
def test_other_uuids_may_be_its_own_in_either_case(value):
    assert identity.bad_uuid(value) == ''


@pytest.mark.parametrize('value, bad', [
    ('d41d8cd98f00b204e9800998ecf8427e', False), ('D41D8CD98F00B204E9800998ECF8427E', True), ('d41d8cd98f00b204', True),
    ('d41d8cd9-8f00-b204-e980-0998ecf8427e', True), ('0' * 32, True), ('d41d8cd98f00b204e9800998ecf8427e\n', True)])
def test_machine_ids(value, bad):
    assert bool(identity.bad_machine_id(value)) is bad


@given(st.binary(max_size=80))
def test_any_bytes_are_judged(noise):
    text = noise.decode('utf-8', 'surrogateescape')
    for judge in (identity.bad_uuid, identity.bad_machine_id, identity.bad_mac):
        assert isinstance(judge(text), str)
