"""What there is below a root: names in folders, links, and where a path leads."""
import errno
import os
import stat

from nodeprep.host import listing
from nodeprep.host.files import ABSENT, Files, raw_of, reason, text_of
from nodeprep.model import CannotTell
from nodeprep.typed import Dict, List, Optional


class Entries(Files):
    """The looking half of a file system. Every path is absolute as the host itself would write it."""

    def names(self, folder: str) -> List[str]:
        """The names in a folder, sorted by byte value as systemd does; none when there is no such folder."""
        try:
            return listing.names(self._below(folder))
        except OSError as error:
            if error.errno in ABSENT:
                return []
            raise CannotTell(f'{folder}: {reason(error)}', folder) from None

    def glob(self, pattern: str) -> List[str]:
        """Absolute paths that match a pattern; `*`, `?` and `[` match within one part of the path, sorted."""
        import fnmatch
        found = ['']
        for part in pattern.strip('/').split('/'):
            if any(letter in part for letter in '*?['):
                found = [f'{folder}/{name}' for folder in found for name in self.names(folder or '/')
                         if fnmatch.fnmatchcase(name, part)]
            else:
                found = [f'{folder}/{part}' for folder in found]
        return [path for path in found if self.exists(path) or self.link(path) is not None]

    def link(self, path: str) -> Optional[str]:
        """Where a symbolic link points, as written in it; None for anything else."""
        try:
            if self.root == '/':
                return text_of(os.readlink(self._below(path.rstrip('/') or '/')))
            folder, _, name = path.rstrip('/').rpartition('/')
            return text_of(os.readlink(self._below(folder or '/') + b'/' + raw_of(name)))
        except OSError as error:
            if error.errno in ABSENT + (errno.EINVAL, errno.ELOOP):
                return None
            raise CannotTell(f'{path}: {reason(error)}', path) from None

    def links(self, folder: str) -> Dict[str, str]:
        """The symbolic links in a folder with where they point; none when there is no such folder."""
        try:
            return listing.links(self._below(folder))[1]
        except OSError as error:
            if error.errno in ABSENT:
                return {}
            raise CannotTell(f'{folder}: {reason(error)}', folder) from None

    def status(self, path: str) -> Optional[os.stat_result]:
        """stat(2) of what the path leads to; None when it leads nowhere."""
        try:
            return os.stat(self._below(path))
        except OSError as error:
            if error.errno in ABSENT + (errno.ELOOP,):
                return None
            raise CannotTell(f'{path}: {reason(error)}', path) from None

    def exists(self, path: str) -> bool:
        """Whether the path leads to anything."""
        return self.status(path) is not None

    def is_folder(self, path: str) -> bool:
        """Whether the path leads to a folder."""
        found = self.status(path)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def is_file(self, path: str) -> bool:
        """Whether the path leads to a regular file."""
        found = self.status(path)
        return found is not None and stat.S_ISREG(found.st_mode)

    def resolve(self, path: str) -> str:
        """The path with every link in it followed within this host; what leads nowhere stays as written."""
        try:
            below = self._below(path)
        except OSError:           # a circle of links; whoever reads it is told so
            return path
        return text_of(os.path.realpath(below) if self.root == '/' else below[len(raw_of(self.root)):] or b'/')
