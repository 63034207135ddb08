"""The words of nodeprep: plain values, and what a requirement is.

Imports nothing of ours but what these values are made of; everything else imports this.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, Mapping, Optional, Tuple, Union

NOW, BOOT = 'now', 'boot'
MET, DRIFTED, UNKNOWN, NOT_APPLICABLE = 'met', 'drifted', 'unknown', 'not-applicable'
HARMLESS, DISRUPTIVE, REBOOT = 'harmless', 'disruptive', 'reboot'

# Worst last, so that max() finds it. An image has no "now", so what does not
# apply must never hide what was met.
STATES = (NOT_APPLICABLE, MET, UNKNOWN, DRIFTED)


def worst(states: Any) -> str:
    """The worst of some states; not-applicable when there are none.

    >>> worst(['met', 'unknown']), worst([]), worst(['not-applicable', 'met'])
    ('unknown', 'not-applicable', 'met')
    """
    return max(states, key=STATES.index, default=NOT_APPLICABLE)


class CannotTell(Exception):
    """Something could not be read or understood: the verdict is unknown, never met.

    `source` is what could not be read: a path, path:line, a socket or a command.
    """

    def __init__(self, reason: str, source: str = '') -> None:
        super().__init__(reason)
        self.reason, self.source = reason, source


class CannotChange(Exception):
    """A change was not made, or not whole; the message says why and what a person can do."""


class Busy(CannotChange):
    """Another nodeprep changes this host; the message says which."""


class NotApplicable(Exception):
    """The question has no meaning on this host; the message says why."""


class Write(NamedTuple):
    """A file that should read `text` (None: not be there); `was` is what was read when this was planned.

    Text is UTF-8 with surrogateescape, so that bytes that are not UTF-8 survive.
    """

    path: str
    text: Optional[str]
    mode: Optional[int] = None     # None: keep what the file has, 0644 for a new one
    was: Optional[str] = None      # None: the file was absent


class Run(NamedTuple):
    """A command (a list, never a shell line), its inverse, and what it may hurt."""

    argv: Tuple[str, ...]
    undo: Tuple[str, ...] = ()
    risk: str = HARMLESS


Change = Union[Write, Run]


class Observation(NamedTuple):
    """One thing that was looked at: what was found beside what is wanted."""

    subject: str                   # '/dev/dm-1', '/etc/fstab', 'net.ipv4.ip_forward'
    found: str
    wanted: str
    met: Optional[bool]            # None: could not tell, and `found` says why
    source: str = ''               # where it was read: path:line, socket, syscall. This is the evidence
    fix: Tuple[Change, ...] = ()   # () = left to a person; then `hint` says what the person does
    hint: str = ''
    advised: bool = False          # not met: told, but the requirement may still pass
    kubeadm: str = ''              # the kubeadm check that is just this one: 'FileExisting-socat'
    when: str = ''                 # NOW or BOOT; the engine sets it from the half that yielded it

    @property
    def state(self) -> str:
        """met, drifted or unknown."""
        return UNKNOWN if self.met is None else MET if self.met else DRIFTED


def unknown(subject: str, wanted: str, error: CannotTell, hint: str = '', **more: Any) -> Observation:
    """The observation for something that could not be told, with the reason as what was found."""
    return Observation(subject, error.reason, wanted, None, error.source, hint=hint, **more)


class Finding(NamedTuple):
    """What examining one requirement gave."""

    requirement: str
    now: str
    boot: str
    observations: Tuple[Observation, ...]
    note: str = ''
    took: float = 0.0              # seconds

    @property
    def state(self) -> str:
        """The worse of now and boot."""
        return worst((self.now, self.boot))


class Pollable(NamedTuple):
    """A file of /proc that tells of its changes through poll(2)."""

    path: str


class Folder(NamedTuple):
    """A folder whose files are to be watched."""

    path: str


class Unit(NamedTuple):
    """A systemd unit whose state is to be watched."""

    name: str


Watch = Union[Pollable, Folder, Unit]
Want = Mapping[str, Any]


class Requirement:
    """One thing that a node must be. Subclasses say why, what is read, what a fix does, what is left.

    `now` looks at the running host, `boot` at what the next boot would bring. Both only look, and may
    raise CannotTell or NotApplicable; each is a half of its own, so that one that fails hides nothing of
    the other. A half that yields nothing does not apply. With an image (`--root`) only `boot` is asked.
    """

    id = ''                                # stable for ever: config, wire, database
    title = ''
    kubeadm: Tuple[str, ...] = ()          # what kubeadm calls it: 'Swap', 'NumCPU'; 'Port-*' for a family
    severity = 'required'                  # or 'advised': the default, policy overlays it
    after: Tuple[str, ...] = ()            # ids that are fixed before this one
    defaults: Dict[str, Any] = {}          # name -> wanted.Option; unknown keys are refused
    watches: Tuple[Watch, ...] = ()
    waits = False                          # True: it waits for other machines, so it runs beside the rest
    remade = False                         # True: each boot makes what `now` looks at anew, from what `boot` tells

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """What the running host shows."""
        return iter(())

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """What the next boot would bring."""
        return iter(())


class Waiver(NamedTuple):
    """An exception that somebody answers for, until a day (inclusive, UTC)."""

    requirement: str
    reason: str
    owner: str
    until: str             # YYYY-MM-DD, which sorts as days do


class Rule(NamedTuple):
    """What is wanted of one requirement."""

    mode: str
    severity: str
    want: Dict[str, Any]
    waiver: Optional[Waiver] = None
    note: str = ''            # what is to be known of what is wanted
