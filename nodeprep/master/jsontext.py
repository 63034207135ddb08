"""JSON in ASCII without blanks, which is written for each report and each answer."""
import json
import json.encoder

from nodeprep.typed import Any, Callable


def writer(sort_keys: bool) -> Callable[[Any], str]:
    """A function that writes a tree; ValueError, TypeError for what JSON does not have.

    JSONEncoder.encode makes an encoder in C each time, which costs more than to use it.
    """
    plain = json.JSONEncoder(sort_keys=sort_keys, separators=(',', ':'), ensure_ascii=True, allow_nan=False)
    made: Any = getattr(json.encoder, 'c_make_encoder', None)
    if made is None:
        return plain.encode
    encode = made(None, plain.default, json.encoder.encode_basestring_ascii, None, ':', ',', sort_keys, False, False)
    return lambda tree: ''.join(encode(tree, 0))


canonical, compact = writer(sort_keys=True), writer(sort_keys=False)     # the first is chain.canonical, as text
