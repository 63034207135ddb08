"""Text that came from a host is not to be trusted: shown safely, and compared with names that are known."""
import re

from nodeprep.typed import Any, Iterable

# Controls (C0, DEL, C1), line separators, bidirectional overrides and isolates, zero-width and other format
# characters that hide or reorder text (Unicode TR 36, CVE-2021-42574), and the surrogates of bytes that are not UTF-8.
_UNSAFE = ('[\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff'
           '\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f]')


def clean(value: Any, keep: str = '') -> Any:
    r"""The same text, or tree of lists and mappings, with unsafe characters written out; those in `keep` stay.

    >>> clean('web\x1b[31m\udcff'), clean(['a\tb'], keep='\t')
    ('web\\x1b[31m\\udcff', ['a\tb'])
    """
    if isinstance(value, str):
        if value.isprintable():      # says no to all of the above and to more, and most texts are
            return value
        return re.sub(_UNSAFE, lambda match: match.group() if match.group() in keep else _written(match.group()), value)
    if isinstance(value, dict):
        # Most of a report are printable texts: they are not worth a call each.
        return {key if key.isprintable() else clean(key):
                item if item.__class__ is str and item.isprintable() else clean(item, keep)
                for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item, keep) for item in value]
    return value


def _written(letter: str) -> str:
    code = ord(letter)
    return f'\\x{code:02x}' if code < 256 else f'\\u{code:04x}' if code < 65536 else f'\\U{code:08x}'


class UnknownName(ValueError):
    """Somebody named something that does not exist; the message has the nearest right name."""


def nearest(word: str, known: Iterable[str]) -> str:
    """': did you mean X?' for a word that is close to a known one, else what is known.

    >>> nearest('swpa', ['swap', 'cpu'])
    '; did you mean swap?'
    """
    import difflib
    names = sorted(known)
    close = difflib.get_close_matches(word.lower(), [name.lower() for name in names], 1, 0.5)
    if close:
        return '; did you mean ' + next(name for name in names if name.lower() == close[0]) + '?'
    return '; known are ' + ', '.join(names)
