"""/etc/docker/daemon.json as dockerd reads it: JSON without comments, one object; and edits that keep the rest.

Source: getConflictFreeConfiguration() of daemon/config/config.go in moby; tests/compare asks a real dockerd.
"""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

_SPACE = ' \t\r\n'

# What Go's decoder wants under a key; dockerd refuses to start with anything but this or null.
TEXT, FLAG, LIST = 'a text in quotes', 'true or false', 'a list of texts'
TEXT_MAP, OBJECT_MAP = 'a mapping of text to text', 'a mapping of names to objects'
KINDS = {
    'storage-driver': TEXT, 'data-root': TEXT, 'exec-root': TEXT, 'log-driver': TEXT, 'log-level': TEXT,
    'bridge': TEXT, 'bip': TEXT, 'group': TEXT, 'default-runtime': TEXT, 'cgroup-parent': TEXT, 'containerd': TEXT,
    'debug': FLAG, 'live-restore': FLAG, 'iptables': FLAG, 'ip-forward': FLAG, 'ip-masq': FLAG, 'ipv6': FLAG,
    'selinux-enabled': FLAG, 'userland-proxy': FLAG, 'icc': FLAG, 'tlsverify': FLAG, 'no-new-privileges': FLAG,
    'experimental': FLAG,
    'exec-opts': LIST, 'registry-mirrors': LIST, 'insecure-registries': LIST, 'hosts': LIST, 'labels': LIST,
    'storage-opts': LIST, 'dns': LIST, 'dns-opts': LIST, 'dns-search': LIST, 'authorization-plugins': LIST,
    'log-opts': TEXT_MAP, 'runtimes': OBJECT_MAP,
}
_TYPES = {TEXT: str, FLAG: bool, LIST: list, TEXT_MAP: dict, OBJECT_MAP: dict}


class Unparsable(ValueError):
    """The text is not what dockerd accepts; line and column from 1, or 0 when the place is not known."""

    def __init__(self, reason: str, line: int, column: int) -> None:
        """`reason` as it stands in a sentence."""
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


class Member(NamedTuple):
    """One key at the top, its value, where the value's text begins and ends, and the line of the key."""

    key: str
    value: Any
    begin: int
    end: int
    line: int


def members(text: str) -> List[Member]:
    r"""The keys at the top of the object, in order, repeated ones too.

    Unparsable with line and column when it is no such object; CannotTell when Python's own limits are reached.

    >>> [(one.key, one.value, one.line) for one in members('{\n "a": [1],\n "b": {"c": null}}')]
    [('a', [1], 2), ('b', {'c': None}, 3)]
    >>> members('{"a": tru}')
    Traceback (most recent call last):
    nodeprep.linux.daemonjson.Unparsable: Expecting value
    """
    import json
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    try:
        return _members(text, decoder)
    except json.JSONDecodeError as error:
        raise Unparsable(error.msg, error.lineno, error.colno) from None
    except Unparsable:
        raise
    except (RecursionError, ValueError) as error:       # Python's own limits of depth and digits; Go has others
        raise CannotTell(f'daemon.json is not understood: {error}', 'daemon.json') from None


def _members(text: str, decoder: Any) -> List[Member]:
    found: List[Member] = []
    line, counted = 1, 0
    at = _expect(text, _blank(text, 0), '{', 'the file does not hold one JSON object')
    if text[at:at + 1] == '}':
        return _nothing_after(text, at + 1, found)
    while True:
        if text[at:at + 1] != '"':
            raise _unparsable(text, at, 'a key in double quotes is missing')
        start = at
        key, at = decoder.raw_decode(text, at)
        begin = _expect(text, _blank(text, at), ':', "':' is missing after the key")
        value, end = decoder.raw_decode(text, begin)
        line, counted = line + text.count('\n', counted, start), start
        found.append(Member(key, value, begin, end, line))
        at = _blank(text, end)
        if text[at:at + 1] == '}':
            return _nothing_after(text, at + 1, found)
        at = _expect(text, at, ',', "',' or '}' is missing")


def _no_constant(name: str) -> None:
    raise Unparsable(f'{name} is not JSON', 0, 0)


def _blank(text: str, at: int) -> int:
    while text[at:at + 1] and text[at] in _SPACE:
        at += 1
    return at


def _expect(text: str, at: int, letter: str, reason: str) -> int:
    if text[at:at + 1] != letter:
        raise _unparsable(text, at, reason)
    return _blank(text, at + 1)


def _nothing_after(text: str, at: int, found: List[Member]) -> List[Member]:
    # Docker Engine 20.10 heeds only the first value, newer ones refuse what follows it: nobody meant it to be there.
    if _blank(text, at) != len(text):
        raise _unparsable(text, _blank(text, at), 'text after the end of the object')
    return found


def _unparsable(text: str, at: int, reason: str) -> Unparsable:
    return Unparsable(reason, text.count('\n', 0, at) + 1, at - text.rfind('\n', 0, at))


def wrong_kinds(found: List[Member]) -> Iterator[Tuple[Member, str]]:
    """The members whose value dockerd refuses, with what it should be.

    >>> [(one.key, kind) for one, kind in wrong_kinds(members('{"dns": "8.8.8.8", "log-opts": {"max-file": 3}}'))]
    [('dns', 'a list of texts'), ('log-opts', 'a mapping of text to text')]
    """
    for member in found:
        kind, value = KINDS.get(member.key), member.value
        if kind is None or value is None:
            continue
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        of = dict if kind == OBJECT_MAP else str
        if not isinstance(value, _TYPES[kind]) or not all(one is None or isinstance(one, of) for one in inner):
            yield member, kind


def repeated(found: List[Member]) -> List[Member]:
    """The members that another one of the same key follows: dockerd heeds the last, so these say nothing."""
    last = {member.key: member for member in found}
    return [member for member in found if last[member.key] is not member]


def merged(text: str, changes: Dict[str, Any]) -> str:
    r"""The text with these keys set and every other byte as it was; text without an object begins a new one.

    A key that is there has its value replaced where it stands, a new one goes behind the last.

    >>> merged('{\n\t"debug": true\n}\n', {'exec-opts': ['a=b'], 'debug': False})
    '{\n\t"debug": false,\n\t"exec-opts": ["a=b"]\n}\n'
    >>> merged('', {'a': 'b'}), merged('{}', {'a': 'b'})
    ('{\n  "a": "b"\n}\n', '{\n  "a": "b"\n}')
    """
    import json
    if not text.strip(_SPACE):
        text = '{}\n'
    for key, value in changes.items():
        found = members(text)
        here = [member for member in found if member.key == key]
        if here:
            text = text[:here[-1].begin] + json.dumps(value, ensure_ascii=False) + text[here[-1].end:]
        elif found:
            text = text[:found[-1].end] + _before(text, found[-1]) + _pair(key, value) + text[found[-1].end:]
        else:
            at = text.index('{') + 1
            text = text[:at] + '\n  ' + _pair(key, value) + '\n' + text[at:].lstrip(_SPACE)
    return text


def _pair(key: str, value: Any) -> str:
    import json
    return f'{json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}'


def _before(text: str, member: Member) -> str:
    """What separates a new member from the one before it: as that one is separated from its own line's beginning."""
    line = text[text.rfind('\n', 0, member.begin) + 1:member.begin]
    indent = re.match(r'[ \t]*', line)
    if not indent or line[indent.end():indent.end() + 1] != '"':
        return ', '
    end = '\r\n' if text[:text.find('\n') + 1].endswith('\r\n') else '\n'
    return ',' + end + indent.group()
