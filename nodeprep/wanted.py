"""The kinds of values that a requirement may want: each reads one value of a config file, or says what is wrong.

An Option is made by one of the functions here and stands in a requirement's `defaults`:
`defaults = {'minimum': size('2GB'), 'servers': texts()}`. The check finds the read value in `want`.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Optional, Tuple


class Option(NamedTuple):
    """One wanted value: its default, how a configured one is read (ValueError says what is wrong), and help."""

    default: Any
    read: Callable[[Any], Any]
    kind: str
    help: str = ''
    as_written: bool = False       # read gets the text as it stands in the file: YAML takes `off` for False


class Named(ValueError):
    """What is wrong with a part of a value; it names that part itself."""


_UNITS = {'': 1, 'b': 1, 'kb': 10**3, 'mb': 10**6, 'gb': 10**9, 'tb': 10**12,
          'kib': 2**10, 'mib': 2**20, 'gib': 2**30, 'tib': 2**40,
          'k': 2**10, 'm': 2**20, 'g': 2**30, 't': 2**40, 'ki': 2**10, 'mi': 2**20, 'gi': 2**30, 'ti': 2**40}
_SECONDS = {'': 1.0, 'ms': 0.001, 's': 1.0, 'm': 60.0, 'h': 3600.0, 'd': 86400.0}


def read_size(value: Any) -> int:
    """Bytes of '2GB', '1700MiB', '512 MiB' or a plain count of bytes. GB is 10^9, GiB (and Gi, G) is 2^30.

    >>> read_size('2GB'), read_size('1700 MiB'), read_size(5)
    (2000000000, 1782579200, 5)
    """
    number, unit = _parted(value)
    if unit.lower() not in _UNITS:
        raise ValueError('is not a size; write it as 2GB, 2GiB or 1700MiB')
    return int(float(number) * _UNITS[unit.lower()])


def _read_wanted_size(value: Any) -> int:
    found = read_size(value)
    if str(value).strip().isdecimal() and 0 < found < 10**6:
        raise ValueError(f'would be {found} bytes; write it as 2GB, 2GiB or 1700MiB')
    return found


def read_duration(value: Any) -> float:
    """Seconds of '100ms', '60s', '5m', '2h', '1d' or a plain number of seconds.

    >>> read_duration('100ms'), read_duration('5m'), read_duration(2)
    (0.1, 300.0, 2.0)
    """
    number, unit = _parted(value)
    if unit not in _SECONDS:
        raise ValueError('is not a duration; write it as 100ms, 60s, 5m or 2h')
    return float(number) * _SECONDS[unit]


def _parted(value: Any) -> Tuple[str, str]:
    """The number and the unit of a text such as '1.5 GB'; the unit is '?' when that is not how it is written."""
    text = str(value).strip()
    number = text.rstrip('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
    unit, number = text[len(number):], number.rstrip()
    whole, dot, part = number.partition('.')
    good = whole.isdecimal() and len(whole) <= 15 and (part.isdecimal() and len(part) <= 6 if dot else True)
    return (number, unit) if good and not isinstance(value, bool) else ('', '?')


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError('is neither true nor false')
    return value


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError('is not a whole number of 0 or more')
    return value


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('is not text; put it in quotes')
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise ValueError('has a control character in it')
    return value


def _read_texts(value: Any) -> tuple:
    if not isinstance(value, (list, tuple)):
        raise ValueError('is not a list; write it as [a, b]')
    return tuple(_read_text(item) for item in value)


def _read_mapping(value: Any) -> dict:
    if not isinstance(value, dict):
        raise ValueError('is not a mapping; write it as {name: value}')
    return {_read_text(name): item if isinstance(item, (list, tuple)) and _read_texts(item) else _read_text(item)
            for name, item in value.items()}


def size(default: Optional[str], help: str = '') -> Option:
    """Bytes, written with a unit."""
    return Option(None if default is None else read_size(default), _read_wanted_size, 'size', help)


def duration(default: str, help: str = '') -> Option:
    """Seconds (float), written with a unit."""
    return Option(read_duration(default), read_duration, 'duration', help)


def flag(default: bool, help: str = '') -> Option:
    """true or false."""
    return Option(default, _read_flag, 'true or false', help)


def count(default: int, help: str = '') -> Option:
    """A whole number of 0 or more."""
    return Option(default, _read_count, 'whole number', help)


def text(default: str = '', help: str = '') -> Option:
    """A text without control characters."""
    return Option(default, _read_text, 'text', help)


def texts(default: tuple = (), help: str = '') -> Option:
    """A list of texts; the check gets a tuple."""
    return Option(default, _read_texts, 'list of texts', help)


def mapping(default: Optional[dict] = None, help: str = '') -> Option:
    """A mapping of text to text, or to a list of texts."""
    return Option(default or {}, _read_mapping, 'mapping', help)


def choice(default: str, *others: str, **options: str) -> Option:
    """One of some words; the first is the default."""
    words = (default,) + others

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError('is none of ' + ', '.join(words))
        return str(value)
    return Option(default, read, ' | '.join(words), options.get('help', ''), as_written=True)
