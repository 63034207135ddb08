"""Bodies of requests: bounded before they are held, unpacked and parsed. What is hostile ends as a problem, cheaply.

Each bound has its attack: length (memory), gzip (a bomb of 1000:1), depth (the stack), digits of a number (time that
grows with their square), NaN and what overflows (no JSON, and no database takes it), surrogates and NUL (no text).
"""
import asyncio
import json
import re
import zlib

from nodeprep.language import N_
from nodeprep.master.http.problem import Problem
from nodeprep.typed import Any, Callable, Dict, Tuple

_current_task: Any = getattr(asyncio, 'current_task', None) or getattr(asyncio.Task, 'current_task', None)    # 3.6
SMALL = 64 * 2**10                       # bytes of a body, unless a route takes more
REPORTS, INFLATED = 8 * 2**20, 32 * 2**20
PATIENCE = 30.0                          # seconds for a body to come
MANY = 2**20                             # values of a body: an empty list is 3 bytes of JSON, and 64 of memory
DEEPEST = 64                             # levels of lists and objects
_BRACKETS = bytes(set(range(256)) - set(b'[]{}'))
_UNTEXT = re.compile('[\ud800-\udfff\0]')


async def whole(receive: Callable[[], Any], length: str, most: int, patience: float = PATIENCE) -> bytes:
    """A body as ASGI brings it, at most `most` bytes; `length` is what Content-Length says. Problem 408, 413."""
    if length and (not length.isdecimal() or len(length) > 15 or int(length) > most):
        raise too_long(most)
    loop, task, late = asyncio.get_event_loop(), _current_task(), []      # type: Any, Any, Any

    def end() -> None:
        late.append(True)
        task.cancel()
    # asyncio.wait_for would make a task for each part, which costs as much as all else that a heartbeat needs here.
    timer = loop.call_later(patience, end)
    try:
        return await _read(receive, most)
    except asyncio.CancelledError:
        if not late:
            raise
        if hasattr(task, 'uncancel'):          # since Python 3.11
            task.uncancel()
        raise Problem(408, f'The body did not come within {patience:g} seconds.', CLOSE) from None
    finally:
        timer.cancel()


async def _read(receive: Callable[[], Any], most: int) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message['type'] == 'http.disconnect':
            raise Problem(400, N_('The body is cut off.'), CLOSE)
        part = message.get('body', b'')
        size += len(part)
        if size > most:
            raise too_long(most)
        parts.append(part)
        if not message.get('more_body'):
            return b''.join(parts)


CLOSE = (('Connection', 'close'),)       # what is left of the body is not read


def unread(headers: Dict[str, str]) -> Tuple[Tuple[str, str], ...]:
    """The headers of an answer before the body has come: to wait for the rest of a long one is in vain."""
    length = headers.get('content-length', '0')
    return CLOSE if 'transfer-encoding' in headers or not length.isdecimal() or int(length[:15]) > SMALL else ()


def too_long(most: int) -> Problem:
    """413."""
    return Problem(413, f'The body is longer than {most} bytes.', CLOSE)


def heavy(body: bytes, coding: str) -> bool:
    """Whether a body is to be inflated beside the loop: by its length, or by what a gzip says of its own (RFC 1952)."""
    return len(body) > SMALL or bool(coding.strip()) and _said(body) > SMALL


def _said(body: bytes) -> int:
    return int.from_bytes(body[-4:], 'little')


def inflated(body: bytes, coding: str, most: int) -> bytes:
    """A body without its Content-Encoding. Problem 400, 413, 415."""
    coding = coding.strip().lower()
    if coding in ('', 'identity'):
        if len(body) > most:
            raise too_long(most)
        return body
    if coding not in ('gzip', 'x-gzip'):
        raise Problem(415, N_('The body is packed in another way than gzip.'), (('Accept-Encoding', 'gzip'),))
    unpacker = zlib.decompressobj(31)
    try:
        found = unpacker.decompress(body, min(most, _said(body)) + 1)
    except zlib.error:
        raise Problem(400, N_('The body is not gzip.')) from None
    if len(found) > most:
        raise Problem(413, f'The body is longer than {most} bytes when it is unpacked.')
    if not unpacker.eof or unpacker.unused_data:
        raise Problem(400, N_('The body is not one whole gzip.'))
    return found


def tree(body: bytes) -> Any:
    """The JSON of a body. Problem 400 with what is wrong with it; 413 for so many values that they fill the memory."""
    few(body)
    shallow(body)
    try:
        found = _decoded(body.decode('utf-8'))
    except UnicodeDecodeError:
        raise Problem(400, 'The body is not UTF-8.') from None
    except (ValueError, RecursionError) as error:
        said = f'at character {error.pos}' if isinstance(error, json.JSONDecodeError) else str(error)
        raise Problem(400, f'The body is not JSON: {said}.') from None
    text_alone(body, found)
    return found


def _decoded(text: str) -> Any:
    """DECODER.decode(); what has no blank around it, as nearly all, without two searches for one."""
    if text[:1] == '{':
        found, end = DECODER.raw_decode(text)
        if end == len(text):
            return found
    return DECODER.decode(text)


def few(body: bytes) -> None:
    """Problem 413 for a body that has too many values."""
    if len(body) > MANY and body.count(b',') + body.count(b'[') + body.count(b'{') > MANY:
        raise Problem(413, f'The body has more than {MANY} values.')


def text_alone(body: bytes, found: Any) -> None:
    """Problem 400 when there is something among the texts of a body's tree that is no text."""
    if b'\\' in body or b'\0' in body:         # to look for one byte takes a tenth of the time of two
        _texts(found)


def shallow(body: bytes, within: int = 0) -> None:
    """Problem 400 for a body that is too deep, or a part of one that stands within so many lists and objects."""
    if body.count(b'[') + body.count(b'{') <= DEEPEST - within:
        return
    # By steps that read each byte once: a pattern for strings looks for the end of each that has none over and over.
    outside = body.replace(b'\\\\', b'').replace(b'\\"', b'').split(b'"')[::2]
    brackets = b''.join(outside).translate(None, _BRACKETS)
    for _ in range(DEEPEST - within):
        if not brackets:
            return
        brackets = brackets.replace(b'[]', b'').replace(b'{}', b'')
    if brackets:
        raise Problem(400, f'The body is nested deeper than {DEEPEST} levels, or is not JSON.')


def _texts(found: Any) -> None:
    """Goes through texts and names; the depth is known to be small."""
    if isinstance(found, str):
        if _UNTEXT.search(found):
            raise Problem(400, N_('The body has half a surrogate pair or a NUL character in a text.'))
    elif isinstance(found, dict):
        for name, item in found.items():
            _texts(name)
            _texts(item)
    elif isinstance(found, list):
        for item in found:
            _texts(item)


def _integer(written: str) -> int:
    if len(written) > 19:
        raise ValueError('a number has too many digits')
    return int(written)


def _float(written: str) -> float:
    found = float(written) if len(written) <= 40 else float('inf')
    if found in (float('inf'), float('-inf')):
        raise ValueError('a number is too large or too long')
    return found


def _constant(written: str) -> Any:
    raise ValueError(f'{written} is no number of JSON')


DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_constant)
SCAN: Any = DECODER.scan_once            # type: ignore[attr-defined]  # what raw_decode() calls: (text, at) -> (value, end)
