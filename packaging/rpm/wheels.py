"""What of a wheel goes into a package: its modules and what tells of them, without what only its makers need."""
import os
import re
import stat
import zipfile
from email.parser import HeaderParser
from typing import Dict, Iterator, List, NamedTuple

from sources import digest, wheel_name

# Sources of compiled modules, tests and type stubs; nothing of them is imported.
_LEFT_OUT = re.compile(r'.*\.(pyx|pxd|pxi|c|h|cpp|pyi)$|.*/(tests?|testing)/.*|.*/py\.typed$|(.*/)?[^/]*\.data/.*')
# PyYAML's module in C: without it PyYAML is the same for all machines, and nodeprep reads kilobytes.
_COMPILED_YAML = re.compile(r'yaml/_yaml\..*|_yaml/.*')
_LICENCE = re.compile(r'[^/]+\.dist-info/(licenses/)?((.*/)?(LICEN[CS]E|COPYING|AUTHORS|NOTICE)[^/]*)$', re.I)
_KEPT_ABOUT = re.compile(r'[^/]+\.dist-info/METADATA$')


class Wheel(NamedTuple):
    """A wheel that is bundled. `licences`: path in the licence folder -> text; `parts`: the SBOMs that it carries."""

    name: str
    version: str
    sha256: str
    about: Dict[str, str]
    files: Dict[str, bytes]
    licences: Dict[str, bytes]
    parts: List[bytes]


def read(path: str) -> Wheel:
    """A wheel. ValueError when it has no licence, or something in it wants to lie outside."""
    name, version, _ = wheel_name(path)
    files, licences, parts, about = {}, {}, [], ''
    with zipfile.ZipFile(path) as archive:
        for one in sorted(archive.namelist()):
            if one.startswith('/') or '..' in one.split('/'):
                raise ValueError(f'{path}: {one}')
            licence = _LICENCE.match(one)
            if one.endswith('/'):
                continue
            if licence:
                licences[f'{name}/{os.path.basename(one) if licence.group(1) is None else licence.group(2)}'] = \
                    archive.read(one)
            elif re.match(r'[^/]+\.dist-info/sboms/.*\.json$', one):
                parts.append(archive.read(one))
            elif _KEPT_ABOUT.match(one):
                files[one] = archive.read(one)
                about = files[one].decode('utf-8')
            elif '.dist-info/' not in one and not _LEFT_OUT.match(one) and not _COMPILED_YAML.match(one):
                files[one] = _anchored(one, archive.read(one))
    if not licences:
        raise ValueError(f'{path}: has no licence in it')
    return Wheel(name, version, digest(path), dict(HeaderParser().parsestr(about)), files, licences, parts)


def _anchored(name: str, data: bytes) -> bytes:
    """A library whose path for its own libraries is relative, made one beside it.

    libpq of psycopg2-binary 2.9.5 names the folder alone: ld.so(8) then looks below the current folder first, and a
    command of root that is typed in /tmp would load what anybody has put there.
    """
    folder = os.path.dirname(name)
    if not folder.endswith('.libs'):
        return data
    old = b'\0' + folder.encode() + b'\0'
    return data.replace(old, b'\0$ORIGIN'.ljust(len(old), b'\0'))


def lay(files: Dict[str, bytes], folder: str) -> None:
    """Writes files below a folder. Compiled modules and libraries are executable, as rpm's tools expect of them."""
    for name, data in files.items():
        put(os.path.join(folder, name), data, 0o755 if re.search(r'\.so(\.[0-9.]+[a-z]?)?$', name) else 0o644)


def put(path: str, data: bytes, mode: int = 0o644) -> None:
    """Writes one file, with its folders."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(data)
    os.chmod(path, mode)


def settle(root: str, moment: int) -> None:
    """Gives everything below a folder its mode and one time, so that two builds are the same bytes."""
    for path in everything(root):
        if not os.path.islink(path):
            mode = os.lstat(path).st_mode
            os.chmod(path, 0o755 if stat.S_ISDIR(mode) or mode & 0o100 else 0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)


def everything(root: str) -> Iterator[str]:
    """All paths below a folder, what is in a folder before the folder itself."""
    for folder, names, files in os.walk(root, topdown=False):
        for name in sorted(files) + sorted(names):
            yield os.path.join(folder, name)
