"""What a transaction is made of: steps with their before-images, and how they stand in a line of JSON."""
import base64
import binascii

from nodeprep.host.images import Image
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

FORMAT = 1
# What became of a step. `intended`: a process ended in the middle of it, so that it may have been done or not.
INTENDED, DONE, FAILED = 'intended', 'done', 'failed'


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
        if len(before) != 1 or mode is not None and not isinstance(mode, int) or '/' in _text(line, 'temporary'):
            raise ValueError('a write that is not understood')
        return Step(number, part, _text(line, 'write'), _unpacked(line.get('data')), mode, _text(line, 'temporary'),
                    before=before)
    run, undo = _words(line, 'run'), _words(line, 'undo')
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
    numbers = {name: _whole(line, name) for name in ('mode', 'uid', 'gid', 'mtime_ns', 'links') if name in line}
    xattrs = line.get('xattrs', {})
    if not isinstance(xattrs, dict):
        raise ValueError('extended attributes that are not understood')
    for name in ('path', 'real'):
        if not _text(line, name).startswith('/') or '\0' in line[name] or '/../' in line[name] + '/':
            raise ValueError(f'{line[name]!r} is not the path of a file')
    return Image(line['path'], line['real'], _text(line, 'kind'), data=_unpacked(line.get('data', '')) or b'',
                 target=str(line.get('target', '')), lacking=_words(line, 'lacking') if 'lacking' in line else (),
                 xattrs=tuple((name, _unpacked(value) or b'') for name, value in sorted(xattrs.items())), **numbers)


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


def _words(line: Dict[str, Any], name: str) -> Tuple[str, ...]:
    words = _listed(line, name)
    if not all(isinstance(word, str) and '\0' not in word for word in words):
        raise ValueError(f'{name} is not a list of words')
    return tuple(words)


def _text(line: Dict[str, Any], name: str) -> str:
    found = line.get(name)
    if not isinstance(found, str):
        raise ValueError(f'{name} is not a text')
    return found


def _whole(line: Dict[str, Any], name: str) -> int:
    found = line.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise ValueError(f'{name} is not a number')
    return found
