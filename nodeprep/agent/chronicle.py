"""What became of each requirement on this host, and when the agent was there to see it: kept for `nodeprep report`.

Two files of lines that are only ever added to, each line with its CRC-32, so that one that a crash tore or a disk
changed is seen to be. Each begins with everything that is known, and everything is written again once a day: whatever
is lost is made good by the next such line. A line without anything else is a mark: the agent was there.
"""
import json
import os
from binascii import crc32

from nodeprep.agent import owned
from nodeprep.host.files import reason
from nodeprep.typed import Any, Dict, Iterable, List, Mapping, Optional, Tuple, Union

NAME, OLDER = 'chronicle', 'chronicle.old'
LIMIT = 4 * 2**20         # bytes of both files: 250 to 500 days of a quiet host, at 8 KiB a day
MARK = 290.0              # seconds after which presence is written down again; the loop wakes each 300
DAY = 86400.0
_LONGEST = 300            # letters of what is kept of what was found
_WELL = ('met', 'not-applicable')
Line = Union[None, float, Dict[str, Any]]
Tree = Dict[str, Any]


class Chronicle:
    """What the agent writes. It never raises: see `trouble`."""

    def __init__(self, home: str, process: Mapping[str, Any], limit: int = LIMIT) -> None:
        """`home` is the folder; `process` tells of the agent, see processes.this(); `limit` in bytes."""
        self._path, self._older = f'{home}/{NAME}', f'{home}/{OLDER}'
        self._process, self._limit = dict(process), limit
        self._known: Dict[str, List[Any]] = {}
        self._whole: Optional[Tuple[float, float]] = None      # when everything was written last, by both clocks
        self._begun = False
        self._last = 0.0                                       # of the last line, monotonic
        self.trouble = ''

    def see(self, report: Tree, outcomes: Mapping[str, str], at: float, now: float) -> None:
        """Takes what a round saw (a report, what each finding counts as). `at` in seconds since 1970, `now` monotonic.
        """
        seen = {one['requirement']: _value(one, outcomes[one['requirement']]) for one in report['findings']}
        whole = self._whole is None or abs(at - self._whole[0]) >= DAY or now - self._whole[1] >= DAY
        new = seen if whole else {name: value for name, value in seen.items() if _news(value, self._known.get(name))}
        if not whole and not new and set(seen) == set(self._known):
            self.mark(at, now)
            return
        if self._size() > self._limit / 2:
            self._turn_over()
            whole = True
        if whole or set(seen) != set(self._known):
            line: Tree = {'at': round(at, 3), 'all': seen, 'node': {name: report['node'][name] for name in (
                'name', 'role', 'os', 'labels')}}
            if not self._begun:
                line['began'] = self._process
            if not os.path.exists(self._path) and not os.path.exists(self._older):
                line['first'] = True
        else:
            line = {'at': round(at, 3), 'of': new}
        if self._write(json.dumps(line, separators=(',', ':')), now):
            self._known = seen
            self._begun = True
            self._whole = (at, now) if 'all' in line else self._whole

    def mark(self, at: float, now: float) -> None:
        """The agent is there. Written at most every MARK seconds."""
        if self._begun and now - self._last >= MARK:
            self._write(f'{max(0, int(at)):012d}', now)

    def end(self, at: float) -> None:
        """It goes."""
        if self._begun:
            self._write(json.dumps({'at': round(at, 3), 'ended': True}, separators=(',', ':')), self._last)
            self._begun, self._whole = False, None

    def _size(self) -> int:
        try:
            return os.lstat(self._path).st_size
        except OSError:
            return 0

    def _turn_over(self) -> None:
        try:
            os.rename(self._path, self._older)
            owned.sync(os.path.dirname(self._path))
        except OSError as error:
            self.trouble = f'{self._path}: {reason(error)}'

    def _write(self, text: str, now: float) -> bool:
        data = line_of(text)
        try:
            handle = owned.opened(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            try:
                size = os.fstat(handle).st_size
                torn = size and os.pread(handle, 1, size - 1) != b'\n'     # by whoever was killed while writing it
                try:
                    owned.write(handle, b'\n' + data if torn else data)
                    os.fdatasync(handle)
                except OSError:
                    os.ftruncate(handle, size)
                    raise
            finally:
                os.close(handle)
            if not size:
                owned.sync(os.path.dirname(self._path))
        except OSError as error:
            # What was not written is written with everything else when that can be.
            self._whole = None
            self.trouble = f'the history of this host cannot be written: {self._path}: {reason(error)}'
            return False
        self._last, self.trouble = now, ''
        return True


def line_of(text: str) -> bytes:
    """A line of the file.

    >>> line_of('000000000060')
    b'f2240c71 000000000060\\n'
    """
    raw = text.encode('ascii')
    return b'%08x %s\n' % (crc32(raw) & 0xffffffff, raw)


def read(home: str) -> List[Line]:
    """What was written, the oldest first: seconds since 1970 of a mark, a mapping, or None for a damaged line.

    OSError; FileNotFoundError when nothing was written yet. A last line that is not whole is left out.
    """
    newer = _raw(f'{home}/{NAME}')          # first: when it turns over meanwhile it is read a second time, not missed
    older = _raw(f'{home}/{OLDER}')
    if newer is None and older is None:
        raise FileNotFoundError(2, 'No such file or directory', f'{home}/{NAME}')
    twice = newer is not None and older is not None and older.startswith(newer)
    return [one for raw in (older, None if twice else newer) if raw for one in _lines(raw)]


def _raw(path: str) -> Optional[bytes]:
    try:
        return owned.read(path)
    except FileNotFoundError:
        return None


def _lines(raw: bytes) -> List[Line]:
    return [_line(line) for line in raw.split(b'\n')[:-1]]


def _line(line: bytes) -> Line:
    text = line[9:]
    try:
        if line[8:9] != b' ' or int(line[:8], 16) != crc32(text) & 0xffffffff:
            return None
        if text.isdigit():
            return float(int(text))
        found = json.loads(text.decode('ascii'))
        return found if isinstance(found, dict) and isinstance(found.get('at'), (int, float)) else None
    except ValueError:
        return None


def _value(finding: Tree, outcome: str) -> List[Any]:
    """[outcome, state, now, boot, severity, waiver, [found, wanted, source]] of a finding of a report."""
    waiver = finding['waiver']
    return [outcome, finding['state'], finding['now'], finding['boot'], finding['severity'],
            [waiver['until'], waiver['owner'], waiver['reason']] if waiver else None, _seen(finding)]


def _seen(finding: Tree) -> Optional[List[str]]:
    """What is wrong of it: the first that fails, one that counts before others, now before the next boot."""
    if finding['state'] in _WELL:
        return None
    when = 'boot' if finding['now'] in _WELL else 'now'
    failing: Iterable[Tree] = [one for one in finding['observations'] if one['met'] is not True]
    best = min(failing, default=None, key=lambda one: (one['advised'], one['when'] != when, one['met'] is None))
    return [best[name][:_LONGEST] for name in ('found', 'wanted', 'source')] if best else None


def _news(value: List[Any], known: Optional[List[Any]]) -> bool:
    """Whether it is another; by how much something fails is no news."""
    return known is None or value[:6] != known[:6]
