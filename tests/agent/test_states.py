"""states: what each requirement is, since when, over restarts."""
from nodeprep.agent.states import MOST, State, States

MET, BAD = ('met', 'met', 'met'), ('drifted', 'drifted', 'met')


def test_a_state_is_news_once_also_over_a_restart(tmp_path):
    path = str(tmp_path / 'state.json')
    states = States(path)
    first = states.see({'swap': MET, 'cpu': MET}, 10.0)
    assert [(one.requirement, one.was) for one in first] == [('swap', None), ('cpu', None)] and not states.transitions
    states.reported, states.outline = 10.0, 'abc'
    states.save()
    again = States(path)
    assert again.see({'swap': MET, 'cpu': MET}, 20.0) == [] and (again.reported, again.outline) == (10.0, 'abc')
    happened = again.see({'swap': BAD, 'cpu': MET}, 30.0)
    assert [tuple(one) for one in happened] == [('swap', State(*MET, 10.0), State(*BAD, 30.0))]
    again.save()
    assert States(path).transitions == happened and States(path).states['swap'].since == 30.0


def test_now_and_boot_are_told_apart(tmp_path):
    states = States(str(tmp_path / 'state.json'))
    states.see({'swap': ('drifted', 'drifted', 'met')}, 1.0)
    assert [one.now_is.boot for one in states.see({'swap': ('drifted', 'drifted', 'drifted')}, 2.0)] == ['drifted']


def test_a_requirement_that_is_gone_is_forgotten(tmp_path):
    states = States(str(tmp_path / 'state.json'))
    states.see({'swap': MET, 'old': MET}, 1.0)
    states.see({'swap': MET}, 2.0)
    assert list(states.states) == ['swap']


def test_only_so_many_transitions_are_kept(tmp_path):
    states = States(str(tmp_path / 'state.json'))
    for at in range(MOST + 20):
        states.see({'swap': (MET, BAD)[at % 2]}, float(at))
    assert len(states.transitions) == MOST and states.transitions[-1].now_is.since == MOST + 19


def test_nothing_is_written_when_nothing_changed(tmp_path, mocker):
    states = States(str(tmp_path / 'state.json'))
    states.see({'swap': MET}, 1.0)
    states.save()
    written = mocker.patch('nodeprep.agent.states.keep.write')
    states.see({'swap': MET}, 2.0)
    states.save()
    assert not written.called


def test_damage_is_told_and_begins_anew(tmp_path):
    path = tmp_path / 'state.json'
    for raw in ('{', '[]', '{"format": 9}', '{"format": 1, "states": {"swap": [1]}, "transitions": []}'):
        path.write_text(raw)
        states = States(str(path))
        assert 'state.json: is damaged' in states.trouble and states.states == {}
    states.see({'swap': MET}, 1.0)
    states.save()
    assert states.trouble == '' and States(str(path)).states == {'swap': State(*MET, 1.0)}


def test_a_disk_that_takes_nothing_is_told_and_tried_again(tmp_path):
    folder = tmp_path / 'gone'
    states = States(str(folder / 'state.json'))
    states.see({'swap': MET}, 1.0)
    states.save()
    assert 'no such file or directory' in states.trouble
    folder.mkdir()
    states.save()
    assert states.trouble == '' and States(str(folder / 'state.json')).states
