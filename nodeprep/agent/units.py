"""Units as systemd tells of them over the system bus: org.freedesktop.systemd1(5).

A unit sends PropertiesChanged when its state changes; UnitNew instead, when nothing was said of it since it was loaded
(bus_unit_send_change_signal() of src/core/dbus-unit.c). JobRemoved is not listened to: what a job did to a unit, the
unit says. To ask for a state by the path of a unit would load it, so none is asked: what a unit is, a round sees.
Whatever fails here is for the timer to see.
"""
from nodeprep.host.bus import ERROR, SIGNAL, Bus, Gone, Said
from nodeprep.typed import Any, Callable, Dict, List, Tuple

FIRST, LAST = 1.0, 300.0  # seconds between attempts to connect, doubled each time
_STEADY = 60.0            # seconds after which a connection counts as one that holds
_PATIENCE = 10.0          # seconds for all answers

_BUS = ('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus')
_SYSTEMD, _MANAGER = 'org.freedesktop.systemd1', 'org.freedesktop.systemd1.Manager'
_PATH, _UNIT = '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Unit'
_RESTING = ('inactive', 'failed', '')

Told = Tuple[str, str]    # (unit, what of it); '' for the unit: of any of them


def path_of(name: str) -> str:
    """The object that stands for a unit: bus_label_escape() of src/shared/bus-label.c.

    >>> path_of('docker.service'), path_of('3a@b.service')
    ('/org/freedesktop/systemd1/unit/docker_2eservice', '/org/freedesktop/systemd1/unit/_33a_40b_2eservice')
    """
    plain = [chr(byte) if chr(byte).isalnum() and byte < 128 and (at or not chr(byte).isdigit()) else f'_{byte:02x}'
             for at, byte in enumerate(name.encode('utf-8'))]
    return f'{_PATH}/unit/{"".join(plain) or "_"}'


class Units:
    """Some units on a bus that may come and go. `missing`: why they are not watched now; '' when they are.

    `connect` gives a new Bus or raises Gone; `now` is monotonic.
    """

    def __init__(self, names: List[str], connect: Callable[[], Bus], now: Callable[[], float]) -> None:
        self.missing = 'not connected' if names else ''
        self._names, self._connect, self._now = names, connect, now
        self._bus: Any = None
        self._wait, self._next, self._since = FIRST, 0.0, 0.0
        self._asked, self._because = 0.0, ''                   # when the last call was made, and what the calls are for
        self._forget()
        self.retry()

    def fileno(self) -> int:
        """For poll(2); -1 while there is no connection."""
        return -1 if self._bus is None else int(self._bus.fileno())

    def retry(self) -> None:
        """To be called now and then: connects when its time has come, and drops a bus that does not answer."""
        if self._calls and self._now() - self._asked > _PATIENCE:
            self._lose('it does not answer')
        if not self._names or self._bus is not None or self._now() < self._next:
            return
        try:
            self._bus, self._since = self._connect(), self._now()
            self._match(f"type='signal',sender='{_BUS[0]}',member='NameOwnerChanged',arg0='{_SYSTEMD}'")
            self._match(f"type='signal',sender='{_SYSTEMD}',interface='{_MANAGER}',member='Reloading'")
            for name in self._names:
                for member in ('UnitNew', 'UnitRemoved'):
                    self._match(f"type='signal',sender='{_SYSTEMD}',interface='{_MANAGER}',member='{member}',"
                                f"arg0='{name}'")
                self._listen(name, path_of(name))
            self._subscribe()
            self._bus.flush()
        except Gone as gone:
            self._lose(str(gone))

    def read(self) -> List[Told]:
        """What came of the units."""
        told: List[Told] = []
        try:
            for said in self._bus.read():
                told += self._signal(said) if said.kind == SIGNAL else self._answer(said)
            self._bus.flush()
        except Gone as gone:
            self._lose(str(gone))
        return told

    def close(self) -> None:
        """Ends the connection."""
        if self._bus is not None:
            self._bus.close()
        self._bus = None
        self._forget()

    def _forget(self) -> None:
        self._owner = ''                                       # who systemd is on this bus
        self._calls: Dict[int, Tuple[str, str]] = {}           # serial -> (method, unit), not answered yet
        self._paths: Dict[str, List[str]] = {}                 # path -> units that it stands for
        self._states: Dict[str, Tuple[str, str]] = {}

    def _lose(self, why: str) -> None:
        steady = self._bus is not None and not self._calls and self._now() - self._since > _STEADY
        self.close()
        self.missing, self._wait = why, FIRST if steady else self._wait
        self._next = self._now() + self._wait
        self._wait = min(2 * self._wait, LAST)

    def _call(self, method: str, name: str, *call: str) -> None:
        self._calls[self._bus.call(*call)] = method, name
        self._asked = self._now()

    def _match(self, rule: str) -> None:
        self._call('AddMatch', '', *_BUS, 'AddMatch', rule)

    def _listen(self, name: str, path: str) -> None:
        if name not in self._paths.setdefault(path, []):
            self._paths[path].append(name)
            self._match(f"type='signal',sender='{_SYSTEMD}',interface='org.freedesktop.DBus.Properties',"
                        f"member='PropertiesChanged',path='{path}',arg0='{_UNIT}'")

    def _subscribe(self) -> None:
        self._call('Subscribe', '', _SYSTEMD, _PATH, _MANAGER, 'Subscribe')
        self._resolve('units are watched from now on')

    def _resolve(self, because: str) -> None:
        """Asks under which name each unit is known: signals are sent for the path of that one alone."""
        self._because = because
        for name in self._names:
            self._call('GetUnit', name, _SYSTEMD, _PATH, _MANAGER, 'GetUnit', name)

    def _answer(self, said: Said) -> List[Told]:
        method, name = self._calls.pop(said.to, ('', ''))
        if said.kind == ERROR:
            if method == 'AddMatch' or not method and not self._owner:
                raise Gone(f'{method or "Hello"}: {said.member}')
            if method == 'Subscribe':
                self.missing = f'systemd is not on the system bus ({said.member})'
        elif method == 'Subscribe':
            self._owner, self.missing = said.sender, ''
        elif method == 'GetUnit' and said.body:                # an error: it is not loaded
            self._listen(name, said.body[0])
        # What changed while this was set up nobody told: one more round looks.
        return [('', self._because)] if method and not self._calls and self._owner else []

    def _signal(self, said: Said) -> List[Told]:
        if said.sender == _BUS[0] and said.member == 'NameOwnerChanged' and said.body[0] == _SYSTEMD:
            self._owner, self.missing = '', 'systemd left the system bus'
            self._states = {}
            if said.body[2]:
                self._subscribe()
        if not self._owner or said.sender != self._owner:      # anyone on the bus may send a signal to anyone
            return []
        if said.member == 'Reloading' and said.body == (False,):
            self._resolve('systemd has read its units anew')
        if said.member == 'PropertiesChanged':
            return self._changed(self._paths.get(said.path, []), said.body[1])
        name = said.body[0] if said.body else ''
        if name in self._names and said.member in ('UnitNew', 'UnitRemoved'):
            was = self._states.pop(name, ('', ''))[0]
            if said.member == 'UnitNew' or was not in _RESTING:
                return [(name, f'{name} {"loaded" if said.member == "UnitNew" else "unloaded"}')]
        return []

    def _changed(self, names: List[str], properties: Dict[str, Tuple[str, Any]]) -> List[Told]:
        active, sub = (str(properties.get(key, ('s', ''))[1]) for key in ('ActiveState', 'SubState'))
        changed = [name for name in names if active and self._states.get(name) != (active, sub)]
        self._states.update((name, (active, sub)) for name in changed)
        return [(name, f'{name} {active}') for name in changed]
