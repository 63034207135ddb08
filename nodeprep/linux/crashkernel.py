"""How much memory crashkernel= keeps back, and to how much mem= limits it.

Sources: Documentation/admin-guide/kdump/kdump.rst and kernel-parameters.txt; for `auto`, kexec-tools of EL8
(kdump-lib.sh) and centos.md chapter 2.2. EL9 and later do not know `auto` any more.
"""
import re

from nodeprep.linux.kernelargs import KernelArgs
from nodeprep.model import CannotTell
from nodeprep.typed import Any, List, Optional

_MIB, _GIB, _TIB = 2**20, 2**30, 2**40
_EL8 = '1G-4G:160M,4G-64G:192M,64G-1T:256M,1T-:512M'
_ROUND = 128 * _MIB       # Red Hat's kernels round the memory up to this before they choose a range
_LOW = 256 * _MIB         # what the kernel keeps below 4 GiB beside `,high` when no `,low` is given, about


def reserved(args: KernelArgs, memory: int, el_major: int) -> int:
    """Bytes that the arguments keep for the crash kernel on a machine with so much memory, in bytes.

    `el_major` is 0 on other systems. CannotTell when the value is not understood.
    """
    values = args.values('crashkernel')
    high = [value for value in values if value.endswith(',high')]
    if high:                       # then a plain one is not looked at
        low = [value for value in values if value.endswith(',low')]
        return _size(high[-1][:-5], args) + (_size(low[-1][:-4], args) if low else _LOW)
    plain = [value for value in values if not value.endswith(',low')]
    return of_value(plain[-1], memory, el_major, args) if plain else 0


def of_value(value: str, memory: int, el_major: int, args: KernelArgs) -> int:
    """What one value keeps.

    >>> from nodeprep.linux.kernelargs import parse
    >>> [of_value(value, 2 * 2**30, 8, parse('', 'x')) >> 20 for value in ('auto', '256M@16M', '2G-64G:256M,64G-:512M')]
    [160, 256, 256]
    """
    value = value.partition('@')[0]
    if value == 'auto':
        if el_major not in (7, 8):
            return 0
        if el_major == 7:          # 160 MiB and 2 bits for each 4 KiB, on machines of 2 GiB and more
            return 161 * _MIB + memory // _TIB * 64 * _MIB if _rounded(memory) >= 2 * _GIB else 0
        value = _EL8
    if ':' not in value:
        return _size(value, args)
    for part in value.split(',')[:64]:
        match = re.match(r'^([0-9]+[KMGT]?)-([0-9]+[KMGT]?)?:([0-9]+[KMGT]?)$', part, re.IGNORECASE)
        if not match:
            raise CannotTell(f'crashkernel={value} is not understood', args.where('crashkernel'))
        first, last, size = (None if group is None else _size(group, args) for group in match.groups())
        if (first or 0) <= _rounded(memory) and (last is None or _rounded(memory) < last):
            return size or 0
    return 0


def limit(args: KernelArgs) -> Optional[int]:
    """Bytes to which mem= limits the memory; None without one. `mem=nopentium` is something else."""
    found: List[int] = []
    for value in args.values('mem'):
        match = re.match(r'^([0-9]{1,15}[KMGT]?)', value, re.IGNORECASE)
        if match:
            found.append(_size(match.group(1), args))
    return min(found, default=None)


def _rounded(memory: int) -> int:
    return (memory + _ROUND - 1) // _ROUND * _ROUND


def _size(text: str, args: KernelArgs) -> int:
    """memparse() of the kernel's lib/cmdline.c, as far as people write it."""
    match = re.match(r'^([0-9]{1,15})([KMGT]?)$', text, re.IGNORECASE)
    if not match:
        raise CannotTell(f'{text!r} is no size', args.where('crashkernel'))
    scale: Any = {'': 1, 'K': 2**10, 'M': _MIB, 'G': _GIB, 'T': _TIB}
    return int(match.group(1)) * int(scale[match.group(2).upper()])
