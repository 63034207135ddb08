"""Fixtures for every test, and the ban: a fast test cannot reach the machine that runs it."""
import _socket
import os
import socket
import subprocess

import pytest
from hypothesis import HealthCheck, settings

from nodeprep.host import Host
from nodeprep.wanted import Option
from tests.fakes import FakeHost

# The tests read what is said in English, whatever language whoever runs them reads; those of other languages say so.
os.environ['LANGUAGE'] = 'en'
# Nor is what they read folded at the width of the terminal of whoever runs them.
os.environ.pop('COLUMNS', None)

# Trees of real hosts: there is no test in them, and links in circles that the kernel follows 40 times, or does not.
collect_ignore = ['hosts']

# CI must say the same of the same commit each time; a person's run looks at new examples every time. How long one
# takes says nothing on a busy machine.
settings.register_profile('ours', derandomize=bool(os.environ.get('CI')), deadline=None,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile('ours')


class ReachedTheMachine(BaseException):
    """A fast test ran a command, opened a socket or made a Host of the real root. Nothing may swallow this one."""


@pytest.fixture(autouse=True)
def _ban(request, monkeypatch):
    """Only tests/system, lab, packaging, compare and web, which say so by where they live, may touch the machine."""
    here = os.path.relpath(str(request.node.fspath), os.path.dirname(__file__)).split(os.sep)[0]
    if here in ('system', 'lab', 'packaging', 'compare', 'web') or request.node.get_closest_marker('reaches_machine'):
        return

    def refuse(what):
        def raise_it(*args, **kwargs):
            raise ReachedTheMachine(f'{what}{args!r}: use a FakeHost, or move the test to tests/system')
        return raise_it
    real_init = Host.__init__

    def only_below(self, root='/', live=None):
        if root == '/':
            raise ReachedTheMachine('Host("/")')
        real_init(self, root, live)
    monkeypatch.setattr(Host, '__init__', only_below)
    monkeypatch.setattr(subprocess.Popen, '__init__', refuse('subprocess.Popen'))
    monkeypatch.setattr(os, 'system', refuse('os.system'))
    monkeypatch.setattr(socket.socket, 'connect', refuse('socket.connect'))
    monkeypatch.setattr(socket, 'getaddrinfo', refuse('socket.getaddrinfo'))
    monkeypatch.setattr(_socket, 'getaddrinfo', refuse('_socket.getaddrinfo'))


@pytest.fixture
def host(tmp_path):
    """An empty machine to fill with files."""
    root = tmp_path / 'root'
    root.mkdir()
    return FakeHost(str(root))


@pytest.fixture
def image(tmp_path):
    """An empty image: the same, but no kernel runs it."""
    root = tmp_path / 'image'
    root.mkdir()
    return FakeHost(str(root), live=False)


def wants(requirement, **changed):
    """What a requirement wants by default, with some values changed as a configuration would."""
    want = {'role': 'worker', 'kubernetes': (1, 23), 'profile': 'docker'}
    for name, option in requirement.defaults.items():
        assert isinstance(option, Option), name
        want[name] = option.default
    for name, value in changed.items():
        want[name] = requirement.defaults[name].read(value) if name in requirement.defaults else value
    return want
