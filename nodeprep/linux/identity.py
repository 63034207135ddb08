"""What should tell one machine from another, and the values that many machines share.

Uniqueness itself is a matter of the whole cluster; here are only the values that cannot be anybody's own.
"""
from nodeprep.typed import Tuple

# UUIDs that firmware makers left in, lower case: systemd pull request 11137 ("obviously bogus product UUIDs"), osquery
# pull request 4374 and issue 8887 ("placeholder hardware UUIDs"), oshi issue 2417. Those that count up are here in both
# byte orders, for SMBIOS before 2.6 and since print the first three groups differently.
_PLACEHOLDERS = frozenset((
    '03000200-0400-0500-0006-000700080009', '03020100-0504-0706-0809-0a0b0c0d0e0f',
    '00010203-0405-0607-0809-0a0b0c0d0e0f', '01020304-0506-0708-090a-0b0c0d0e0f10',
    '04030201-0605-0807-090a-0b0c0d0e0f10', '10000000-0000-8000-0040-000000000000'))
_HEXADECIMAL = frozenset('0123456789abcdef')


def bad_uuid(value: str) -> str:
    """What is wrong with a product_uuid; '' when it may be a machine's own.

    >>> bad_uuid('03000200-0400-0500-0006-000700080009'), bad_uuid('4C4C4544-0042-3510-8052-B3C04F4B4E32')
    ('is a placeholder that the firmware maker left in', '')
    >>> bad_uuid('Not Settable'), bad_uuid('FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF')
    ('is not a UUID', 'is a placeholder that the firmware maker left in')
    """
    value = value.strip().lower()
    if not _groups(value, '-', (8, 4, 4, 4, 12)):
        return 'is not a UUID'
    # One byte all over: 00.., 01.., fe.., ff..
    if value in _PLACEHOLDERS or len({value.replace('-', '')[at:at + 2] for at in range(0, 32, 2)}) == 1:
        return 'is a placeholder that the firmware maker left in'
    return ''


def bad_machine_id(value: str) -> str:
    """What is wrong with the content of machine-id(5); '' when it may be a machine's own.

    >>> bad_machine_id('uninitialized'), bad_machine_id(''), bad_machine_id('0' * 32)
    ('is not initialized', 'is empty', 'is all zero')
    """
    if not value:
        return 'is empty'
    if value == 'uninitialized':
        return 'is not initialized'
    if not _groups(value, '-', (32,)):
        return 'is not 32 lower-case hexadecimal digits'
    return 'is all zero' if not value.strip('0') else ''


def bad_mac(value: str) -> str:
    """What is wrong with the address of a card; '' when it may be its own: is_valid_ether_addr() of etherdevice.h.

    >>> bad_mac('00:00:00:00:00:00'), bad_mac('01:00:5e:00:00:01'), bad_mac('02:fc:00:00:00:01'), bad_mac('x')
    ('is all zero', 'is a group address', '', 'is not a MAC address')
    """
    if not _groups(value, ':', (2, 2, 2, 2, 2, 2)):
        return 'is not a MAC address'
    if not value.strip('0:'):
        return 'is all zero'
    return 'is a group address' if int(value[:2], 16) & 1 else ''


def _groups(value: str, between: str, lengths: Tuple[int, ...]) -> bool:
    """Whether a value is hexadecimal digits in groups of these lengths."""
    groups = value.split(between)
    return tuple(map(len, groups)) == lengths and all(map(_HEXADECIMAL.issuperset, groups))
