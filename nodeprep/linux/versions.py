"""Comparing versions as rpm does, which is how GRUB and kernel-install order kernels."""
import re

from nodeprep.typed import Any, List, Tuple

_END = (0, '')


def first_two(release: str) -> Tuple[int, int]:
    """The first two numbers of a kernel release; (0, 0) when it does not begin with them.

    >>> first_two('5.14.0-427.el9.x86_64'), first_two('6.9-rc1'), first_two('six.1'), first_two('')
    ((5, 14), (6, 9), (0, 0), (0, 0))
    """
    first, _, rest = release.partition('.')
    second = rest[:len(rest) - len(rest.lstrip('0123456789'))]
    known = first.isdecimal() and second and max(len(first), len(second)) < 6
    return (int(first), int(second)) if known else (0, 0)


def key(version: str) -> List[Tuple[int, Any]]:
    """A sort key with the order of rpmvercmp (rpm's rpmio/rpmvercmp.c, copied into GRUB's blscfg.c).

    Runs of digits count as numbers and are newer than runs of letters; `~` is older than the end, `^` newer than it
    but older than anything else; other characters only part the runs.

    >>> sorted(['5.14.0-70.el9', '5.14.0-427.el9', '5.14.0-427.rc1', '5.14.0-427~rc', '5.14.0-427'], key=key)
    ['5.14.0-70.el9', '5.14.0-427~rc', '5.14.0-427', '5.14.0-427.el9', '5.14.0-427.rc1']
    """
    parts: List[Tuple[int, Any]] = []
    for run in re.findall(r'[0-9]+|[A-Za-z]+|[~^]', version):
        if run == '~':
            parts.append((-1, ''))
        elif run == '^':
            parts.append((1, ''))
        elif run[0] in '0123456789':
            digits = run.lstrip('0')
            parts.append((3, (len(digits), digits)))
        else:
            parts.append((2, run))
    return parts + [_END]
