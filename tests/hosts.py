"""Eight whole machines as they come, each a folder tests/hosts/NAME.

root/         the files: configuration, unit files and their links, and what /proc and /sys show on such a machine
facts.json    what is no file: the kernel's name, sizes of file systems, answers of commands and sockets, empty folders
replies/      bodies of HTTP answers that facts.json names

SOURCES.md there says where each kind of file was taken from.
"""
import json
import os
import shutil
import stat
from typing import Any, Dict, List, Tuple, Type, TypeVar

from nodeprep import catalogue
from nodeprep.host import Answer
from nodeprep.host.kernel import Clock
from nodeprep.host.network import Reply
from nodeprep.model import CannotTell, Rule
from nodeprep.policy import load as load_policy
from tests.fakes import FakeHost

Fake = TypeVar('Fake', bound=FakeHost)
FOLDER = os.path.join(os.path.dirname(__file__), 'hosts')
NAMES: Tuple[str, ...] = tuple(sorted(name for name in os.listdir(FOLDER)
                                      if os.path.exists(os.path.join(FOLDER, name, 'facts.json'))))


def load(name: str, folder: Any, live: bool = True, kind: Type[Fake] = FakeHost) -> Fake:    # type: ignore[assignment]
    """A fixture host as a FakeHost (or a class of it) over a copy of its tree in `folder`, which must not hold one yet.

    With live False it is an image of that host: /proc, /sys, /run and /dev are empty, as they are on a disk.
    """
    known = facts(name)
    root = os.path.join(str(folder), name)
    shutil.copytree(os.path.join(FOLDER, name, 'root'), root, symlinks=True)
    for path in known['folders']:
        os.makedirs(root + path, exist_ok=True)
    for path in known['programs']:
        _make(root + path, b'#!/bin/false\n', 0o755)
    for path in known['sockets']:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.mknod(root + path, stat.S_IFSOCK | 0o660)
    if not live:
        for path in ('/proc', '/sys', '/run', '/dev'):
            shutil.rmtree(root + path, ignore_errors=True)
            os.makedirs(root + path)
    return _with_facts(kind(root, live), name, known)


def facts(name: str) -> Dict[str, Any]:
    """The facts.json of a fixture host."""
    with open(os.path.join(FOLDER, name, 'facts.json'), encoding='utf-8') as source:
        found: Dict[str, Any] = json.load(source)
    return found


def rules(name: str, host: FakeHost) -> Dict[str, Rule]:
    """What is wanted of this host by requirement id, with the profile, role and version of its cluster."""
    own = facts(name)['want']
    policy = load_policy(host, None, own.get('profile', ''), own.get('role', ''))
    version = tuple(own.get('kubernetes', policy.settings['kubernetes'].value))
    return {one.id: policy.rule(one, version) for one in catalogue.load_all().values()}


def replies_of(name: str) -> Dict[str, Reply]:
    """What the sockets of a fixture host answer."""
    return {key: _reply(name, reply) for key, reply in facts(name)['replies'].items()}


def _with_facts(host: Fake, name: str, known: Dict[str, Any]) -> Fake:
    host.kernel, host.affinity, host.uid = tuple(known['kernel']), known['affinity'], known['uid']
    host.now_is, host.timex, host.ftype = known['time'], Clock(*known['clock']), _or_error(known['ftype'])
    host.sizes = {path: tuple(sizes) for path, sizes in known['sizes'].items()}
    host.resolved, host.denied = known['resolved'], set(known['denied'])
    host.answers = {tuple(argv): Answer(code, out, err) for argv, code, out, err in known['answers']}
    host.replies = replies_of(name)
    return host


def _reply(name: str, reply: Dict[str, Any]) -> Reply:
    with open(os.path.join(FOLDER, name, 'replies', reply['file']), 'rb') as body:
        return Reply(reply['status'], reply['headers'], body.read())


def _or_error(value: Any) -> Any:
    return CannotTell(value['cannot']) if isinstance(value, dict) else value


def _make(real: str, text: bytes, mode: int) -> None:
    os.makedirs(os.path.dirname(real), exist_ok=True)
    with open(real, 'wb') as out:
        out.write(text)
    os.chmod(real, mode)


def snapshot(root: str) -> List[Tuple[str, int, Any, int]]:
    """Every name below a root with its mode, content (a link's target) and mtime in ns: equal means untouched."""
    seen = []
    for folder, folders, files in os.walk(root):
        for entry in sorted(folders + files):
            path = os.path.join(folder, entry)
            status = os.lstat(path)
            content: Any = None
            if stat.S_ISLNK(status.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(status.st_mode):
                with open(path, 'rb') as source:
                    content = source.read()
            seen.append((path[len(root):], status.st_mode, content, status.st_mtime_ns))
    return sorted(seen)
