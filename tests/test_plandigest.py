"""An approval covers what was shown, and nothing that is only like it."""
import json

from hypothesis import given
from hypothesis import strategies as st

from nodeprep import plandigest
from nodeprep.model import DISRUPTIVE, HARMLESS, REBOOT, Run, Write
from nodeprep.plan import Left, Part

TEXT = st.text(st.sampled_from('ab\n\x00\x1b\udc80\udcffé\u202e\\x'), max_size=8)
WRITES = st.tuples(TEXT, st.none() | TEXT, st.none() | st.integers(0, 0o7777), st.none() | TEXT).map(
    lambda fields: Write(*fields))
WORDS = st.lists(TEXT, max_size=3).map(tuple)
RUNS = st.tuples(WORDS, WORDS, st.sampled_from((HARMLESS, DISRUPTIVE, REBOOT))).map(lambda fields: Run(*fields))
PARTS = st.tuples(st.sampled_from(('swap', 'disk')), TEXT, st.lists(WRITES | RUNS, max_size=3).map(tuple)).map(
    lambda fields: Part(*fields))
FSTAB = ''.join(f'/dev/sd{letter} /{letter} ext4 defaults 0 0\n' for letter in 'abcdefghij')


def swap(text=FSTAB + '#swap\n', was=FSTAB + 'swap\n', **more):
    return Part('swap', 'Swap is off', (Run(('swapoff', '/s'), ('swapon', '/s')), Write('/etc/fstab', text, None, was)),
                **more)


@given(PARTS, PARTS)
def test_two_parts_have_one_digest_only_when_they_do_the_same(one, other):
    same = one.requirement == other.requirement and one.changes == other.changes
    assert (plandigest.digest(one) == plandigest.digest(other)) is same


@given(PARTS)
def test_it_is_worked_out_again_from_what_went_over_the_wire(part):
    wire = json.dumps(plandigest.tree(part))
    wire.encode("ascii")
    assert plandigest.of_tree(json.loads(wire)) == plandigest.digest(part)


def test_what_the_diff_does_not_show_counts():
    far = FSTAB.replace('sda', 'sdz')
    one, other = swap(), swap(far + '#swap\n', far + 'swap\n')
    assert [change['diff'] for change in plandigest.tree(one)['changes'][1:]] == \
        [change['diff'] for change in plandigest.tree(other)['changes'][1:]]
    assert plandigest.digest(one) != plandigest.digest(other)


def test_what_is_left_and_what_it_ends_do_not_count():
    more = swap(aims=(('/s', 'now'),), left=(Left('zram0', 'boot', 'on', 'nothing is known to change it'),))
    assert plandigest.digest(swap()) == plandigest.digest(more)


def test_the_order_counts():
    assert plandigest.digest(swap()) != plandigest.digest(swap()._replace(changes=swap().changes[::-1]))


def test_it_is_the_same_in_every_release():
    """Approvals that were given before an update of nodeprep hold after it."""
    assert plandigest.digest(swap()) == 'de2e13220047fa2ebb3a1d4e6288c09943dc0e8b82be26de84680694b95c0b8e'
