"""A requirement that a test says all about."""
from nodeprep import wanted
from nodeprep.model import Observation, Requirement, Run, Write


class Pretend(Requirement):
    """A pretended thing is as the test says.

    Why:  tests.  Read: nothing.  Fix: nothing.  Left to a person: everything.
    """

    id, title, kubeadm = 'pretend', 'The pretended thing is there', ('Pretended-a', 'Pretended-b')
    defaults = {'minimum': wanted.size('2GB'), 'policy': wanted.choice('off', 'open'), 'servers': wanted.texts(),
                'limit': wanted.duration('1s'), 'name': wanted.text(), 'entries': wanted.mapping(),
                'on': wanted.flag(False), 'many': wanted.count(2)}

    def __init__(self, now=(), boot=(), **more):
        self._now, self._boot = now, boot
        for name, value in more.items():
            setattr(self, name, value)

    def now(self, host, want):
        yield from _given(self._now)

    def boot(self, host, want):
        yield from _given(self._boot)


def _given(things):
    for thing in things:
        if isinstance(thing, BaseException):
            raise thing
        yield thing


def seen(met=True, **more):
    """An observation."""
    given = dict(subject='/etc/thing', found='this', wanted='that', met=met, source='/etc/thing:1')
    given.update(more)
    return Observation(**given)


FIX = (Write('/etc/thing', 'new\n', was='old\n'), Run(('act', '--', 'x'), undo=('unact', 'x'), risk='disruptive'))
