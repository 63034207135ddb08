"""daemon.json: what is read, where it is wrong, and edits that leave the rest alone."""
import doctest
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux import daemonjson
from nodeprep.linux.daemonjson import Unparsable, members, merged
from nodeprep.model import CannotTell


def test_doctests():
    assert doctest.testmod(daemonjson).failed == 0


@pytest.mark.parametrize('text, line, column, reason', [
    ('{\n  "debug": true\n  "ipv6": true\n}', 3, 3, "',' or '}' is missing"),
    ('{\n  "debug": tru\n}', 2, 12, 'Expecting value'),
    ('{\n  // a comment\n  "debug": true\n}', 2, 3, 'a key in double quotes is missing'),
    ('{"debug": true,}', 1, 16, 'a key in double quotes is missing'),
    ('["debug"]', 1, 1, 'the file does not hold one JSON object'),
    ('', 1, 1, 'the file does not hold one JSON object'),
    ('\ufeff{}', 1, 1, 'the file does not hold one JSON object'),
    ('{"a" 1}', 1, 6, "':' is missing after the key"),
    ('{} {}', 1, 4, 'text after the end of the object'),
    ('{"a": "b\n"}', 1, 9, 'Invalid control character at'),
    ('{"a": NaN}', 0, 0, 'NaN is not JSON'),
    ('{', 1, 2, 'a key in double quotes is missing'),
])
def test_what_is_no_object_is_told_with_its_place(text, line, column, reason):
    with pytest.raises(Unparsable) as told:
        members(text)
    assert (told.value.line, told.value.column, told.value.reason) == (line, column, reason)


def test_too_deep_cannot_be_told():
    with pytest.raises(CannotTell):
        members('{"a": ' + '[' * 100000 + ']' * 100000 + '}')


def test_repeated_keys():
    found = members('{"debug": true,\n"debug": false,\n"ipv6": true}')
    assert [(one.key, one.line) for one in daemonjson.repeated(found)] == [('debug', 1)]


@pytest.mark.parametrize('text, changes, result', [
    ('{\r\n    "debug": true\r\n}\r\n', {'ipv6': False}, '{\r\n    "debug": true,\r\n    "ipv6": false\r\n}\r\n'),
    ('{"debug":true}', {'ipv6': False}, '{"debug":true, "ipv6": false}'),
    ('{"a": {"b": 1},\n "c": [\n  1\n ]\n}', {'d': 'e'}, '{"a": {"b": 1},\n "c": [\n  1\n ],\n "d": "e"\n}'),
    ('{ "exec-opts" : [ "a=b" ] , "z": 1 }', {'exec-opts': ['c=d']}, '{ "exec-opts" : ["c=d"] , "z": 1 }'),
    ('{"a": 1, "a": 2}', {'a': 3}, '{"a": 1, "a": 3}'),
    ('{  }\n', {'a': 1, 'b': 2}, '{\n  "a": 1,\n  "b": 2\n}\n'),
])
def test_merged(text, changes, result):
    assert merged(text, changes) == result


values = some.recursive(some.none() | some.booleans() | some.integers() | some.text(),
                        lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3))


@settings(deadline=None, max_examples=200)
@given(some.dictionaries(some.text(), values, max_size=5), some.dictionaries(some.text(), values, max_size=3),
       some.sampled_from([None, 0, 1, 2, '\t']))
def test_a_merge_is_what_updating_the_object_would_be(before, changes, indent):
    after = merged(json.dumps(before, indent=indent), changes)
    assert json.loads(after) == dict(before, **changes)
    assert merged(after, changes) == after


@settings(deadline=None, max_examples=300)
@given(some.binary(max_size=200) | some.text('{}[]":,\\/ntue0-.\n \t\ufeff', max_size=40).map(
    lambda text: text.encode()))
def test_any_bytes_give_members_or_a_reason(raw):
    text = raw.decode('utf-8', 'surrogateescape')
    try:
        found = members(text)
    except (Unparsable, CannotTell):
        return
    assert {one.key: one.value for one in found} == json.loads(text)
