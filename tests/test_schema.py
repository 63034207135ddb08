"""The fast check of a report says what the slow one says."""
import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep import schema
from tests.master.fleet import Host, plan

SOUND = schema.sound()
ODD = st.one_of(st.none(), st.booleans(), st.integers(-1, 2), st.floats(allow_nan=False), st.text(max_size=3),
                st.lists(st.text(max_size=2), max_size=2), st.dictionaries(st.text(max_size=3), st.text(max_size=2)),
                st.sampled_from(['met', 'drifted', 'required', 'now', {'write': '/a', 'diff': ''}]))


def example():
    host = Host(1, requirements=('swap', 'disk'))
    host.set('swap', 'drifted', mode='approve', changes=plan())
    tree = host.report()
    tree['findings'][0]['observations'][0]['fix'] = [{'write': '/a', 'diff': 'd'},
                                                     {'run': ['a'], 'undo': [], 'risk': 'harmless'}]
    tree['findings'][1]['waiver'] = {'reason': 'r', 'owner': 'o', 'until': '2027-01-31'}
    return tree


EXAMPLE = example()


def spoil(value, data):
    """Changes something in a tree: a member is gone, there is one more, or it is something else."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(value[key], (dict, list)) and value[key] and data.draw(st.integers(0, 4)):
            value = value[key]
            continue
        what = data.draw(st.sampled_from(['gone', 'more', 'other']))
        if what == 'gone':
            del value[key]
        elif what == 'more' and isinstance(value, dict):
            value[data.draw(st.text(max_size=3))] = copy.deepcopy(data.draw(ODD))
        else:
            value[key] = copy.deepcopy(data.draw(ODD))
        return


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_what_is_sound_is_what_has_no_problem(data):
    tree = copy.deepcopy(EXAMPLE)
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(tree, data)
    assert SOUND(tree) == (not schema.problem(tree)), json.dumps(tree)


def test_a_good_report_is_sound_after_any_number_of_bad_ones():
    for name in list(EXAMPLE['findings'][0]['observations'][0]):
        tree = copy.deepcopy(EXAMPLE)
        del tree['findings'][0]['observations'][0][name]
        tree['findings'][0]['observations'][0]['other'] = None
        assert SOUND(tree) is (name in ('advised', 'kubeadm')), name
        tree['findings'][0]['observations'][0][name] = None
        del tree['findings'][0]['observations'][0]['other']
        assert SOUND(tree) is (name == 'met'), name
        assert SOUND(EXAMPLE)
