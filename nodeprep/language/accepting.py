"""Accept-Language of HTTP (RFC 9110 12.5.4), as far as it chooses among the languages that are there."""
import re

from nodeprep.language import ENGLISH, known

_PART = re.compile(r'\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.\d{0,3})?)\s*)?$')
_MOST = 30                # parts of a header that are looked at


def accepted(header: str) -> str:
    """The tag of the language that a browser likes most; English when it likes none of ours, or says nothing.

    >>> accepted('zh-CN,zh;q=0.9,en;q=0.8'), accepted('de,en;q=0.7,zh;q=0.3'), accepted('de'), accepted('')
    ('zh_CN', 'en', 'en', 'en')
    >>> accepted('en;q=0, zh-Hans'), accepted('zh;q=0'), accepted('zh;q=9, \\x00')
    ('zh_CN', 'en', 'en')
    """
    best, weight = ENGLISH, 0.0
    for part in header.split(',')[:_MOST]:
        found = _PART.match(part)
        if found and known(found.group(1)) and float(found.group(2) or 1) > weight:
            best, weight = known(found.group(1)), float(found.group(2) or 1)
    return best
