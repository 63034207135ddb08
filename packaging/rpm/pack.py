"""The sources of a package as archives that are the same bytes each time, and the version that they are of."""
import gzip
import io
import os
import re
import subprocess
import tarfile
import time
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKED = ('nodeprep', 'systemd', 'packaging/rpm', 'docs', 'LICENSE', 'README.md', 'CHANGELOG.md')


class About(NamedTuple):
    """`moment`: the time that everything in the packages bears, in seconds since 1970."""

    version: str
    release: str
    moment: int


def about(number: str = '') -> About:
    """Of which version and time this tree is; the number is what `git describe` makes it when none is given.

    1 for the tagged version itself; before it 0.TIME.gCOMMIT, where TIME is that of the commit, so that the later is
    the newer, also in a clone that has not all of the past.
    """
    with open(TOP + '/nodeprep/__init__.py', encoding='utf-8') as file:
        version = re.findall("^__version__ = '(.*)'", file.read(), re.M)[0]
    moment = os.environ.get('SOURCE_DATE_EPOCH') or _git('log', '-1', '--format=%ct') or _newest()
    if not number:
        tagged = f'v{version}' in _git('tag', '--points-at', 'HEAD').split()
        made = _git('log', '-1', '--format=%ct')
        stamp = time.strftime('%Y%m%d%H%M%S', time.gmtime(int(made))) if made else ''
        number = '1' if tagged or not made else f'0.{stamp}.g{_git("rev-parse", "--short=8", "HEAD")}'
    return About(version, number, int(moment))


def tree(folder: str, of: About) -> str:
    """The path of the archive of our own files."""
    path = f'{folder}/nodeprep-{of.version}.tar.gz'
    files = [(f'nodeprep-{of.version}/{name}', f'{TOP}/{name}') for name in ours()]
    with open(path, 'wb') as raw, gzip.GzipFile(filename='', mode='wb', fileobj=raw, mtime=0) as packed:
        packed.write(_archive(files, of.moment))
    return path


def bundle(path: str, packages: Dict[str, List[str]], moment: int) -> None:
    """Writes the archive of the wheels, a folder for each package."""
    files = [(f'bundled/{package}/{os.path.basename(one)}', one) for package, paths in packages.items()
             for one in paths]
    with open(path, 'wb') as file:
        file.write(_archive(files, moment))


def _archive(files: Sequence[Tuple[str, str]], moment: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode='w', format=tarfile.GNU_FORMAT) as archive:
        for name, path in sorted(files):
            one = tarfile.TarInfo(name)
            with open(path, 'rb') as file:
                data = file.read()
            one.size, one.mtime, one.mode = len(data), moment, 0o644
            archive.addfile(one, io.BytesIO(data))
    return made.getvalue()


def ours() -> Iterator[str]:
    """Our own files: those that git has, or, without git, all that are no by-product."""
    known = _git('ls-files', '-z', '--', *PACKED).split('\0')
    if known != ['']:
        yield from (name for name in known if name and os.path.isfile(f'{TOP}/{name}'))
        return
    for start in PACKED:
        if os.path.isfile(f'{TOP}/{start}'):
            yield start
        for folder, names, files in os.walk(f'{TOP}/{start}'):
            names[:] = [name for name in names if name != '__pycache__']
            yield from (os.path.relpath(f'{folder}/{name}', TOP) for name in files)


def _newest() -> str:
    return str(int(max(os.path.getmtime(f'{TOP}/{name}') for name in ours())))


def _git(*words: str) -> str:
    """What git says; '' where this is no checkout, or there is no git."""
    try:
        done = subprocess.run(['git', '-C', TOP] + list(words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return ''
    return done.stdout.decode().strip() if done.returncode == 0 else ''
