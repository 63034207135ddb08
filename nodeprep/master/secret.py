"""Secrets: made of 256 random bits, kept as their SHA-256 alone, compared in constant time, and never shown again.

They are random, so a fast hash is enough: there is nothing to guess that a slow one would protect. Their first letters
say what they are, for people and for scanners of secrets; a join token looks as kubeadm's does.
"""
import hashlib
import hmac
import re
import secrets

PERSON, NODE, SESSION = 'npu_', 'npn_', 'nps_'
_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
_JOIN = re.compile(r'([a-z0-9]{6})\.([a-z0-9]{16})')
_SHAPE = re.compile(r'np[uns]_[A-Za-z0-9_-]{43}')
_ANY = re.compile(r'np[uns]_[A-Za-z0-9_-]{8,}|\b[a-z0-9]{6}\.[a-z0-9]{16}\b|(?i:bearer|token=)\s*[!-~]{8,}')


def made(kind: str) -> str:
    """A new secret of a kind (PERSON, NODE or SESSION).

    >>> made(NODE)[:4], len(made(NODE))
    ('npn_', 47)
    """
    return kind + secrets.token_urlsafe(32)


def is_one(kind: str, text: str) -> bool:
    """Whether a text has the shape of a secret of that kind; whatever else was sent is not even looked up."""
    return text.startswith(kind) and _SHAPE.fullmatch(text) is not None


def hashed(text: str) -> str:
    """What is kept of a secret: 64 hexadecimal digits."""
    return hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode('utf-8', 'surrogatepass'), other.encode('utf-8', 'surrogatepass'))


def derived(text: str, purpose: str) -> str:
    """A secret for one purpose made from another, which it does not tell: 64 hexadecimal digits (HMAC-SHA256)."""
    return hmac.new(text.encode('utf-8'), purpose.encode('utf-8'), hashlib.sha256).hexdigest()


def join_token() -> str:
    """A new join token, as kubeadm has them: the first six letters are its name and may be shown.

    >>> bool(_JOIN.fullmatch(join_token()))
    True
    """
    letters = ''.join(secrets.choice(_LETTERS) for _ in range(22))
    return f'{letters[:6]}.{letters[6:]}'


def token_name(token: str) -> str:
    """The name of a join token; '' for a text that is none.

    >>> token_name('abcdef.0123456789abcdef'), token_name('abcdef')
    ('abcdef', '')
    """
    found = _JOIN.fullmatch(token)
    return found.group(1) if found else ''


def redacted(text: str) -> str:
    """A text for a log, without anything that has the shape of a secret.

    >>> redacted('401 for npn_' + 'x' * 43)
    '401 for [secret]'
    """
    return _ANY.sub('[secret]', text)
