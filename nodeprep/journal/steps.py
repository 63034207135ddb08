"""What a transaction is made of: steps with their before-images, and how they stand in a line of JSON."""
import base64
import binascii

from nodeprep.host.files import raw_of
from nodeprep.host.images import ABSENT, FILE, FOLDER, LINK, OTHER, Image
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

FORMAT = 1
# What became of a step. `intended`: a process ended in the middle of it, so that it may have been done or not.
INTENDED, DONE, FAILED = 'intended', 'done', 'failed'
# The largest that the kernel takes: chmod(2), chown(2) (where -1 means to keep it), a timespec of 64 bits.
_MOST = {'mode': 0o7777, 'uid': 2**32 - 2, 'gid': 2**32 - 2, 'mtime_ns': 2**63 - 1, 'links': 2**32}


class Step(NamedTuple):
    """One change: a file (then `write` is its path) or a command (then `run` is it)."""

    number: int
    part: str                                   # the requirement
    write: str = ''
    data: Optional[bytes] = None                # what the file was made to hold; None: not to be there
    mode: Optional[int] = None
    temporary: str = ''                         # the name that the new content has until it is complete
    run: Tuple[str, ...] = ()
    undo: Tuple[str, ...] = ()
    risk: str = ''
    before: Tuple[Image, ...] = ()              # of the file; or of what the command may touch
    changed: Tuple[Tuple[Image, Image], ...] = ()       # what the command did touch, before and after
    state: str = INTENDED
    why: str = ''                               # that it failed
    undone: str = ''                            # how it was taken back: restored, ran, nothing
    said: str = ''                              # why it could not be taken back
    ours: Optional[Tuple[str, ...]] = None      # what its inverse, which has begun, may not leave; None: it has not


def as_line(step: Step) -> Dict[str, Any]:
    """The intent of a step."""
    line: Dict[str, Any] = {'step': step.number, 'part': step.part,
                            'before': [image_line(image) for image in step.before]}
    if step.write:
        line.update(write=step.write, data=_packed(step.data), mode=step.mode, temporary=step.temporary)
    else:
        line.update(run=list(step.run), undo=list(step.undo), risk=step.risk)
    return line


def from_line(line: Dict[str, Any]) -> Step:
    """The step of an intent. ValueError when it is none."""
    before = tuple(image_from(one) for one in _listed(line, 'before'))
    number, part = _whole(line, 'step'), _text(line, 'part')
    if 'write' in line:
        mode = line.get('mode')
        temporary = _text(line, 'temporary')
        if len(before) != 1 or mode is not None and not 0 <= _whole(line, 'mode') <= _MOST['mode'] or \
                '/' in temporary or not temporary.startswith('.') or temporary in ('.', '..') or \
                before[0].kind not in (ABSENT, FILE):
            raise ValueError('a write that is not understood')
        return Step(number, part, _text(line, 'write'), _unpacked(line.get('data')), mode, temporary, before=before)
    run, undo = words_from(line, 'run'), words_from(line, 'undo')
    if not run:
        raise ValueError('a command without words')
    return Step(number, part, run=run, undo=undo, risk=_text(line, 'risk'), before=before)


def image_line(image: Image) -> Dict[str, Any]:
    """An image as JSON; what is as usual is left out."""
    line: Dict[str, Any] = {'path': image.path, 'real': image.real, 'kind': image.kind}
    usual = Image('', '', '')
    for name in ('target', 'mode', 'uid', 'gid', 'mtime_ns', 'links'):
        if getattr(image, name) != getattr(usual, name):
            line[name] = getattr(image, name)
    if image.data:
        line['data'] = _packed(image.data)
    if image.xattrs:
        line['xattrs'] = {name: _packed(value) for name, value in image.xattrs}
    if image.lacking:
        line['lacking'] = list(image.lacking)
    return line


def image_from(line: Any) -> Image:
    """The image of a line. ValueError when it is none: nothing is restored from what is only half understood."""
    if not isinstance(line, dict) or not set(line) <= set(Image._fields):
        raise ValueError('a before-image that is not understood')
    numbers = {name: _whole(line, name) for name in _MOST if name in line}
    xattrs = line.get('xattrs', {})
    if not isinstance(xattrs, dict) or any('\0' in name for name in xattrs):
        raise ValueError('extended attributes that are not understood')
    if any(not (-_MOST[name] if name == 'mtime_ns' else 0) <= value <= _MOST[name] for name, value in numbers.items()):
        raise ValueError('a number that no file has')
    path, real = _path(line, 'path'), _path(line, 'real')
    image = Image(path, real, _text(line, 'kind'), data=_unpacked(line.get('data', '')) or b'',
                  target=_text(line, 'target') if 'target' in line else '',
                  lacking=words_from(line, 'lacking') if 'lacking' in line else (),
                  xattrs=tuple((name, _unpacked(value) or b'') for name, value in sorted(xattrs.items())), **numbers)
    if image.kind not in (ABSENT, FILE, LINK, FOLDER, OTHER) or (image.kind == LINK) != bool(image.target) or \
            not all(real.startswith(folder + '/') for folder in image.lacking):
        raise ValueError('a before-image that is not understood')
    return image


def pairs_from(line: Dict[str, Any]) -> Tuple[Tuple[Image, Image], ...]:
    """What a command changed, as its done mark has it."""
    found: List[Tuple[Image, Image]] = []
    for pair in _listed(line, 'changed'):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError('a change that is not understood')
        found.append((image_from(pair[0]), image_from(pair[1])))
    return tuple(found)


def _packed(data: Optional[bytes]) -> Optional[str]:
    return None if data is None else base64.b64encode(data).decode('ascii')


def _unpacked(text: Any) -> Optional[bytes]:
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError('content that is not a text')
    try:
        return base64.b64decode(text.encode('ascii'), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError('content that is not base64') from None


def _listed(line: Dict[str, Any], name: str) -> List[Any]:
    found = line.get(name, [])
    if not isinstance(found, list):
        raise ValueError(f'{name} is not a list')
    return found


def words_from(line: Dict[str, Any], name: str) -> Tuple[str, ...]:
    """The texts of a list in a line. ValueError when they are none."""
    words = _listed(line, name)
    if not all(isinstance(word, str) for word in words):
        raise ValueError(f'{name} is not a list of words')
    for word in words:
        _fit(word)
    return tuple(words)


def _path(line: Dict[str, Any], name: str) -> str:
    path = _text(line, name)
    if not path.startswith('/') or '/../' in path + '/':
        raise ValueError(f'{path!r} is not the path of a file')
    return path


def _text(line: Dict[str, Any], name: str) -> str:
    found = line.get(name)
    if not isinstance(found, str):
        raise ValueError(f'{name} is not a text')
    return _fit(found)


def _fit(text: str) -> str:
    if '\0' in text:
        raise ValueError('a zero byte')
    raw_of(text)                  # a UnicodeEncodeError is a ValueError
    return text


def _whole(line: Dict[str, Any], name: str) -> int:
    found = line.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise ValueError(f'{name} is not a number')
    return found
